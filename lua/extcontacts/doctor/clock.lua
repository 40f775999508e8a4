--- The offset between this machine's clock and a server's, from the server's
-- Date header.  Pure.

local dates = require "extcontacts.base.dates"

local clock = {}

--- Returns how many seconds this machine's clock is ahead of the server's, or
-- behind if negative.  The reply's time in transit is not counted: 0 if it can
-- explain the difference.
---@param date string|nil the Date header
---@param before integer this machine's time when the request was sent
---@param after integer this machine's time when the reply arrived; whole seconds
---@return integer|nil
function clock.ahead(date, before, after)
  local server = dates.http(date)
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
