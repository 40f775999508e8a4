--- The rows of a CSV file as records, to look at: a cell becomes a value of its field's
-- type, or stays the text that it is.  A column that no field has becomes a field of its
-- own.  An empty cell is an absent field.

local cells = require "extcontacts.record.cells"
local columns = require "extcontacts.record.columns"
local csv = require "extcontacts.base.csv"
local field_path = require "extcontacts.base.path"
local import_file = require "extcontacts.fix.import.file"

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

-- What names the organization that an import looks for: no field of the contact.
local OF_LINKED = { ["externalOrganization.name"] = true, ["externalOrganization.externalId"] = true }

-- The columns of a file: their fields by the names of an import, or their own.  The second
-- column of a field stays a field of its own.
local function describe(opened, kind)
  local list, others, used = {}, {}, {}
  for index, column in ipairs(opened.columns) do
    local name = kind == "contact" and column.field or column.name
    local described = name and not used[name] and not OF_LINKED[name] and column_of(name, kind) or nil
    if described then
      used[name] = true
    elseif column.name then
      others[#others + 1] = column.name
    end
    list[index] = { index = index, name = described and name or column.name or "", described = described }
  end
  table.sort(list, function(a, b)
    if a.name ~= b.name then
      return a.name < b.name -- `address` before `address.city`
    end
    return a.index < b.index
  end)
  return list, others
end

--- Opens a CSV file or a workbook.  Raises an error object if it can't be read; so does what it returns.
---@param path string
---@param kind "contact"|"organization"
---@param left_out string[] receives why rows can't be read; they are no records
---@param options extcontacts.fix.ImportFileOptions how the file is read
---@return fun(): table|nil next_record
---@return fun() close
---@return string[] others the columns that no field has
function csv_records.open(path, kind, left_out, options)
  local opened = import_file.open(path, options)
  local next_row, list, others = opened:rows(), describe(opened, kind)
  return function()
    local row, line, problem
    repeat
      row, line, problem = next_row()
      if problem then
        left_out[#left_out + 1] = ("line %d: %s"):format(line, problem)
      end
    until not problem
    if not row then
      return nil
    end
    local record = {}
    for _, column in ipairs(list) do
      local text = csv.unguarded(row[column.index] or "")
      if text ~= "" and column.described then
        put(record, column.described, text)
      elseif text ~= "" and column.name ~= "" then
        record[column.name] = text
      end
    end
    return record
  end, function() opened:close() end, others
end

return csv_records
