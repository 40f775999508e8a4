--- Tasks, and the loop that runs them in turn in one thread: a task is a
-- coroutine that is suspended while it waits, and code that waits outside of
-- tasks turns the loop.

local base = require "extcontacts.runtime.task"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local reactor = require "extcontacts.runtime.reactor"
local task_waits = require "extcontacts.runtime.task_waits"

local unpack = compat.unpack
local interrupted = core.signal.caught
local enqueue, take, wake = task_waits.enqueue, task_waits.take, task_waits.wake
local enter, leave = task_waits.enter, task_waits.leave

local task_loop = {}

-- The value that a suspended task yields; other yields are the program's own.
local WAIT = {}

-- Code that can't be suspended turns the loop inside a task.  Below this many
-- nested tasks it runs the module's own tasks only, since the C stack is finite.
local DEEPEST = 8

-- Steps of the reactor, or seconds, after which a busy loop searches for what it lost.
local SWEEP_EVERY, SWEEP_SECONDS = 100, 0.2

local STRAY = "a function run by ec.run or client:map called coroutine.yield outside of a coroutine of "
  .. "its own, perhaps through an event loop; return values instead, or use coroutine.wrap"

local LOST = "an error raised in the loop (debug hook, lack of memory) lost this task's result"

-- The task whose code was resumed last.  An error raised in the loop itself can
-- leave it behind: `running_task` checks it, and its `outer` ones, by their coroutine.
local current

local live = {} -- tasks that have not finished → true
local alive = { own = 0, program = 0 } -- their number

local Task = { done = base.done, result = base.result }
local metatable = { __name = "extcontacts.task", __index = Task }

-- The task whose code is running; nil outside of tasks.
local function running_task()
  while current do
    local co = current.co
    local status = co and coroutine.status(co)
    if status == "running" or status == "normal" then
      return current
    end
    current = current.outer
  end
end

local function next_task()
  local task = running_task()
  return take "own" or (task and task.depth or 0) < DEEPEST and take "program" or nil
end

------------------------------------------------------------------- the tasks --

local function remove(task)
  if live[task] then
    live[task] = nil
    alive[task.kind] = alive[task.kind] - 1
    task.co, task.fn = nil, nil
  end
end

local function finish(task, ...)
  leave(task)
  reactor.release(task.co)
  base.finish(task, wake, ...)
  remove(task)
end

local function came_back(task, ok, ...)
  current, task.outer = task.outer, nil
  if coroutine.status(task.co) == "dead" then
    finish(task, ok, ...)
  elseif (...) ~= WAIT then
    finish(task, false, STRAY)
  end
  reactor.send(wake)
end

-- The function of a task's coroutine.
local function begin(task)
  local arguments = task.arguments
  task.arguments = nil
  return task.fn(unpack(arguments, 1, arguments.n))
end

local function run(task)
  task.queued = false
  if task.finished or coroutine.status(task.co) ~= "suspended" then
    return
  end
  local outer = running_task()
  task.outer, task.depth = outer, (outer and outer.depth or 0) + 1
  current = task
  came_back(task, coroutine.resume(task.co, task))
end

local function create(kind, fn, ...)
  local task = setmetatable({
    kind = kind,
    finished = false,
    fn = fn,
    arguments = { n = select("#", ...), ... },
    co = coroutine.create(begin),
  }, metatable)
  live[task], alive[kind] = true, alive[kind] + 1
  return task
end

--- Runs a function as a task.
---@param kind "own"|"program" "own" if all its code is this module's: it runs at once until it first
--- waits; a "program" task starts when the loop next turns
---@param deadline number|nil monotonic seconds; the running task's deadline applies if it is earlier
---@param fn function
---@param ... any its arguments
---@return extcontacts.Task
function task_loop.spawn(kind, deadline, fn, ...)
  local outer = running_task()
  local inherited = outer and outer.deadline
  if inherited and not (deadline and deadline < inherited) then
    deadline = inherited
  end
  local task = create(kind, fn, ...)
  task.deadline, task.scope = deadline, outer and outer.scope
  local start = kind == "own" and run or enqueue
  start(task)
  return task
end

--- Runs a function as an "own" task that does not depend on the running one.
---@param fn function
---@param ... any its arguments
---@return extcontacts.Task
function task_loop.detach(fn, ...)
  local task = create("own", fn, ...)
  run(task)
  return task
end

--- Cancels a task: what it waits for ends as "cancelled", and so does every
-- later call; its code continues from there.
---@param why string|nil "cancelled" or "interrupted"
function Task:cancel(why)
  if not self.finished then
    self.cancelled = self.cancelled or why or "cancelled"
    local waitable = base.end_wait(self)
    if not waitable or waitable:done() then
      run(self)
    end
  end
end

--- The same from a finalizer, when the loop next turns.
Task.drop = task_waits.drop

-------------------------------------------------------------------- the turns --

--- The task whose code is running, and whether it can be suspended here, which
-- it can't in a coroutine that the program created inside it.
---@return extcontacts.Task|nil
---@return boolean|nil own
function task_loop.current()
  local task = running_task()
  return task, task and coroutine.running() == task.co
end

--- When the calls of the running task must have ended.
---@return number|nil monotonic seconds
function task_loop.deadline()
  local task = running_task()
  return task and task.deadline
end

--- Why the waiting code must end; nil when it may continue.
---@return string|nil "cancelled" or "interrupted"
function task_loop.stopping()
  if interrupted() then
    return "interrupted"
  end
  local task = running_task()
  return task and task.cancelled or nil
end

--- Suspends the running task until what it waits for may be done, or a time.
---@param engine table|nil
---@param waitable table|nil
---@param due number|nil when to wake it
---@param now (fun(): number)|nil the clock of `due`
function task_loop.suspend(engine, waitable, due, now)
  local task = running_task()
  enter(task, waitable, due, now)
  reactor.hold(engine, waitable)
  task.parked = true
  coroutine.yield(WAIT)
  task.parked = false
  reactor.release()
  leave(task)
end

-- Brings back a task that an error in the loop lost.
local function recover(task)
  if task.finished then
    wake(task)
    if task.ended then
      task.ended()
    end
    remove(task)
  elseif coroutine.status(task.co) == "dead" then
    finish(task, false, LOST)
  elseif coroutine.status(task.co) == "suspended" and not task.parked then
    enqueue(task)
  end
end

-- Wakes those whose waitable is done without a notification: one that ends at a
-- time, or a transfer of a closed engine.
local function sweep()
  reactor.recount()
  local tasks = {}
  for task in pairs(live) do
    tasks[#tasks + 1] = task
  end
  for _, task in ipairs(tasks) do
    task.queued = task.queued and not task_waits.is_empty(task.kind)
    if task.parked and task.awaited and task.awaited:done() then
      enqueue(task)
    else
      recover(task)
    end
  end
end

local steps, swept_at = 0, 0 -- steps with a result, since the last sweep
local function look_around(found)
  steps = steps + 1
  local now = core.engine.now()
  if not found or steps >= SWEEP_EVERY or now - swept_at >= SWEEP_SECONDS then
    steps, swept_at = 0, now
    sweep()
  end
  task_waits.wake_due()
end

--- Runs one task, or waits for the engines when none is ready.
---@param engine table|nil the engine that the caller waits for
---@param waitable table|nil
---@param seconds number longest wait
---@param due number|nil when the caller's wait is over in any case
function task_loop.turn(engine, waitable, seconds, due)
  reactor.hold(engine, waitable)
  task_waits.cancel_dropped()
  local task = next_task()
  if not task and interrupted() then
    task_waits.interrupt()
    task = next_task()
  end
  if task then
    reactor.send(wake) -- the caller's request goes out before the task runs
    run(task)
  else
    local is_timed = due ~= nil or task_waits.has_sleepers()
    look_around(reactor.wait(task_waits.until_due(seconds), wake, is_timed))
  end
  reactor.release()
end

--- Collects finished transfers without waiting.
function task_loop.collect()
  task_waits.cancel_dropped()
  if interrupted() then
    task_waits.interrupt()
  end
  look_around(reactor.collect(wake))
end

--- How long the loop needs no turn.
---@param seconds number upper bound
---@return number
function task_loop.patience(seconds)
  return reactor.timeout(task_waits.until_due(seconds))
end

task_loop.wake = wake

--- Runs the ready tasks until each waits again.
function task_loop.kick()
  task_waits.cancel_dropped()
  local task = next_task()
  while task do
    run(task)
    task = next_task()
  end
end

--- Whether tasks of the program exist.
---@return boolean
function task_loop.busy()
  return alive.program > 0
end

return task_loop
