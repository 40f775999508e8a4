--- A client's tokens.  This room owns how a token is requested (`oauth`), shared
-- between processes (`cache`), renewed before it expires and replaced after a
-- 401, and the choice of a token that has room for a request.
--
-- A client holds one token, or up to `token_pool` of them, each with a window
-- of its own.  A further one is requested only when no other has room.

local errors = require "extcontacts.base.errors"
local limiter = require "extcontacts.rate.limiter"
local log = require "extcontacts.transport.log"
local oauth = require "extcontacts.auth.oauth"
local transport = require "extcontacts.transport"

local tokens = {}

-- Seconds before its expiry at which a token is renewed; a short-lived one is
-- renewed after nine tenths of its life.
local MARGIN = 60

-- Seconds for which rejected credentials are not sent again.
local REJECTED = 10

-- Seconds between two checks whether another process has its token now.
local RECHECK = 0.2

---@class extcontacts.Slot one token
---@field index integer
---@field token string|nil
---@field key string|nil key of its window
---@field authorization string[]|nil the header that shows it, `{ name, value }`
---@field renew_at number|nil monotonic seconds
---@field refused string|nil the token that the server no longer accepts
---@field flight extcontacts.TokenFlight|nil the request for a token that is under way
---@field cool_until number|nil a request for one failed; the next is sent after this

---@class extcontacts.TokenFlight a request for a token that several calls wait for
---@field over boolean|nil
---@field err extcontacts.Error|nil
---@field done fun(): boolean

---@class extcontacts.Tokens
---@field slots extcontacts.Slot[]
local Tokens = {}
local metatable = { __name = "extcontacts.tokens", __index = Tokens }

function metatable.__tostring()
  return "extcontacts.tokens"
end

--- Creates the tokens of a client; none is requested yet.
---@param config extcontacts.Config
---@param now fun(): number monotonic seconds
---@param cache extcontacts.TokenCache|nil tokens shared with other processes
---@return extcontacts.Tokens
function tokens.new(config, now, cache)
  local self = setmetatable({ config = config, now = now, cache = cache, slots = {} }, metatable)
  for index = 1, config.token_pool or 1 do
    self.slots[index] = { index = index }
  end
  return self
end

local function life_of(lifetime)
  if type(lifetime) == "number" and lifetime > 0 then
    return lifetime - math.min(MARGIN, lifetime * 0.1)
  end
end

local function keep(self, slot, token, lifetime)
  local life = life_of(lifetime)
  slot.token, slot.key, slot.authorization = token, limiter.key(token), { "Authorization", "Bearer " .. token }
  slot.renew_at = life and self.now() + life
  slot.refused, slot.cool_until = nil, nil
end

local function is_valid(self, slot)
  return slot.token ~= nil and not (slot.renew_at and self.now() >= slot.renew_at)
end

-------------------------------------------------------- where one comes from --

-- Calls the function that the caller supplies as `access_token`.
local function ask_function(self, slot)
  local reason = slot.refused and "revoked" or slot.token and "expired" or "start"
  local ok, token, lifetime = pcall(self.config.access_token, reason)
  if not ok then
    if errors.is_error(token) then
      return nil, token
    end
    return oauth.failure {
      code = "token_function", cause = token, message = "the token function failed",
    }
  elseif not oauth.is_usable(token) then
    if errors.is_error(lifetime) then
      return nil, lifetime
    end
    return oauth.failure {
      code = "token_function",
      message = "the token function returned no token: it must return a string without spaces",
    }
  end
  return { token = token, lifetime = oauth.lifetime(lifetime) }
end

local function ask_server(self, call)
  local rejected = self.rejected
  if rejected and self.now() < rejected.until_time then
    return nil, errors.copy(rejected.err)
  end
  local grant, err, _, entry = transport.send(call, oauth.row, oauth.request(self.config), nil, oauth.classify)
  log.report(self.config, entry)
  if err and err.kind == "auth" then
    self.rejected = { err = err, until_time = self.now() + REJECTED }
  end
  return grant, err
end

local function ask(self, slot, call)
  local configured = self.config.access_token
  if type(configured) == "function" then
    return ask_function(self, slot)
  elseif configured then
    if not oauth.is_usable(configured) then
      return oauth.failure { message = "access_token must be a token without spaces or line ends" }
    end
    return { token = configured }
  end
  return ask_server(self, call)
end

-- Fills a slot from the cache or by a request.  Returns true; or nil and an error;
-- or nil, nil and the seconds to wait while another process requests the token.
local function fill(self, slot, call)
  if self.cache then
    local token, lifetime, busy = self.cache:take(slot.index, slot.refused, call)
    if token then
      keep(self, slot, token, lifetime)
      return true
    elseif busy then
      return nil, nil, RECHECK
    end
  end
  local grant, err = ask(self, slot, call)
  if self.cache then
    self.cache:put(slot.index, grant, call)
  end
  if not grant then
    return nil, err
  end
  keep(self, slot, grant.token, grant.lifetime)
  return true
end

-- One request for a slot's token at a time; later callers wait for its end.  A
-- token fetch whose coroutine died expires at `overdue`.
local function fetch(self, slot, call)
  local flight = { overdue = self.now() + (self.config.timeout or 30) + 1 }
  local now = self.now
  function flight.done()
    return flight.over or now() >= flight.overdue
  end
  slot.flight = flight
  local ok, filled, err, wait = pcall(fill, self, slot, call)
  flight.over, flight.err = true, ok and err or nil
  if slot.flight == flight then
    slot.flight = nil
  end
  call.runtime.notify(flight)
  if not ok then
    error(filled, 0)
  end
  return filled, err, wait
end

-- Waits for another call's request.
local function join(slot, call)
  local flight = slot.flight
  call.runtime.wait(transport.engine(call.ctx), flight)
  if not flight.over and slot.flight == flight then
    slot.flight = nil
  end
  return not flight.err, flight.err and errors.copy(flight.err)
end

----------------------------------------------------------- which one is used --

-- The slot to fill next; nil when each has a valid token.
local function empty_slot(self)
  for _, slot in ipairs(self.slots) do
    if not is_valid(self, slot) and not (slot.cool_until and self.now() < slot.cool_until) then
      return slot
    end
  end
end

-- A token with room, or else how long until one has.
local function admit_any(self, call)
  local rate_limiter, soonest = call.ctx.limiter, nil
  for _, slot in ipairs(self.slots) do
    if is_valid(self, slot) then
      local ticket, wait
      if rate_limiter then
        ticket, wait = rate_limiter:admit(slot.key, self.now(), call)
      end
      if not wait then
        return { token = slot.token, authorization = slot.authorization, ticket = ticket }
      end
      soonest = math.min(soonest or wait, wait)
    end
  end
  return nil, soonest
end

---@class extcontacts.Lease what a request is sent with
---@field token string
---@field authorization string[]
---@field ticket extcontacts.Ticket|nil

--- A valid token that has room for a request.
---@param call extcontacts.Call
---@return extcontacts.Lease|nil
---@return extcontacts.Error|nil
---@return number|nil wait seconds until the next try, when there is neither
---@return "rate"|"token"|nil reason of the wait
function Tokens:lease(call)
  while true do
    local lease, soonest = admit_any(self, call)
    if lease then
      return lease
    end
    local slot = empty_slot(self)
    if not slot then
      return nil, nil, soonest or 1, "rate"
    end
    local filled, err, wait
    if slot.flight then
      filled, err = join(slot, call)
    else
      filled, err, wait = fetch(self, slot, call)
    end
    if err and soonest then
      -- The other tokens will have room again; this slot rests for a while.
      slot.cool_until = self.now() + REJECTED
      return nil, nil, soonest, "rate"
    elseif not filled then
      return nil, err, wait and math.min(wait, soonest or wait), "token"
    end
  end
end

--- Notes that the server refused `token`.
---@param token string
---@return boolean renewable whether another request can bring another token
function Tokens:refused(token)
  if type(self.config.access_token) == "string" then
    return false
  end
  for _, slot in ipairs(self.slots) do
    -- Another call may have renewed it during this request.
    if slot.token == token then
      slot.token, slot.renew_at, slot.refused = nil, nil, token
    end
  end
  return true
end

return tokens
