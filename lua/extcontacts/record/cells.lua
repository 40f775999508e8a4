--- Reads a cell of a spreadsheet as a value of its field's type.  Pure.

local blank = require "extcontacts.record.normalize.blank"
local boolean = require "extcontacts.record.normalize.boolean"
local characters = require "extcontacts.record.normalize.characters"
local core = require "extcontacts.core"
local date = require "extcontacts.record.normalize.date"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local email = require "extcontacts.record.normalize.email"
local id = require "extcontacts.record.normalize.id"
local phone_reader = require "extcontacts.record.normalize.phone"
local texts = require "extcontacts.base.text"

local cells = {}

-- Digits of an extension that the server stores as a number.
local MOST_EXTENSION = 7
local NO_EXTENSION = ("not an extension of at most %d digits without leading zeros"):format(MOST_EXTENSION)

-- By the type of cell: the value of a text; nil and the reason if the text is not
-- of that type.  `current` is the field's value.
local READ = {}
cells.read = READ

-- A word or number without blanks around it, in ASCII where there is such a form.
local function plain_of(text)
  return texts.trim(characters.narrow(text))
end

-- The server trims texts.  An apostrophe before digits alone marks them as a text.
function READ.text(text, current)
  if text == current then
    return current
  end
  local plain = blank.trimmed(text)
  return plain:match "^'(%d+)$" or plain
end

-- JSON keeps all digits of a number.
function READ.number(text)
  local plain = plain_of(text)
  if plain:find "^%-?0+%d" then
    return nil, "the leading zeros would be lost"
  end
  local value = plain:find "^[-%d]" and core.json.decode(plain)
  if value and math.abs(core.json.tonumber(value)) == math.huge then
    return nil, "the number is too large"
  end
  return value or nil, "not a number"
end

function READ.integer(text)
  if plain_of(text):find "^%-?%d+$" then
    return READ.number(text)
  end
  return nil, "not a whole number"
end

-- A day, as the API writes it.
function READ.date(text)
  local value, reason = date.read(text)
  if value and #value > 10 then
    return nil, "a date with a time; use 2026-01-31"
  end
  return value, reason
end

-- The current time if the text is the same moment.
function READ.datetime(text, current)
  local value, reason = date.read(text)
  if value and #value == 10 then
    return nil, "a date without a time"
  elseif not value or value == date.read(current) then
    return value and current, reason
  end
  local typed = texts.trim(text)
  return dates.iso(typed) and not typed:find "%l" and typed or value
end

-- 0 would be shown as "ext. 0", and leading zeros are lost.
function READ.extension(text, current)
  local digits = plain_of(text):match "^[1-9]%d*$"
  if text == tostring(current) then
    return current
  elseif not digits or #digits > MOST_EXTENSION then
    return nil, NO_EXTENSION
  end
  return tonumber(digits)
end

-- Why a text is not one number; nil for a number with or without its country code.
local function number_problem(text)
  local number, extension = phone_reader.split(text)
  if not number then
    return extension
  end
  return phone_reader.problem(number)
end

-- A number as it was typed.
function READ.display(text, current)
  local problem = text ~= current and number_problem(text)
  if problem then
    return nil, problem
  end
  return READ.text(text, current)
end

function READ.e164(text)
  local number, reason = phone_reader.read(text)
  return number and number.e164, reason
end

READ.boolean = boolean.read

function READ.json(text)
  return text:find "^%s*[%[{]" and core.json.decode(text) or nil, "not a JSON array or object"
end

READ.id = id.read

function READ.reference(text)
  local found = id.read(text)
  return found and { id = found } or text:find "^%s*{" and core.json.decode(text) or nil,
    "not a valid id or a JSON object"
end

-- The current address if the text is the same address.
function READ.email(text, current)
  local address, reason = email.bare(text)
  if text == current or (address and email.key(text) == email.key(current)) then
    return current
  end
  return address, reason
end

-- The current phone number if the text is the same number.
function READ.phone(text, current)
  if text:find "^%s*{" then
    local phone = core.json.decode(text)
    local extension = phone and phone.extension
    if extension ~= nil and extension ~= core.json.null and not READ.extension(tostring(extension)) then
      return nil, NO_EXTENSION
    end
    return phone, "not a phone number or a JSON object"
  end
  current = type(current) == "table" and current or {}
  if text == diff.text(current) or text == current.display or text == current.userInput then
    return current
  end
  local problem = number_problem(text)
  if problem then
    return nil, problem
  end
  local number, extension = phone_reader.split(text)
  local known = phone_reader.read(text)
  local e164 = known and known.e164
  -- A text without an extension leaves the extension as it is.
  if e164 and e164 == current.e164 and (extension == nil or extension == current.extension) then
    return current
  end
  -- Which international prefix the server knows depends on its region.
  local display = e164 and not number:find "^%(?%+" and e164 or number
  return { display = display, extension = extension, acceptsSMS = current.acceptsSMS, e164 = e164 }
end

return cells
