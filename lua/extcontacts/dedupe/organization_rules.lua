--- Rules for organizations that a weight alone does not overrule.  Branches share a
-- name, a domain and a switchboard; tenants share an address.  Pure.

local organization_rules = {}

local ALIKE = { same = true, near = true }
local HERE = { same = true, near = true }

--- What a pair may become at most, whatever its weight is.
---@param l table<string, extcontacts.dedupe.Level> by field
---@return "merge"|"review"|"none" most
---@return string|nil reason
function organization_rules.most(l)
  local name, address = l.name.name, l.address.name
  local id, host, phone = l.external_id.name == "same", l.domain.name == "same", l.phone.name == "same"
  local here = HERE[address] or false
  local shared = (id and 2 or 0) + (host and 1 or 0) + (phone and 1 or 0) + (here and 1 or 0)
  if not ALIKE[name] and not (name == "far" and shared >= 2) then
    return shared >= 2 and "review" or "none", "different names"
  elseif address == "different" or address == "same_place" or address == "other_unit" then
    if not id and not (phone and address == "same_place") then
      return shared > 0 and "review" or "none", "different addresses; they may be branches"
    end
  elseif l.phone.name == "different" and l.domain.name == "different" then
    return "review", "different phone numbers and domains"
  end
  if shared == 0 then
    return "review", "little more than the name in common"
  elseif name == "near" and shared == 1 and not id and (l.phone.name == "different" or not (phone or here)) then
    return "review", "similar names, and little more in common"
  end
  return "merge"
end

local MISSING = { ["little more than the name in common"] = true, ["similar names, and little more in common"] = true }

--- Whether two organizations may be in one merged cluster that others link.
---@param most "merge"|"review"|"none"
---@param reason string|nil
---@return boolean
function organization_rules.may_share_cluster(most, reason)
  return most == "merge" or most == "review" and MISSING[reason] == true
end

--- Whether a pair is certain enough to estimate from it how many duplicates there are.
---@param l table<string, extcontacts.dedupe.Level>
---@return boolean
function organization_rules.is_anchor(l)
  return l.name.name == "same" and organization_rules.most(l) == "merge"
end

return organization_rules
