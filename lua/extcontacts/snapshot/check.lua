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

--- Checks the lines of the records; raises an error object that names the line.
---@param file table of `core.file`
---@param path string
---@param remedy string what to do with a damaged file
---@param stop integer the byte after the last line
---@return extcontacts.LineChain
function check.lines(file, path, remedy, stop)
  local chain = checked_lines.chain()
  local bytes = 0
  for line, whole in texts.lines(blocks(file, stop)) do
    if not whole or not chain:check(line) then
      errors.raise_invalid(("%s: line %d is damaged; %s"):format(path, chain.count + 2, remedy), "damaged")
    end
    bytes = bytes + #line + 1
  end
  if bytes ~= stop - format.RECORDS_AT then
    errors.raise_invalid(("%s: line %d is missing; %s"):format(path, chain.count + 2, remedy), "damaged")
  end
  return chain
end

return check
