--- Work that continues after the answer to the request that started it.

local background = {}

-- Calls of `pause` after which other requests run.
local SLICE = 200

-- Seconds that a request waits for work that is late.
local LONGEST_WAIT = 5

-- Counts the resets: work of an earlier one must not write into the new data.
local resets = 0
local STOPPED = {}

--- Stops all work.
function background.reset()
  resets = resets + 1
end

---@class extcontacts.sandbox.Task
---@field ended boolean
---@field failed boolean whether the work raised an error

--- Begins work.
---@param work fun(pause: fun()) calls `pause` often, so that other requests run
---@return extcontacts.sandbox.Task
function background.start(work)
  local task, calls = { ended = false, failed = false }, 0
  local started = resets
  local function pause()
    calls = calls + 1
    if calls % SLICE == 0 then
      -- Not 0, for which nginx logs a warning.
      ngx.sleep(0.001)
      if resets ~= started then
        error(STOPPED, 0)
      end
    end
  end
  local function describe(err)
    return err == STOPPED and err or debug.traceback(tostring(err), 2)
  end
  assert(ngx.timer.at(0, function(premature)
    if not premature and resets == started then
      local ok, message = xpcall(work, describe, pause)
      task.failed = not ok
      if not ok and message ~= STOPPED then
        ngx.log(ngx.ERR, message)
      end
    end
    task.ended = true
  end))
  return task
end

--- Waits until work has ended, a few seconds at most.
---@param task extcontacts.sandbox.Task
---@return boolean ended
function background.wait(task)
  local deadline = ngx.now() + LONGEST_WAIT
  while not task.ended and ngx.now() < deadline do
    ngx.sleep(0.005)
  end
  return task.ended
end

return background
