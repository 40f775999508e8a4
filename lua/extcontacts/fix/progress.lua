--- The state of each change of a run, in little memory: changes are settled
-- nearly in order, so it keeps one number below which all are settled, and the
-- few above it.

local progress = {}

---@alias extcontacts.fix.State
---| "applied" # sent and confirmed
---| "unchanged" # the record already had the planned values
---| "conflict" # someone changed the record after planning; it was skipped
---| "failed" # the server rejected it
---| "unknown" # sent, and it is not known whether it arrived

---@class extcontacts.fix.Tracker
---@field counts table<extcontacts.fix.State, integer>
---@field problems table<integer, extcontacts.fix.State> changes that may be settled again, by number
local Tracker = {}
Tracker.__index = Tracker

--- Makes a tracker in which no change is settled.
---@return extcontacts.fix.Tracker
function progress.new()
  return setmetatable({
    low = 0, -- all changes up to this number are settled
    above = {}, -- settled ones beyond it
    problems = {},
    counts = { applied = 0, unchanged = 0, conflict = 0, failed = 0, unknown = 0 },
  }, Tracker)
end

local PROBLEMS = { conflict = true, failed = true, unknown = true }

--- Sets the state of a change; the last one set counts.
---@param n integer
---@param state extcontacts.fix.State
function Tracker:set(n, state)
  local before = self.problems[n]
  if before then
    self.counts[before] = self.counts[before] - 1
    self.problems[n] = nil
  end
  self.counts[state] = self.counts[state] + 1
  if PROBLEMS[state] then
    self.problems[n] = state
  end
  if n > self.low then
    self.above[n] = true
    while self.above[self.low + 1] do
      self.low = self.low + 1
      self.above[self.low] = nil
    end
  end
end

--- Whether a change has a final state.
---@param n integer
---@return boolean
function Tracker:is_settled(n)
  return (n <= self.low or self.above[n] == true) and self.problems[n] ~= "unknown"
end

--- How many changes have a final state.
---@return integer
function Tracker:settled()
  local counts = self.counts
  return counts.applied + counts.unchanged + counts.conflict + counts.failed
end

return progress
