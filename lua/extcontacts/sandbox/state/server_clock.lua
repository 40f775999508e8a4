--- The sandbox's clock.  It can be put forward, so that tokens, cursors and
-- windows expire without waiting.

local server_clock = {}

local shift = 0

--- Seconds since 1970, with the shift.
function server_clock.now()
  return ngx.now() + shift
end

--- Puts the clock forward.
---@param seconds number
function server_clock.advance(seconds)
  shift = shift + seconds
end

--- Takes back what `advance` did.
function server_clock.reset()
  shift = 0
end

function server_clock.shift()
  return shift
end

local day_second, day_text

--- ISO 8601 in UTC with milliseconds.
---@param time number|nil seconds since 1970; now when left out
function server_clock.iso(time)
  time = time or server_clock.now()
  local second = math.floor(time)
  if second ~= day_second then
    day_second, day_text = second, os.date("!%Y-%m-%dT%H:%M:%S", second)
  end
  return ("%s.%03dZ"):format(day_text, math.floor((time - second) * 1000))
end

return server_clock