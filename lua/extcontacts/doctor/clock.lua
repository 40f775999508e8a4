--- How far this machine's clock is from a server's, by its Date header.

local clock = {}

local MONTHS = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

-- Days from 1970-01-01 to a date, with years that begin in March so that the
-- leap day is a year's last.
local function days(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  return 365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
    + math.floor((153 * (month - 3) + 2) / 5) + day - 719469
end

--- Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT".
---@param text string|nil
---@return integer|nil
function clock.parse(text)
  local day, name, year, hour, minute, second =
    (text or ""):match("^%a+, (%d%d) (%a+) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  local month = MONTHS[name]
  if not month then
    return nil
  end
  return days(tonumber(year), month, tonumber(day)) * 86400 + tonumber(hour) * 3600 + tonumber(minute) * 60
    + tonumber(second)
end

--- How many seconds this machine is at least ahead of a server that wrote
-- `date`; below 0 when it is behind, 0 where the answer's travel explains it.
---@param date string|nil the Date header
---@param before integer this machine's time when the request left
---@param after integer and when the answer was there; whole seconds
---@return integer|nil
function clock.ahead(date, before, after)
  local server = clock.parse(date)
  if not server then
    return nil
  end
  if before > server + 1 then
    return before - server - 1
  elseif after + 1 < server then
    return after + 1 - server
  end
  return 0
end

return clock
