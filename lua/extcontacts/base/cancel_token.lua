--- Cancels calls from outside: pass `cancel = token` to a call or an iterator,
-- with `token = ec.cancel_token()`, and call `token:cancel()` from anywhere.

local core = require "extcontacts.core"

local cancel_token = {}

---@class extcontacts.CancelToken
---@field cancelled boolean
local CancelToken = {}
local metatable = core.type "extcontacts.cancel_token"
metatable.__index = CancelToken

function metatable.__tostring(self)
  return "extcontacts.cancel_token (" .. (self.cancelled and "cancelled" or "not cancelled") .. ")"
end

--- Creates a token.  It serves any number of calls and cancels all of them.
---@return extcontacts.CancelToken
function cancel_token.new()
  -- Weak, since a call that nginx or an event loop ends in its wait does not come back
  -- to forget its transfer.
  local transfers = setmetatable({}, { __mode = "k" })
  return setmetatable({ cancelled = false, transfers = transfers }, metatable)
end

--- Whether a value is a token.
---@param value any
---@return boolean
function cancel_token.is(value)
  return getmetatable(value) == metatable
end

--- Cancels the calls: they return `nil, err` with `kind = "cancelled"`, and so
-- does every later call with this token.
function CancelToken:cancel()
  self.cancelled = true
  for transfer in pairs(self.transfers) do
    transfer:cancel()
  end
end

--- Adds a transfer to those that `cancel` ends.
---@param transfer table
function CancelToken:watch(transfer)
  self.transfers[transfer] = true
  if self.cancelled then
    transfer:cancel()
  end
end

--- Removes a transfer that has ended.
---@param transfer table
function CancelToken:forget(transfer)
  self.transfers[transfer] = nil
end

return cancel_token
