--- A table from keys to numbers that takes about 25 bytes per key: it keeps 52 bits of a
-- digest of each key, so what it finds must be compared with the key itself.

local core = require "extcontacts.core"

local key_table = {}

-- Each part grows by itself, so that growing never needs twice the memory.
local PARTS = 64

---@class extcontacts.fix.KeyTable
local KeyTable = {}
KeyTable.__index = KeyTable

---@return extcontacts.fix.KeyTable
function key_table.new()
  local self = setmetatable({ count = 0 }, KeyTable)
  for index = 1, PARTS do
    self[index] = {}
  end
  return self
end

local function place_of(self, key)
  local hash = tonumber(core.hash.sha256(key):sub(1, 13), 16)
  return self[hash % PARTS + 1], hash
end

--- The number of a key; nil if the table lacks it.
---@param key string
---@return integer|nil
function KeyTable:get(key)
  local part, hash = place_of(self, key)
  return part[hash]
end

--- Sets the number of a key.
---@param key string
---@param number integer
function KeyTable:set(key, number)
  local part, hash = place_of(self, key)
  self.count = self.count + (part[hash] == nil and 1 or 0)
  part[hash] = number
end

return key_table
