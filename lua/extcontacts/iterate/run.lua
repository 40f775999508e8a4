--- `ec.run` and `ec.spawn`: functions that run concurrently.

local runtime = require "extcontacts.runtime"

local run = {}

-- A context without a runtime of its own, since there is no client.
local NO_CLIENT = {}

---@class extcontacts.Running a function that `ec.spawn` started
local Running = {}
local metatable = { __name = "extcontacts.running", __index = Running }

-- Key under which a public object keeps its task.  Not a weak table: the task's
-- function or results may lead to the object.
local TASK = {}

local function wait_for(task)
  runtime.here(NO_CLIENT).wait(nil, task)
end

-- Waits until all tasks of a scope have ended, including those started meanwhile.
local function wait_for_all(scope)
  local index = 1
  while scope[index] do
    wait_for(scope[index])
    index = index + 1
  end
end

local function check_function(name, fn)
  if type(fn) ~= "function" then
    error(("ec.%s takes a function: ec.%s(function(...) … end, ...), got %s"):format(name, name, type(fn)), 3)
  end
end

-- The function of the first task.
local function begin(scope, fn, ...)
  runtime.here(NO_CLIENT).task().scope = scope
  return fn(...)
end

--- Runs a function in which calls don't block: while one waits, the functions
-- started with `ec.spawn` continue.  Returns the function's results once all of them
-- have ended.  An error in `fn` cancels them and is raised; without one, the first of
-- their errors that no `wait` has raised is raised.
---@param fn fun(...): any
---@param ... any its arguments
---@return any ... the results of `fn`
function run.run(fn, ...)
  check_function("run", fn)
  local scope = {}
  local task = runtime.here(NO_CLIENT).spawn("program", nil, begin, scope, fn, ...)
  wait_for(task)
  if not task.results[1] then
    for _, other in ipairs(scope) do
      other:cancel()
    end
  end
  wait_for_all(scope)
  if task.results[1] then
    for _, other in ipairs(scope) do
      if not other.seen then
        other:result()
      end
    end
  end
  return task:result()
end

--- Starts a function that runs concurrently with its caller, inside `ec.run`.  It
-- runs when the caller next waits.
---@param fn fun(...): any
---@param ... any its arguments
---@return extcontacts.Running
function run.spawn(fn, ...)
  check_function("spawn", fn)
  local current = runtime.here(NO_CLIENT)
  local task = current.task()
  local scope = task and task.scope
  if not scope then
    error("ec.spawn works inside ec.run: ec.run(function() … ec.spawn(fn) … end)", 2)
  end
  local spawned = current.spawn("program", nil, fn, ...)
  scope[#scope + 1] = spawned
  return setmetatable({ [TASK] = spawned }, metatable)
end

--- Waits for the end; returns the function's results or raises its error.
---@return any ...
function Running:wait()
  local task = self[TASK]
  wait_for(task)
  task.seen = true
  return task:result()
end

--- Cancels the function: its call under way and all later ones fail with
-- `kind = "cancelled"`.  `ec.run` does not raise its error.
function Running:cancel()
  local task = self[TASK]
  task.seen = true
  task:cancel()
end

function metatable.__tostring(self)
  return "extcontacts.running (" .. (self[TASK]:done() and "ended" or "under way") .. ")"
end

return run
