--- A compact map from texts to record indexes, several to one text: 8 bytes an
-- entry outside the Lua heap.  It keeps only hashes, so what it finds must be
-- compared with the record.

local ffi = require "ffi"
local bit = require "bit"
local random = require "extcontacts.sandbox.random"
local band, bxor, rol, tobit = bit.band, bit.bxor, bit.rol, bit.tobit

local multimap = {}

local Multimap = {}
Multimap.__index = Multimap

-- Texts are short; eight of their bytes make no difference in speed.
local function hash_text(text)
  local h = #text
  for at = 1, #text do
    h = tobit(rol(bxor(h, text:byte(at)), 5) * 5 + 0x52dce729)
  end
  return random.mix(h)
end

local function allocate(self, capacity)
  self.hashes = ffi.new("int32_t[?]", capacity)
  -- index + 1; 0 is a free place
  self.indexes = ffi.new("uint32_t[?]", capacity)
  self.mask = capacity - 1
end

---@param expected integer entries
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

function Multimap:add(text, index)
  if self.used * 4 > self.mask * 3 then
    grow(self)
  end
  self.used = self.used + 1
  insert(self, hash_text(text), index)
end

--- Indexes whose text may be this one, ascending.
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
