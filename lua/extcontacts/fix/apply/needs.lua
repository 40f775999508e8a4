--- Changes that need earlier changes of their plan: one that the plan says, and those
-- that recreate the records which they name.  They are executed only if these are applied,
-- or were not necessary.  Pure.

local needs = {}

local function outcome_of(progress, needed)
  local problem = progress.problems[needed]
  if problem == "failed" or problem == "conflict" then
    return { t = "conflict", reason = ("change %d, which it needs, was not applied"):format(needed) }
  elseif problem or not progress:is_settled(needed) then
    return { t = "not_sent", no_entry = true, is_repeated = true,
      reason = ("change %d, which it needs, has no outcome yet"):format(needed) }
  end
end

-- The record that a change is of, its owner, and those that it links to.
local function each_id(change, visit)
  visit(change.id)
  visit(change.owner)
  for _, value in pairs(change.after or {}) do
    visit(type(value) == "table" and value.id or nil)
  end
end

--- The outcome of a change that must not be executed; nil if it may.
---@param state extcontacts.fix.JournalState
---@param recreating table<string, integer> old ids of records that the plan recreates, and the numbers of the changes
---@param change extcontacts.fix.Change
---@param intent table|nil of the journal, if it was sent before and has no outcome
---@return extcontacts.fix.Outcome|nil
function needs.outcome(state, recreating, change, intent)
  if intent then
    return nil
  end
  local outcome = change.needs and outcome_of(state.progress, change.needs)
  if not outcome and next(recreating) then
    each_id(change, function(id)
      local needed = type(id) == "string" and not state.ids[id] and recreating[id]
      outcome = outcome or needed and outcome_of(state.progress, needed) or nil
    end)
  end
  return outcome or nil
end

return needs
