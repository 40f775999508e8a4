--- Waits for the lock of a state file as a call waits: other calls of the process
-- continue, and the call's deadline and cancellation count.

local core = require "extcontacts.core"

local lock = {}

-- Seconds to wait for a lock, which others hold for microseconds unless they are
-- stopped; and the first and longest time between two attempts.
local LONGEST, FIRST_PAUSE, LONGEST_PAUSE = 0.5, 0.001, 0.02

--- Takes the lock of an open file.
---@param handle table of `core.file`
---@param path string
---@param call extcontacts.Call|nil the call that waits; without it, the process does
---@return boolean taken
---@return string|nil problem
---@return boolean|nil waited_long false when the call must end first
function lock.take(handle, path, call)
  local pause, finish = FIRST_PAUSE, nil
  while true do
    local locked, problem, code = handle:lock()
    if locked then
      return true
    elseif locked == nil and code ~= "EINTR" then
      return false, problem, true
    end
    local now = core.engine.now()
    finish = finish or now + LONGEST
    if now >= finish then
      return false, path .. ": another process does not release the lock", true
    elseif call and (call:is_past(pause) or call:pause(pause, "rate")) then
      return false, nil, false
    end
    pause = math.min(2 * pause, LONGEST_PAUSE)
  end
end

return lock
