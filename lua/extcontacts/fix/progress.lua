--- What became of each change, in little room: changes are settled nearly in
-- order, so a number below which all are, and the few above it.

local progress = {}

---@alias extcontacts.fix.State
---| "done" # it was sent and confirmed
---| "already" # the record was as planned already
---| "conflict" # someone changed the record; left alone
---| "failed" # the server refused it
---| "unknown" # it was sent and nobody knows what became of it

---@class extcontacts.fix.Ledger
---@field counts table<extcontacts.fix.State, integer>
local Ledger = {}
Ledger.__index = Ledger

--- A ledger of nothing.
---@return extcontacts.fix.Ledger
function progress.new()
  return setmetatable({
    low = 0,
    above = {},
    -- Those that went wrong, which may be settled again: number → state.
    wrong = {},
    counts = { done = 0, already = 0, conflict = 0, failed = 0, unknown = 0 },
  }, Ledger)
end

local WRONG = { conflict = true, failed = true, unknown = true }

--- Notes what became of a change; the last note counts.
---@param n integer
---@param state extcontacts.fix.State
function Ledger:note(n, state)
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
function Ledger:is_settled(n)
  return (n <= self.low or self.above[n] == true) and self.wrong[n] ~= "unknown"
end

--- How many changes have one.
---@return integer
function Ledger:settled()
  local counts = self.counts
  return counts.done + counts.already + counts.conflict + counts.failed
end

return progress
