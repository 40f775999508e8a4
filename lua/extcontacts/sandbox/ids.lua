--- Ids: UUIDs made from (seed, kind, index), from which the index can be found
-- again, so that a record can be fetched without an index of ids.

local bit = require "bit"
local random = require "extcontacts.sandbox.random"
local band, bor, bxor, lshift, rshift, tobit =
  bit.band, bit.bor, bit.bxor, bit.lshift, bit.rshift, bit.tobit
local hash = random.hash
local format = string.format

local ids = {}

local seed = 0

--- Sets the seed of all ids.
function ids.configure(number)
  seed = number
end

-- A permutation of the 32-bit numbers: four Feistel rounds over the halves.
local function permute(index, kind)
  local left, right = rshift(index, 16), band(index, 0xffff)
  for round = 1, 4 do
    left, right = right, bxor(left, band(hash(seed, kind * 8 + round, right), 0xffff))
  end
  return bor(lshift(left, 16), right)
end

local function unpermute(word, kind)
  local left, right = rshift(word, 16), band(word, 0xffff)
  for round = 4, 1, -1 do
    left, right = bxor(right, band(hash(seed, kind * 8 + round, left), 0xffff)), left
  end
  return bor(lshift(left, 16), right)
end

--- The id of a record.
---@param kind integer the kind's number
---@param index integer from 0
---@return string
function ids.make(kind, index)
  local a = permute(index, kind)
  local b = hash(seed, kind + 100, index)
  local c = hash(seed, kind + 200, index)
  return format(
    "%08x-%04x-4%03x-%04x-%04x%08x",
    a % 4294967296,
    band(rshift(b, 16), 0xffff),
    band(b, 0xfff),
    bor(0x8000, band(rshift(c, 16), 0x3fff)),
    band(c, 0xffff),
    hash(b, c, index) % 4294967296
  )
end

--- Whether a text has a UUID's form.
function ids.is_uuid(text)
  return #text == 36
    and text:find("^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$") ~= nil
end

--- The index of an id of this kind, or nil for any other text.
---@param kind integer
---@param id string
---@return integer|nil
function ids.index(kind, id)
  if not ids.is_uuid(id) then
    return nil
  end
  id = id:lower()
  local index = unpermute(tobit(tonumber(id:sub(1, 8), 16)), kind) % 4294967296
  if ids.make(kind, index) == id then
    return index
  end
end

--- A random UUID: correlation ids and the like.
local counter, prefix = 0, nil
function ids.random()
  if not prefix then
    local source = assert(io.open("/dev/urandom", "rb"))
    local bytes = { source:read(8):byte(1, 8) }
    source:close()
    prefix = format("%02x%02x%02x%02x-%02x%02x-4%02x%x", bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6],
      bytes[7], bytes[8] % 16)
  end
  counter = counter + 1
  return format("%s-%04x-%012x", prefix, 0x8000 + band(random.mix(counter), 0x3fff), counter)
end

return ids
