--- The changes of a plan that a run is to execute, grouped so that the changes
-- of one record stay in their order.

local queue = {}

-- Changes of a note follow those of the record it belongs to.
local function key_of(change)
  return change.owner or change.id
end

--- Whether a run is to execute a change.
---@param progress extcontacts.fix.Tracker
---@param n integer
---@param retry_failed boolean|nil
---@return boolean
function queue.includes(progress, n, retry_failed)
  local problem = progress.problems[n]
  if retry_failed and (problem == "failed" or problem == "conflict") then
    return true
  end
  return not progress:is_settled(n)
end

--- Iterates over groups of consecutive changes of one record.
---@param next_change fun(): extcontacts.fix.Change|nil
---@param may_add fun(): boolean called after each change of a group; false ends the group
---@return fun(): extcontacts.fix.Change[]|nil next_group nil at the end
function queue.groups(next_change, may_add)
  local ahead
  local function take()
    local change = ahead or next_change()
    ahead = nil
    return change
  end
  return function()
    local change = take()
    if not change then
      return nil
    end
    local group, key = {}, key_of(change)
    repeat
      group[#group + 1] = change
      local goes_on = may_add()
      change = take()
      local joins = change and key ~= nil and key_of(change) == key and goes_on
      if not joins then
        ahead = change
      end
    until not joins
    return group
  end
end

return queue
