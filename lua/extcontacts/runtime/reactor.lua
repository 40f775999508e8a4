--- Steps the engines that calls wait for: a single one directly, several
-- through one set of their descriptors.

local core = require "extcontacts.core"

local reactor = {}

-- Seconds that one engine may delay the others without a set.
local SLICE = 0.002

local held = {} -- engine → number of those who wait for it
local count = 0 -- of held engines
local unsent = {} -- engine → true when a request was submitted since its last step
local set -- of their descriptors; created when needed
local watched -- engine → its descriptor in the set

--- Adds an engine, once for each who waits for it.
---@param engine table|nil
function reactor.hold(engine)
  if engine then
    count = count + (held[engine] and 0 or 1)
    held[engine] = (held[engine] or 0) + 1
  end
end

--- Notes that a request was submitted to an engine, for `send`.
---@param engine table|nil
function reactor.submitted(engine)
  if engine then
    unsent[engine] = true
  end
end

--- Removes it, once for each `hold`.
---@param engine table|nil
function reactor.release(engine)
  if engine then
    held[engine] = held[engine] > 1 and held[engine] - 1 or nil
    count = count - (held[engine] and 0 or 1)
  end
end

--- Called when a transfer has finished, whichever caller stepped its engine: for
-- those who wait in another event loop.
---@type fun()|nil
reactor.listener = nil

-- Steps one engine; returns whether a transfer has finished.
local function step(engine, seconds, wake)
  unsent[engine] = nil
  if not engine:usable() then
    return false
  end
  local finished = engine:step(seconds)
  for _, transfer in ipairs(finished) do
    wake(transfer)
  end
  if reactor.listener and #finished > 0 then
    reactor.listener()
  end
  return #finished > 0
end

--- Starts submitted requests at once: the code that runs next may take long.
---@param wake fun(transfer: table) called for each finished transfer
function reactor.send(wake)
  local engine = next(unsent)
  while engine do
    step(engine, 0, wake)
    engine = next(unsent)
  end
end

--- The set with the descriptors of all held engines; nil if the system has
-- none.  Others may add descriptors to it.
---@return table|nil
function reactor.set()
  if not set or not set:usable() then -- a forked child creates its own
    set, watched = core.poll.set(), setmetatable({}, { __mode = "k" })
  end
  for engine in pairs(held) do
    local fd = engine.pollfd and engine:usable() and engine:pollfd()
    if not (set and fd) then
      return nil
    elseif watched[engine] ~= fd then
      set:watch(fd)
      watched[engine] = fd
    end
  end
  return set
end

--- How long the engines need no step.
---@param seconds number upper bound
---@return number
function reactor.timeout(seconds)
  for engine in pairs(held) do
    local left = engine:usable() and engine:timeout()
    seconds = left and math.min(seconds, left) or seconds
  end
  return seconds
end

--- Collects finished transfers without waiting.
---@param wake fun(transfer: table)
---@return boolean found whether a transfer has finished
function reactor.collect(wake)
  local found = false
  for engine in pairs(held) do
    found = step(engine, 0, wake) or found
  end
  return found
end

--- Waits until a transfer has finished.
---@param seconds number longest wait
---@param wake fun(transfer: table)
---@param timed boolean whether time alone may end the wait
---@return boolean found whether a transfer has finished
function reactor.wait(seconds, wake, timed)
  if count == 1 then
    return step(next(held), seconds, wake)
  elseif count == 0 and timed then
    core.poll.sleep(seconds) -- no engine: the process had no descriptor left for one
    return false
  elseif count == 0 then
    error("nothing is in flight that could end this wait", 0)
  end
  local found = reactor.collect(wake)
  if found or seconds <= 0 then
    return found
  end
  local all = reactor.set()
  if all then
    all:wait(reactor.timeout(seconds))
    return reactor.collect(wake)
  end
  for engine in pairs(held) do
    found = step(engine, found and 0 or math.min(seconds, SLICE), wake) or found
  end
  return found
end

return reactor
