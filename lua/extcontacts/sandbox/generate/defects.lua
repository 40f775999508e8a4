--- The defects of generated contacts, as imported data has them: phone numbers
-- that the server does not recognise, names and addresses in the wrong case,
-- spaces.

local common_fields = require "extcontacts.sandbox.generate.common_fields"
local latin_text = require "extcontacts.sandbox.latin_text"

local floor, sub = math.floor, string.sub
local put_spaced = common_fields.put_spaced

local defects = {}

local NOT_A_NUMBER = { "n/a", "unknown", "see notes", "TBD", "-", "none", "ask reception" }

--- Puts a number into a buffer as people spell it within their own country.
---@param digits string the national number
---@param shape table of `common_fields.number`
---@param word integer a random word
function defects.put_local_phone(buf, digits, shape, word)
  local plan = shape.plan
  local trunk = plan.trunk
  local form = word % 12
  if form <= 2 then
    if plan.code == "1" then
      buf:put("(", sub(digits, 1, 3), ") ", sub(digits, 4, 6), "-", sub(digits, 7))
    else
      buf:put(trunk)
      put_spaced(buf, digits, shape, " ")
    end
  elseif form == 3 then
    buf:put(trunk)
    put_spaced(buf, digits, shape, ".")
  elseif form == 4 then
    buf:put(trunk)
    put_spaced(buf, digits, shape, "/")
  elseif form == 5 then
    buf:put("+", plan.code, digits)
  elseif form == 6 then
    buf:put("00", plan.code, " ", digits)
  elseif form == 7 then
    buf:put("+", plan.code, " (", trunk == "" and "0" or trunk, ")")
    put_spaced(buf, digits, shape, " ")
  elseif form == 8 then
    buf:put(" ", trunk, digits, "  ")
  elseif form == 9 then
    buf:put(trunk)
    put_spaced(buf, digits, shape, " ")
    buf:put(" ext. ", 10 + floor(word / 16) % 90)
  elseif form == 10 then
    -- Three digits are missing, or letters replace digits.
    if word % 24 < 12 then
      buf:put(trunk, sub(digits, 1, -4))
    else
      buf:put(trunk, (digits:gsub("0", "O")))
    end
  else
    buf:put(NOT_A_NUMBER[floor(word / 16) % #NOT_A_NUMBER + 1])
  end
end

--- Changes the case of a name or adds a space.
---@param name string
---@param form integer random; most values change nothing
---@return string
function defects.spoil_name(name, form)
  if form >= 125 then
    return name
  elseif form < 50 then
    return latin_text.upper(name)
  elseif form < 70 then
    return latin_text.lower(name)
  elseif form < 110 then
    return name .. " "
  end
  return " " .. name
end

--- Changes the case of an e-mail address or damages it.
---@param email string
---@param form integer random; most values change nothing
---@return string
function defects.spoil_email(email, form)
  if form >= 160 then
    return email
  elseif form < 60 then
    return email:upper()
  elseif form < 130 then
    return (email:gsub("^%l", string.upper):gsub("%.%l", string.upper, 1))
  elseif form < 150 then
    return email .. " "
  end
  return (email:gsub("@", " at ", 1))
end

return defects
