--- The engines that somebody waits for, stepped together: one as it is,
-- several through one set of their descriptors.

local core = require "extcontacts.core"

local reactor = {}

-- Where there is no set, seconds that one engine may keep the others waiting.
local SLICE = 0.002

local held = {} -- engine → how many wait for it
local count = 0 -- of those engines
local unsent = {} -- engine → true when something was submitted since its last step
local set -- of their descriptors; made when it is needed
local watched -- engine → its descriptor in the set

--- Takes an engine in.
---@param engine table|nil
function reactor.hold(engine)
  if engine then
    count = count + (held[engine] and 0 or 1)
    held[engine] = (held[engine] or 0) + 1
  end
end

--- Tells that something was submitted to an engine, for `send`.
---@param engine table|nil
function reactor.submitted(engine)
  if engine then
    unsent[engine] = true
  end
end

--- Lets go of it, once for each `hold`.
---@param engine table|nil
function reactor.release(engine)
  if engine then
    held[engine] = held[engine] > 1 and held[engine] - 1 or nil
    count = count - (held[engine] and 0 or 1)
  end
end

--- Called whenever something has finished, whoever stepped: for those who wait
-- elsewhere.
---@type fun()|nil
reactor.listener = nil

-- Steps one; whether something has finished.
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

--- Puts requests on their way at once: whoever runs next may run for long.
---@param wake fun(transfer: table) called with what has finished
function reactor.send(wake)
  local engine = next(unsent)
  while engine do
    step(engine, 0, wake)
    engine = next(unsent)
  end
end

--- The set of the descriptors of all that are held, and of others that are
-- added to it; nil where there can be none.
---@return table|nil
function reactor.set()
  if not set or not set:usable() then -- a forked child has its own
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

--- How long they can be left alone.
---@param seconds number at most
---@return number
function reactor.timeout(seconds)
  for engine in pairs(held) do
    local left = engine:usable() and engine:timeout()
    seconds = left and math.min(seconds, left) or seconds
  end
  return seconds
end

--- Takes in what has come, without waiting.
---@param wake fun(transfer: table)
---@return boolean found whether something has finished
function reactor.collect(wake)
  local found = false
  for engine in pairs(held) do
    found = step(engine, 0, wake) or found
  end
  return found
end

--- Waits until something has finished, at most so long.
---@param seconds number
---@param wake fun(transfer: table)
---@return boolean found whether something has finished
function reactor.wait(seconds, wake)
  if count == 1 then
    return step(next(held), seconds, wake)
  elseif count == 0 then
    error("nothing is under way that could end this wait", 0)
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
