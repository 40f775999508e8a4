--- A set of ids.  A UUID in lower case, as the API's ids are, takes about 25
-- bytes; any other text takes a table entry.

local core = require "extcontacts.core"

local idset = {}

---@class extcontacts.IdSet
local IdSet = {}
local metatable = { __name = "extcontacts.idset", __index = IdSet }

--- Creates an empty set.
---@return extcontacts.IdSet
function idset.new()
  return setmetatable({ uuids = core.idset.new(), others = {} }, metatable)
end

--- Adds an id.
---@param id string
---@return boolean added false if the set had it
function IdSet:add(id)
  local added = self.uuids:add(id)
  if added == nil then
    added = not self.others[id]
    self.others[id] = true
  end
  return added
end

--- Whether the set has an id.
---@param id string
---@return boolean
function IdSet:has(id)
  local found = self.uuids:has(id)
  if found == nil then
    found = self.others[id] == true
  end
  return found
end

--- Those of some ids that the set lacks, in their order.
---@param ids string[]
---@return string[]
function IdSet:missing(ids)
  local list = {}
  for _, id in ipairs(ids) do
    if not self:has(id) then
      list[#list + 1] = id
    end
  end
  return list
end

return idset
