--- How code in coroutines of another event loop waits: one of them waits for
-- the engines' descriptor and turns our loop, the others each for a descriptor
-- of their own, which is made readable when their turn has come.

local core = require "extcontacts.core"
local loop = require "extcontacts.runtime.loop"
local reactor = require "extcontacts.runtime.reactor"
local wait = require "extcontacts.runtime.wait"

local poll = {}

-- A single wait is no longer than this: a signal is seen then at the latest.
local LONGEST = 1

-- A coroutine that has been at the engines for so long was dropped by the
-- event loop, and another takes its place.
local GONE = 5

local NO_DESCRIPTOR = "extcontacts can't wait in this event loop: the system has no descriptor for it "
  .. "(or none left)"

local leader -- who waits for the engines: { since, asleep }
local followers = {} -- those who wait for their own bell: { bell, waitable, engine } → true
local call_leader -- the bell that wakes the leader
local spare = {} -- bells to use again

local function new_bell()
  return table.remove(spare) or core.poll.bell() or error(NO_DESCRIPTOR, 0)
end

local function rest(bell)
  bell:clear()
  spare[#spare + 1] = bell
end

-- The set that the leader waits for: the engines, and its own bell.
local in_set
local function leaders_set()
  local set = reactor.set()
  if not (set and set:fd()) then
    error(NO_DESCRIPTOR, 0)
  elseif in_set ~= set then
    call_leader = new_bell()
    set:watch(call_leader:fd())
    in_set = set
  end
  return set
end

-- Rings for those whose wait is over; the leader looks for itself.
local function tell(waitable)
  if leader and leader.asleep then
    leader.asleep = false
    call_leader:ring()
  end
  for follower in pairs(followers) do
    local awaited = follower.waitable
    if awaited and (awaited == waitable or awaited:done()) then
      follower.bell:ring()
    end
  end
end

local function is_led()
  return leader and core.engine.now() - leader.since < GONE
end

-- Sees to it that somebody is at the reactor.
local function hand_over()
  local follower = not is_led() and next(followers)
  if follower then
    follower.bell:ring()
  end
end

-- Waits once for the engines, and takes in what came.
local function lead(wait_for, seconds)
  local set = leaders_set()
  leader = { since = core.engine.now(), asleep = true }
  wait_for(set:fd(), "r", loop.patience(seconds))
  leader = nil
  call_leader:clear()
  loop.collect()
  loop.kick()
  tell()
end

local function follow(wait_for, engine, waitable, seconds)
  local me = { bell = new_bell(), waitable = waitable, engine = engine }
  followers[me] = true
  tell() -- the leader may have more to wait for now, or less time
  local ok, problem = pcall(wait_for, me.bell:fd(), "r", seconds)
  followers[me] = nil
  rest(me.bell)
  if not ok then
    error(problem, 0)
  end
end

local function pass(wait_for, engine, waitable, due, now)
  reactor.send(loop.wake)
  loop.kick()
  if waitable and waitable:done() then
    return
  end
  local seconds = due and math.max(math.min(due - now(), LONGEST), 0) or LONGEST
  reactor.hold(engine)
  local ok, problem
  if is_led() then
    ok, problem = pcall(follow, wait_for, engine, waitable, seconds)
  else
    ok, problem = pcall(lead, wait_for, seconds)
    leader = nil
  end
  reactor.release(engine)
  if not ok then
    error(problem, 0)
  end
end

--- Makes the env of clients with the option `poll`.
---@param wait_for fun(fd: integer, events: string, seconds: number) suspends the running coroutine
--- until the descriptor is readable (`events` is "r"), at most so long; may return earlier
---@return table
function poll.new(wait_for)
  local env = wait.env(function(...)
    pass(wait_for, ...)
  end)

  -- Whoever was at the engines and has what it waited for leaves them to
  -- another.
  for _, name in ipairs { "wait", "sleep" } do
    local inner = env[name]
    env[name] = function(...)
      local ok, passed = pcall(inner, ...)
      hand_over()
      if not ok then
        error(passed, 0)
      end
      return passed
    end
  end

  function env.notify(waitable)
    loop.wake(waitable)
    tell(waitable)
  end
  reactor.listener = tell
  return env
end

return poll
