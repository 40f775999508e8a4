--- Ends calls from outside: `local stop = ec.canceller()`, a call or iterator
-- with the option `cancel = stop`, and from anywhere else `stop:cancel()`.

local cancel_token = {}

---@class extcontacts.Canceller
---@field cancelled boolean
local Canceller = {}
local metatable = { __name = "extcontacts.canceller", __index = Canceller }

function metatable.__tostring(self)
  return "extcontacts.canceller (" .. (self.cancelled and "cancelled" or "not cancelled") .. ")"
end

--- Makes one; it serves any number of calls, and ends them all.
---@return extcontacts.Canceller
function cancel_token.new()
  return setmetatable({ cancelled = false, transfers = {} }, metatable)
end

--- Whether `value` is a cancel_token.
---@param value any
---@return boolean
function cancel_token.is(value)
  return getmetatable(value) == metatable
end

--- Ends the calls: they return `nil, err` with `kind = "cancelled"`, and so do
-- later ones.
function Canceller:cancel()
  self.cancelled = true
  for transfer in pairs(self.transfers) do
    transfer:cancel()
  end
end

--- Takes a transfer to be ended with the rest.
---@param transfer table
function Canceller:watch(transfer)
  self.transfers[transfer] = true
  if self.cancelled then
    transfer:cancel()
  end
end

--- Lets go of a transfer that has ended.
---@param transfer table
function Canceller:forget(transfer)
  self.transfers[transfer] = nil
end

return cancel_token
