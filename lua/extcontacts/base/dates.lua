--- Dates as the API and HTTP write them, and as seconds since 1970 (UTC).

local dates = {}

local MONTHS = {}
for index, name in ipairs { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
  "Nov", "Dec" } do
  MONTHS[name] = index
end

-- Days from 1970-01-01 to a date of the Gregorian calendar.  The year starts in
-- March here, so that the leap day is its last day.
local function days(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  local leap_days = math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
  return year * 365 + leap_days + math.floor((153 * (month - 3) + 2) / 5) + day - 719469
end

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

--- Whether a year's month has a day.
---@param year number|string
---@param month number|string
---@param day number|string
---@return boolean
function dates.is_day(year, month, day)
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  local is_leap_day = month == 2 and day == 29 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return is_leap_day or DAYS[month] ~= nil and day >= 1 and day <= DAYS[month]
end

local function seconds(year, month, day, hour, minute, second)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  if not dates.is_day(year, month, day) or hour > 23 or minute > 59 or second >= 61 then
    return nil
  end
  return days(tonumber(year), tonumber(month), tonumber(day)) * 86400 + hour * 3600 + minute * 60 + second
end

--- Reads an offset from UTC, as RFC 3339 writes it: `Z` or `+01:00`.
---@param zone string
---@return number|nil seconds nil if it is not an offset
function dates.offset(zone)
  if zone == "Z" or zone == "z" then
    return 0
  end
  local sign, hours, minutes = zone:match "^([+-])(%d%d):(%d%d)$"
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then
    return nil
  end
  return (sign == "-" and -1 or 1) * (tonumber(hours) * 3600 + tonumber(minutes) * 60)
end

--- Reads a time of RFC 3339, as the API writes it: `2026-11-24T18:55:54.123Z`.  The
-- fraction is optional; `+01:00` or another offset can replace the Z.
---@param text any
---@return number|nil seconds since 1970; nil if it is not such a time
function dates.iso(text)
  if type(text) ~= "string" then
    return nil
  end
  local year, month, day, hour, minute, second, rest =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt](%d%d):(%d%d):(%d%d)(.+)$")
  local fraction, zone = (rest or ""):match "^(%.%d+)(.+)$"
  local offset = dates.offset(zone or rest or "")
  local at = year and offset and seconds(year, month, day, hour, minute, second .. (fraction or ""))
  return at and at - offset or nil
end

-- A year of two digits belongs to this century before this year of it.
local CENTURY_ENDS = 70

--- Reads a date of HTTP in any of its three forms: `Tue, 24 Nov 2026 18:55:54 GMT`,
-- `Tuesday, 24-Nov-26 18:55:54 GMT` and `Tue Nov 24 18:55:54 2026`.
---@param text any
---@return number|nil seconds since 1970; nil if it is not such a date
function dates.http(text)
  if type(text) ~= "string" then
    return nil
  end
  local day, month, year, hour, minute, second =
    text:match("^%a%a%a, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  if not year then
    day, month, year, hour, minute, second = text:match("^%a+, (%d%d)%-(%a%a%a)%-(%d%d) (%d%d):(%d%d):(%d%d) GMT$")
    year = year and tonumber(year) + (tonumber(year) < CENTURY_ENDS and 2000 or 1900)
  end
  if not year then
    month, day, hour, minute, second, year = text:match("^%a%a%a (%a%a%a) +(%d%d?) (%d%d):(%d%d):(%d%d) (%d%d%d%d)$")
  end
  return year and MONTHS[month] and seconds(year, MONTHS[month], day, hour, minute, second)
end

--- Writes a date as the API does, in whole seconds.
---@param time integer|nil seconds since 1970; default now
---@return string
function dates.text(time)
  return (os.date("!%Y-%m-%dT%H:%M:%SZ", time))
end

return dates
