--- A client's pacing: the windows of its tokens in the store it shares.

local rate_window = require "extcontacts.rate.window"

local limiter = {}

---@class extcontacts.Ticket a place in a token's window
---@field key string
---@field number integer

---@class extcontacts.Pacer
local Pacer = {}
local metatable = { __name = "extcontacts.pacer", __index = Pacer }

--- Makes the pacer of a client.
---@param policy extcontacts.RatePolicy
---@param store extcontacts.Store
---@return extcontacts.Pacer
function limiter.new(policy, store)
  return setmetatable({ policy = policy, store = store }, metatable)
end

-- Two sums over the token's bytes.  A token has far more bits than they keep,
-- so a key found in a file tells nothing of it.
local function digest(text, base)
  local sum = #text
  for index = 1, #text do
    sum = (sum * base + text:byte(index)) % 4294967291
  end
  return ("%08x"):format(sum)
end

--- The name that something is kept under whose text must not be seen.
---@param secret string
---@return string
function limiter.key(secret)
  return digest(secret, 257) .. digest(secret, 65599)
end

--- Takes a place in a token's window.
---@param key string from `limiter.key`
---@param now number seconds
---@return extcontacts.Ticket|nil
---@return number|nil wait seconds until it may be asked again
function Pacer:admit(key, now)
  local wait, number = self.store.update(key, function(window)
    return rate_window.admit(rate_window.open(window), now, self.policy)
  end)
  if wait then
    return nil, wait
  end
  return { key = key, number = number }
end

--- Tells what became of the request of a ticket.
---@param ticket extcontacts.Ticket
---@param now number seconds
---@param outcome extcontacts.Outcome
function Pacer:settle(ticket, now, outcome)
  self.store.update(ticket.key, function(window)
    rate_window.settle(rate_window.open(window), ticket.number, now, self.policy, outcome)
  end)
end

return limiter
