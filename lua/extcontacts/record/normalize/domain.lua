--- Internationalized domain names: "bücher.example" and "xn--bcher-kva.example" are
-- one domain (RFC 3492, 5890).  Pure.

local composition = require "extcontacts.record.normalize.composition"
local letters = require "extcontacts.base.letters"
local texts = require "extcontacts.base.text"

local domain = {}

local LONGEST = 63 -- bytes of a label
local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"
local PREFIX = "xn--"

-- Parameters of Punycode.
local BASE, TMIN, TMAX, SKEW, DAMP, FIRST_BIAS, FIRST_CODE = 36, 1, 26, 38, 700, 72, 128
local DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"

local function adapted(delta, count, is_first)
  delta = math.floor(delta / (is_first and DAMP or 2))
  delta = delta + math.floor(delta / count)
  local steps = 0
  while delta > (BASE - TMIN) * TMAX / 2 do
    delta, steps = math.floor(delta / (BASE - TMIN)), steps + BASE
  end
  return steps + math.floor((BASE - TMIN + 1) * delta / (delta + SKEW))
end

local function threshold(position, bias)
  return math.max(TMIN, math.min(TMAX, position - bias))
end

-- Inserts the characters that the digits describe; nil if they are malformed.
local function decoded(digits, codes)
  local code, at, bias, place = FIRST_CODE, 0, FIRST_BIAS, 1
  while place <= #digits do
    local before, weight, position = at, 1, BASE
    repeat
      local digit = DIGITS:find(digits:sub(place, place), 1, true)
      if place > #digits or not digit then
        return nil
      end
      place, at = place + 1, at + (digit - 1) * weight
      local least = threshold(position, bias)
      weight, position = weight * (BASE - least), position + BASE
    until digit - 1 < least
    local count = #codes + 1
    bias = adapted(at - before, count, before == 0)
    code, at = code + math.floor(at / count), at % count
    if code < 0xA0 or code > 0xFFFF or code >= 0xD800 and code < 0xE000 then
      return nil
    end
    table.insert(codes, at + 1, code)
    at = at + 1
  end
  return codes
end

local function unicode_label(label)
  local body = #label <= LONGEST and label:sub(1, #PREFIX) == PREFIX and label:sub(#PREFIX + 1)
  if not body then
    return label
  end
  local ascii, digits = body:match "^(.*)%-([^-]*)$"
  local codes = {}
  for char in (ascii or ""):gmatch "." do
    codes[#codes + 1] = char:byte()
  end
  codes = decoded(digits or body, codes)
  for index, code in ipairs(codes or {}) do
    codes[index] = texts.char(code)
  end
  local text = table.concat(codes or {})
  return text:find "[\128-\255]" and text or label
end

-- The digits of one number.
local function encoded(number, bias)
  local out, position = {}, BASE
  while true do
    local least = threshold(position, bias)
    local digit = number < least and number or least + (number - least) % (BASE - least)
    out[#out + 1] = DIGITS:sub(digit + 1, digit + 1)
    if number < least then
      return table.concat(out)
    end
    number, position = math.floor((number - least) / (BASE - least)), position + BASE
  end
end

local function next_code(codes, least)
  local found
  for _, code in ipairs(codes) do
    found = code >= least and (not found or code < found) and code or found
  end
  return found
end

local function ascii_label(label)
  if #label > 4 * LONGEST or not label:find "[\128-\255]" then
    return label
  end
  local codes, out = {}, {}
  for char in label:gmatch(CHARACTER) do
    codes[#codes + 1] = texts.code_point(char)
    out[#out + 1] = #char == 1 and char or nil
  end
  local basic = #out
  out[1] = PREFIX .. table.concat(out) .. (basic > 0 and "-" or "")
  for index = 2, basic do
    out[index] = nil
  end
  local code, delta, bias, handled = FIRST_CODE, 0, FIRST_BIAS, basic
  while handled < #codes do
    local next_one = next_code(codes, code)
    delta, code = delta + (next_one - code) * (handled + 1), next_one
    for _, other in ipairs(codes) do
      if other < code then
        delta = delta + 1
      elseif other == code then
        out[#out + 1] = encoded(delta, bias)
        bias = adapted(delta, handled + 1, handled == basic)
        delta, handled = 0, handled + 1
      end
    end
    delta, code = delta + 1, code + 1
  end
  return table.concat(out)
end

local function mapped(host, convert)
  return (host:gsub("[^.]+", convert))
end

--- Composed and decomposed letters of an address.
domain.composed, domain.decomposed = composition.composed, composition.decomposed

--- The form of a domain in which people read it: lower case, composed letters.
---@param host string
---@return string
function domain.unicode(host)
  host = letters.lower(host)
  host = host:find(PREFIX, 1, true) and mapped(host, unicode_label) or host
  return composition.composed(host)
end

--- The form of a domain in which it is sent.
---@param host string
---@return string
function domain.ascii(host)
  return mapped(domain.unicode(host), ascii_label)
end

return domain
