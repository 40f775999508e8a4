--- Reads a snapshot: its header, its records in order, and single records by
-- their offset.

local check = require "extcontacts.snapshot.check"
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local format = require "extcontacts.snapshot.format"

local reader = {}

local REMEDY = "restore it from a backup, or export again"

local BLOCK = 262144 -- bytes read at a time; more for a longer line

---@class extcontacts.snapshot.Reader
---@field header extcontacts.snapshot.Header
---@field path string
---@field digest string of the header
local Reader = {}
Reader.__index = Reader

-- The line at an offset, and the offset of the next one; nil at the end of the
-- file.  Neighbouring lines come from the same block.
local function line_at(self, offset)
  local block_at, block = self.block_at, self.block
  local size = BLOCK
  while true do
    if block and offset >= block_at then
      local stop = block:find("\n", offset - block_at + 1, true)
      if stop then
        return block:sub(offset - block_at + 1, stop - 1), block_at + stop
      elseif block_at == offset and #block < size then
        return nil, offset -- the file ends here, perhaps within a line
      elseif block_at == offset then
        size = size * 4
      end
    end
    block_at = offset
    block = errors.check_io(self.file:read(size, offset))
    self.block_at, self.block = block_at, block
  end
end

---@class extcontacts.snapshot.Entry
---@field kind extcontacts.record.TypeName
---@field owner string|nil of a note
---@field record table

--- Reads the record whose line starts at an offset; raises error objects.
---@param offset integer
---@return extcontacts.snapshot.Entry
---@return integer next_offset
function Reader:at(offset)
  local line, next_offset = line_at(self, offset)
  local entry = line and core.json.decode(line)
  if type(entry) ~= "table" or type(entry.record) ~= "table" then
    errors.raise_invalid(("%s: no record at byte %d; the snapshot is incomplete or damaged"):format(self.path, offset))
  end
  return entry, next_offset
end

--- Iterates over the records of a listing, in order; raises error objects.
---@param listing string
---@return fun(): extcontacts.snapshot.Entry|nil, integer|nil next_entry an entry and its offset
function Reader:entries(listing)
  local section = format.section(self.header, listing) or { offset = 0, count = 0 }
  local offset, remaining = section.offset, section.count
  return function()
    if remaining == 0 then
      return nil
    end
    remaining = remaining - 1
    local entry, next_offset = self:at(offset)
    local entry_offset = offset
    offset = next_offset
    return entry, entry_offset
  end
end

--- Whether the snapshot contains a listing.
---@param listing string
---@return boolean
function Reader:has(listing)
  return format.section(self.header, listing) ~= nil
end

function Reader:close()
  self.file:close()
end

-- Why a header is not that of a complete snapshot.
local function header_problem(header)
  if header == false then
    return "is damaged in line 1; " .. REMEDY, "damaged"
  elseif type(header) ~= "table" or header.extcontacts_snapshot == nil then
    return "is not a snapshot; create one with `extcontacts export`", "format"
  elseif header.extcontacts_snapshot ~= format.version(header) then
    return ("has format %s, and this version reads format %d; export again"):format(
      tostring(header.extcontacts_snapshot), format.VERSION), "version"
  elseif not header.finished then
    return "is incomplete; run the export again to resume it", "incomplete"
  end
end

-- The header; false if it is damaged.
local function header_of(line)
  local header = line and core.json.decode(line)
  local is_ours = type(header) == "table" and header.extcontacts_snapshot == format.version(header)
  if line and (is_ours or line:find ',"crc":"%x+"}$') and not checked_lines.check(line) then
    return false
  end
  return header or {}
end

-- Checks every line of the records; raises error objects.
local function check_records(self)
  local count = 0
  for _, section in ipairs(self.header.sections) do
    count = count + section.count
  end
  local chain = check.lines(self.file, self.path, REMEDY, errors.check_io(self.file:size()))
  if chain.count ~= count then
    errors.raise_invalid(("%s: line %d is missing: it has %d of %d records; %s"):format(self.path, chain.count + 2,
      chain.count, count, REMEDY), "damaged")
  elseif chain:digest() ~= self.header.sha256 then
    errors.raise_invalid(("%s: the header does not belong to these records; %s"):format(self.path, REMEDY), "damaged")
  end
end

--- Reads the records of a file whose lines have been checked.
---@param file table of `core.file`
---@param path string
---@param header extcontacts.snapshot.Header|nil
---@return extcontacts.snapshot.Reader
function reader.of(file, path, header)
  return setmetatable({ file = file, path = path, header = header }, Reader)
end

--- Opens a snapshot and checks all its lines.
---@param path string
---@return extcontacts.snapshot.Reader|nil
---@return extcontacts.Error|nil
function reader.open(path)
  local file, message, system_code = core.file.open(path, "own")
  if not file then
    return errors.io(message, system_code)
  end
  local self = reader.of(file, path)
  local header, err = errors.catch(function()
    local line = line_at(self, 0)
    self.digest = line and core.hash.sha256(line)
    return header_of(line)
  end)
  if err then
    file:close()
    return nil, err
  end
  local problem, code = header_problem(header)
  if problem then
    file:close()
    return errors.invalid(path .. " " .. problem, code)
  end
  self.header = header
  local ok
  ok, err = errors.catch(function()
    check_records(self)
    return true
  end)
  if not ok then
    file:close()
    return nil, err
  end
  return self
end

return reader
