--- When a run stops before the plan's end.  Pure.

local stop_rules = {}

-- Consecutive failures of the server after which the run stops.
local SERVER_FAILURES = 3
-- Changes after which the share of failures counts.
local ENOUGH = 50
-- Share of failures that stops a run unless `error_rate` sets another.
local ERROR_RATE = 0.5

---@class extcontacts.fix.RunCounts of one run
---@field started integer changes that were started
---@field finished integer changes with an outcome
---@field failed integer
---@field diverged integer
---@field server_failures integer consecutive ones

--- The counts of a run that has not begun.
---@return extcontacts.fix.RunCounts
function stop_rules.counts()
  return { started = 0, finished = 0, failed = 0, diverged = 0, server_failures = 0 }
end

--- Whether no further change is to be started.
---@param counts extcontacts.fix.RunCounts
---@param options extcontacts.fix.ApplyOptions
---@return string|nil reason
function stop_rules.before(counts, options)
  if options.interrupted and options.interrupted() then
    return "interrupted"
  elseif options.limit and counts.started >= options.limit then
    return "limit"
  end
end

--- How many more changes may start: so many that the run has started no other one
-- when it stops, should all of them fail.  At least one if none is under way.
---@param counts extcontacts.fix.RunCounts
---@param options extcontacts.fix.ApplyOptions
---@return number
function stop_rules.room(counts, options)
  local running, rate = counts.started - counts.finished, options.error_rate or ERROR_RATE
  local failures = math.huge -- after which one more stops the run
  if rate < 1 then
    local most = math.floor((rate * counts.finished - counts.failed) / (1 - rate))
    failures = math.max(most, ENOUGH - 1 - counts.finished)
  end
  if options.max_errors then
    failures = math.min(failures, options.max_errors - 1 - counts.failed)
  end
  return math.max(failures + 1 - running, running > 0 and 0 or 1)
end

--- Counts an outcome; returns the reason if the run must stop because of it.
---@param counts extcontacts.fix.RunCounts changed
---@param options extcontacts.fix.ApplyOptions
---@param outcome extcontacts.fix.Outcome
---@return string|nil reason
function stop_rules.after(counts, options, outcome)
  counts.finished = counts.finished + 1
  counts.diverged = counts.diverged + (outcome.diverged and 1 or 0)
  counts.failed = counts.failed + (outcome.t == "failed" and 1 or 0)
  if not outcome.is_repeated then
    counts.server_failures = outcome.server_failure and counts.server_failures + 1 or 0
  end
  if outcome.stop then
    return outcome.stop
  elseif counts.server_failures >= SERVER_FAILURES then
    return "try_later"
  elseif outcome.t == "conflict" and options.on_conflict == "fail" then
    return "conflict"
  elseif options.max_errors and counts.failed >= options.max_errors then
    return "max_errors"
  elseif counts.finished >= ENOUGH and counts.failed / counts.finished > (options.error_rate or ERROR_RATE) then
    return "error_rate"
  end
end

return stop_rules
