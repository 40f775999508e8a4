--- Ids that people list: one a line, the column `id` of a CSV file, or the field `id` of
-- JSON lines.  Line endings, byte order marks, blank lines, quotes and capitals don't
-- matter.  Pure.

local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local id = require "extcontacts.record.normalize.id"
local idset = require "extcontacts.base.idset"
local magic = require "extcontacts.base.magic"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local id_list = {}

---@class extcontacts.fix.IdList
---@field ids string[] each once, in the order of the list
---@field problems string[] what can't be read: "ids.txt: line 3: not a valid id"

-- Collects ids and problems.
local Collector = {}
Collector.__index = Collector

function Collector:take(text, line)
  local found, reason = id.read(text)
  if found then
    if self.seen:add(found) then
      self.ids[#self.ids + 1] = found
    end
  else
    self.problems[#self.problems + 1] = ("%s: line %d: %s"):format(self.name, line, reason)
  end
end

local function each_line(text)
  local next_text, number = text:gmatch "([^\n]*)\n", 0
  return function()
    local line = next_text()
    number = number + 1
    return line, number
  end
end

-- An id, or an object that has one.
local function id_of(value)
  if type(value) == "table" then
    value = value.id
  end
  return value
end

local function read_json_lines(collector, text)
  for line, number in each_line(text) do
    if line:find "%S" then
      local object, problem = core.json.decode(line)
      if object == nil then
        errors.raise_invalid(("%s: line %d: invalid JSON: %s"):format(collector.name, number,
          magic.json_problem(line, problem)))
      end
      collector:take(id_of(object), number)
    end
  end
end

local function read_json(collector, text)
  local list, problem = core.json.decode(text)
  if type(list) ~= "table" then
    errors.raise_invalid(("%s: invalid JSON: %s"):format(collector.name, magic.json_problem(text, problem or "")))
  end
  for _, value in ipairs(list) do
    collector:take(id_of(value), 1)
  end
end

-- The column of the ids, whatever its case.
local function id_column(name, header)
  for _, column in ipairs(header) do
    if column:lower() == "id" then
      return column
    end
  end
  for _, column in ipairs(header) do
    if id.read(column) then
      errors.raise_invalid(("%s: the first line must name the columns; one of them must be id"):format(name))
    end
  end
  errors.raise_invalid(("%s: no column 'id'; %s"):format(name, suggest.other("column", "id", header)))
end

local function read_csv(collector, text)
  local from = 1
  local next_row, reader = csv.rows { read = function(_, size)
    local block = text:sub(from, from + size - 1)
    from = from + size
    return block ~= "" and block or nil
  end }
  if not next_row then
    errors.raise_invalid(collector.name .. ": " .. reader)
  end
  local column = id_column(collector.name, reader.header)
  while true do
    local row, problem = next_row()
    if problem then
      errors.raise_invalid(collector.name .. ": " .. problem)
    elseif not row then
      return
    elseif row[column]:find "%S" then
      collector:take(row[column], reader.line)
    end
  end
end

local function read_lines(collector, text)
  for line, number in each_line(text) do
    if texts.trim(line) ~= "" then
      collector:take(line, number)
    end
  end
end

local OURS = { extcontacts_snapshot = "a snapshot", extcontacts_plan = "a plan", extcontacts_journal = "a journal" }

-- How the text is to be read, by its first line that is not blank.
local function reader_of(name, text)
  local first = texts.trim(text:match "[^\n]*%S[^\n]*" or "")
  for field, noun in pairs(OURS) do
    if first:find(('"%s"'):format(field), 1, true) then
      errors.raise_invalid(("%s is %s, not a list of ids"):format(name, noun))
    end
  end
  if first:sub(1, 1) == "{" then
    return read_json_lines
  elseif first:sub(1, 1) == "[" and not id.read(first) then
    return read_json
  elseif not id.read(first) and (first:find "[,;\t]" or first:lower():find '^"?id"?$') then
    return read_csv
  end
  return read_lines
end

--- Reads a list.  Raises an error object if it is no list of ids.
---@param text string
---@param name string of the file, for messages
---@return extcontacts.fix.IdList
function id_list.parse(text, name)
  local problem = magic.problem(text)
  if problem then
    errors.raise_invalid(("%s: the file %s"):format(name, problem))
  elseif not texts.is_utf8(text) then
    errors.raise_invalid(name .. ": the file is not UTF-8; save it as UTF-8")
  end
  text = texts.without_bom(text):gsub("\r+\n", "\n"):gsub("\r", "\n") .. "\n"
  local collector = setmetatable({ name = name, ids = {}, problems = {}, seen = idset.new() }, Collector)
  reader_of(name, text)(collector, text)
  if #collector.ids == 0 and #collector.problems == 0 then
    errors.raise_invalid(name .. " contains no ids")
  end
  return { ids = collector.ids, problems = collector.problems }
end

return id_list
