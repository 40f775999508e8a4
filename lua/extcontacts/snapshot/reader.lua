--- Reads a snapshot: its header, its records in order, and single ones by
-- where they stand.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"

local reader = {}

local BLOCK = 262144

---@class extcontacts.snapshot.Reader
---@field header extcontacts.snapshot.Header
local Reader = {}
Reader.__index = Reader

-- The line that begins at an offset, and where the next one begins; nil at
-- the end of the file.  Neighbours come from the same block.
local function line_at(self, offset)
  local block_at, block = self.block_at, self.block
  local size = BLOCK
  while true do
    if block and offset >= block_at then
      local stop = block:find("\n", offset - block_at + 1, true)
      if stop then
        return block:sub(offset - block_at + 1, stop - 1), block_at + stop
      elseif block_at == offset and #block < size then
        return nil, offset -- the file ends here, or within a line
      elseif block_at == offset then
        size = size * 4
      end
    end
    block_at = offset
    block = errors.check_io(self.file:read(size, offset))
    self.block_at, self.block = block_at, block
  end
end

local function damaged(self, why)
  errors.raise_invalid(("%s: %s"):format(self.path, why))
end

--- The record whose line begins at an offset.
---@param offset integer
---@return { kind: string, owner: string|nil, record: table }
---@return integer after where the next line begins
function Reader:at(offset)
  local line, after = line_at(self, offset)
  local entry = line and core.json.decode(line)
  if type(entry) ~= "table" or type(entry.record) ~= "table" then
    damaged(self, ("no record at byte %d; it is not the whole of a snapshot"):format(offset))
  end
  return entry, after
end

--- The records of a listing, in order; raises error objects.
---@param listing string
---@return fun(): table|nil, integer|nil next_entry an entry as `at` gives it, and its offset
function Reader:entries(listing)
  local offset, left = 0, 0
  for _, section in ipairs(self.header.sections) do
    if section.listing == listing then
      offset, left = section.offset, section.count
    end
  end
  return function()
    if left == 0 then
      return nil
    end
    left = left - 1
    local entry, after = self:at(offset)
    local at = offset
    offset = after
    return entry, at
  end
end

--- Whether a snapshot has a listing.
---@param listing string
---@return boolean
function Reader:has(listing)
  for _, section in ipairs(self.header.sections) do
    if section.listing == listing then
      return true
    end
  end
  return false
end

function Reader:close()
  self.file:close()
end

--- Opens a snapshot.
---@param path string
---@return extcontacts.snapshot.Reader|nil
---@return extcontacts.Error|nil
function reader.open(path)
  local file, message, code = core.file.open(path, "read")
  if not file then
    return errors.io(message, code)
  end
  local self = setmetatable({ file = file, path = path }, Reader)
  local header, err = errors.catch(function()
    local line = line_at(self, 0)
    return line and core.json.decode(line) or {}
  end)
  if type(header) ~= "table" or header.extcontacts_snapshot == nil then
    file:close()
    if err then
      return nil, err
    end
    return errors.invalid(path .. " is not a snapshot; `extcontacts export` makes one", "format")
  elseif header.extcontacts_snapshot ~= format.VERSION then
    file:close()
    return errors.invalid(path .. " is of a later version of extcontacts", "version")
  elseif not header.finished then
    file:close()
    return errors.invalid(path .. " is not complete; export it again to go on with it", "incomplete")
  end
  self.header = header
  return self
end

return reader
