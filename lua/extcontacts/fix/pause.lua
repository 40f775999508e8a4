--- Pausing a running apply: the file that asks for it, and how the process
-- waits meanwhile.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"
local runtime = require "extcontacts.runtime"

local pause = {}

--- The file that pauses a running apply while it exists.
---@param plan_path string
---@return string
function pause.path(plan_path)
  return plan_path .. ".pause"
end

--- Whether a running apply is to pause.
---@param plan_path string
---@return boolean
function pause.is_set(plan_path)
  return files.exists(pause.path(plan_path))
end

--- Pauses a running apply, or lets it continue.
---@param plan_path string
---@param on boolean
---@return true|nil
---@return extcontacts.Error|nil
function pause.set(plan_path, on)
  if not on then
    os.remove(pause.path(plan_path))
    return true
  elseif not journal.is_locked(plan_path) then
    return errors.invalid(plan_path .. ": no process is applying this plan, so there is nothing to pause",
      "not_running")
  end
  local handle, message = io.open(pause.path(plan_path), "wb")
  if not handle then
    return errors.io(message)
  end
  handle:close()
  return true
end

local function nap(seconds)
  return runtime.here({}).sleep(nil, seconds, core.engine.now)
end

--- Waits as the client's calls do: in a task of a map, whose runtime is the
-- client's, so that nothing else in the process is held up.
---@param client extcontacts.Client
---@param seconds number
---@return true|nil
---@return extcontacts.Error|nil why the program is to end
function pause.wait(client, seconds)
  return errors.catch(function()
    for _, passed, err in client:map({ seconds }, nap) do
      if not passed then
        error(err or errors.new {
          kind = "cancelled", code = "interrupted", message = "the wait was interrupted",
        }, 0)
      end
    end
    return true
  end)
end

return pause
