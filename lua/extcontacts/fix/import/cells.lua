--- Reads the cells of a row: the texts that its fields get, the identifiers by which its
-- contact is found, and what is wrong with it.  Pure.

local blank = require "extcontacts.record.normalize.blank"
local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local country = require "extcontacts.record.normalize.country"
local damage = require "extcontacts.record.normalize.damage"
local email = require "extcontacts.record.normalize.email"
local id_reader = require "extcontacts.record.normalize.id"
local name = require "extcontacts.record.normalize.name"
local phone = require "extcontacts.record.normalize.phone"
local postal_code = require "extcontacts.record.normalize.postal_code"
local texts = require "extcontacts.base.text"

local cells = {}

local null = core.json.null

---@class extcontacts.fix.ImportIdentifier
---@field kind "email"|"phone"|"externalId"|"id"
---@field field string
---@field value string
---@field key string by which it is compared

---@class extcontacts.fix.ImportRow
---@field number integer line of the file
---@field fields string[] as they are in the file
---@field texts table<string, string> by field of the contact
---@field identifiers extcontacts.fix.ImportIdentifier[]
---@field numbers table<string, string> phone fields that have national numbers, with the text in the file
---@field country string|nil two letters
---@field organization { by: "name"|"externalId", text: string, key: string }|nil
---@field clears_organization boolean|nil
---@field id string|nil
---@field external_id string|nil
---@field clears_external_id boolean|nil
---@field problems string[]

-- The field of a contact whose number a column has; nil for a column of another kind.
local phone_fields = {}
for _, field in ipairs(contact_fields.phones) do
  phone_fields[field], phone_fields[field .. ".display"], phone_fields[field .. ".e164"] = field, field, field
end

local NO_REGION = "national number; pass --region with the country of such numbers (--region DE), or write it with "
  .. "its country code"
local OTHER_REGION = "national number, but the contact's country is not the region of --region; write it with its "
  .. "country code"
cells.OTHER_REGION = OTHER_REGION
cells.NO_COUNTRY = "national number, but the contact's country '%s' is not recognised; write it with its country code"

local NATIONAL = { ["no country code"] = true, ["the international prefix depends on the region"] = true }

local function add_problem(row, field, reason)
  row.problems[#row.problems + 1] = ("%s: %s"):format(field, reason)
end

local function add_identifier(row, kind, field, value, key)
  row.identifiers[#row.identifiers + 1] = { kind = kind, field = field, value = value, key = key }
end

--- The kind of identifier that a field holds.
---@param field string
---@return "email"|"phone"|"externalId"|"id"|nil
function cells.kind_of(field)
  return contact_fields.is_email[field] and "email" or phone_fields[field] and "phone"
    or (field == "id" or field == "externalId") and field or nil
end

--- Whether a field names the contact or its organization.
---@param field string
---@return boolean
function cells.names_record(field)
  return cells.kind_of(field) ~= nil or field:find "^externalOrganization%." ~= nil
end

--- The key of an identifier.
---@param kind "email"|"phone"|"externalId"|"id"
---@param value string
---@return string
function cells.key(kind, value)
  return kind .. ":" .. value
end

-- A number that has its country code stays as it is typed.
local function read_phone(row, field, text, region)
  local number, reason = phone.read(text, nil)
  local is_national = not number and NATIONAL[reason]
  if is_national and not region then
    return add_problem(row, field, NO_REGION)
  elseif is_national and row.country and row.country ~= region then
    return add_problem(row, field, OTHER_REGION)
  elseif is_national then
    number, reason = phone.read(text, region)
    row.numbers[field] = text
  end
  if not number then
    return add_problem(row, field, reason)
  end
  local plain = number.e164
  local whole = plain .. (number.extension and ";ext=" .. number.extension or "")
  if is_national then
    row.texts[field] = plain .. (number.extension and " ext. " .. number.extension or "")
  end
  add_identifier(row, "phone", field, whole, cells.key("phone", whole))
end

local function read_email(row, field, text)
  local key, reason = email.key(text)
  if not key then
    return add_problem(row, field, reason)
  end
  add_identifier(row, "email", field, key, cells.key("email", key))
end

local function read_country(row, text)
  local code, reason = country.read(text)
  if not code then
    return add_problem(row, "address.countryCode", reason .. "; use two letters such as DE")
  end
  row.country, row.texts["address.countryCode"] = code, code
end

-- An id of another system is a text as it is.
local function read_external_id(row, text)
  local problem = damage.of(text)
  local value = blank.trimmed(text):gsub("^'(%d+)$", "%1")
  if problem then
    return add_problem(row, "externalId", problem)
  elseif texts.length(value) > 255 then
    return add_problem(row, "externalId", "more than 255 characters")
  end
  row.external_id = value
  add_identifier(row, "externalId", "externalId", value, cells.key("externalId", value))
end

local function read_organization(row, by, text)
  local problem = damage.of(text)
  local value, reason
  if not problem then
    value, reason = name.read(text)
  end
  if not value then
    return add_problem(row, "externalOrganization." .. by, problem or reason)
  end
  row.organization = { by = by, text = value, key = by == "name" and "name:" .. name.key(value)
    or "externalId:" .. (value:gsub("^'(%d+)$", "%1")) }
end

local function read_id(row, text)
  local value, reason = id_reader.read(text)
  if not value then
    return add_problem(row, "id", reason)
  end
  row.id = value
  add_identifier(row, "id", "id", value, cells.key("id", value))
end

local ORGANIZATION = { ["externalOrganization.name"] = "name", ["externalOrganization.externalId"] = "externalId" }

local function read_cell(row, field, text, region)
  if ORGANIZATION[field] then
    read_organization(row, ORGANIZATION[field], text)
  elseif field == "externalId" then
    read_external_id(row, text)
  elseif field == "id" then
    read_id(row, text)
  elseif field ~= "address.countryCode" then
    row.texts[field] = text
    if phone_fields[field] then
      read_phone(row, field, text, region)
    elseif contact_fields.is_email[field] then
      read_email(row, field, text)
    end
  end
end

local function read_empty(row, field)
  if ORGANIZATION[field] then
    row.clears_organization = true
  elseif field == "externalId" then
    row.clears_external_id = true
  elseif field ~= "id" then
    row.texts[field] = ""
  end
end

---@class extcontacts.fix.ImportCellOptions
---@field region string|nil
---@field clear_empty boolean|nil
---@field order string[] fields of the file, in the order of its columns

--- Reads a row.
---@param number integer
---@param fields string[]
---@param values table<string, string> by field
---@param options extcontacts.fix.ImportCellOptions
---@return extcontacts.fix.ImportRow
function cells.read(number, fields, values, options)
  local row = { number = number, fields = fields, texts = {}, identifiers = {}, numbers = {}, problems = {} }
  local land = values["address.countryCode"]
  if land and not blank.is(land) then
    read_country(row, land)
  end
  for _, field in ipairs(options.order) do
    local text = values[field]
    if not blank.is(text) then
      read_cell(row, field, text, options.region)
    elseif options.clear_empty then
      read_empty(row, field)
    end
  end
  local code = row.texts["address.postalCode"]
  if code and postal_code.lost_zero(code, row.country) then
    add_problem(row, "address.postalCode", "a spreadsheet removed the leading zero")
  end
  return row
end

-- The key of a phone field, and that of the number without its extension.  The server's
-- own form needs no reading.
local function phone_keys(value)
  local e164, extension = value.e164, value.extension
  if type(e164) == "string" and e164:find "^%+%d+$" then
    if extension == nil or extension == null then
      return e164
    end
    return e164 .. ";ext=" .. tostring(extension), e164
  end
  local whole = phone.key(value)
  return whole, whole and whole:match "^(.*);ext="
end

-- By kind: calls a function with the keys of a contact's identifiers.
local EACH = {}

function EACH.id(contact, visit)
  visit(cells.key("id", id_reader.key(contact.id)))
end

-- Most addresses are compared in lower case. An invalid address is not a key.
local function email_key(text)
  if type(text) == "string" and text:find "^[%w._+-]+@[%w.-]+$" and not text:find("xn--", 1, true) then
    return text:lower()
  end
  return text and email.key(text)
end

function EACH.email(contact, visit)
  for _, field in ipairs(contact_fields.emails) do
    local key = email_key(contact[field])
    if key then
      visit(cells.key("email", key))
    end
  end
end

function EACH.phone(contact, visit)
  for _, field in ipairs(contact_fields.phones) do
    local value = contact[field]
    if type(value) == "table" then
      local whole, plain = phone_keys(value)
      if whole then
        visit(cells.key("phone", whole))
      end
      if plain then
        visit(cells.key("phone", plain))
      end
    end
  end
end

function EACH.externalId(contact, visit, external_source)
  for _, item in ipairs(type(contact.externalIds) == "table" and contact.externalIds or {}) do
    if type(item.externalSource) == "table" and item.externalSource.id == external_source
      and type(item.value) == "string" then
      visit(cells.key("externalId", blank.trimmed(item.value)))
    end
  end
end

-- The fields of a contact that each kind of identifier is read from.
local FIELDS = { id = { "id" }, email = contact_fields.emails, phone = contact_fields.phones,
  externalId = { "externalIds" } }

--- The fields of a contact that `each_key` reads.
---@param kinds string[] of identifiers
---@return string[]
function cells.fields_of(kinds)
  local out = {}
  for _, kind in ipairs(kinds) do
    for _, field in ipairs(FIELDS[kind]) do
      out[#out + 1] = field
    end
  end
  return out
end

--- Calls a function with the keys of a contact's identifiers, as rows have them.
---@param contact table
---@param kinds string[] of identifiers
---@param external_source string|nil
---@param visit fun(key: string)
function cells.each_key(contact, kinds, external_source, visit)
  for _, kind in ipairs(kinds) do
    EACH[kind](contact, visit, external_source)
  end
end

--- Whether a contact has an identifier.
---@param contact table
---@param identifier extcontacts.fix.ImportIdentifier
---@param external_source string|nil
---@return boolean
function cells.has(contact, identifier, external_source)
  local found = false
  EACH[identifier.kind](contact, function(key)
    found = found or key == identifier.key
  end, external_source)
  return found
end

return cells
