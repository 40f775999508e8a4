--- A client's rate limiter.  This room owns the rate windows of tokens (`window`)
-- and the stores that keep them (`store`): in this process, in files that processes
-- share, or in an nginx dictionary that workers share.  A limiter admits requests to
-- the window of their token and reports their results to it; it does not wait.

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
  return setmetatable({ policy = policy, store = store, held = {}, held_count = 0 }, metatable)
end

-- Windows that a limiter holds at most; a client's tokens change once in a while.
local MOST_HELD = 64

-- Keeps a window that the store of this process would forget.
local function hold(self, key)
  if self.held[key] or not self.store.hold then
    return
  elseif self.held_count == MOST_HELD then
    self.held, self.held_count = {}, 0
  end
  self.held[key], self.held_count = self.store.hold(key), self.held_count + 1
end

-- Hexadecimal digits of a key: 128 bits.
local KEY_DIGITS = 32

--- Returns the key for a secret: a digest that does not reveal it.
---@param secret string
---@return string
function limiter.key(secret)
  return core.hash.sha256(secret):sub(1, KEY_DIGITS)
end

--- Takes a place in a token's window.
---@param key string from `limiter.key`
---@param now number seconds
---@param call extcontacts.Call|nil the call that the store may wait with
---@return extcontacts.Ticket|nil
---@return number|nil wait seconds until the next attempt
function Limiter:admit(key, now, call)
  local wait, number
  if self.store.admit then
    wait, number = self.store.admit(key, self.policy, call)
  else
    wait, number = self.store.update(key, function(window)
      return rate_window.admit(rate_window.open(window), now, self.policy)
    end, rate_window.problem, call)
  end
  hold(self, key)
  if wait then
    return nil, wait
  end
  return { key = key, number = number }
end

--- Records the result of an admitted request.
---@param ticket extcontacts.Ticket
---@param now number seconds
---@param report extcontacts.RequestReport
---@param call extcontacts.Call|nil as for `admit`
function Limiter:settle(ticket, now, report, call)
  if self.store.settle then
    self.store.settle(ticket.key, ticket.number, self.policy, report)
    return
  end
  self.store.update(ticket.key, function(window)
    rate_window.settle(rate_window.open(window), ticket.number, now, self.policy, report)
  end, rate_window.problem, call)
end

--- Begins the window of a token that this client has just been granted.
---@param key string
function Limiter:start(key)
  if self.store.start then
    self.store.start(key, self.policy)
  end
end

return limiter
