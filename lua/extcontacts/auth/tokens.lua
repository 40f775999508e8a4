--- A client's tokens: where one comes from, how long it counts, what a 401 does
-- to it, and which one has room for a request.  Sends and waits for nothing
-- itself: `exec` hands in what does.
--
-- A client holds one token, or up to `token_pool` of them, each with a window
-- of its own.  A further one is asked for only when no other has room.

local endpoint = require "extcontacts.auth.oauth"
local errors = require "extcontacts.base.errors"
local limiter = require "extcontacts.rate.limiter"

local tokens = {}

tokens.row = endpoint.row

-- A token is renewed this many seconds before it expires, a short-lived one
-- after nine tenths of its life.
local MARGIN = 60

-- Refused credentials are not shown again for this many seconds.
local REFUSAL = 10

-- How often it is looked whether another process has its token now.
local GLANCE = 0.2

---@class extcontacts.Slot one token
---@field index integer
---@field token string|nil
---@field key string|nil what its window is kept under
---@field authorization string[]|nil the header that shows it, `{ name, value }`
---@field renew_at number|nil monotonic seconds
---@field refused string|nil the token the server would not take any more
---@field flight table|nil the request for a token that is under way
---@field cool_until number|nil a request for one has failed; not asked again before

---@class extcontacts.Auth
---@field slots extcontacts.Slot[]
local Auth = {}
local metatable = { __name = "extcontacts.auth", __index = Auth }

function metatable.__tostring()
  return "extcontacts.auth"
end

--- Makes the token keeper of a client.
---@param config extcontacts.Config
---@param now fun(): number monotonic seconds
---@param cache extcontacts.TokenCache|nil tokens shared with other processes
---@return extcontacts.Auth
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

local function is_live(self, slot)
  return slot.token ~= nil and not (slot.renew_at and self.now() >= slot.renew_at)
end

-- A function of the caller's that gives a token.
local function ask_function(self, slot)
  local reason = slot.refused and "revoked" or slot.token and "expired" or "start"
  local ok, token, lifetime = pcall(self.config.access_token, reason)
  if not ok then
    if errors.is_error(token) then
      return nil, token
    end
    return endpoint.failure {
      code = "token_function", cause = token, message = "the token function failed",
    }
  elseif not endpoint.usable(token) then
    if errors.is_error(lifetime) then
      return nil, lifetime
    end
    return endpoint.failure {
      code = "token_function",
      message = "the token function gave no token: it must return a string without spaces",
    }
  end
  return { token = token, lifetime = lifetime }
end

local function ask_server(self, tools)
  local refusal = self.refusal
  if refusal and self.now() < refusal.until_time then
    return nil, errors.copy(refusal.err)
  end
  local grant, err = tools:send(endpoint.row, endpoint.request(self.config), endpoint.classify)
  if err and err.kind == "auth" then
    self.refusal = { err = err, until_time = self.now() + REFUSAL }
  end
  return grant, err
end

local function ask(self, slot, tools)
  local given = self.config.access_token
  if type(given) == "function" then
    return ask_function(self, slot)
  elseif given then
    if not endpoint.usable(given) then
      return endpoint.failure { message = "access_token must be a token without spaces or line ends" }
    end
    return { token = given }
  end
  return ask_server(self, tools)
end

-- Gets a token for a slot: from the cache, or by asking for one.  Gives true,
-- nothing and seconds while another process asks, or nothing and an error.
local function fill(self, slot, tools)
  if self.cache then
    local token, lifetime, busy = self.cache:take(slot.index, slot.refused)
    if token then
      keep(self, slot, token, lifetime)
      return true
    elseif busy then
      return nil, nil, GLANCE
    end
  end
  local grant, err = ask(self, slot, tools)
  if self.cache then
    self.cache:put(slot.index, grant)
  end
  if not grant then
    return nil, err
  end
  keep(self, slot, grant.token, grant.lifetime)
  return true
end

-- One request for a slot's token at a time; who comes later waits for its end.
-- A flight that nobody brings home, since its coroutine was dropped, counts as
-- over in the end.
local function fly(self, slot, tools)
  local flight = { overdue = self.now() + (self.config.timeout or 30) + 1 }
  local now = self.now
  function flight.done()
    return flight.over or now() >= flight.overdue
  end
  slot.flight = flight
  local ok, filled, err, wait = pcall(fill, self, slot, tools)
  flight.over, flight.err = true, ok and err or nil
  if slot.flight == flight then
    slot.flight = nil
  end
  tools:notify(flight)
  if not ok then
    error(filled, 0)
  end
  return filled, err, wait
end

local function join(slot, tools)
  local flight = slot.flight
  tools:wait(flight)
  if not flight.over and slot.flight == flight then
    slot.flight = nil
  end
  return not flight.err, flight.err and errors.copy(flight.err)
end

-- The slot to get a token for next; nil when each has one that counts.
local function empty_slot(self)
  for _, slot in ipairs(self.slots) do
    if not is_live(self, slot) and not (slot.cool_until and self.now() < slot.cool_until) then
      return slot
    end
  end
end

-- A token with room, or else how long until one has.
local function admit_any(self, tools)
  local soonest
  for _, slot in ipairs(self.slots) do
    if is_live(self, slot) then
      local ticket, wait = tools:admit(slot.key)
      if not wait then
        return { token = slot.token, authorization = slot.authorization, ticket = ticket }
      end
      soonest = math.min(soonest or wait, wait)
    end
  end
  return nil, soonest
end

---@class extcontacts.LeaseTools what `exec` does for the token keeper
---@field admit fun(self, key: string): extcontacts.Ticket|nil, number|nil
---@field send fun(self, row: table, request: table, classify: function): table|nil, extcontacts.Error|nil
---@field wait fun(self, flight: table)
---@field notify fun(self, flight: table)

---@class extcontacts.Lease what a request goes out with
---@field token string
---@field authorization string[]
---@field ticket extcontacts.Ticket|nil

--- A token that counts and has room for a request.
---@param tools extcontacts.LeaseTools
---@return extcontacts.Lease|nil
---@return extcontacts.Error|nil
---@return number|nil wait seconds until it may be asked again, when there is neither
---@return "rate"|"token"|nil reason of the wait
function Auth:lease(tools)
  while true do
    local lease, soonest = admit_any(self, tools)
    if lease then
      return lease
    end
    local slot = empty_slot(self)
    if not slot then
      return nil, nil, soonest or 1, "rate"
    end
    local filled, err, wait
    if slot.flight then
      filled, err = join(slot, tools)
    else
      filled, err, wait = fly(self, slot, tools)
    end
    if err and soonest then
      -- The others will have room again; this one is left alone for a while.
      slot.cool_until = self.now() + REFUSAL
      return nil, nil, soonest, "rate"
    elseif not filled then
      return nil, err, wait and math.min(wait, soonest or wait), "token"
    end
  end
end

--- Tells that the server refused `token`.
---@param token string
---@return boolean renewable whether asking again can give another one
function Auth:refused(token)
  if type(self.config.access_token) == "string" then
    return false
  end
  for _, slot in ipairs(self.slots) do
    -- Somebody else may have renewed it while this request was on its way.
    if slot.token == token then
      slot.token, slot.renew_at, slot.refused = nil, nil, token
    end
  end
  return true
end

return tokens
