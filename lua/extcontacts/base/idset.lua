--- Ids that have been seen: some 25 bytes for a UUID in small letters, which
-- the API's ids are, a table's entry for any other text.

local core = require "extcontacts.core"

local idset = {}

---@class extcontacts.IdSet
local IdSet = {}
local metatable = { __name = "extcontacts.idset", __index = IdSet }

--- Makes an empty one.
---@return extcontacts.IdSet
function idset.new()
  return setmetatable({ uuids = core.idset.new(), others = {} }, metatable)
end

--- Adds an id.
---@param id string
---@return boolean new false when it was there
function IdSet:add(id)
  local new = self.uuids:add(id)
  if new == nil then
    new = not self.others[id]
    self.others[id] = true
  end
  return new
end

--- Whether an id is there.
---@param id string
---@return boolean
function IdSet:has(id)
  local found = self.uuids:has(id)
  if found == nil then
    found = self.others[id] == true
  end
  return found
end

return idset
