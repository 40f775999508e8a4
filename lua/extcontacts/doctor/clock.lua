--- How far this machine's clock is from a server's, by its Date header.

local dates = require "extcontacts.base.dates"

local clock = {}

--- How many seconds this machine is at least ahead of a server that wrote
-- `date`; below 0 when it is behind, 0 where the answer's travel explains it.
---@param date string|nil the Date header
---@param before integer this machine's time when the request left
---@param after integer and when the answer was there; whole seconds
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
