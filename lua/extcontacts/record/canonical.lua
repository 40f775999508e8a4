--- The canonical form of a record: what counts when two states of it are
-- compared.  Pure.  docs/fix.md says what it leaves out and why.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local models = require "extcontacts.api.models"
local types = require "extcontacts.record.types"

local canonical = {}

local null, array_mt = core.json.null, core.json.array_mt

-- Records that are only pointed at: what they are known by.
local REFERENCES = {
  ExternalOrganization = { "id" },
  User = { "id" },
  OrgUser = { "id" },
  DomainEntityRef = { "id" },
  DataSchema = { "id", "version" },
}

local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function is_array(value)
  return getmetatable(value) == array_mt or #value > 0
end

-- An object without anything in it says no more than none.
local function unless_empty(object)
  if next(object) ~= nil then
    return object
  end
end

-- The server writes `display` anew once it has made the number out.
local function phone(value, cut)
  local number, typed = value.e164, value.display
  if type(number) ~= "string" then
    number = type(typed) == "string" and "as typed: " .. (cut and trimmed(typed) or typed) or nil
  end
  return unless_empty {
    number = number,
    extension = value.extension ~= null and value.extension or nil,
    acceptsSMS = value.acceptsSMS == true or nil,
  }
end

local norm, norm_object

-- Something of which no model is known: as it is, but for nulls.  `cut`: texts
-- without the blanks at their ends.
local function norm_unknown(value, cut)
  if value == null then
    return nil
  elseif type(value) == "string" then
    return cut and trimmed(value) or value
  elseif type(value) ~= "table" then
    return value
  end
  local out = {}
  if is_array(value) then
    for index, item in ipairs(value) do
      local taken = norm_unknown(item, cut)
      out[index] = taken == nil and null or taken
    end
    return #out > 0 and core.json.array(out) or nil
  end
  for key, item in pairs(value) do
    out[key] = norm_unknown(item, cut)
  end
  return unless_empty(out)
end

local function norm_value(value, type_name, cut)
  if value == null or type(value) ~= "table" then
    return norm_unknown(value, cut)
  elseif type_name == "PhoneNumber" then
    return phone(value, cut)
  elseif REFERENCES[type_name] then
    local out = {}
    for _, name in ipairs(REFERENCES[type_name]) do
      out[name] = norm_unknown(value[name])
    end
    return unless_empty(out)
  elseif models[type_name] then
    return unless_empty(norm_object(value, models[type_name], {}, cut))
  end
  return norm_unknown(value, cut)
end

function norm_object(record, model, left_out, cut)
  local out = {}
  for key, value in pairs(record) do
    local field = model.by_wire[key]
    if not left_out[key] and not (field and field.read_only) then
      out[key] = norm(value, field, cut)
    end
  end
  return out
end

function norm(value, field, cut)
  if not field or (field.shape == "map" or field.type == "object") then
    return norm_unknown(value, cut)
  elseif field.shape == "array" and type(value) == "table" then
    local out = core.json.array {}
    for index, item in ipairs(value) do
      out[index] = norm_value(item, field.type, cut) or null
    end
    return #out > 0 and out or nil
  end
  return norm_value(value, field.type, cut)
end

--- Whether values of a type are compared whole, not field by field.
---@param field extcontacts.Field|nil
---@return boolean
function canonical.is_whole(field)
  return not field or field.shape == "array" or field.type == "PhoneNumber"
    or REFERENCES[field.type] ~= nil or models[field.type] == nil
end

--- Whether a field holds another record, which its id alone names.
---@param field extcontacts.Field
---@return boolean
function canonical.is_named(field)
  local names = field.shape == "value" and REFERENCES[field.type]
  return names and #names == 1 or false
end

--- The canonical form of a record.
---@param kind extcontacts.fix.KindName
---@param record table not changed
---@return table
function canonical.form(kind, record)
  return norm_object(record, models[types.by_name[kind].model], types.owned)
end

--- A value as a text that is equal exactly where the value is.  Raises an error
-- object for one that has no JSON form.
---@param value any
---@return string
function canonical.text(value)
  if value == nil then
    return ""
  end
  local text, problem = core.json.encode(value, { sort_keys = true, max_depth = 1000 })
  if not text then
    errors.raise_invalid(problem)
  end
  return text
end

--- The canonical form of one field's value as a text; "" for none.
---@param field extcontacts.Field|nil
---@param value any
---@param cut boolean|nil texts without the blanks at their ends, which the server cuts
---@return string
function canonical.value_text(field, value, cut)
  return canonical.text(norm(value, field, cut))
end

--- The digest of a record's canonical form.
---@param kind extcontacts.fix.KindName
---@param record table
---@return string
function canonical.digest(kind, record)
  return core.hash.sha256(canonical.text(canonical.form(kind, record)))
end

--- Whether what the server has is the number that was sent: either it has the
-- same canonical form, or the server kept the text that was sent aside when it
-- rewrote the number.
---@param sent any
---@param found any
---@return boolean
function canonical.same_phone(sent, found)
  if type(sent) ~= "table" or type(found) ~= "table" then
    return false
  end
  local typed = type(sent.e164) ~= "string" and sent.display
  return type(typed) == "string" and type(found.userInput) == "string"
    and trimmed(typed) == trimmed(found.userInput)
    and (sent.extension == nil or sent.extension == null or sent.extension == found.extension)
    and (sent.acceptsSMS == true) == (found.acceptsSMS == true)
end

return canonical
