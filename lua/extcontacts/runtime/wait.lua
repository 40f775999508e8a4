--- What the envs that turn the loop share: they differ in how they pass the
-- time until a wait is worth another look.

local loop = require "extcontacts.runtime.loop"
local reactor = require "extcontacts.runtime.reactor"

local wait = {}

--- Makes an env.
---@param pass fun(engine: table|nil, waitable: table|nil, due: number|nil, now: function|nil) returns
--- when the waitable may be done, or the clock may have come to `due`; or earlier
---@return table
function wait.env(pass)
  local env = {
    notify = loop.wake,
    spawn = loop.spawn,
    kick = loop.kick,
    deadline = loop.deadline,
    task = loop.current,
  }

  --- Waits until something is done; that of code that is to end is ended.
  ---@param engine table|nil
  ---@param waitable table
  function env.wait(engine, waitable)
    if not waitable:done() then
      reactor.submitted(engine)
    end
    while not waitable:done() do
      local why = loop.stopping()
      if why and waitable.cancel then
        waitable:cancel(why)
      end
      if not waitable:done() then
        pass(engine, waitable)
      end
    end
  end

  --- Waits for a time, while what else is under way goes on.
  ---@param engine table
  ---@param seconds number
  ---@param now fun(): number
  ---@return boolean passed false when the code is to end
  function env.sleep(engine, seconds, now)
    local due = now() + seconds
    while now() < due do
      if loop.stopping() then
        return false
      end
      pass(engine, nil, due, now)
    end
    return true
  end

  return env
end

return wait
