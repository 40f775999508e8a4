--- How a plan stands, from its files alone; and holding the process that
-- applies it.

local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"

local status = {}

---@class extcontacts.fix.Status
---@field state "planned"|"running"|"paused"|"stopped"|"complete"
---@field header extcontacts.fix.Header
---@field totals extcontacts.fix.Totals
---@field counts table<extcontacts.fix.State, integer>|nil
---@field open integer sent, and nothing known of the outcome yet
---@field not_started integer
---@field runs integer
---@field started string|nil
---@field last_stop { reason: string, at: string }|nil

--- The file whose presence holds the process that applies a plan.
---@param path string of the plan
---@return string
function status.pause_path(path)
  return path .. ".pause"
end

--- Whether the process that applies a plan is to hold.
---@param path string
---@return boolean
function status.is_paused(path)
  return files.exists(status.pause_path(path))
end

--- Makes the process that applies a plan hold, or go on.
---@param path string
---@param hold boolean
---@return true|nil
---@return extcontacts.Error|nil
function status.pause(path, hold)
  if not hold then
    os.remove(status.pause_path(path))
    return true
  elseif not journal.is_locked(path) then
    return errors.invalid(path .. ": nothing is applying this plan", "not_running")
  end
  local handle, problem = io.open(status.pause_path(path), "wb")
  if not handle then
    return errors.io(problem)
  end
  handle:close()
  return true
end

local function state_of(path, state, settled, total)
  if journal.is_locked(path) then
    return status.is_paused(path) and "paused" or "running"
  elseif not state or not state.header then
    return "planned"
  end
  return settled == total and "complete" or "stopped"
end

--- How a plan stands.  Asks no server.
---@param path string of the plan
---@return extcontacts.fix.Status|nil
---@return extcontacts.Error|nil
function status.of(path)
  local checked, state = journal.of_plan(path)
  if not checked then
    return nil, state
  end
  local total = checked.totals.changes
  local settled = state and state.progress:settled() or 0
  local open = 0
  for n in pairs(state and state.open or {}) do
    open = open + (state.progress.wrong[n] and 0 or 1)
  end
  return {
    state = state_of(path, state, settled, total),
    header = checked.header,
    totals = checked.totals,
    counts = state and state.progress.counts,
    open = open,
    not_started = total - settled - open - (state and state.progress.counts.unknown or 0),
    runs = state and state.runs or 0,
    started = state and state.header and state.header.started,
    last_stop = state and state.last_stop,
    errors_path = files.exists(path .. ".errors.csv") and path .. ".errors.csv" or nil,
  }
end

return status
