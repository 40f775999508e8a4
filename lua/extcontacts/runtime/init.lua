--- How code waits.  This room is the only one that lets time pass.
--
-- A runtime is a table of functions, chosen by where a call is made:
--   wait(engine, waitable)   returns when `waitable:done()`; a transfer of the
--                            engine, a task, or anything else that has `done`
--   sleep(engine, seconds, now)  lets time pass while other transfers continue;
--                            returns false when the waiting code must end
--   notify(waitable)         wakes those who wait for something that is not a
--                            transfer
--   spawn(kind, deadline, fn, ...)  runs a function concurrently; returns a task
--                            with `done`, `result`, `cancel` and `drop`.  An "own"
--                            task, all of whose code belongs to this module, runs
--                            at once until it first waits; a "program" task may
--                            start later.  Absent where tasks are not supported
--   detach(fn, ...)          the same, independently of the running task and its
--                            request, for work that several callers share; nil if
--                            that is not possible now
--   wait_until(engine, waitable, due, now)  returns whether `waitable:done()`, or
--                            false at a time or when the waiting code must end
--   awaits(waitable)         whether other code waits for it, as far as can be known
--   after(seconds, fn)       calls `fn(is_exiting)` later; inside nginx only
--   kick()                   runs the tasks that are ready; never waits
--   task()                   the task whose code is running, or nil
--   deadline()               when calls made here must have ended, or nil
--
-- Code must end once `core.signal.caught()` returns a signal (see
-- `extcontacts.main`) or its task is cancelled: `wait` then calls
-- `waitable:cancel("interrupted")` or `cancel("cancelled")` if the waitable has
-- a `cancel`.

local blocking = require "extcontacts.runtime.blocking"
local callsite = require "extcontacts.base.callsite"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local nginx = require "extcontacts.runtime.nginx"
local scheduler = require "extcontacts.runtime.scheduler"
local task_loop = require "extcontacts.runtime.task_loop"

local runtime = {}

local CANT_SUSPEND = "a call can't wait inside a function that Lua can't suspend (a comparison of "
  .. "table.sort, a replacement of string.gsub, and the like); make the call first, store its result in a "
  .. "table, and use the table here"

local can_suspend = compat.is_yieldable

--- The runtime of the code that is running now.  Raises an error in a phase of
-- nginx that can't wait, and where Lua can't suspend the code.
---@param ctx extcontacts.ClientContext
---@return table
function runtime.here(ctx)
  local in_nginx = not ctx.runtime and nginx.present()
  if in_nginx then
    nginx.check()
  end
  local task, own = task_loop.current()
  if (task or in_nginx) and not can_suspend() then
    error(CANT_SUSPEND, callsite.level())
  elseif in_nginx then
    return nginx
  elseif own then
    return scheduler
  end
  return not task and ctx.runtime or blocking
end

local function new_engine(options)
  if nginx.present() then
    return nginx.engine(options)
  end
  return core.engine.new(options)
end

--- Creates an engine to send with.
---@param options table options of `core.engine.new`
---@return table|nil engine
---@return table|nil failure the process has no descriptor left
function runtime.engine(options)
  local engine = new_engine(options)
  if engine then
    return engine
  end
  -- The engines of clients that nobody uses any more have descriptors until they
  -- are collected.
  collectgarbage()
  collectgarbage()
  return new_engine(options)
end

--- Calls `fn(is_exiting)` after a time, in a context that may wait.  Inside nginx
-- only.
---@param seconds number
---@param fn fun(is_exiting: boolean)
---@return boolean planned
function runtime.after(seconds, fn)
  return nginx.present() and nginx.after(seconds, fn)
end

--- Runs a function that may wait.  If it can't be suspended while tasks may run,
-- it runs in a task of its own: what it shares with them, such as a request for
-- a token, must not depend on code below theirs on the stack.
---@param ctx extcontacts.ClientContext
---@param fn function
---@param ... any its arguments
---@return any ... its results
function runtime.call(ctx, fn, ...)
  local here = runtime.here(ctx)
  if here ~= blocking or not task_loop.busy() then
    return fn(...)
  end
  local task = here.spawn("own", nil, fn, ...)
  here.wait(ctx.engine, task)
  return task:result()
end

return runtime
