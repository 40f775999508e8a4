--- Where a call stands, and so how it waits.
--
-- An env is a table of functions; nothing else in the module waits:
--   wait(engine, waitable)   returns when `waitable:done()`; a transfer of the
--                            engine, a task, or anything else that has `done`
--   sleep(engine, seconds, now)  lets time pass, while other transfers go on;
--                            `false` when the code that waits is to end
--   notify(waitable)         tells that a waitable which is no transfer is done
--   spawn(kind, deadline, fn, ...)  runs a function at the same time as its
--                            caller, at once until it first waits; gives a task
--                            with `done`, `result`, `cancel` and `drop`
--                            (`env.loop`); absent where there is no such thing
--   kick()                   lets "own" tasks that can go on do so; never waits
--   deadline()               by when calls made here must have ended, or nil
--
-- Code is to end once `core.signal.caught()` gives a signal (see
-- `extcontacts.main`) or its task is cancelled: `wait` then ends what it waits
-- for with `waitable:cancel("interrupted")`, or "cancelled", where there is a
-- `cancel`.

local blocking = require "extcontacts.env.blocking"
local core = require "extcontacts.core"
local loop = require "extcontacts.env.loop"
local nginx = require "extcontacts.env.nginx"
local scheduler = require "extcontacts.env.scheduler"

local env = {}

--- The env of the code that is running now.  Throws in a phase of nginx that
-- can't wait.
---@param state extcontacts.State
---@return table
function env.here(state)
  if not state.env and nginx.present() then
    nginx.check()
    return nginx
  end
  local task, own = loop.current()
  if own then
    return scheduler
  end
  return not task and state.env or blocking
end

--- An engine to send with.
---@param options table of `core.engine.new`
---@return table
function env.engine(options)
  if nginx.present() then
    return nginx.engine(options)
  end
  return core.engine.new(options)
end

return env
