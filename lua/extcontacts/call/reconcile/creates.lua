--- What a client remembers of its creates, so that looking for one record does
-- not find another's.

local creates = {}

-- Ids that are remembered, in two generations of this many.
local GENERATION = 5000

---@class extcontacts.Creates
---@field ids table<string, boolean> ids that creates got
---@field older table<string, boolean> the generation before
---@field count integer of `ids`
---@field bodies table<string, integer> how often a body is in flight

---@return extcontacts.Creates
function creates.new()
  return { ids = {}, older = {}, count = 0, bodies = {} }
end

--- Notes the id that a create got.
---@param self extcontacts.Creates
---@param value any the answer
function creates.claim(self, value)
  if type(value) ~= "table" or type(value.id) ~= "string" then
    return
  end
  self.ids[value.id] = true
  self.count = self.count + 1
  if self.count >= GENERATION then
    self.older, self.ids, self.count = self.ids, {}, 0
  end
end

--- The ids that belong to other creates, as a table to index.
---@param self extcontacts.Creates
---@param except_ids table<string, boolean>|nil further ones
---@return table<string, boolean>
function creates.claimed(self, except_ids)
  return setmetatable({}, {
    __index = function(_, id)
      return self.ids[id] or self.older[id] or (except_ids and except_ids[id])
    end,
  })
end

--- Notes that a body is in flight, or no longer is; two equal ones at a time
-- can't be distinguished later.
---@param self extcontacts.Creates
---@param body string
---@param change integer 1 or -1
function creates.count_body(self, body, change)
  local count = (self.bodies[body] or 0) + change
  self.bodies[body] = count > 0 and count or nil
end

--- Whether an equal body is in flight elsewhere.
---@param self extcontacts.Creates
---@param body string
---@return boolean
function creates.is_shared(self, body)
  return (self.bodies[body] or 0) > 1
end

return creates
