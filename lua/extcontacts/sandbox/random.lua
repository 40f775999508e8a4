--- Repeatable randomness: 32-bit hashes of numbers and words derived from
-- them, so that record i of a seed is the same whenever it is generated.

local bit = require "bit"
local band, bxor, lshift, rshift, tobit =
  bit.band, bit.bxor, bit.lshift, bit.rshift, bit.tobit

local random = {}

-- Murmur3's finaliser: every input bit affects every output bit.  A product is
-- computed in two halves, because a double cannot hold all of its bits; the
-- halves are written out, because LuaJIT does not compile nested calls here.
local function mix(h)
  h = bxor(h, rshift(h, 16))
  h = tobit(tobit(band(h, 0xffff) * 0x85ebca6b) + lshift(tobit(rshift(h, 16) * 0x85ebca6b), 16))
  h = bxor(h, rshift(h, 13))
  h = tobit(tobit(band(h, 0xffff) * 0xc2b2ae35) + lshift(tobit(rshift(h, 16) * 0xc2b2ae35), 16))
  return bxor(h, rshift(h, 16))
end

--- A hash of three numbers.
---@return integer signed 32 bits
local function hash(a, b, c)
  local h = mix(tobit(a + 0x9e3779b9))
  h = mix(tobit(bxor(h, tobit(b)) + 0x7f4a7c15))
  return mix(tobit(bxor(h, tobit(c)) + 0x1ce4e5b9))
end

--- A repeatable share: a number from 0 up to 1.
---@return number
function random.share(a, b, c)
  return band(hash(a, b, c), 0xffffff) / 0x1000000
end

random.mix = mix
random.hash = hash

--- Fills `words` with random integers below 2^31 that depend only on a, b and
-- c.  One call per record: callers read the words by position.
---@param words integer[] filled from 1
---@param count integer
---@param a integer
---@param b integer
---@param c integer
function random.fill(words, count, a, b, c)
  local s = hash(a, b, c)
  if s == 0 then
    s = 1
  end
  for number = 1, count do
    -- xorshift32
    s = bxor(s, lshift(s, 13))
    s = bxor(s, rshift(s, 17))
    s = bxor(s, lshift(s, 5))
    words[number] = band(s, 0x7fffffff)
  end
end

return random
