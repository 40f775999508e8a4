--- A compact map from texts to record indexes, several per text: 8 bytes per
-- entry, outside the Lua heap.  It keeps hashes only, so the caller compares
-- each index it finds with the record.

local bit = require "bit"
local ffi = require "ffi"
local random = require "extcontacts.sandbox.random"

local band, bxor, rol, tobit = bit.band, bit.bxor, bit.rol, bit.tobit

local multimap = {}

---@class extcontacts.sandbox.Multimap
local Multimap = {}
Multimap.__index = Multimap

-- One byte per step: the texts are short, and reading more at once is not faster.
local function hash_text(text)
  local h = #text
  for at = 1, #text do
    h = tobit(rol(bxor(h, text:byte(at)), 5) * 5 + 0x52dce729)
  end
  return random.mix(h)
end

local function allocate(self, capacity)
  self.hashes = ffi.new("int32_t[?]", capacity)
  -- index + 1; 0 marks a free slot
  self.indexes = ffi.new("uint32_t[?]", capacity)
  self.mask = capacity - 1
end

--- Creates a map.
---@param expected integer number of entries to allocate for; the map can grow
---@return extcontacts.sandbox.Multimap
function multimap.new(expected)
  local capacity = 1024
  while capacity < expected * 2 do
    capacity = capacity * 2
  end
  local self = setmetatable({ used = 0 }, Multimap)
  allocate(self, capacity)
  return self
end

local function insert(self, hash, index)
  local at = band(hash, self.mask)
  while self.indexes[at] ~= 0 do
    at = band(at + 1, self.mask)
  end
  self.hashes[at], self.indexes[at] = hash, index + 1
end

local function grow(self)
  local hashes, indexes, mask = self.hashes, self.indexes, self.mask
  allocate(self, (mask + 1) * 2)
  for at = 0, mask do
    if indexes[at] ~= 0 then
      insert(self, hashes[at], indexes[at] - 1)
    end
  end
end

--- Adds an index to a text.
---@param text string
---@param index integer from 0
function Multimap:add(text, index)
  if self.used * 4 > self.mask * 3 then
    grow(self)
  end
  self.used = self.used + 1
  insert(self, hash_text(text), index)
end

--- The indexes that may belong to a text, ascending and each once.
---@param text string
---@return integer[]
function Multimap:find(text)
  local hash = hash_text(text)
  local found, seen = {}, {}
  local at = band(hash, self.mask)
  while self.indexes[at] ~= 0 do
    local index = self.indexes[at] - 1
    if self.hashes[at] == hash and not seen[index] then
      seen[index] = true
      found[#found + 1] = index
    end
    at = band(at + 1, self.mask)
  end
  table.sort(found)
  return found
end

return multimap
