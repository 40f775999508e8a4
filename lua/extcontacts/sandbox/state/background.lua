--- Work that goes on after the request that began it was answered.

local background = {}

-- Calls of `pause` after which other requests run.
local SLICE = 200

---@class extcontacts.sandbox.Task
---@field ended boolean
---@field failed boolean whether the work raised an error

--- Begins work.
---@param work fun(pause: fun()) calls `pause` often, so that other requests run
---@return extcontacts.sandbox.Task
function background.start(work)
  local task, calls = { ended = false, failed = false }, 0
  local function pause()
    calls = calls + 1
    if calls % SLICE == 0 then
      -- Not 0, for which nginx logs a warning.
      ngx.sleep(0.001)
    end
  end
  assert(ngx.timer.at(0, function(premature)
    if not premature then
      local ok, message = xpcall(work, debug.traceback, pause)
      if not ok then
        task.failed = true
        ngx.log(ngx.ERR, message)
      end
    end
    task.ended = true
  end))
  return task
end

--- Waits until work has ended.
---@param task extcontacts.sandbox.Task
function background.wait(task)
  while not task.ended do
    ngx.sleep(0.005)
  end
end

return background
