--- Reads the lines of a journal.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local state = require "extcontacts.fix.journal.state"

local reader = {}

--- The version of the format, in the first line.
reader.VERSION = 1

-- Opens a journal.  An incomplete last line is left out.
local function open(path)
  local next_line, err, close = atomic_lines.read(path)
  if not next_line then
    return nil, err
  end
  local number = 0
  return function()
    local text, whole = next_line()
    number = number + 1
    if not text or not whole then
      return nil
    end
    local line = core.json.decode(text)
    if type(line) ~= "table" then
      errors.raise_invalid(("%s: line %d is damaged, so this journal can't be used; restore it from a backup")
        :format(path, number))
    end
    return line
  end, nil, close
end

--- Visits the lines in order.  Raises an error object when one can't be read.
---@param path string
---@param visit fun(line: table)
function reader.each(path, visit)
  local next_line, err, close = open(path)
  if not next_line then
    error(err, 0)
  end
  local line = next_line()
  while line do
    visit(line)
    line = next_line()
  end
  close()
end

local function replay(path)
  local result = state.new()
  reader.each(path, function(line)
    if not result.header then
      if line.extcontacts_journal ~= reader.VERSION then
        errors.raise_invalid(path .. ": not a journal of this program")
      end
      result.header = line
    end
    state.take(result, line)
  end)
  return result
end

--- The state that a journal records.
---@param path string
---@return extcontacts.fix.JournalState|nil
---@return extcontacts.Error|nil
function reader.read(path)
  return errors.catch(replay, path)
end

return reader
