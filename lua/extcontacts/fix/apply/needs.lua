--- Changes that need an earlier change of their plan: they are executed only if that
-- one is applied, or was not necessary.  Pure.

local needs = {}

--- The outcome of a change that must not be executed; nil if it may.
---@param progress extcontacts.fix.Tracker
---@param change extcontacts.fix.Change
---@param intent table|nil of the journal, if it was sent before and has no outcome
---@return extcontacts.fix.Outcome|nil
function needs.outcome(progress, change, intent)
  local needed = change.needs
  if not needed or intent then
    return nil
  end
  local problem = progress.problems[needed]
  if problem == "failed" or problem == "conflict" then
    return { t = "conflict", reason = ("change %d, which it needs, was not applied"):format(needed) }
  elseif problem or not progress:is_settled(needed) then
    return { t = "not_sent", no_entry = true, is_repeated = true,
      reason = ("change %d, which it needs, has no outcome yet"):format(needed) }
  end
end

return needs
