-- What the generators of records share.  The same seed gives the same values on every
-- Lua.

local generator = {}

--- The words of a text.
---@param text string
---@return string[]
function generator.words(text)
  local out = {}
  for word in text:gmatch "%S+" do
    out[#out + 1] = word
  end
  return out
end

--- Lehmer's generator with Park and Miller's multiplier, exact in doubles.
---@param seed integer
---@return table random with `below`, `pick` and `chance`
function generator.random(seed)
  local state = seed
  local random = {}
  function random.below(count)
    state = state * 16807 % 2147483647
    return state % count + 1
  end
  function random.pick(list)
    return list[random.below(#list)]
  end
  function random.chance(percent)
    return random.below(1000) <= percent * 10
  end
  return random
end

--- A copy of a record.
---@param record table
---@return table
function generator.copy(record)
  local out = {}
  for key, value in pairs(record) do
    out[key] = type(value) == "table" and generator.copy(value) or value
  end
  return out
end

local LETTERS = "abcdefghijklmnopqrstuvwxyz"

--- Inserts, deletes, replaces or transposes a letter, if the text is long enough and
-- ASCII.  Digits stay digits.
---@param random table
---@param text any
---@return any
function generator.typo(random, text)
  if type(text) ~= "string" or #text < 4 or text:find "[\128-\255]" then
    return text
  end
  local at = 1 + random.below(#text - 2)
  local letter = text:sub(at, at):find "%d" and tostring(random.below(10) - 1)
    or LETTERS:sub(random.below(26)):sub(1, 1)
  local kind = random.below(4)
  if kind == 1 then
    return text:sub(1, at) .. letter .. text:sub(at + 1)
  elseif kind == 2 then
    return text:sub(1, at - 1) .. text:sub(at + 1)
  elseif kind == 3 then
    return text:sub(1, at - 1) .. letter .. text:sub(at + 1)
  end
  return text:sub(1, at - 1) .. text:sub(at + 1, at + 1) .. text:sub(at, at) .. text:sub(at + 2)
end

local STARTS = generator.words [[Ba Be Bra Bro Ca Cha Cla Co Cre Da De Dra Du El Fa Fe Fla Fo Ga Gre Gri Ha He Hol Hu
  Ja Ka Ke Kno La Le Lo Ma Me Mo Mu Na Ne No O Pa Pe Pra Ra Re Ro Sa Sche Se Sha Si Sta Ste Su Ta Te Tho Tra Ul Va Ve
  Wa We Wi Wo Ya Za Ze]]
local MIDDLES = generator.words [[b ck d ff g l ll ld lt m mm n nd nn ng nt p r rr rd rk rm rn rt s ss st t tt v x z]]
local ENDS = generator.words [[a ack an ard as by el en er ett ey i ich ik in ing is itz ke ley man mann o off on or ov
  owitz owski sen ski son stein ton us well wood y]]

--- A family name that is made up; there are about 90,000.
---@param random table
---@return string
function generator.family(random)
  return random.pick(STARTS) .. random.pick(MIDDLES) .. random.pick(ENDS)
end

return generator
