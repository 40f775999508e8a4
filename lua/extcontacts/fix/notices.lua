--- What a reviewer of a plan must know first: that the plan was cut short, and what it takes
-- for granted.  Pure.

local texts = require "extcontacts.base.text"

local notices = {}

--- The notices of a plan.
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@return string[]
function notices.of(plan)
  local list, limit = {}, plan.header.limit
  if plan.totals.limited then
    list[1] = ("stopped at the limit of %s; there may be more"):format(texts.plural(limit, "change"))
  end
  for _, assumption in ipairs(plan.totals.assumptions or {}) do
    list[#list + 1] = assumption
  end
  return list
end

return notices
