--- Values put together by key, more of them than memory holds: to find out
-- which records have something in common.
--
-- They wait in a file without a name, which is gone with the process.  Keys go
-- by their digest into a number of parts; each has the blocks of the file that
-- it filled, and one that fills in memory.  They come back a part at a time.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local group_by = {}

local PARTS = 256
local BLOCK = 16384 -- bytes of a part that wait in memory at most

---@class extcontacts.fix.Groups
local Groups = {}
local metatable = { __name = "extcontacts.fix.groups", __index = Groups }

--- Makes an empty one.
---@param beside string|nil path next to which the file has room; a temporary one where there is none
---@return extcontacts.fix.Groups
function group_by.new(beside)
  local path = os.tmpname()
  if beside then
    os.remove(path)
    path = beside .. path:match "[^/]+$"
  end
  local file = errors.check_io(core.file.open(path, beside and "new" or "update"))
  os.remove(path)
  return setmetatable({ file = file, size = 0, parts = {} }, metatable)
end

local function part_of(self, key)
  local number = tonumber(core.hash.sha256(key):sub(1, 2), 16) % PARTS + 1
  local part = self.parts[number]
  if not part then
    part = { texts = {}, bytes = 0, blocks = {} }
    self.parts[number] = part
  end
  return part
end

-- Moves what a part has in memory to the file.
local function flush(self, part)
  local block = table.concat(part.texts)
  errors.check_io(self.file:write(block))
  part.blocks[#part.blocks + 1] = { self.size, #block }
  self.size = self.size + #block
  part.texts, part.bytes = {}, 0
end

local CLOSED = "the groups are closed"

--- Adds a value to a key's.  Raises where the file has no room.
---@param key string
---@param value string
function Groups:add(key, value)
  if self.closed then
    error(CLOSED, 2)
  elseif type(key) ~= "string" or type(value) ~= "string" then
    error("groups:add takes a key and a value, both strings", 2)
  end
  local part = part_of(self, key)
  local text = ("%d %d\n%s%s"):format(#key, #value, key, value)
  part.texts[#part.texts + 1] = text
  part.bytes = part.bytes + #text
  if part.bytes >= BLOCK then
    flush(self, part)
  end
end

-- Adds the entries of a block to `found`, key → values.
local function read_entries(block, found)
  local at = 1
  while at <= #block do
    local _, last, key_length, value_length = block:find("^(%d+) (%d+)\n", at)
    local key = block:sub(last + 1, last + key_length)
    at = last + key_length + value_length + 1
    local values = found[key]
    if not values then
      values = {}
      found[key] = values
    end
    values[#values + 1] = block:sub(last + key_length + 1, at - 1)
  end
end

local function read_part(self, part)
  local found, keys = {}, {}
  for _, block in ipairs(part.blocks) do
    local at, last = block[1], block[1] + block[2]
    local pieces = {}
    while at < last do
      local piece = errors.check_io(self.file:read(math.min(last - at, 0x1000000), at))
      if piece == "" then
        errors.raise_invalid "a file of groups has become shorter than it was"
      end
      pieces[#pieces + 1] = piece
      at = at + #piece
    end
    read_entries(table.concat(pieces), found)
  end
  read_entries(table.concat(part.texts), found)
  for key in pairs(found) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return found, keys
end

--- Each key with its values in the order they were added.  The order of the
-- keys is none that means anything, but for the same keys always the same.
---@return fun(): string|nil, string[]
function Groups:each()
  local number, found, keys, place = 0, nil, {}, 0
  return function()
    if self.closed then
      error(CLOSED, 2)
    end
    while place == #keys do
      repeat
        number = number + 1
      until self.parts[number] or number > PARTS
      if number > PARTS then
        return nil
      end
      found, keys = read_part(self, self.parts[number])
      place = 0
    end
    place = place + 1
    local key = keys[place]
    return key, found[key]
  end
end

--- Gives the file back.
function Groups:close()
  if not self.closed then
    self.closed = true
    self.file:close()
    self.parts = {}
  end
end

return group_by
