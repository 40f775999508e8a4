--- The state of a plan, read from its files alone.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"
local label = require "extcontacts.record.label"
local pause = require "extcontacts.fix.pause"
local planfile = require "extcontacts.fix.planfile"

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
---@field problems extcontacts.fix.Problem[]|nil the first changes that failed, were in conflict, or are unknown

---@class extcontacts.fix.Problem
---@field n integer number of the change
---@field state extcontacts.fix.State
---@field op string
---@field kind extcontacts.record.TypeName
---@field id string|nil
---@field label string|nil name and e-mail address of the record

---@class extcontacts.fix.StatusOptions
---@field problems integer|nil how many changes to list that failed, were in conflict, or are unknown; default 0

local function state_of(path, state, settled, total)
  if journal.is_locked(path) then
    return pause.is_set(path) and "paused" or "running"
  elseif not state or state.runs == 0 then
    return "planned"
  end
  return settled == total and "complete" or "stopped"
end

-- The first changes that are not settled well, with the labels of their records.
local function problems_of(path, problems, most)
  local numbers = {}
  for n in pairs(problems) do
    numbers[#numbers + 1] = n
  end
  table.sort(numbers)
  local last, list, n = numbers[math.min(most, #numbers)] or 0, core.json.array {}, 0
  local reader = assert(planfile.open(path))
  while n < last do
    local change = assert(reader:next())
    n = change.n
    list[#list + 1] = problems[n] and { n = n, state = problems[n], op = change.op, kind = change.kind,
      id = change.id, label = label.of_change(change) } or nil
  end
  reader.close()
  return list
end

--- The state of a plan.  No request is sent.
---@param path string of the plan
---@param options extcontacts.fix.StatusOptions|nil
---@return extcontacts.fix.Status|nil
---@return extcontacts.Error|nil
function status.of(path, options)
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
  local most = options and options.problems or 0
  local problems
  if most > 0 and progress and next(progress.problems) then
    local err
    problems, err = errors.catch(problems_of, path, progress.problems, most)
    if not problems then
      return nil, err
    end
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
    problems = problems,
    errors_path = files.exists(errors_path) and errors_path or nil,
  }
end

return status
