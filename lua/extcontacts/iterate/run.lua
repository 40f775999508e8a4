--- `ec.run` and `ec.spawn`: functions that run at the same time.

local runtime = require "extcontacts.runtime"

local run = {}

-- There is no client here, and so none that has an env of its own.
local NOWHERE = {}

---@class extcontacts.Running a function that `ec.spawn` began
local Running = {}
local metatable = { __name = "extcontacts.running", __index = Running }

-- Public object → its task.
local task_of = setmetatable({}, { __mode = "k" })

local function wait_for(task)
  runtime.here(NOWHERE).wait(nil, task)
end

-- Waits until all that a scope began has ended, what they begin meanwhile too.
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

--- Runs a function in which calls don't block: while one waits, the functions
-- begun with `ec.spawn` go on.  Returns what it returned, when all of them
-- have ended.  An error in `fn` cancels them and is raised; so is, at the end,
-- the first of theirs that no `wait` has raised.
---@param fn fun(...): any
---@param ... any its arguments
---@return any ... what `fn` returned
function run.run(fn, ...)
  check_function("run", fn)
  local scope = {}
  local task = runtime.here(NOWHERE).spawn("program", nil, function(...)
    runtime.here(NOWHERE).task().scope = scope
    return fn(...)
  end, ...)
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

--- Begins a function that runs at the same time as its caller, inside `ec.run`.
-- It gets its turn when that first waits.
---@param fn fun(...): any
---@param ... any its arguments
---@return extcontacts.Running
function run.spawn(fn, ...)
  check_function("spawn", fn)
  local here = runtime.here(NOWHERE)
  local task = here.task()
  local scope = task and task.scope
  if not scope then
    error("ec.spawn works inside ec.run: ec.run(function() … ec.spawn(fn) … end)", 2)
  end
  local begun = here.spawn("program", nil, fn, ...)
  scope[#scope + 1] = begun
  local self = setmetatable({}, metatable)
  task_of[self] = begun
  return self
end

--- Waits until it has ended; returns what its function returned, or raises
-- what that raised.
---@return any ...
function Running:wait()
  local task = task_of[self]
  wait_for(task)
  task.seen = true
  return task:result()
end

--- Ends it: its call under way gives `kind = "cancelled"`, and so does every
-- later one.  What it raises because of that is not raised by `ec.run`.
function Running:cancel()
  local task = task_of[self]
  task.seen = true
  task:cancel()
end

function metatable.__tostring(self)
  return "extcontacts.running (" .. (task_of[self]:done() and "ended" or "under way") .. ")"
end

return run
