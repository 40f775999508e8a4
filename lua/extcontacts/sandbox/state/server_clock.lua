--- The sandbox's clock.  Advancing it expires tokens, cursors and windows
-- without waiting.

local dates = require "extcontacts.base.dates"

local server_clock = {}

local shift = 0

--- Seconds since 1970, with the shift.
---@return number
function server_clock.now()
  return ngx.now() + shift
end

--- Advances the clock.
---@param seconds number
function server_clock.advance(seconds)
  shift = shift + seconds
end

--- Undoes every `advance`.
function server_clock.reset()
  shift = 0
end

--- The seconds by which the clock was advanced.
---@return number
function server_clock.shift()
  return shift
end

local last_second, last_text

--- The current time in ISO 8601 UTC with milliseconds.
---@return string
function server_clock.iso()
  local time = server_clock.now()
  local second = math.floor(time)
  if second ~= last_second then
    last_second, last_text = second, dates.text(second):sub(1, -2)
  end
  return ("%s.%03dZ"):format(last_text, math.floor((time - second) * 1000))
end

return server_clock
