--- Matches Lua's patterns in time proportional to the text.  `string.find` tries all ways in
-- which repetitions can share a text: with n letters and k repetitions up to n^k of them, and it
-- can't be interrupted.  Here, all ways are followed at once, one letter after the other.  That
-- is possible because only whether a text matches counts, and not what is captured, so patterns
-- can't refer to captures.  Pure.

local pattern = {}

-- Ways up to which `string.find` is quick enough in any case.
local FEW_WAYS = 100000
-- Parts up to which it never fails because a pattern is too complex.
local MOST_ITEMS = 100
local MOST_CAPTURES = 32

---@class extcontacts.record.PatternItem
---@field kind "byte"|"balance"|"frontier"|"end"
---@field set table<integer, boolean>|nil by byte
---@field repeated "*"|"?"|nil any number of times, or at most once
---@field open integer|nil of a balance, bytes
---@field close integer|nil

---@class extcontacts.record.Pattern
---@field source string
---@field items extcontacts.record.PatternItem[]
---@field is_anchored boolean
---@field powers integer parts that can match at as many places as the text has bytes
---@field doubles integer parts that can match or not
local Pattern = {}
Pattern.__index = Pattern

----------------------------------------------------------------- reading --

local function refuse(message)
  error({ pattern = message }, 0)
end

local function fail(message)
  refuse("not a pattern of Lua: " .. message)
end

-- The bytes of a class such as `%a`, `[^,]` or a single character.
local function set_of(class)
  local plain = #class == 1 and class:find "[^%w.%z]" and "%" .. class or class
  return setmetatable({}, { __index = function(set, byte)
    local found = (string.char(byte)):find("^" .. plain) ~= nil
    set[byte] = found
    return found
  end })
end

-- The position after the class at a position.
local function class_end(source, at)
  local first = source:sub(at, at)
  if first == "%" then
    if at == #source then
      fail "malformed pattern (ends with '%')"
    end
    return at + 2
  elseif first ~= "[" then
    return at + 1
  end
  at = at + 1
  if source:sub(at, at) == "^" then
    at = at + 1
  end
  repeat
    if at > #source then
      fail "malformed pattern (missing ']')"
    end
    at = at + (source:sub(at, at) == "%" and 2 or 1)
  until source:sub(at, at) == "]"
  return at + 1
end

local SIGNS = { ["*"] = true, ["+"] = true, ["-"] = true, ["?"] = true }

-- Adds a class with its repetition; returns the position after both.
local function add_class(self, at)
  local after = class_end(self.source, at)
  local set, sign = set_of(self.source:sub(at, after - 1)), self.source:sub(after, after)
  if not SIGNS[sign] then
    self:add { kind = "byte", set = set }
    return after
  elseif sign == "?" then
    self.doubles = self.doubles + 1
    self:add { kind = "byte", set = set, repeated = "?" }
    return after + 1
  end
  if sign == "+" then
    self:add { kind = "byte", set = set }
  end
  self.powers = self.powers + 1
  self:add { kind = "byte", set = set, repeated = "*" }
  return after + 1
end

-- Captures have no effect but must be complete.
local function take_capture(self, at)
  local is_open = self.source:sub(at, at) == "("
  if is_open and self.source:sub(at + 1, at + 1) == ")" then
    self.captures = self.captures + 1
    at = at + 1
  elseif is_open then
    self.captures, self.open = self.captures + 1, self.open + 1
  elseif self.open == 0 then
    fail "invalid pattern capture"
  else
    self.open = self.open - 1
  end
  if self.captures > MOST_CAPTURES then
    fail "too many captures"
  end
  return at + 1
end

-- Reads what begins with `%`; returns the position after it.
local function take_escape(self, at)
  local source, letter = self.source, self.source:sub(at + 1, at + 1)
  if letter == "b" then
    local open, close = source:byte(at + 2, at + 3)
    if not close then
      fail "missing arguments to '%b'"
    end
    self.powers = self.powers + 1
    self:add { kind = "balance", open = open, close = close }
    return at + 4
  elseif letter == "f" then
    if source:sub(at + 2, at + 2) ~= "[" then
      fail "missing '[' after '%f' in pattern"
    end
    local after = class_end(source, at + 2)
    self:add { kind = "frontier", set = set_of(source:sub(at + 2, after - 1)) }
    return after
  elseif letter:find "%d" then
    refuse(("a condition can't refer to captures: remove %%%s"):format(letter))
  end
  return add_class(self, at)
end

function Pattern:add(item)
  self.items[#self.items + 1] = item
end

local function read(source)
  local self = setmetatable({ source = source, items = {}, powers = 0, doubles = 0, captures = 0, open = 0 }, Pattern)
  self.is_anchored = source:sub(1, 1) == "^"
  if not source:find "[%^%$%*%+%?%.%(%[%%%-]" then
    -- `string.find` takes it as it is, so that a parenthesis stands for itself.
    for letter in source:gmatch "." do
      self:add { kind = "byte", set = set_of(letter) }
    end
    return self
  end
  local at = self.is_anchored and 2 or 1
  while at <= #source do
    local first = source:sub(at, at)
    if first == "(" or first == ")" then
      at = take_capture(self, at)
    elseif first == "%" then
      at = take_escape(self, at)
    elseif first == "$" and at == #source then
      self:add { kind = "end" }
      at = at + 1
    else
      at = add_class(self, at)
    end
  end
  if self.open > 0 then
    fail "unfinished capture"
  end
  return self
end

---------------------------------------------------------------- matching --

-- For each byte that opens a balance, the position after the one that closes it.
local function balances(text, open, close)
  local after, stack = {}, {}
  for at = 1, #text do
    local byte = text:byte(at)
    if byte == close and #stack > 0 then
      after[table.remove(stack)] = at + 1
    end
    -- With one byte for both, each but the last has the next one.
    if byte == open and (open == close or byte ~= close) then
      stack[#stack + 1] = at
    end
  end
  return after
end

-- A match that is being looked for: `text`, `at`, a position of it, the numbers of the parts
-- that can come there (`now`), at the next position (`following`) and at others (`later`), and
-- the `balances` of each part.
local Search = {}
Search.__index = Search

-- Follows a part of the pattern from the position.
function Search:follow(item, number)
  local byte, now = self.text:byte(self.at), self.now
  if item.kind == "byte" then
    if item.repeated then
      now[number + 1] = true
    end
    if byte and item.set[byte] then
      self.following[item.repeated == "*" and number or number + 1] = true
    end
  elseif item.kind == "end" then
    now[number + 1] = now[number + 1] or not byte
  elseif item.kind == "frontier" then
    local before = self.at > 1 and self.text:byte(self.at - 1) or 0
    now[number + 1] = now[number + 1] or not item.set[before] and item.set[byte or 0]
  else
    self.balances[item] = self.balances[item] or balances(self.text, item.open, item.close)
    local after = self.balances[item][self.at]
    if after then
      self.later[after] = self.later[after] or {}
      self.later[after][number + 1] = true
    end
  end
end

--- Whether a text matches, in time proportional to it.
---@param text string
---@return boolean
function Pattern:matches_stepwise(text)
  local last = #self.items + 1
  local search = setmetatable({ text = text, now = { true }, later = {}, balances = {} }, Search)
  for at = 1, #text + 1 do
    search.at, search.following = at, { not self.is_anchored }
    for number in pairs(search.later[at] or {}) do
      search.now[number] = true
    end
    for number = 1, last - 1 do
      if search.now[number] then
        search:follow(self.items[number], number)
      end
    end
    if search.now[last] then
      return true
    end
    search.later[at], search.now = nil, search.following
  end
  return false
end

-- In how many ways `string.find` may try to match a text.
local function ways(self, length)
  return (length + 1) ^ (self.powers + (self.is_anchored and 0 or 1)) * 2 ^ self.doubles
end

--- Whether a text matches the pattern.
---@param text string
---@return boolean
function Pattern:matches(text)
  if #self.items > MOST_ITEMS or ways(self, #text) > FEW_WAYS then
    return self:matches_stepwise(text)
  end
  return text:find(self.source) ~= nil
end

--- Reads a pattern.
---@param source string
---@return extcontacts.record.Pattern|nil
---@return string|nil problem
function pattern.read(source)
  local ok, found = pcall(read, source)
  if ok then
    return found
  elseif type(found) == "table" and found.pattern then
    return nil, found.pattern
  end
  error(found, 0)
end

return pattern
