--- The rows of a CSV file as records, to look at: a cell becomes a value of its field's
-- type, or stays the text that it is.  A column that no field has becomes a field of its
-- own.  An empty cell is an absent field.

local cells = require "extcontacts.record.cells"
local columns = require "extcontacts.record.columns"
local field_path = require "extcontacts.base.path"
local rows = require "extcontacts.fix.source.rows"

local csv_records = {}

-- Types of columns whose texts are read as something else.
local CONVERTED = { integer = true, number = true, extension = true, boolean = true, json = true, reference = true }

-- What a column is; nil for one that no field has.
local function column_of(name, kind)
  local ok, list = pcall(columns.of, { [name] = "" }, kind)
  return ok and list[1] or nil
end

local function value_of(column, text)
  if column.type == "phone" then
    return text:find "^%s*{" and cells.read.json(text) or { display = text }
  elseif CONVERTED[column.type] then
    local value = cells.read[column.type](text)
    return value == nil and text or value
  end
  return text
end

-- Sets a field.  Where a column of its own has put a text in place of its object, the
-- cell stays under the column's name.
local function put(record, column, text)
  local object, depth = field_path.innermost(record, column.path)
  local value, current = value_of(column, text), field_path.at(record, column.path)
  if depth < #column.path and object[column.path[depth]] ~= nil then
    record[column.name] = text
  elseif type(value) == "table" and type(current) == "table" then
    for key, part in pairs(value) do
      current[key] = current[key] == nil and part or current[key]
    end
  elseif current == nil then
    field_path.put(record, column.path, value)
  end
end

--- Opens a CSV file.  Raises an error object if it can't be read; so does what it returns.
---@param path string
---@param kind "contact"|"organization"
---@return fun(): table|nil next_record
---@return fun() close
---@return string[] others the columns that no field has
function csv_records.open(path, kind)
  local next_row, close, header = rows.csv { path = path, key = false }
  local described, names, others = {}, {}, {}
  for index, name in ipairs(header) do
    names[index], described[name] = name, column_of(name, kind) or nil
    others[#others + 1] = not described[name] and name or nil
  end
  table.sort(names) -- `address` before `address.city`
  return function()
    local row = next_row()
    if not row then
      return nil
    end
    local record = {}
    for _, name in ipairs(names) do
      local text = row[name]
      if text ~= nil and text ~= "" and described[name] then
        put(record, described[name], text)
      elseif text ~= nil and text ~= "" then
        record[name] = text
      end
    end
    return record
  end, close, others
end

return csv_records
