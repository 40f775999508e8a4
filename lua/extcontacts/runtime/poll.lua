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

-- Seconds after which a leader counts as dropped by its event loop, so that
-- another coroutine takes its place.
local GONE = 5

local NO_DESCRIPTOR = "extcontacts can't wait in this event loop: the system provides no descriptor "
  .. "for it, or has none left"

local leader -- waits for the engines: { since, asleep }
local followers = {} -- wait for their own wake-up descriptor: { bell, waitable, engine } → true
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

-- Wakes a waiter to drive the reactor.
local function hand_over()
  local follower = not is_led() and next(followers)
  if follower then
    follower.bell:ring()
  end
end

-- Waits once for the engines, and collects what finished.
local function lead(wait_for, seconds)
  local set = leaders_set()
  leader = { since = core.engine.now(), asleep = true }
  wait_for(set:fd(), "r", task_loop.patience(seconds))
  leader = nil
  call_leader:clear()
  task_loop.collect()
  task_loop.kick()
  tell()
end

local function follow(wait_for, engine, waitable, seconds)
  local me = { bell = new_bell(), waitable = waitable, engine = engine }
  followers[me] = true
  tell() -- the leader may have more to wait for, or less time
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
