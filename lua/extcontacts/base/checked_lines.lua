--- JSON lines with checksums, so that a damaged file is recognised and its line
-- named.  A sealed line ends in the field `crc`: the CRC-32, as 8 hexadecimal
-- digits, of the lines of its chain up to and including itself, each without
-- `,"crc":"…"}` and its line feed.  A line that was changed, removed, added or moved
-- does not have the checksum of its place.

local core = require "extcontacts.core"

local crc32 = core.hash.crc32

local checked_lines = {}

-- Bytes of `,"crc":"01234567"}`.
local SUFFIX = 18

--- Seals a line on its own.
---@param text string a JSON object with at least one field
---@param crc integer|nil of what comes before; default: nothing
---@return string line with its line feed
---@return integer crc
function checked_lines.seal(text, crc)
  return core.hash.seal(text, crc or 0)
end

--- Checks a line on its own.
---@param line string without its line feed
---@param crc integer|nil as for `seal`
---@return integer|nil crc nil if the line is damaged
function checked_lines.check(line, crc)
  local length = #line - SUFFIX
  if length < 1 then
    return nil
  end
  crc = crc32(line, crc or 0, length)
  return line:sub(length + 1) == (',"crc":"%08x"}'):format(crc) and crc or nil
end

---@class extcontacts.LineChain
---@field crc integer of its lines so far
---@field count integer lines so far
local Chain = {}
Chain.__index = Chain

--- Starts a chain of lines.
---@return extcontacts.LineChain
function checked_lines.chain()
  return setmetatable({ crc = 0, count = 0, hash = core.hash.new() }, Chain)
end

--- Adds a line by its checksum.
---@param crc integer
function Chain:extend(crc)
  self.crc, self.count = crc, self.count + 1
  self.hash:add(("%08x"):format(crc))
end

--- Seals the next line.
---@param text string a JSON object with at least one field
---@return string line with its line feed
function Chain:seal(text)
  local line, crc = checked_lines.seal(text, self.crc)
  self:extend(crc)
  return line
end

--- Seals the next lines, many at a time.
---@param heads string[] how each begins, `{"record":`
---@param texts string[] the JSON text after it; its line breaks are removed
---@return string lines
function Chain:seal_all(heads, texts)
  local lines, crc = core.lines.seal(heads, texts, self.crc, self.hash)
  self.crc, self.count = crc, self.count + #texts
  return lines
end

--- Seals lines of `json.decode` in their place, as the next ones.
---@param head string how each begins
---@param lines userdata of JSON texts
function Chain:seal_lines(head, lines)
  self.crc = lines:seal(head, self.crc, self.hash)
  self.count = self.count + #lines
end

--- Checks the next line.
---@param line string without its line feed
---@return boolean|nil valid
function Chain:check(line)
  local crc = checked_lines.check(line, self.crc)
  if crc then
    self:extend(crc)
    return true
  end
end

--- The SHA-256 of the checksums of all lines so far.
---@return string 64 hexadecimal digits
function Chain:digest()
  return self.hash:digest()
end

return checked_lines
