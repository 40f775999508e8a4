--- The runtimes that turn the loop, by how they pass the time until something
-- may have finished.

local reactor = require "extcontacts.runtime.reactor"
local task_loop = require "extcontacts.runtime.task_loop"

local wait = {}

--- Creates a runtime.
---@param pass fun(engine: table|nil, waitable: table|nil, due: number|nil, now: function|nil) returns
--- when the waitable may be done or the clock may have reached `due`, or earlier
---@return table
function wait.runtime(pass)
  local runtime = {
    notify = task_loop.wake,
    spawn = task_loop.spawn,
    kick = task_loop.kick,
    detach = task_loop.detach,
    deadline = task_loop.deadline,
    task = task_loop.current,
    awaits = reactor.awaits,
  }

  --- Waits until something is done; when the code must end, cancels it.
  ---@param engine table|nil
  ---@param waitable table
  function runtime.wait(engine, waitable)
    if not waitable:done() then
      reactor.submitted(engine)
    end
    while not waitable:done() do
      local why = task_loop.stopping()
      if why and waitable.cancel then
        waitable:cancel(why)
      end
      if not waitable:done() then
        pass(engine, waitable)
      end
    end
  end

  --- Waits until something is done, or until a time.  It is shared: it is not
  -- cancelled when the code must end.
  ---@param engine table|nil
  ---@param waitable table
  ---@param due number
  ---@param now fun(): number
  ---@return boolean done
  function runtime.wait_until(engine, waitable, due, now)
    while not waitable:done() do
      if task_loop.stopping() or now() >= due then
        return false
      end
      pass(engine, waitable, due, now)
    end
    return true
  end

  --- Waits for a time while everything else continues.
  ---@param engine table
  ---@param seconds number
  ---@param now fun(): number
  ---@return boolean passed false when the code must end
  function runtime.sleep(engine, seconds, now)
    local due = now() + seconds
    while now() < due do
      if task_loop.stopping() then
        return false
      end
      pass(engine, nil, due, now)
    end
    return true
  end

  return runtime
end

return wait
