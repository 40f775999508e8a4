--- Dates and times: ISO 8601, in the form in which the API writes them.  Pure.

local characters = require "extcontacts.record.normalize.characters"
local dates = require "extcontacts.base.dates"
local texts = require "extcontacts.base.text"

local date = {}

local LONGEST = 60 -- bytes
-- Seconds of the largest offset that is read; no region has more than 14 hours.
local MOST_OFFSET = 19 * 3600

-- The seconds of an offset from UTC, also as `+0100` and `+01`; nil if it is not one.
local function offset_of(zone)
  local offset = dates.offset((zone:gsub("^([+-]%d%d)(%d%d)$", "%1:%2"):gsub("^[+-]%d%d$", "%0:00")))
  return offset and math.abs(offset) < MOST_OFFSET and offset or nil
end

-- A time of day with its offset: seconds from the start of the day in UTC, and
-- the milliseconds as text; or nil and the reason.
local function time_of(text)
  local hour, minute, rest = text:match "^(%d%d):(%d%d)(.*)$"
  if not hour then
    return nil, "not a date"
  end
  local second, after = rest:match "^:(%d%d)(.*)$"
  local fraction, zone = (after or ""):match "^[.,](%d+)(.*)$"
  zone = texts.trim(zone or after or rest)
  local offset = offset_of(zone)
  if tonumber(hour) > 23 or tonumber(minute) > 59 or tonumber(second or 0) > 59 then
    return nil, "not a date"
  elseif zone == "" then
    return nil, "a time without a time zone"
  elseif not offset then
    return nil, "not a date"
  end
  return tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second or 0) - offset,
    ((fraction or "") .. "000"):sub(1, 3)
end

--- Reads a date, `2026-01-31`, or a date with a time and a time zone,
-- `2026-01-31T10:00:00+01:00`.
---@param text any
---@return string|nil value the date, or the time in UTC with milliseconds
---@return string|nil reason
function date.read(text)
  if type(text) ~= "string" then
    return nil, "not a date"
  end
  local plain = texts.trim(characters.narrow(text))
  if #plain > LONGEST then
    return nil, "not a date"
  end
  plain = characters.unwrapped(plain)
  local year, month, day, rest = plain:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$"
  if not year then
    return nil, plain:find "^%d%d?%d?%d?[./-]%d%d?[./-]%d%d" and "a date in a country-specific format; use 2026-01-31"
      or "not a date"
  elseif not dates.is_day(year, month, day) then
    return nil, "not a date"
  elseif rest == "" then
    return plain
  end
  local seconds, millis = time_of(rest:match "^[Tt ]%s*(.*)$" or "")
  if not seconds then
    return nil, millis
  end
  local midnight = dates.iso(("%s-%s-%sT00:00:00Z"):format(year, month, day))
  -- A year before 1000 lacks its zeros.
  local text_of_year, after = dates.text(midnight + seconds):match "^(%d%d?%d?%d?)(%-.*)Z$"
  if not text_of_year then
    return nil, "not a date"
  end
  return ("%04d%s.%sZ"):format(text_of_year, after, millis)
end

return date
