--- The state of a plan, read from its files alone.

local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"
local pause = require "extcontacts.fix.pause"

local status = {}

---@class extcontacts.fix.Status
---@field state "planned"|"running"|"paused"|"stopped"|"complete"
---@field header extcontacts.fix.Header
---@field totals extcontacts.fix.Totals
---@field counts table<extcontacts.fix.State, integer>|nil nil before the first run
---@field classes table<extcontacts.fix.Class, integer>|nil applied changes by how far undo can reverse them
---@field open integer sent, without an outcome yet
---@field not_started integer
---@field runs integer
---@field started string|nil
---@field copied boolean|nil the journal is a copy: the original may have continued since
---@field last_stop { reason: string, at: string }|nil
---@field errors_path string|nil the file that lists what failed

local function state_of(path, state, settled, total)
  if journal.is_locked(path) then
    return pause.is_set(path) and "paused" or "running"
  elseif not state or state.runs == 0 then
    return "planned"
  end
  return settled == total and "complete" or "stopped"
end

--- The state of a plan.  No request is sent.
---@param path string of the plan
---@return extcontacts.fix.Status|nil
---@return extcontacts.Error|nil
function status.of(path)
  local plan, state = journal.of_plan(path)
  if not plan then
    return nil, state
  end
  local total = plan.totals.changes
  local progress = state and state.progress
  local settled = progress and progress:settled() or 0
  local open = 0
  for n in pairs(state and state.open or {}) do
    open = open + (progress.problems[n] and 0 or 1)
  end
  local errors_path = path .. ".errors.csv"
  return {
    state = state_of(path, state, settled, total),
    header = plan.header,
    totals = plan.totals,
    counts = progress and progress.counts,
    classes = state and state.classes,
    open = open,
    not_started = total - settled - open - (progress and progress.counts.unknown or 0),
    runs = state and state.runs or 0,
    started = state and state.header.started,
    copied = state and journal.is_copy(state) or nil,
    last_stop = state and state.last_stop,
    errors_path = files.exists(errors_path) and errors_path or nil,
  }
end

return status
