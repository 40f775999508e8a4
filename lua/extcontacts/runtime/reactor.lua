--- Steps the engines that calls wait for: a single one directly, several
-- through one set of their descriptors.

local core = require "extcontacts.core"

local reactor = {}

-- Seconds that one engine may delay the others without a set.
local SLICE = 0.002

-- Coroutine → the engine, and what else, it waits for.  A coroutine waits for one
-- thing at a time.  Weak, since an event loop may drop a coroutine that waits.
local holders = setmetatable({}, { __mode = "k" })
local awaited = setmetatable({}, { __mode = "k" })

local held = {} -- engine → number of those who wait for it
local unsent = {} -- engine → true when a request was submitted since its last step
local set -- of their descriptors; created when needed
local watched -- engine → its descriptor in the set

-- `coroutine.running` returns nothing outside of coroutines on Lua 5.1.
local MAIN = {}

local function add(engine)
  held[engine] = (held[engine] or 0) + 1
end

--- Ends the hold of a coroutine.
---@param co thread|nil default: the running one
function reactor.release(co)
  co = co or coroutine.running() or MAIN
  local engine = holders[co]
  awaited[co] = nil
  if engine then
    holders[co] = nil
    held[engine] = (held[engine] or 0) > 1 and held[engine] - 1 or nil
  end
end

--- Holds an engine for the running coroutine until `release`.  What an error left
-- of its previous wait ends here.
---@param engine table|nil
---@param waitable table|nil what the coroutine waits for
function reactor.hold(engine, waitable)
  local co = coroutine.running() or MAIN
  if holders[co] then
    reactor.release(co)
  end
  awaited[co] = waitable
  if engine then
    holders[co] = engine
    add(engine)
  end
end

--- Whether another coroutine waits for something, as far as can be known: one that
-- its event loop has dropped waits until it is collected.
---@param waitable table
---@return boolean
function reactor.awaits(waitable)
  local running = coroutine.running() or MAIN
  for co, other in pairs(awaited) do
    if other == waitable and co ~= running and (co == MAIN or coroutine.status(co) ~= "dead") then
      return true
    end
  end
  return false
end

--- Counts the holds again, without those of coroutines that ended or were dropped
-- in their wait.
function reactor.recount()
  held = {}
  for co, engine in pairs(holders) do
    if co ~= MAIN and coroutine.status(co) == "dead" then
      holders[co] = nil
    else
      add(engine)
    end
  end
end

--- Notes that a request was submitted to an engine, for `send`.
---@param engine table|nil
function reactor.submitted(engine)
  if engine then
    unsent[engine] = true
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
    if engine:usable() then
      local fd = engine.pollfd and engine:pollfd()
      if not (set and fd) then
        return nil
      elseif watched[engine] ~= fd then
        set:watch(fd)
        watched[engine] = fd
      end
    end
  end
  return set
end

--- Lets `set` create a new set, since some event loops wait for a descriptor only
-- once.  The caller keeps the old one for as long as something waits for it.
function reactor.renew_set()
  set = nil
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
  if not next(held) then
    reactor.recount() -- an error raised in `hold` can leave the numbers wrong
  end
  local engine = next(held)
  if engine and not next(held, engine) then
    return step(engine, seconds, wake)
  elseif not engine and timed then
    core.poll.sleep(seconds) -- no engine: the process had no descriptor left for one
    return false
  elseif not engine then
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
  for other in pairs(held) do
    found = step(other, found and 0 or math.min(seconds, SLICE), wake) or found
  end
  return found
end

return reactor
