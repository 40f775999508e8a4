--- Puts the values of a row into its contact.

local blank = require "extcontacts.record.normalize.blank"
local cells = require "extcontacts.fix.import.cells"
local core = require "extcontacts.core"
local field_path = require "extcontacts.base.path"
local lint = require "extcontacts.record.lint"
local phone_region = require "extcontacts.record.phone_region"
local postal_code = require "extcontacts.record.normalize.postal_code"
local record_row = require "extcontacts.record.row"
local types = require "extcontacts.record.types"

local record = {}

local null = core.json.null
local MOST_EXTERNAL_IDS = 10

-- Whether a field has a value; for a part of a phone number, whether there is a number.
local function is_filled(contact, field)
  local path = field_path.split(field)
  local value = field_path.at(contact, field:find "Phone%." and { path[1] } or path)
  if type(value) == "table" then
    return next(value) ~= nil
  end
  return value ~= nil and not (type(value) == "string" and blank.is(value))
end

-- The cells to set: with `only_fill`, those whose field is empty.
local function wanted_texts(row, contact, options)
  if not options.only_fill then
    return row.texts
  end
  local out = {}
  for field, text in pairs(row.texts) do
    out[field] = not is_filled(contact, field) and text or nil
  end
  return out
end

-- What only the contact can say: its country, unless the row has one.  Numbers of a
-- contact without a country are in the region of the option, which is counted.
local function check_country(row, contact, region, problems)
  if row.country or not (next(row.numbers) or row.texts["address.postalCode"]) then
    return
  end
  local land, problem, text = phone_region.country(contact)
  for field in pairs(row.numbers) do
    if problem == "none" then
      problems.assumed = (problems.assumed or 0) + 1
    elseif not land then
      problems[#problems + 1] = ("%s: %s"):format(field, cells.NO_COUNTRY:format(text))
    elseif land ~= region then
      problems[#problems + 1] = ("%s: %s"):format(field, cells.OTHER_REGION)
    end
  end
  if not land then
    return
  end
  local code = row.texts["address.postalCode"]
  if code and postal_code.lost_zero(code, land) then
    problems[#problems + 1] = "address.postalCode: a spreadsheet removed the leading zero"
  end
end

-- The position of the contact's id in an external source; nil, and how many there are.
local function external_index(list, source)
  local found, count
  for index, item in ipairs(list) do
    if type(item.externalSource) == "table" and item.externalSource.id == source then
      found, count = index, (count or 0) + 1
    end
  end
  return count == 1 and found or nil, count or 0
end

local function set_external_id(row, contact, options, problems)
  local value = row.external_id
  if not value and not row.clears_external_id then
    return
  end
  local list = core.json.array {}
  for _, item in ipairs(type(contact.externalIds) == "table" and contact.externalIds or {}) do
    list[#list + 1] = item
  end
  local index, count = external_index(list, options.external_source)
  for _, item in ipairs(list) do
    if type(item.externalSource) == "table" and item.externalSource.id == options.external_source
      and item.value == value then
      return
    end
  end
  if count > 1 then
    problems[#problems + 1] = "externalId: the contact has several ids of this external source"
    return
  elseif index and value and not options.only_fill then
    list[index] = { externalSource = { id = options.external_source }, value = value }
  elseif index and not value then
    table.remove(list, index)
  elseif not index and value and #list >= MOST_EXTERNAL_IDS then
    problems[#problems + 1] = ("externalId: the contact has %d external ids already"):format(MOST_EXTERNAL_IDS)
    return
  elseif not index and value then
    list[#list + 1] = { externalSource = { id = options.external_source }, value = value }
  else
    return
  end
  contact.externalIds = list
end

-- Links the contact.  Returns the organization to create first.
local function set_organization(row, contact, organizations, options, problems)
  local current = types.organization_of(contact)
  if options.only_fill and current then
    return nil
  elseif not row.organization then
    if row.clears_organization and current then
      contact.externalOrganization = null
    end
    return nil
  end
  local id, reason, body = organizations:find(row.organization)
  if not id then
    problems[#problems + 1] = reason
  elseif id ~= current then
    contact.externalOrganization = { id = id }
  end
  return body and { id = id, body = body }
end

--- The reason for rejecting a row whose contact the server would reject.
---@param warning extcontacts.record.Warning
---@return string
function record.refused(warning)
  return "the server would reject the contact: " .. warning.text
end

--- Sets the fields of a contact.
---@param row extcontacts.fix.ImportRow
---@param contact table changed; empty for one that is to be created
---@param organizations extcontacts.fix.ImportOrganizations
---@param options extcontacts.fix.ImportOptions
---@param schema function of the plan's context
---@return string[] problems
---@return { id: string, body: table }|nil organization to create first
function record.set(row, contact, organizations, options, schema)
  local problems = {}
  check_country(row, contact, options.region, problems)
  record_row.set(contact, "contact", wanted_texts(row, contact, options), {
    clear = options.clear_empty,
    schema = schema,
    skip = function(reason)
      problems[#problems + 1] = reason
    end,
  })
  set_external_id(row, contact, options, problems)
  local organization = set_organization(row, contact, organizations, options, problems)
  -- Otherwise the planner checks the contact.
  if #problems == 0 and organization then
    local first = lint.rejected("contact", contact)[1]
    problems[1] = first and record.refused(first)
  end
  problems.record = contact
  return problems, organization
end

return record
