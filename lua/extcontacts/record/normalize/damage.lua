--- Cells that a spreadsheet or a data-frame library has damaged: error values,
-- and digits that were turned into a number.  Pure.

local characters = require "extcontacts.record.normalize.characters"
local texts = require "extcontacts.base.text"

local damage = {}

--- The reasons to skip a cell.
damage.ERROR = "a spreadsheet's error value"
damage.NUMBER = "a spreadsheet turned these digits into a number"
damage.DATE = "a spreadsheet turned this text into a date"
damage.MISSING = "what a program writes for a missing value"
damage.FORMULA = "a formula instead of its value"
damage.CHARACTERS = "characters were lost when the file was saved or converted"

-- Digits that a spreadsheet keeps of a number, and that JavaScript and databases with
-- floating-point numbers do.
local KEPT_DIGITS, KEPT_BY_FLOATS = 15, 17
-- Error values without a mark at their end, in the languages of spreadsheets, and
-- what libraries and databases write for a missing value.  "Nan", "None" and
-- "NULL" are also names.
local ERROR_VALUES = {}
for value in ([[
  #N/A #NA #NV #N/D #N/B #N/V #I/T #YOK #Н/Д #N/DISP #NENÍ_K_DISPOZICI #HIÁNYZIK #REF #DIV/0 #GETTING_DATA
  nan NaN -nan -NaN NaT <NA> \N 1.#IND -1.#IND 1.#QNAN -1.#QNAN 1.#INF -1.#INF
]]):gmatch "%S+" do
  ERROR_VALUES[value] = true
end
for value in ("(null) [NULL] <null> <NULL> -nan(ind) nan(ind) 1.#J"):gmatch "%S+" do
  ERROR_VALUES[value] = true
end
ERROR_VALUES["#N/A N/A"], ERROR_VALUES["Loading..."] = true, true
local LONGEST = 40 -- bytes of a number or an error value

local function plain_of(text)
  return #text <= 4 * LONGEST and texts.trim(characters.narrow(text)) or nil
end

--- Whether a cell has an error value instead of a value: `#N/A`, `#REF!`, `nan`.
---@param text string
---@return boolean
function damage.is_error(text)
  local plain = plain_of(text)
  if not plain or #plain > LONGEST then
    return false
  end
  return ERROR_VALUES[plain] == true or plain:find "^#[%u\128-\255][%u%d/_ \128-\255]*[!?]$" ~= nil
    or plain:find "^Err:5%d%d$" ~= nil or plain:find "^###+$" ~= nil -- a column that was too narrow
end

-- Whether a text is a number with an exponent, as spreadsheets show long numbers.
-- "12E4" and "5E-3" may be what was entered.
local function has_exponent(plain)
  return plain:find "^[+-]?%d+[.,]?%d*%s?[eE]%+%d+$" or plain:find "^[+-]?%d[.,]%d+[eE]%d+$"
    or plain:find "^[+-]?%d+[.,]?%d*%s*[x*\195]\151?%s*10%^%+?%d+$"
end

--- Whether digits of a number are lost: `4.93E+11`, or digits beyond the 15th
-- replaced by zeros.
---@param text string
---@return boolean
function damage.lost_digits(text)
  local plain = plain_of(text)
  if not plain or #plain > LONGEST then
    return false
  elseif has_exponent(plain) then
    return true
  end
  local tail = plain:match "^[+-]?(%d+)$" or plain:match "^[+-]?(%d+)[.,]0+$"
  return tail ~= nil and (tail:find("^0+$", KEPT_DIGITS + 1) or tail:find("^0+$", KEPT_BY_FLOATS + 1)) ~= nil
end

--- Whether a text of digits was turned into a number: `4.93E+11`, `1067.0`, or
-- digits beyond the 15th replaced by zeros.
---@param text string
---@return boolean
function damage.is_number(text)
  local plain = plain_of(text)
  return plain ~= nil and #plain <= LONGEST and plain:find "^[+-]?%d+[.,]0+$" ~= nil or damage.lost_digits(text)
end

-- The digits of a text without what a spreadsheet drops from the start.
local function significant(text)
  local digits = text:match "^[+0]*(%d+)$"
  return digits
end

--- Whether a cell has lost the + or the leading zeros of the current value.
---@param text string
---@param current string|nil
---@return boolean
function damage.lost_start(text, current)
  if type(current) ~= "string" or current == text or #current > LONGEST then
    return false
  elseif current:find "^%s*%(?%+" then
    current = current:gsub("[%s()./-]", "")
  end
  local kept = significant(current)
  return kept and kept ~= current and (plain_of(text) or ""):gsub("[.,]0+$", "") == kept or false
end

-- What databases and programs write for a missing value; "Null" and "None" are also
-- names.
local MISSING = { NULL = true, null = true, undefined = true }

-- The abbreviations of months with which spreadsheets write a date.
local MONTHS = {}
for month in ("jan feb mar mrz mär apr may mai jun jul aug sep oct okt nov dec dez"):gmatch "%S+" do
  MONTHS[month] = true
end

-- Whether a text is what becomes of "3-1" or "SEP2": "01-Mar", "2-Sep", "Mar-01".
local function is_date(plain)
  local month = plain:match "^%d%d?[-.] ?([%a\195\164]+)$" or plain:match "^([%a\195\164]+)[-.] ?%d%d$"
  return month ~= nil and MONTHS[month:lower()] == true
end

-- Whether a text calls a function or refers to a cell: "=VLOOKUP(A2;B:C;2)", "=A1&B1".
local function is_formula(plain)
  return plain:find "^=[ +-]*[%a_\128-\255][%w._\128-\255]*%(" ~= nil
    or plain:find "^=[ +-]*%$?%u%u?%u?%$?%d+$" ~= nil or plain:find "^=[ +-]*%$?%u%u?%u?%$?%d+ *[&*/+:-]" ~= nil
end

--- Why a cell does not have the value that was entered.
---@param text string
---@param current string|nil the field's value
---@return string|nil reason nil if nothing speaks against the cell
function damage.of(text, current)
  if text == current then
    return nil
  elseif damage.is_error(text) then
    return damage.ERROR
  elseif damage.is_number(text) or damage.lost_start(text, current) then
    return damage.NUMBER
  elseif text:find("%z") or text:find("\239\191\189", 1, true) then
    return damage.CHARACTERS
  end
  local plain = #text <= LONGEST and texts.trim(text) or text:sub(1, LONGEST)
  return MISSING[plain] and damage.MISSING or is_formula(plain) and damage.FORMULA
    or is_date(plain) and damage.DATE or nil
end

return damage
