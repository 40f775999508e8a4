--- Repeatable randomness: 32-bit hashes and streams made from numbers, so
-- that record i of a seed is the same whenever it is made.

local bit = require "bit"
local band, bxor, lshift, rshift, tobit =
  bit.band, bit.bxor, bit.lshift, bit.rshift, bit.tobit

local random = {}

-- a * b modulo 2^32, without losing bits of the product.
local function multiply(a, b)
  return tobit(tobit(band(a, 0xffff) * b) + lshift(tobit(rshift(a, 16) * b), 16))
end

-- Murmur3's finaliser: every bit of the input reaches every bit.
local function mix(h)
  h = multiply(bxor(h, rshift(h, 16)), 0x85ebca6b)
  h = multiply(bxor(h, rshift(h, 13)), 0xc2b2ae35)
  return bxor(h, rshift(h, 16))
end

--- A hash of three numbers.
---@return integer signed 32 bits
local function hash(a, b, c)
  local h = mix(tobit(a + 0x9e3779b9))
  h = mix(tobit(bxor(h, tobit(b)) + 0x7f4a7c15))
  return mix(tobit(bxor(h, tobit(c)) + 0x1ce4e5b9))
end

random.mix = mix
random.hash = hash

-- One stream at a time: a generator starts it, then draws.
local state = 0

--- Starts the stream of (a, b, c).
function random.start(a, b, c)
  state = hash(a, b, c)
end

--- The next 32 bits, signed.
local function draw()
  state = tobit(state + 0x9e3779b9)
  return mix(state)
end
random.draw = draw

--- A whole number from 0 to n - 1.
function random.below(n)
  return band(draw(), 0x7fffffff) % n
end

--- True in `percent` of 100 cases.
function random.chance(percent)
  return band(draw(), 0x7fffffff) % 1000 < percent * 10
end

--- An element of an array.
function random.pick(list)
  return list[band(draw(), 0x7fffffff) % #list + 1]
end

return random
