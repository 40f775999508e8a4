--- Which tasks are ready, and which wait for what.  An error raised between two
-- lines here, by a debug hook or for lack of memory, loses a task at most until
-- `task_loop` searches for those that it lost.

local base = require "extcontacts.runtime.task"
local finalizer = require "extcontacts.base.finalizer"

local task_waits = {}

local waiting = {} -- waitable → the tasks that wait for it
local sleepers = {} -- tasks that wait for a time → true
local queues = { own = { first = 1, last = 0 }, program = { first = 1, last = 0 } }

--- Makes a task ready to run.
---@param task extcontacts.Task
function task_waits.enqueue(task)
  if not task.queued and not task.finished then
    local queue = queues[task.kind]
    queue[queue.last + 1] = task
    queue.last = queue.last + 1
    task.queued = true
  end
end

local enqueue = task_waits.enqueue

--- Takes the next ready task.
---@param kind "own"|"program"
---@return extcontacts.Task|nil
function task_waits.take(kind)
  local queue = queues[kind]
  local index = queue.first
  local task = queue[index]
  if task then
    queue.first = index + 1
    queue[index] = nil
  end
  return task
end

--- Whether no task of a kind is ready.
---@param kind "own"|"program"
---@return boolean
function task_waits.is_empty(kind)
  local queue = queues[kind]
  return queue[queue.first] == nil
end

--- Makes the tasks ready that wait for something.
---@param waitable table
function task_waits.wake(waitable)
  local tasks = waiting[waitable]
  if tasks then
    waiting[waitable] = nil
    for _, task in ipairs(tasks) do
      enqueue(task)
    end
  end
end

--- Notes what a task waits for.
---@param task extcontacts.Task
---@param waitable table|nil
---@param due number|nil
---@param now (fun(): number)|nil the clock of `due`
function task_waits.enter(task, waitable, due, now)
  if waitable then
    task.awaited = waitable
    -- With a time it is shared, and not cancelled together with the task.
    task.waitable = not due and waitable or nil
    waiting[waitable] = waiting[waitable] or {}
    table.insert(waiting[waitable], task)
  end
  if due then
    task.due, task.now = due, now
    sleepers[task] = true
  end
end

--- Notes that a task no longer waits.
---@param task extcontacts.Task
function task_waits.leave(task)
  local waitable = task.awaited
  sleepers[task] = nil
  task.waitable, task.awaited = nil, nil
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

--- A signal came: cancels what can be cancelled, and wakes all sleepers.
function task_waits.interrupt()
  local waitables = {}
  for waitable in pairs(waiting) do
    waitables[#waitables + 1] = waitable
  end
  for _, waitable in ipairs(waitables) do
    if waitable.cancel and not waitable:done() then
      waitable:cancel("interrupted")
      task_waits.wake(waitable)
    end
  end
  for task in pairs(sleepers) do
    enqueue(task)
  end
end

-- Tasks that a finalizer dropped.  It can run between any two lines, also of code
-- that LuaJIT has compiled, so it only notes them.
local dropped = {}

--- Called by a finalizer: cancels a task when the loop next turns.
---@param task extcontacts.Task
function task_waits.drop(task)
  dropped[#dropped + 1] = task
end
finalizer.interpreted(task_waits.drop)

--- Cancels the tasks that finalizers dropped.
function task_waits.cancel_dropped()
  while dropped[1] do
    local tasks, index = dropped, 1
    dropped = {}
    while tasks[index] do
      local task = tasks[index]
      if not task.finished then
        task.cancelled = task.cancelled or "cancelled"
        pcall(base.end_wait, task)
        enqueue(task)
      end
      index = index + 1
    end
  end
end

--- Whether a task waits for a time.
---@return boolean
function task_waits.has_sleepers()
  return next(sleepers) ~= nil
end

--- How long no sleeper needs to be woken.
---@param seconds number upper bound
---@return number
function task_waits.until_due(seconds)
  for task in pairs(sleepers) do
    seconds = math.min(seconds, task.due - task.now())
  end
  return math.max(seconds, 0)
end

--- Makes the sleepers ready whose time has come.
function task_waits.wake_due()
  for task in pairs(sleepers) do
    if task.now() >= task.due then
      enqueue(task)
    end
  end
end

return task_waits
