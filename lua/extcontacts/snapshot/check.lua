--- Checks the records' lines of a snapshot, complete or partial.

local checked_lines = require "extcontacts.base.checked_lines"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"
local texts = require "extcontacts.base.text"

local check = {}

local BLOCK = 262144 -- bytes read at a time

-- Reads blocks of a file up to an offset.
local function blocks(file, stop)
  local at = format.RECORDS_AT
  return function()
    local block = errors.check_io(file:read(math.min(BLOCK, stop - at), at))
    at = at + #block
    return block
  end
end

-- Adds the lines up to an offset to a chain, until one is damaged.  Returns the offset after
-- the last one that is added, and whether the next one is damaged.
local function follow(chain, file, stop, on_line)
  local at = format.RECORDS_AT
  for line, whole in texts.lines(blocks(file, stop)) do
    if not whole or not chain:check(line) then
      return at, true
    end
    at = at + #line + 1
    if on_line then
      on_line(at)
    end
  end
  return at, false
end

--- Checks the lines of the records; raises an error object that names the line.
---@param file table of `core.file`
---@param path string
---@param remedy string what to do with a damaged file
---@param stop integer the byte after the last line
---@return extcontacts.LineChain
function check.lines(file, path, remedy, stop)
  local chain = checked_lines.chain()
  local at, is_damaged = follow(chain, file, stop)
  if is_damaged or at ~= stop then
    errors.raise_invalid(("%s: line %d is %s; %s"):format(path, chain.count + 2, is_damaged and "damaged" or "missing",
      remedy), "damaged")
  end
  return chain
end

--- Finds the last state of an export whose lines are all in its file.  Raises an error object
-- if those of the first state are damaged.
---@param file table of `core.file`
---@param path string
---@param remedy string
---@param states extcontacts.snapshot.State[] in the order in which they were saved
---@return extcontacts.snapshot.State|nil state nil if the file is another one
---@return extcontacts.LineChain|nil chain of its lines
function check.states(file, path, remedy, states)
  local chain, reached = checked_lines.chain(), 0
  local function on_line(at)
    local state = states[reached + 1]
    while state and state.offset == at and state.sha256 == chain:digest() do
      reached = reached + 1
      state = states[reached + 1]
    end
  end
  on_line(format.RECORDS_AT)
  follow(chain, file, states[#states].offset, on_line)
  local state = states[reached]
  if reached < #states then -- the chain may have lines that do not count
    chain = check.lines(file, path, remedy, (state or states[1]).offset)
  end
  return state, state and chain
end

return check
