--- The file that pauses a running apply while it exists.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"

local pause = {}

--- The path of the file.
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
  local handle, message, code = core.file.open(pause.path(plan_path), "update")
  if not handle then
    return errors.io(message, code)
  end
  handle:close()
  return true
end

return pause
