--- How fast something goes, over the last minute, and how long the rest takes.  Pure:
-- time is passed in.
--
-- The server counts requests by the minute: a program sends them in bursts and waits in
-- between.  A minute therefore is the shortest time that shows the speed.

local rate_meter = {}

-- Seconds that count, and seconds between two samples.
local WINDOW, STEP = 60, 1

---@class extcontacts.cli.RateMeter
local Meter = {}
Meter.__index = Meter

--- Starts measuring.
---@param now number seconds
---@param count integer|nil how many are done already
---@return extcontacts.cli.RateMeter
function rate_meter.new(now, count)
  return setmetatable({ samples = { { at = now, count = count or 0 } }, first = 1, last = 1 }, Meter)
end

--- Notes how many are done.
---@param now number seconds
---@param count integer
function Meter:note(now, count)
  local samples = self.samples
  self.now, self.count = now, count
  if now - samples[self.last].at >= STEP then
    self.last = self.last + 1
    samples[self.last] = { at = now, count = count }
  end
  while self.first < self.last and now - samples[self.first + 1].at >= WINDOW do
    samples[self.first] = nil
    self.first = self.first + 1
  end
end

--- How many a second, in the last minute.
---@return number|nil nil in the first second
function Meter:rate()
  local oldest = self.samples[self.first]
  local elapsed = self.now and self.now - oldest.at or 0
  return elapsed >= STEP and (self.count - oldest.count) / elapsed or nil
end

--- Seconds until the rest is done: as fast as in the last minute, but no faster than the
-- allowance of requests permits.
---@param remaining integer
---@param requests number|nil how many requests the rest needs
---@param allowance number|nil requests a minute
---@return number|nil nil if nothing is known
function Meter:remaining(remaining, requests, allowance)
  local rate = self:rate()
  local by_rate = rate and rate > 0 and remaining / rate or nil
  local by_allowance = requests and allowance and requests / allowance * 60 or nil
  if by_rate and by_allowance then
    return math.max(by_rate, by_allowance)
  end
  return by_rate or by_allowance
end

--- A duration as people say it: "40 s", "14 min", "3 h 20 min".
---@param seconds number
---@return string
function rate_meter.duration(seconds)
  if seconds < 90 then
    return ("%d s"):format(math.max(1, math.ceil(seconds)))
  end
  local minutes = math.floor(seconds / 60 + 0.5)
  if minutes < 90 then
    return ("%d min"):format(minutes)
  end
  local hours = math.floor(minutes / 60)
  return hours < 48 and ("%d h %d min"):format(hours, minutes % 60) or ("%d days"):format(math.floor(hours / 24 + 0.5))
end

return rate_meter
