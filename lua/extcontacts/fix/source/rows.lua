--- The rows of a source file: CSV, NDJSON, or one id a line.  Each reader
-- returns a function for the next row and its number in the file, and one that
-- closes the file.  Both the readers and what they return raise error objects.

local atomic_lines = require "extcontacts.base.atomic_lines"
local blank = require "extcontacts.record.normalize.blank"
local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local rows = {}

local function needed_columns(described, header)
  local names, has_address = {}, false
  for _, name in ipairs(header) do
    has_address = has_address or name == "selfUri"
  end
  names[1] = described.key or nil
  -- A note's address names its owner, too.
  names[#names + 1] = not has_address and described.owner or nil
  for _, name in ipairs(described.columns or {}) do
    names[#names + 1] = name
  end
  return names
end

-- The columns that the source names must be in the header.
local function column_problem(described, header)
  for _, name in ipairs(needed_columns(described, header)) do
    local problem = suggest.other("column", name, header)
    if problem then
      return problem
    end
  end
end

local function is_blank(row)
  for _, cell in pairs(row) do
    if not blank.is(cell) then
      return false
    end
  end
  return true
end

--- Reads a CSV file.  A row counts from its first line.  Rows without a value are
-- passed over.
---@param described extcontacts.fix.Source
---@return fun(): table|nil, integer next_row
---@return fun() close
---@return string[] header the names of the columns
function rows.csv(described)
  local handle, message = io.open(described.path, "rb")
  if not handle then
    error(select(2, errors.io(message)), 0)
  end
  local next_row, reader = csv.rows(handle, { separator = described.separator, raw = described.raw_cells })
  local problem = not next_row and reader or column_problem(described, reader.header)
  if problem then
    handle:close()
    errors.raise_invalid(described.path .. ": " .. problem)
  end
  return function()
    local row, damage
    repeat
      row, damage = next_row()
      if damage then
        errors.raise_invalid(described.path .. ": " .. damage)
      end
    until not row or not is_blank(row)
    return row, reader.line
  end, function()
    handle:close()
  end, reader.header
end

-- The lines of a file that are not blank, each with its number.
local function filled_lines(path)
  local next_line, err, close = atomic_lines.texts(path)
  if not next_line then
    error(err, 0)
  end
  return function()
    local line, number
    repeat
      line, number = next_line()
    until line == nil or not blank.is(line)
    return line, number
  end, close
end

--- Reads a file of one JSON object a line.
---@param described extcontacts.fix.Source
---@return fun(): table|nil, integer next_row
---@return fun() close
function rows.ndjson(described)
  local next_line, close = filled_lines(described.path)
  return function()
    local line, number = next_line()
    if line == nil then
      return nil
    end
    local row, problem = core.json.decode(line)
    if type(row) ~= "table" or records.is_array(row) then
      errors.raise_invalid(("%s: line %d: %s"):format(described.path, number, problem or "not a JSON object"))
    end
    return row, number
  end, close
end

--- Iterates over the lines of a text file that are not blank, trimmed.  Raises an
-- error object if the file can't be read, or is not UTF-8.
---@param path string
---@return fun(): string|nil, integer|nil next_line a line and its number in the file
function rows.lines(path)
  local next_line, close = filled_lines(path)
  return function()
    local line, number = next_line()
    if line == nil then
      close()
      return nil
    end
    return texts.trim(line), number
  end
end

--- Reads a list of ids, or a file of one id a line.
---@param described extcontacts.fix.Source
---@return fun(): table|nil, integer next_row
---@return fun() close
function rows.ids(described)
  if described.list then
    local index = 0
    return function()
      index = index + 1
      local id = described.list[index]
      return id ~= nil and { [described.key] = id } or nil, index
    end, function() end
  end
  local next_line, close = filled_lines(described.path)
  return function()
    local line, number = next_line()
    return line and { [described.key] = texts.trim(line) } or nil, number
  end, close
end

return rows
