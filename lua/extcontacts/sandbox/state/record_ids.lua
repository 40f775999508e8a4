--- Record ids: UUIDs computed from (seed, type, index).  The index can be
-- computed from the id again, so a record is found without an index of ids.

local bit = require "bit"
local random = require "extcontacts.sandbox.random"

local band, bor, bxor, lshift, rshift, tobit =
  bit.band, bit.bor, bit.bxor, bit.lshift, bit.rshift, bit.tobit
local hash, mix = random.hash, random.mix
local format = string.format

local record_ids = {}

local seed = 0
-- number of a type → seven hashes of it and the seed
local keys = {}

--- Sets the seed of all ids.
---@param number integer
function record_ids.configure(number)
  seed, keys = number, {}
end

local function keys_of(type_number)
  local k = keys[type_number]
  if not k then
    k = {}
    for number = 1, 7 do
      k[number] = hash(seed, type_number, number)
    end
    keys[type_number] = k
  end
  return k
end

-- A permutation of the 32-bit integers: four Feistel rounds over their halves.
local function permute(index, k)
  local left, right = rshift(index, 16), band(index, 0xffff)
  left = bxor(left, band(mix(bxor(right, k[1])), 0xffff))
  right = bxor(right, band(mix(bxor(left, k[2])), 0xffff))
  left = bxor(left, band(mix(bxor(right, k[3])), 0xffff))
  right = bxor(right, band(mix(bxor(left, k[4])), 0xffff))
  return bor(lshift(left, 16), right)
end

local function unpermute(word, k)
  local left, right = rshift(word, 16), band(word, 0xffff)
  right = bxor(right, band(mix(bxor(left, k[4])), 0xffff))
  left = bxor(left, band(mix(bxor(right, k[3])), 0xffff))
  right = bxor(right, band(mix(bxor(left, k[2])), 0xffff))
  left = bxor(left, band(mix(bxor(right, k[1])), 0xffff))
  return bor(lshift(left, 16), right)
end

--- The id of a record.
---@param type_number integer the number of the record's type
---@param index integer from 0
---@return string
function record_ids.make(type_number, index)
  local k = keys_of(type_number)
  local a = permute(index, k)
  local b = mix(bxor(a, k[5]))
  local c = mix(bxor(b, k[6]))
  return format(
    "%08x-%04x-4%03x-%04x-%04x%08x",
    a % 4294967296,
    rshift(b, 16),
    band(b, 0xfff),
    bor(0x8000, band(rshift(c, 16), 0x3fff)),
    band(c, 0xffff),
    mix(bxor(c, k[7])) % 4294967296
  )
end

--- Whether a text has the form of a UUID.
---@param text string
---@return boolean
function record_ids.is_uuid(text)
  return #text == 36
    and text:find("^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$") ~= nil
end

--- The index of an id; nil if the text is not an id of this type.
---@param type_number integer
---@param id string
---@return integer|nil
function record_ids.index(type_number, id)
  if not record_ids.is_uuid(id) then
    return nil
  end
  id = id:lower()
  local index = unpermute(tobit(tonumber(id:sub(1, 8), 16)), keys_of(type_number)) % 4294967296
  if record_ids.make(type_number, index) == id then
    return index
  end
end

local counter, prefix = 0, nil

--- A unique UUID that does not depend on the seed, for correlation ids.
---@return string
function record_ids.random()
  if not prefix then
    local source = assert(io.open("/dev/urandom", "rb"))
    local bytes = { source:read(8):byte(1, 8) }
    source:close()
    prefix = format("%02x%02x%02x%02x-%02x%02x-4%02x%x", bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6],
      bytes[7], bytes[8] % 16)
  end
  counter = counter + 1
  return format("%s-%04x-%012x", prefix, 0x8000 + band(mix(counter), 0x3fff), counter)
end

return record_ids
