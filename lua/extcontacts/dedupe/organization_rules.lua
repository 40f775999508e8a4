--- Rules for organizations that a weight alone does not overrule.  Branches share a
-- name, a domain and a switchboard; tenants share an address.  Pure.

local organization_rules = {}

local ALIKE = { same = true, near = true }
local HERE = { same = true, near = true }

-- What the levels of a pair say, as far as the rules ask.
local function evidence_of(l)
  local out = { name = l.name.name, address = l.address.name, phone = l.phone.name, host = l.domain.name == "same",
    id = l.external_id.name == "same" }
  out.here, out.is_called = HERE[out.address] or false, out.phone == "same"
  out.shared = (out.id and 1 or 0) + (out.host and 1 or 0) + (out.is_called and 1 or 0) + (out.here and 1 or 0)
  out.is_elsewhere = out.address == "different" or out.address == "same_place" or out.address == "other_unit"
  return out
end

local BRANCHES = "different addresses; they may be branches"

-- Subsidiaries, tenants, and names of which a part was left out.
local function names(e)
  if e.name == "far" and not e.is_elsewhere then
    if e.id or e.shared == 3 then
      return nil
    end
    return (e.shared > 0 or e.phone == "same_household") and "review" or "none", "one name is a part of the other"
  elseif not ALIKE[e.name] then
    return (e.id or e.host and e.is_called and e.here) and "review" or "none", "different names"
  end
end

-- Branches of one company, and companies of one name.
local function places(e)
  if e.is_elsewhere and not e.id then
    local is_open = e.is_called or e.host and e.phone ~= "different" or e.address == "same_place" and e.host
    return is_open and "review" or "none", BRANCHES
  elseif e.phone == "different" and not e.id and (e.address == "near" or not (e.host or e.here)) then
    return "review", "different phone numbers"
  end
end

--- What a pair may become at most, whatever its weight is.
---@param l table<string, extcontacts.dedupe.Level> by field
---@return "merge"|"review"|"none" most
---@return string|nil reason
function organization_rules.most(l)
  local e = evidence_of(l)
  for _, rule in ipairs { names, places } do
    local most, reason = rule(e)
    if most then
      return most, reason
    end
  end
  if e.shared == 0 then
    return "review", "little more than the name in common"
  elseif l.domain.name == "different" and e.shared == 1 and not e.id then
    return "review", "different websites"
  elseif e.name == "near" and e.shared == 1 and not e.id and not (e.is_called or e.here) then
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
