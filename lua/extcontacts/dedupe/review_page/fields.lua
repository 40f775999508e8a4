--- The fields of a record as the review shows them: one row for each field, custom
-- field and list, in a fixed order.  Pure.

local diff = require "extcontacts.record.diff"
local email = require "extcontacts.record.normalize.email"
local labels = require "extcontacts.fix.report.labels"
local models = require "extcontacts.api.models"
local name = require "extcontacts.record.normalize.name"
local phone = require "extcontacts.record.normalize.phone"
local report = require "extcontacts.dedupe.report"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"
local value_html = require "extcontacts.fix.report.value_html"

local fields = {}

---@class extcontacts.dedupe.ReviewValue
---@field key string the row: the field, `customFields.<name>` for a custom field
---@field path string[]
---@field text string
---@field value any
---@field rank integer the order of the rows, then by key

-- Shown elsewhere, or of no use to a person.
local HIDDEN = { id = true, selfUri = true, schema = true, identifiers = true, externalDataSources = true,
  canonicalContact = true, mergedTo = true, mergedFrom = true, mergeOperation = true, trustor = true }
-- No merge changes them.
local KEPT = { division = true }

local MODELS = { contact = "ExternalContact", organization = "ExternalOrganization" }

local orders = {}

-- The fields of a kind in the order of the rows.
local function order_of(kind)
  if not orders[kind] then
    local list, seen = {}, {}
    for _, wire in ipairs(report.fields(kind)) do
      list[#list + 1], seen[wire] = wire, true
    end
    for _, field in ipairs(models[MODELS[kind]].fields) do
      if not seen[field.wire] then
        list[#list + 1] = field.wire
      end
    end
    orders[kind] = list
  end
  return orders[kind]
end

local function is_list(value)
  return type(value) == "table" and #value > 0
end

local entry_text

-- An object that has no form of its own, such as the ids of a messenger: a line for each
-- of its fields.
local function object_text(object)
  local lines = {}
  for _, key in ipairs(suggest.keys(object)) do
    local value = object[key]
    local text = is_list(value) and entry_text(value[1]) or entry_text(value)
    for index = 2, is_list(value) and #value or 0 do
      text = (text or "") .. ", " .. (entry_text(value[index]) or "")
    end
    lines[#lines + 1] = text and labels.field { key } .. ": " .. text or nil
  end
  return #lines > 0 and table.concat(lines, "\n") or nil
end

-- An external id, a phone number, a reference; the fields of other objects.
function entry_text(entry)
  if type(entry) == "table" and type(entry.value) == "string" then
    local source = type(entry.externalSource) == "table" and (entry.externalSource.name or entry.externalSource.id)
    return entry.value .. (type(source) == "string" and (" (%s)"):format(source) or "")
  elseif type(entry) == "table" and not (entry.display or entry.e164 or entry.id or is_list(entry)) then
    return object_text(entry)
  end
  return value_html.text(entry)
end

--- The text of a field's value; nil for a value that says nothing.
---@param wire string
---@param value any
---@return string|nil
function fields.text(wire, value)
  local text
  if is_list(value) then
    local parts = {}
    for index, entry in ipairs(value) do
      parts[index] = entry_text(entry)
    end
    text = table.concat(parts, "\n")
  elseif wire == "address" and type(value) == "table" then
    text = report.text(wire, value)
  elseif wire == "externalOrganization" and type(value) == "table" and not value.id then
    text = report.text(wire, value)
  elseif type(value) == "table" and next(value) == nil then
    return nil
  else
    text = entry_text(value)
  end
  return text and text:find "%S" and text or nil
end

local function put(out, rank, path, value)
  local text = fields.text(path[1], value)
  if text then
    out[#out + 1] = { key = path[2] and diff.name(path) or path[1], path = path, text = text, value = value,
      rank = rank }
  end
end

--- Returns the values of a record that are filled.
---@param kind "contact"|"organization"
---@param record table
---@return extcontacts.dedupe.ReviewValue[]
function fields.of(kind, record)
  local out, known = {}, models[MODELS[kind]].by_wire
  local order = order_of(kind)
  for rank, wire in ipairs(order) do
    if wire == "customFields" and type(record[wire]) == "table" then
      for _, key in ipairs(suggest.keys(record[wire])) do
        put(out, rank, { wire, key }, record[wire][key])
      end
    elseif record[wire] ~= nil and not HIDDEN[wire] then
      put(out, rank, { wire }, record[wire])
    end
  end
  for _, wire in ipairs(suggest.keys(record)) do
    if not known[wire] then
      put(out, #order + 1, { wire }, record[wire])
    end
  end
  return out
end

--- Whether the server sets a field, or a merge leaves it as the survivor has it.
---@param kind "contact"|"organization"
---@param key string of a row
---@return boolean
function fields.is_kept(kind, key)
  local field = models[MODELS[kind]].by_wire[key:match "^[^.]*"]
  return not field or field.read_only or types.owned[field.wire] or KEPT[field.wire] or false
end

-- Longer texts are compared as they are.
local LONGEST = 2000

--- The form in which the values of a row are compared.
---@param value extcontacts.dedupe.ReviewValue
---@return string
function fields.same_form(value)
  local plain = value.value
  if #value.text > LONGEST then
    return value.text
  elseif type(plain) == "table" and (plain.display or plain.e164) then
    return phone.key(plain) or value.text
  elseif type(plain) == "string" and plain:find("@", 1, true) then
    return email.key(plain) or name.key(plain)
  end
  return name.key(value.text)
end

return fields
