--- Where a call stands, and so how it waits.
--
-- An env is a table of functions; nothing else in the module waits:
--   wait(engine, waitable)   returns when `waitable:done()`; a transfer of the
--                            engine, a task, or anything else that has `done`
--   sleep(engine, seconds, now)  lets time pass, while other transfers go on;
--                            `false` when the code that waits is to end
--   notify(waitable)         tells that a waitable which is no transfer is done
--   spawn(kind, deadline, fn, ...)  runs a function at the same time as its
--                            caller; gives a task with `done`, `result`, `cancel`
--                            and `drop` (`runtime.loop`).  An "own" one, whose code is
--                            all this module's, runs at once until it first waits;
--                            a "program" one may begin later.  Absent where there
--                            is no such thing
--   kick()                   lets tasks run that can; never waits itself
--   task()                   the task whose code is running, or nil
--   deadline()               by when calls made here must have ended, or nil
--
-- Code is to end once `core.signal.caught()` gives a signal (see
-- `extcontacts.main`) or its task is cancelled: `wait` then ends what it waits
-- for with `waitable:cancel("interrupted")`, or "cancelled", where there is a
-- `cancel`.

local blocking = require "extcontacts.runtime.blocking"
local callsite = require "extcontacts.base.callsite"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local loop = require "extcontacts.runtime.loop"
local nginx = require "extcontacts.runtime.nginx"
local scheduler = require "extcontacts.runtime.scheduler"

local runtime = {}

local CANT_SUSPEND = "a call can't wait here: it was made from a function that Lua can't suspend (a "
  .. "comparison of table.sort, a replacement of string.gsub, or the like); make the call before, keep "
  .. "its result in a table, and use that here"

local can_suspend = compat.is_yieldable

--- The env of the code that is running now.  Throws in a phase of nginx that
-- can't wait, and where Lua can't suspend the code.
---@param ctx extcontacts.ClientContext
---@return table
function runtime.here(ctx)
  local in_nginx = not ctx.runtime and nginx.present()
  if in_nginx then
    nginx.check()
  end
  local task, own = loop.current()
  if (task or in_nginx) and not can_suspend() then
    error(CANT_SUSPEND, callsite.level())
  elseif in_nginx then
    return nginx
  elseif own then
    return scheduler
  end
  return not task and ctx.runtime or blocking
end

--- An engine to send with.
---@param options table of `core.engine.new`
---@return table
function runtime.engine(options)
  if nginx.present() then
    return nginx.engine(options)
  end
  return core.engine.new(options)
end

--- Makes a call that may wait.  One that can't be suspended is made in a task
-- of its own when others may run meanwhile: what they share with it, such as
-- the request for a token, must not depend on code below theirs on the stack.
---@param ctx extcontacts.ClientContext
---@param fn function
---@param ... any its arguments
---@return any ... what it returned
function runtime.call(ctx, fn, ...)
  local here = runtime.here(ctx)
  if here ~= blocking or not loop.busy() then
    return fn(...)
  end
  local task = here.spawn("own", nil, fn, ...)
  here.wait(ctx.engine, task)
  return task:result()
end

return runtime
