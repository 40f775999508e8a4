--- Tasks, and the loop that runs them in turn in one thread: a task is a
-- coroutine that is suspended while it waits, and code that waits outside of
-- tasks turns the loop.

local base = require "extcontacts.runtime.task"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local reactor = require "extcontacts.runtime.reactor"

local unpack = compat.unpack
local interrupted = core.signal.caught

local task_loop = {}

-- The value that a suspended task yields; other yields are the program's own.
local WAIT = {}

-- Code that can't be suspended turns the loop inside a task.  Below this many
-- nested tasks it runs the module's own tasks only, since the C stack is finite.
local DEEPEST = 8

local STRAY = "a function run by ec.run or client:map called coroutine.yield outside of a coroutine of "
  .. "its own, perhaps through an event loop; return values instead, or use coroutine.wrap"

local current -- the task whose code is running; nil outside of tasks
local depth = 0 -- nested tasks on the stack
local alive = { own = 0, program = 0 } -- tasks that have not finished

local waiting = {} -- waitable → the tasks that wait for it
local sleepers = {} -- task → true
local queues = { own = { first = 1, last = 0 }, program = { first = 1, last = 0 } }

local Task = { done = base.done, result = base.result }
local metatable = { __name = "extcontacts.task", __index = Task }

------------------------------------------------------------------- the queue --

local function enqueue(task)
  if not task.queued and not task.finished then
    task.queued = true
    local queue = queues[task.kind]
    queue.last = queue.last + 1
    queue[queue.last] = task
  end
end

local function take(queue)
  local task = queue[queue.first]
  if task then
    queue[queue.first] = nil
    queue.first = queue.first + 1
  end
  return task
end

local function next_task()
  return take(queues.own) or depth < DEEPEST and take(queues.program) or nil
end

--- Queues the tasks that wait for something.
---@param waitable table
local function wake(waitable)
  local tasks = waiting[waitable]
  if tasks then
    waiting[waitable] = nil
    for _, task in ipairs(tasks) do
      enqueue(task)
    end
  end
end

------------------------------------------------------------------- the tasks --

local function finish(task, ...)
  alive[task.kind] = alive[task.kind] - 1
  task.co, task.waitable = nil, nil
  base.finish(task, wake, ...)
end

local function came_back(task, outer, ok, ...)
  current, depth = outer, depth - 1
  if coroutine.status(task.co) == "dead" then
    finish(task, ok, ...)
  elseif (...) ~= WAIT then
    finish(task, false, STRAY)
  end
  reactor.send(wake)
end

local function run(task, ...)
  task.queued = false
  if task.finished or coroutine.status(task.co) ~= "suspended" then
    return
  end
  local outer, arguments = current, task.arguments
  current, depth, task.arguments = task, depth + 1, nil
  if arguments then
    came_back(task, outer, coroutine.resume(task.co, unpack(arguments, 1, arguments.n)))
  else
    came_back(task, outer, coroutine.resume(task.co, ...))
  end
end

--- Runs a function as a task.
---@param kind "own"|"program" "own" if all its code is this module's: it runs at once until it first
--- waits; a "program" task starts when the loop next turns
---@param deadline number|nil monotonic seconds; the running task's deadline applies if it is earlier
---@param fn function
---@param ... any its arguments
---@return extcontacts.Task
function task_loop.spawn(kind, deadline, fn, ...)
  local inherited = current and current.deadline
  if inherited and not (deadline and deadline < inherited) then
    deadline = inherited
  end
  local task = setmetatable({
    kind = kind,
    deadline = deadline,
    scope = current and current.scope,
    finished = false,
    co = coroutine.create(fn),
  }, metatable)
  alive[kind] = alive[kind] + 1
  if kind == "own" then
    run(task, ...)
  else
    task.arguments = { n = select("#", ...), ... }
    enqueue(task)
  end
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

--- Does the same from a finalizer: the code continues when the loop next turns.
function Task:drop()
  if not self.finished then
    self.cancelled = self.cancelled or "cancelled"
    pcall(base.end_wait, self)
    enqueue(self)
  end
end

-------------------------------------------------------------------- the turns --

--- The task whose code is running, and whether it can be suspended here, which
-- it can't in a coroutine that the program created inside it.
---@return extcontacts.Task|nil
---@return boolean|nil own
function task_loop.current()
  return current, current and coroutine.running() == current.co
end

--- When the calls of the running task must have ended.
---@return number|nil monotonic seconds
function task_loop.deadline()
  return current and current.deadline
end

--- Why the waiting code must end; nil when it may continue.
---@return string|nil "cancelled" or "interrupted"
function task_loop.stopping()
  return interrupted() and "interrupted" or current and current.cancelled or nil
end

--- Suspends the running task until what it waits for may be done.
---@param engine table|nil
---@param waitable table|nil
---@param due number|nil when to wake it
---@param now (fun(): number)|nil the clock of `due`
function task_loop.suspend(engine, waitable, due, now)
  local task = current
  if waitable then
    task.waitable = waitable
    waiting[waitable] = waiting[waitable] or {}
    table.insert(waiting[waitable], task)
  else
    sleepers[task], task.due, task.now = true, due, now
  end
  reactor.hold(engine)
  coroutine.yield(WAIT)
  reactor.release(engine)
  task.waitable, sleepers[task] = nil, nil
  local tasks = waitable and waiting[waitable]
  for index = tasks and #tasks or 0, 1, -1 do
    if tasks[index] == task then
      table.remove(tasks, index)
    end
  end
  if tasks and #tasks == 0 then
    waiting[waitable] = nil
  end
end

-- A signal came: cancels what can be cancelled, and wakes all sleepers.
local function interrupt()
  local waitables = {}
  for waitable in pairs(waiting) do
    waitables[#waitables + 1] = waitable
  end
  for _, waitable in ipairs(waitables) do
    if waitable.cancel and not waitable:done() then
      waitable:cancel("interrupted")
      wake(waitable)
    end
  end
  for task in pairs(sleepers) do
    enqueue(task)
  end
end

local function until_due(seconds)
  for task in pairs(sleepers) do
    seconds = math.min(seconds, task.due - task.now())
  end
  return math.max(seconds, 0)
end

local function wake_due()
  for task in pairs(sleepers) do
    if task.now() >= task.due then
      enqueue(task)
    end
  end
end

-- Wakes those whose waitable is done without a notification: one that ends at a
-- time, or a transfer of a closed engine.
local function sweep()
  for waitable in pairs(waiting) do
    if waitable:done() then
      wake(waitable)
    end
  end
end

-- After a step of the reactor.
local function look_around(found)
  if not found then
    sweep()
  end
  wake_due()
end

--- Runs one task, or waits for the engines when none is ready.
---@param engine table|nil the engine that the caller waits for
---@param seconds number longest wait
---@param due number|nil when the caller's wait is over in any case
function task_loop.turn(engine, seconds, due)
  reactor.hold(engine)
  local task = next_task()
  if not task and interrupted() then
    interrupt()
    task = next_task()
  end
  if task then
    reactor.send(wake) -- the caller's request goes out before the task runs
    run(task)
  else
    look_around(reactor.wait(until_due(seconds), wake, due ~= nil or next(sleepers) ~= nil))
  end
  reactor.release(engine)
end

--- Collects finished transfers without waiting.
function task_loop.collect()
  if interrupted() then
    interrupt()
  end
  look_around(reactor.collect(wake))
end

--- How long the loop needs no turn.
---@param seconds number upper bound
---@return number
function task_loop.patience(seconds)
  return reactor.timeout(until_due(seconds))
end

task_loop.wake = wake

--- Runs the ready tasks until each waits again.
function task_loop.kick()
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
