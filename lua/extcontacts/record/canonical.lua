--- The canonical form of a record: what counts when two states of it are
-- compared.  docs/fix.md says what it leaves out and why.  Pure.

local core = require "extcontacts.core"
local date = require "extcontacts.record.normalize.date"
local errors = require "extcontacts.base.errors"
local ids = require "extcontacts.record.normalize.id"
local is_equal = require "extcontacts.base.is_equal"
local models = require "extcontacts.api.models"
local name_reader = require "extcontacts.record.normalize.name"
local records = require "extcontacts.record"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local canonical = {}

local null = core.json.null

-- Records that a record refers to, and the fields that identify them.
local REFERENCES = {
  ExternalOrganization = { "id" },
  User = { "id" },
  OrgUser = { "id" },
  DomainEntityRef = { "id" },
  DataSchema = { "id", "version" },
  ExternalSource = { "id" },
  WritableStarrableDivision = { "id" },
}

-- The platform's custom fields of date-times, by the suffix of their name.
local DATE_TIME = { shape = "value", type = "date" }

--- The model of an object without known fields, such as custom fields.
canonical.OPEN = {
  by_wire = setmetatable({}, {
    __index = function(_, name)
      return type(name) == "string" and name:find "_datetime$" and DATE_TIME or nil
    end,
  }),
}

-- Composed and decomposed letters are the same text.
local function form_of_text(value, trim)
  return name_reader.composed(trim and texts.trim(value) or value)
end

-- An empty object counts as a missing one.
local function unless_empty(object)
  if next(object) ~= nil then
    return object
  end
end

-- The server rewrites `display` once it has recognised the number.
local function form_of_phone(value, trim)
  local number, typed = value.e164, value.display
  if type(number) ~= "string" then
    number = type(typed) == "string" and typed:find "%S" and "as typed: " .. form_of_text(typed, trim) or nil
  end
  return unless_empty {
    number = number,
    extension = value.extension ~= null and value.extension or nil,
    acceptsSMS = value.acceptsSMS == true or nil,
  }
end

local form_of, form_of_object

-- A value without a model: as it is, without nulls.  `trim`: texts without white
-- space at their ends.
local function form_of_unknown(value, trim)
  if value == null then
    return nil
  elseif type(value) == "string" then
    return form_of_text(value, trim)
  elseif type(value) ~= "table" then
    return value
  end
  local out = {}
  if records.is_array(value) then
    for index, item in ipairs(value) do
      local form = form_of_unknown(item, trim)
      out[index] = form == nil and null or form
    end
    return #out > 0 and core.json.array(out) or nil
  end
  for key, item in pairs(value) do
    out[key] = form_of(item, canonical.OPEN.by_wire[key], trim)
  end
  return unless_empty(out)
end

local function form_of_typed(value, type_name, trim)
  if type_name == "date" and type(value) == "string" then
    return date.read(value) or form_of_text(value, trim)
  elseif value == null or type(value) ~= "table" then
    return form_of_unknown(value, trim)
  elseif type_name == "PhoneNumber" then
    return form_of_phone(value, trim)
  elseif REFERENCES[type_name] then
    local out = {}
    for _, name in ipairs(REFERENCES[type_name]) do
      local part = form_of_unknown(value[name])
      out[name] = type(part) == "string" and ids.key(part) or part
    end
    return unless_empty(out)
  elseif models[type_name] then
    return unless_empty(form_of_object(value, models[type_name], {}, trim))
  end
  return form_of_unknown(value, trim)
end

function form_of_object(object, model, ignored, trim)
  local out = {}
  for key, value in pairs(object) do
    local field = model.by_wire[key]
    if not ignored[key] and not (field and field.read_only) then
      out[key] = form_of(value, field, trim)
    end
  end
  return out
end

function form_of(value, field, trim)
  if not field or (field.shape == "map" or field.type == "object") then
    return form_of_unknown(value, trim)
  elseif field.shape == "array" and type(value) == "table" then
    local out = core.json.array {}
    for index, item in ipairs(value) do
      out[index] = form_of_typed(item, field.type, trim) or null
    end
    return #out > 0 and out or nil
  end
  return form_of_typed(value, field.type, trim)
end

--- Whether a field's values are compared as a whole, not field by field.
---@param field extcontacts.Field|nil
---@return boolean
function canonical.is_whole(field)
  return not field or field.shape == "array" or field.type == "PhoneNumber"
    or REFERENCES[field.type] ~= nil or models[field.type] == nil
end

--- Whether a field refers to another record by its id.
---@param field extcontacts.Field
---@return boolean
function canonical.is_reference(field)
  local names = field.shape == "value" and REFERENCES[field.type]
  return names and #names == 1 or false
end

--- Whether a field refers to a record, by its id and perhaps its version.
---@param field extcontacts.Field
---@return boolean
function canonical.refers(field)
  return field.shape == "value" and REFERENCES[field.type] ~= nil
end

-- Parts of a phone number that the server derives from its text.
local DERIVED = { countryCode = true, userInput = true }

--- Whether the server ignores a part of a field's value that is sent: what a
-- reference says besides the id, or what a number is derived into.
---@param field extcontacts.Field
---@param part string
---@return boolean
function canonical.ignores(field, part)
  if field.type == "PhoneNumber" then
    return DERIVED[part] or false
  elseif not canonical.refers(field) then
    return false
  end
  for _, name in ipairs(REFERENCES[field.type]) do
    if name == part then
      return false
    end
  end
  return true
end

--- Returns the canonical form of a record.
---@param kind extcontacts.record.TypeName
---@param record table not changed
---@param trim boolean|nil ignore white space at the ends of texts, which the server removes
---@return table
function canonical.form(kind, record, trim)
  return form_of_object(record, models[types.by_name[kind].model], types.owned, trim)
end

--- Returns a value as text; two texts are equal if and only if the values are.
-- Raises an error object for a value without a JSON form.
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

--- Returns the canonical form of one field's value as text; "" for no value.
---@param field extcontacts.Field|nil
---@param value any
---@param trim boolean|nil ignore white space at the ends of texts, which the server removes
---@return string
function canonical.value_text(field, value, trim)
  return canonical.text(form_of(value, field, trim))
end

--- Whether two values of a field have the same canonical form.
---@param field extcontacts.Field|nil
---@param a any
---@param b any
---@param trim boolean|nil ignore white space at the ends of the texts of `a`, which the server removes
---@return boolean
function canonical.same(field, a, b, trim)
  return is_equal(form_of(a, field, trim), form_of(b, field))
end

--- Returns the SHA-256 of a record's canonical form.
---@param kind extcontacts.record.TypeName
---@param record table
---@return string
function canonical.digest(kind, record)
  return core.hash.sha256(canonical.text(canonical.form(kind, record)))
end

--- Whether a phone number from the server is the one that was sent without
-- `e164`: the server keeps the sent text in `userInput` when it rewrites it.
---@param sent any
---@param found any
---@return boolean
function canonical.same_phone(sent, found)
  if type(sent) ~= "table" or type(found) ~= "table" then
    return false
  end
  local typed = type(sent.e164) ~= "string" and sent.display
  return type(typed) == "string" and type(found.userInput) == "string"
    and texts.trim(typed) == texts.trim(found.userInput)
    and (sent.extension == nil or sent.extension == null or sent.extension == found.extension)
    and (sent.acceptsSMS == true) == (found.acceptsSMS == true)
end

return canonical
