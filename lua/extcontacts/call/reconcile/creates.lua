--- What a client remembers of its creates, so that looking for one record does
-- not find another's.

local creates = {}

-- Ids that are remembered, in two generations of this many.
local GENERATION = 5000

---@class extcontacts.Creates
---@field ids table<string, boolean> ids that creates got
---@field older table<string, boolean> the generation before
---@field count integer of `ids`
---@field bodies table<string, table<extcontacts.Call, boolean>> the calls that send a body; weak, since a call
--- may end in its wait
---@field entered integer bodies so far

---@return extcontacts.Creates
function creates.new()
  return { ids = {}, older = {}, count = 0, bodies = {}, entered = 0 }
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

-- Bodies between two searches for those whose calls have all been collected.
local SEARCH_EVERY = 256

local WEAK = { __mode = "k" }

--- Notes that a call sends a body; two equal ones at a time can't be distinguished
-- later.
---@param self extcontacts.Creates
---@param body string
---@param call extcontacts.Call
function creates.enter(self, body, call)
  self.entered = self.entered + 1
  if self.entered % SEARCH_EVERY == 0 then
    for other, calls in pairs(self.bodies) do
      if next(calls) == nil then
        self.bodies[other] = nil
      end
    end
  end
  local calls = self.bodies[body] or setmetatable({}, WEAK)
  calls[call] = true
  self.bodies[body] = calls
end

--- Notes that a call has ended.
---@param self extcontacts.Creates
---@param body string
---@param call extcontacts.Call
function creates.leave(self, body, call)
  local calls = self.bodies[body]
  if calls then
    calls[call] = nil
    if next(calls) == nil then
      self.bodies[body] = nil
    end
  end
end

-- Whether a call has certainly ended in the wait for its request.
local function is_dead(call)
  local transfer = call.exchange and call.exchange.transfer
  local awaits = call.runtime.awaits
  return transfer and awaits and call.ctx.exchanges[transfer] and not awaits(transfer) and not transfer:done()
end

--- Whether another call sends an equal body.
---@param self extcontacts.Creates
---@param body string
---@param call extcontacts.Call
---@return boolean
function creates.is_shared(self, body, call)
  for other in pairs(self.bodies[body] or {}) do
    if other ~= call and not is_dead(other) then
      return true
    end
  end
  return false
end

return creates
