--- What became of each change, in little room: changes are settled nearly in
-- order, so a number below which all are, and the few above it.

local progress = {}

---@alias extcontacts.fix.State
---| "applied" # it was sent and confirmed
---| "unchanged" # the record already had the planned values
---| "conflict" # someone changed the record; left alone
---| "failed" # the server refused it
---| "unknown" # it was sent and nobody knows what became of it

---@class extcontacts.fix.Tracker
---@field counts table<extcontacts.fix.State, integer>
local Tracker = {}
Tracker.__index = Tracker

--- A tracker without any outcome.
---@return extcontacts.fix.Tracker
function progress.new()
  return setmetatable({
    low = 0,
    above = {},
    -- Those that went wrong, which may be settled again: number → state.
    wrong = {},
    counts = { applied = 0, unchanged = 0, conflict = 0, failed = 0, unknown = 0 },
  }, Tracker)
end

local WRONG = { conflict = true, failed = true, unknown = true }

--- Notes what became of a change; the last note counts.
---@param n integer
---@param state extcontacts.fix.State
function Tracker:note(n, state)
  local before = self.wrong[n]
  if before then
    self.counts[before] = self.counts[before] - 1
    self.wrong[n] = nil
  end
  self.counts[state] = self.counts[state] + 1
  if WRONG[state] then
    self.wrong[n] = state
  end
  if n > self.low then
    self.above[n] = true
    while self.above[self.low + 1] do
      self.low = self.low + 1
      self.above[self.low] = nil
    end
  end
end

--- Whether a change has an outcome that stands.
---@param n integer
---@return boolean
function Tracker:is_settled(n)
  return (n <= self.low or self.above[n] == true) and self.wrong[n] ~= "unknown"
end

--- How many changes have one.
---@return integer
function Tracker:settled()
  local counts = self.counts
  return counts.applied + counts.unchanged + counts.conflict + counts.failed
end

return progress
