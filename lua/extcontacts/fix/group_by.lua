--- Groups values by key, in more space than memory has, so that a fix can find
-- records that have something in common.
--
-- The values are kept in an unlinked file, which disappears with the process.
-- The digest of a key assigns it to one of a fixed number of parts.  A part is a
-- list of blocks in the file and one block in memory; reading takes one part
-- into memory at a time.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local group_by = {}

local PARTS = 256
local BLOCK = 16384 -- bytes of a part in memory, at most
local READ_SIZE = 16 * 1024 * 1024 -- bytes

---@class extcontacts.fix.Groups
local Groups = {}
local metatable = { __name = "extcontacts.fix.groups", __index = Groups }

--- Makes an empty set of groups.
---@param prefix string|nil prefix of the file's path, which selects its disk; default: a temporary file
---@return extcontacts.fix.Groups
function group_by.new(prefix)
  local path = os.tmpname()
  if prefix then
    os.remove(path)
    path = prefix .. path:match "[^/]+$"
  end
  local file = errors.check_io(core.file.open(path, prefix and "new" or "update"))
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

-- Moves a part's block in memory to the file.
local function flush(self, part)
  local block = table.concat(part.texts)
  errors.check_io(self.file:write(block))
  part.blocks[#part.blocks + 1] = { self.size, #block }
  self.size = self.size + #block
  part.texts, part.bytes = {}, 0
end

local CLOSED = "the groups are closed"

--- Adds a value under a key.  Raises an error object when the disk is full.
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
      local piece = errors.check_io(self.file:read(math.min(last - at, READ_SIZE), at))
      if piece == "" then
        errors.raise_invalid "the temporary file of ctx.groups() was truncated; plan again"
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

--- Iterates over the keys, each with its values in the order in which they were
-- added.  The order of the keys has no meaning; the same keys come in the same
-- order.
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

--- Releases the file.
function Groups:close()
  if not self.closed then
    self.closed = true
    self.file:close()
    self.parts = {}
  end
end

return group_by
