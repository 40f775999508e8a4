--- Recreated and merged records have new ids: rewrites a change that names them by
-- their old ones.  Pure.

local deepcopy = require "extcontacts.base.deepcopy"
local shallow_copy = require "extcontacts.base.shallow_copy"

local id_map = {}

local function point(ids, value)
  if type(value) == "table" and type(value.id) == "string" and ids[value.id] then
    value.id = ids[value.id]
  end
end

--- A change with the new ids, in its own id, its owner and its values.
---@param ids table<string, string> old id → new id
---@param change extcontacts.fix.Change not modified
---@return extcontacts.fix.Change
function id_map.translate(ids, change)
  if next(ids) == nil then
    return change
  end
  local out = shallow_copy(change)
  out.after, out.diff = deepcopy(change.after), deepcopy(change.diff)
  out.override = deepcopy(change.override)
  for _, values in ipairs { out.after or {}, out.override or {} } do
    for _, value in pairs(values) do
      point(ids, value)
    end
  end
  for _, difference in ipairs(out.diff or {}) do
    point(ids, difference.after)
  end
  -- A record that is moved goes under its own id.
  out.id = change.id and (not change.move and ids[change.id] or change.id)
  out.owner = change.owner and (ids[change.owner] or change.owner)
  return out
end

return id_map
