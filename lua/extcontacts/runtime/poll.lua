--- How code in coroutines of another event loop waits: one of them, the leader,
-- waits for the engines' descriptor and turns our loop; each other one waits for
-- a descriptor of its own, which becomes readable when it should continue.

local core = require "extcontacts.core"
local reactor = require "extcontacts.runtime.reactor"
local task_loop = require "extcontacts.runtime.task_loop"
local wait = require "extcontacts.runtime.wait"

local poll = {}

-- Seconds of a single wait, so that a signal is noticed.
local LONGEST = 1

-- An event loop may drop a coroutine in its wait.  Seconds after the end of its wait,
-- and after it was rung, at which a leader that did not return counts as dropped,
-- so that another coroutine takes its place.  If the loop was merely busy, there are
-- two for a while, each with a set of its own.
local LATE, DEAF = 0.5, 0.25

local NO_DESCRIPTOR = "extcontacts can't wait in this event loop: the system provides no descriptor "
  .. "for it, or has none left"

local leader -- waits for the engines: { since, due, asleep, set }
-- Wait for their own wake-up descriptor: { bell, waitable } → true.  Weak, since a
-- dropped coroutine leaves its entry behind.
local followers = setmetatable({}, { __mode = "k" })

-- Coroutine → what it waits for and since when, as a follower.
local joined = setmetatable({}, { __mode = "k" })

local call_leader -- the descriptor that wakes the leader
local spare = {} -- pooled wake-up descriptors

local function new_bell()
  return table.remove(spare) or core.poll.bell() or error(NO_DESCRIPTOR, 0)
end

local function rest(bell)
  bell:clear()
  spare[#spare + 1] = bell
end

-- The set that the leader waits for: the engines and its own descriptor.
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

-- Wakes those whose wait is over; the leader checks for itself.
local function tell(waitable)
  if leader and leader.asleep then
    leader.asleep = false
    leader.due = math.min(leader.due, core.engine.now() + DEAF)
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
  return leader and core.engine.now() < leader.due
end

-- Wakes a waiter to drive the reactor; one that was woken before and did not return
-- may have been dropped.
local function hand_over()
  if is_led() then
    return
  end
  for follower in pairs(followers) do
    if not follower.woken then
      follower.woken = true
      follower.bell:ring()
      return
    end
  end
end

-- Waits once for the engines, and collects what finished.
local function lead(wait_for, seconds)
  if leader then
    reactor.renew_set()
  end
  local set = leaders_set()
  seconds = task_loop.patience(seconds)
  local now = core.engine.now()
  local me = { since = now, due = now + seconds + LATE, asleep = true, set = set }
  leader = me
  local ok, problem = pcall(wait_for, set:fd(), "r", seconds)
  if leader == me then
    leader = nil
  end
  if not ok then
    error(problem, 0)
  end
  call_leader:clear()
  task_loop.collect()
  task_loop.kick()
  tell()
end

-- Whether the leader fell asleep before the running coroutine began this wait: it
-- may have more to wait for now, or less time.
local function leader_is_unaware(what)
  local co = coroutine.running() or joined
  local earlier = joined[co]
  if not (earlier and earlier.what == what) then
    earlier = { what = what, since = core.engine.now() }
    joined[co] = earlier
  end
  return leader and leader.since <= earlier.since
end

local function follow(wait_for, waitable, due, seconds)
  local me = { bell = new_bell(), waitable = waitable }
  followers[me] = true
  if leader_is_unaware(waitable or due) then
    tell()
  end
  seconds = math.min(seconds, math.max(leader and leader.due - core.engine.now() or 0, 0.001))
  local ok, problem = pcall(wait_for, me.bell:fd(), "r", seconds)
  followers[me] = nil
  rest(me.bell)
  if not ok then
    error(problem, 0)
  end
end

local function pass(wait_for, engine, waitable, due, now)
  reactor.send(task_loop.wake)
  task_loop.kick()
  if waitable and waitable:done() then
    return
  end
  local seconds = due and math.max(math.min(due - now(), LONGEST), 0) or LONGEST
  reactor.hold(engine, waitable)
  local ok, problem
  if is_led() then
    ok, problem = pcall(follow, wait_for, waitable, due, seconds)
  else
    ok, problem = pcall(lead, wait_for, seconds)
  end
  reactor.release()
  if not ok then
    error(problem, 0)
  end
end

--- Creates the runtime of clients with the option `poll`.
---@param wait_for fun(fd: integer, events: string, seconds: number) suspends the running coroutine
--- until the descriptor is readable (`events` is "r") or the time is over; may return earlier
---@return table
function poll.new(wait_for)
  local runtime = wait.runtime(function(...)
    pass(wait_for, ...)
  end)

  -- A leader whose own wait is over leaves the engines to another coroutine.
  for _, name in ipairs { "wait", "sleep" } do
    local inner = runtime[name]
    runtime[name] = function(...)
      local ok, passed = pcall(inner, ...)
      hand_over()
      if not ok then
        error(passed, 0)
      end
      return passed
    end
  end

  function runtime.notify(waitable)
    task_loop.wake(waitable)
    tell(waitable)
  end
  reactor.listener = tell
  return runtime
end

return poll
