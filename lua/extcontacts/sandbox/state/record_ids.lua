--- Ids: UUIDs made from (seed, kind, index), from which the index can be found
-- again, so that a record can be fetched without an index of ids.

local bit = require "bit"
local random = require "extcontacts.sandbox.random"
local band, bor, bxor, lshift, rshift, tobit =
  bit.band, bit.bor, bit.bxor, bit.lshift, bit.rshift, bit.tobit
local hash, mix = random.hash, random.mix
local format = string.format

local record_ids = {}

local seed = 0
-- kind -> seven numbers of the seed
local keys = {}

--- Sets the seed of all ids.
function record_ids.configure(number)
  seed, keys = number, {}
end

local function keys_of(kind)
  local k = keys[kind]
  if not k then
    k = {}
    for number = 1, 7 do
      k[number] = hash(seed, kind, number)
    end
    keys[kind] = k
  end
  return k
end

-- A permutation of the 32-bit numbers: four Feistel rounds over the halves.
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
---@param kind integer the kind's number
---@param index integer from 0
---@return string
function record_ids.make(kind, index)
  local k = keys_of(kind)
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

--- Whether a text has a UUID's form.
function record_ids.is_uuid(text)
  return #text == 36
    and text:find("^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$") ~= nil
end

--- The index of an id of this kind, or nil for any other text.
---@param kind integer
---@param id string
---@return integer|nil
function record_ids.index(kind, id)
  if not record_ids.is_uuid(id) then
    return nil
  end
  id = id:lower()
  local index = unpermute(tobit(tonumber(id:sub(1, 8), 16)), keys_of(kind)) % 4294967296
  if record_ids.make(kind, index) == id then
    return index
  end
end

--- A random UUID: correlation ids and the like.
local counter, prefix = 0, nil
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