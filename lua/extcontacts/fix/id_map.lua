--- Records that were deleted and made again have another id: what a change
-- says of them, with the ids they have now.  Pure.

local deepcopy = require "extcontacts.base.deepcopy"

local id_map = {}

local function point(ids, value)
  if type(value) == "table" and type(value.id) == "string" and ids[value.id] then
    value.id = ids[value.id]
  end
end

--- A change whose values point at the records as they are named now.
---@param ids table<string, string> old id → new one
---@param change extcontacts.fix.Change not changed
---@return extcontacts.fix.Change
function id_map.put(ids, change)
  if next(ids) == nil then
    return change
  end
  local out = {}
  for name, value in pairs(change) do
    out[name] = value
  end
  out.after, out.diff = deepcopy(change.after), deepcopy(change.diff)
  for _, value in pairs(out.after or {}) do
    point(ids, value)
  end
  for _, one in ipairs(out.diff or {}) do
    point(ids, one.after)
  end
  out.id = change.id and (ids[change.id] or change.id)
  out.owner = change.owner and (ids[change.owner] or change.owner)
  return out
end

return id_map
