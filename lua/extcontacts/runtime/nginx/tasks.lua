--- Tasks inside nginx: light threads, with the interface of `runtime.loop`'s
-- tasks.

local base = require "extcontacts.runtime.task"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local pool = require "extcontacts.runtime.nginx.pool"
local waiters = require "extcontacts.runtime.nginx.waiters"

local unpack = compat.unpack

local tasks = {}

-- Seconds within which a detached task starts.
local START = 0.25

local Task = { done = base.done, result = base.result }
local metatable = { __name = "extcontacts.task", __index = Task }

-- Coroutine of a light thread → its task, which must not lead back to the coroutine:
-- LuaJIT would never collect one that nginx ended.
local running = setmetatable({}, { __mode = "k" })

-- Coroutine → the light threads it spawned, to be reaped, each as { handle, task }.
local children = setmetatable({}, { __mode = "k" })

-- Coroutine → ngx.ctx of the request to which the entries above belong.  nginx
-- reuses coroutines for other requests, and ends some silently.
local request_of = setmetatable({}, { __mode = "kv" })

-- Drops the entries of a coroutine from an earlier request.
local function refresh(co)
  local request = ngx.ctx
  if request_of[co] ~= request then
    request_of[co], running[co], children[co] = request, nil, nil
  end
end

--- The task whose code is running.
---@return extcontacts.Task|nil
function tasks.current()
  local co = coroutine.running()
  if running[co] then
    refresh(co)
  end
  return running[co]
end

local function finish(task, ...)
  base.finish(task, waiters.wake, ...)
end

local function body(task, fn, ...)
  local co = coroutine.running()
  refresh(co)
  running[co] = task
  finish(task, pcall(fn, ...))
  running[co] = nil
end

-- Spawns a light thread of the running code.
local function start(task, fn, ...)
  local parent = coroutine.running()
  refresh(parent)
  local list = children[parent]
  if list then
    pool.reap(list)
  else
    list = {}
    children[parent] = list
  end
  local handle, why = ngx.thread.spawn(body, task, fn, ...)
  if not handle then
    error("extcontacts can't start a light thread: " .. tostring(why), 0)
  end
  list[#list + 1] = { handle = handle, task = task }
end

--- Runs a function as a task.  A "program" task runs in the request that started
-- it; an "own" task runs in the worker's pump, if there is one, so that no
-- request is delayed by work it no longer needs.
---@param kind "own"|"program"
---@param deadline number|nil monotonic seconds
---@param fn function
---@param ... any its arguments
---@return extcontacts.Task
function tasks.spawn(kind, deadline, fn, ...)
  local outer = tasks.current()
  local inherited = outer and outer.deadline
  if inherited and not (deadline and deadline < inherited) then
    deadline = inherited
  end
  local task = setmetatable({
    deadline = deadline,
    scope = outer and outer.scope,
    finished = false,
  }, metatable)
  local handed = kind == "own" and pool.take(body, task, fn, ...)
  if not handed then
    start(task, fn, ...)
  end
  return task
end

-- Runs a detached task's function, unless another light thread has done so.
local function run_job(task)
  local job = task.job
  if job then
    task.job = nil
    body(task, job.fn, unpack(job, 1, job.n))
  end
end

-- The function of a timer.
local function in_timer(_, task)
  run_job(task)
end

--- Runs a function as a task, soon and independently of the current request, which
-- may end before it.
---@param fn function not a closure over locals of a function that waits: nginx reuses the stack of a light
--- thread that it ends
---@param ... any its arguments
---@return extcontacts.Task|nil task nil if nginx has no timer left
function tasks.detach(fn, ...)
  local task = setmetatable({
    finished = false,
    job = { fn = fn, n = select("#", ...), ... },
    start_by = core.engine.now() + START,
  }, metatable)
  if pool.take(run_job, task) or ngx.timer.at(0, in_timer, task) then
    return task
  end
end

--- Runs a detached task in the current request if it does not start elsewhere, as
-- when too many timers run.
---@param task extcontacts.Task
---@return number seconds until that has to be checked again
function tasks.start_late(task)
  if not task.job then
    return math.huge
  end
  local left = task.start_by - core.engine.now()
  if left <= 0 then
    local job = task.job
    task.job = nil
    start(task, job.fn, unpack(job, 1, job.n))
  end
  return math.max(left, 0.001)
end

--- Cancels a task: what it waits for ends as "cancelled", and so does every
-- later call; its code continues from there.
---@param why string|nil
function Task:cancel(why)
  if self.finished then
    return
  end
  self.cancelled = self.cancelled or why or "cancelled"
  base.end_wait(self)
  if self.awaited then
    waiters.wake(self.awaited)
  end
end

--- Does the same from a finalizer.
function Task:drop()
  pcall(self.cancel, self)
end

return tasks
