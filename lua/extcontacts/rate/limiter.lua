--- A client's rate limiter: the windows of its tokens, in the store that it
-- shares with others.

local core = require "extcontacts.core"
local rate_window = require "extcontacts.rate.window"

local limiter = {}

---@class extcontacts.Ticket a place in a token's window
---@field key string
---@field number integer

---@class extcontacts.Limiter
local Limiter = {}
local metatable = { __name = "extcontacts.limiter", __index = Limiter }

--- Creates the limiter of a client.
---@param policy extcontacts.RatePolicy
---@param store extcontacts.Store
---@return extcontacts.Limiter
function limiter.new(policy, store)
  return setmetatable({ policy = policy, store = store }, metatable)
end

-- Hexadecimal digits of a key: 128 bits.
local KEY_DIGITS = 32

--- The name under which something is stored whose text must not be seen.
---@param secret string
---@return string
function limiter.key(secret)
  return core.hash.sha256(secret):sub(1, KEY_DIGITS)
end

--- Takes a place in a token's window.
---@param key string from `limiter.key`
---@param now number seconds
---@return extcontacts.Ticket|nil
---@return number|nil wait seconds until the next try
function Limiter:admit(key, now)
  local wait, number = self.store.update(key, function(window)
    return rate_window.admit(rate_window.open(window), now, self.policy)
  end)
  if wait then
    return nil, wait
  end
  return { key = key, number = number }
end

--- Notes the fate of an admitted request.
---@param ticket extcontacts.Ticket
---@param now number seconds
---@param report extcontacts.RequestReport
function Limiter:settle(ticket, now, report)
  self.store.update(ticket.key, function(window)
    rate_window.settle(rate_window.open(window), ticket.number, now, self.policy, report)
  end)
end

return limiter
