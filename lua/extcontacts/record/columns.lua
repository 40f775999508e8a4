--- The columns of a row: the field that each one sets, and how its cells are read.
-- Pure.

local canonical = require "extcontacts.record.canonical"
local contact_fields = require "extcontacts.record.contact_fields"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local columns = {}

local BY_TYPE = { string = "text", date = "datetime", uri = "text", int32 = "integer", int64 = "integer",
  integer = "integer", number = "number", boolean = "boolean", PhoneNumber = "phone" }
local BY_SUFFIX = { integer = "integer", number = "number", checkbox = "boolean", tag = "json", date = "date",
  datetime = "datetime" }

-- Parts of a phone number whose cells are read by its rules.
local PHONE_PARTS = { display = true, e164 = true, extension = true }

---@class extcontacts.record.Column
---@field name string
---@field path string[]
---@field type string a key of `cells.read`
---@field read_only boolean
---@field phone string|nil the phone number of which this is a part
---@field decided_by string[]|nil the columns from which the server derives this one

-- Raises if there is no such field.
local function describe(kind, name)
  local path = field_path.split(name)
  local column = { name = name, path = path, read_only = types.owned[path[1]] or false }
  if #path == 0 then
    error(("column '%s' names no field; rename or remove it"):format(name), 0)
  end
  local model, field, parent = models[types.by_name[kind].model], nil, nil
  for index, part in ipairs(path) do
    if field and (field.shape == "map" or field.type == "object") then
      column.type = BY_SUFFIX[path[#path]:match "_(%a+)$" or ""] or "text"
      return column
    elseif not model or not model.by_wire[part] then
      error(suggest.unknown("field", table.concat(path, ".", 1, index), suggest.keys(model and model.by_wire or {})), 0)
    end
    if model.name == "PhoneNumber" then
      column.phone = table.concat(path, ".", 1, index - 1)
    end
    parent, field = field, model.by_wire[part]
    model = models[field.type]
    if parent and canonical.ignores(parent, part) then
      local whole = table.concat(path, ".", 1, index - 1)
      column.read_only = true
      column.decided_by = column.phone and { whole, whole .. ".display", whole .. ".e164" } or { whole, whole .. ".id" }
    end
    column.read_only = column.read_only or records.is_owned(field, index > 1)
  end
  local simple = field.shape ~= "array" and BY_TYPE[field.type]
  if path[#path] == "id" and (not parent or canonical.refers(parent)) then
    column.type = "id"
  elseif column.phone and PHONE_PARTS[path[#path]] then
    column.type = path[#path]
  elseif contact_fields.is_email[name] then
    column.type = "email"
  else
    column.type = canonical.is_reference(field) and "reference" or simple or "json"
  end
  return column
end

-- Columns that were described, by type and name.  Files with other columns than
-- these start a new table.
local MOST_COLUMNS = 1000
local described, count = {}, 0

local function column_of(kind, name)
  local key = kind .. " " .. name
  local column = described[key]
  if not column then
    column = describe(kind, name)
    if count >= MOST_COLUMNS then
      described, count = {}, 0
    end
    described[key], count = column, count + 1
  end
  return column
end

--- The columns of a row that are fields, custom fields last: the row may set their
-- schema.  Raises if a column is not a field of such a record.
---@param row table<string, any>
---@param kind extcontacts.record.TypeName
---@param ignored table<string, boolean>|nil columns that are not fields
---@return extcontacts.record.Column[]
function columns.of(row, kind, ignored)
  local out, custom = {}, {}
  for _, name in ipairs(suggest.keys(row)) do
    if not (ignored and ignored[name]) then
      local column = column_of(kind, name)
      local list = column.path[1] == "customFields" and custom or out
      list[#list + 1] = column
    end
  end
  for _, column in ipairs(custom) do
    out[#out + 1] = column
  end
  return out
end

local function add_columns(model, prefix, depth, names)
  for _, field in ipairs(model.fields) do
    local inner = field.shape == "value" and models[field.type]
    local name = prefix .. field.wire
    if inner and inner.by_wire.selfUri then
      names[#names + 1] = name .. ".id"
    elseif inner and depth < 3 then
      add_columns(inner, name .. ".", depth + 1, names)
    else
      names[#names + 1] = name
    end
  end
  return names
end

--- The columns of a file with all fields of a model.  They do not depend on the records;
-- references to other records are columns of ids.
---@param model extcontacts.Model
---@return string[]
function columns.of_model(model)
  return add_columns(model, "", 1, {})
end

return columns
