--- The columns of an export's file: the fields of the records' model by their
-- dotted path, the custom fields of all schemas, and arrays as JSON.

local dataset = require "extcontacts.sandbox.state.dataset"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local record_body = require "extcontacts.sandbox.handlers.record_body"

local export_columns = {}

-- Fields of the models that only `expand` adds, or that are no more.
local LEFT_OUT = {
  identifiers = true, externalDataSources = true, mergeOperation = true, trustor = true, primaryContactId = true,
}

-- The columns that `basic` leaves out.
local NOT_BASIC = { id = true, selfUri = true, schema = true }

local function is_model(field)
  return field.shape == "value" and models[field.type]
end

local function add(columns, model, prefix)
  for _, field in ipairs(model.fields) do
    local name = prefix .. field.wire
    -- Custom fields come last.
    local is_left_out = prefix == "" and LEFT_OUT[field.wire] or field.wire == "customFields"
    if is_left_out then
      name = nil
    elseif field.type == "DataSchema" then
      columns[#columns + 1] = name .. ".id"
      name = name .. ".version"
    elseif is_model(field) and (record_body.is_reference(field.type) or field.type:find "AddressableEntityRef$") then
      name = name .. ".id"
    elseif is_model(field) then
      add(columns, models[field.type], name .. ".")
      name = nil
    end
    columns[#columns + 1] = name
  end
end

-- The names of the custom fields in all schemas of a type, sorted.
local function custom_fields(type_name)
  local schemas = dataset.collections[type_name .. "_schema"]
  local found, names = {}, {}
  for index = 0, schemas and schemas.next - 1 or -1 do
    local schema = schemas:record(index)
    for name in pairs(schema and schema.jsonSchema.properties or {}) do
      if not found[name] then
        found[name] = true
        names[#names + 1] = "customFields." .. name
      end
    end
  end
  table.sort(names)
  return names
end

--- The columns of an export.
---@param model_name string of the records
---@param type_name string of the records
---@param choice "all"|"basic"
---@return string[] names dotted paths
function export_columns.names(model_name, type_name, choice)
  local columns = {}
  add(columns, models[model_name], "")
  if choice == "all" then
    for _, name in ipairs(custom_fields(type_name)) do
      columns[#columns + 1] = name
    end
    return columns
  end
  local basic = {}
  for _, name in ipairs(columns) do
    if not NOT_BASIC[name:match "^[^.]+"] then
      basic[#basic + 1] = name
    end
  end
  return basic
end

-- Puts the values of a record into a map by their dotted paths.
local function flatten(record, prefix, values)
  for name, value in pairs(record) do
    local at = prefix .. name
    if type(value) ~= "table" then
      values[at] = tostring(value)
    elseif getmetatable(value) == json.array_mt then
      values[at] = assert(json.encode(value))
    else
      flatten(value, at .. ".", values)
    end
  end
  return values
end

--- A record's cells.
---@param record table
---@param columns string[] the columns' names
---@return string[]
function export_columns.cells(record, columns)
  local values, cells = flatten(record, "", {}), {}
  for number, name in ipairs(columns) do
    cells[number] = values[name]
  end
  return cells
end

return export_columns
