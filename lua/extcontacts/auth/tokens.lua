--- A client's tokens.  This room owns how a token is requested (`oauth`), shared
-- between processes (`cache`), renewed before it expires and replaced after a
-- 401, and the choice of a token that has room for a request.
--
-- A client holds one token, or up to `token_pool` of them, each with a window
-- of its own.  A further one is requested only when no other has room.

local errors = require "extcontacts.base.errors"
local fetch = require "extcontacts.auth.fetch"
local limiter = require "extcontacts.rate.limiter"
local log = require "extcontacts.transport.log"
local oauth = require "extcontacts.auth.oauth"
local renewal = require "extcontacts.auth.renewal"
local transport = require "extcontacts.transport"

local tokens = {}

-- Seconds before its expiry at which a token is no longer used; a short-lived one
-- is used for nine tenths of its life.
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
---@field usable_until number|nil monotonic seconds
---@field look_at number|nil when a call should look after the renewal (`auth.renewal`)
---@field renew_at number|nil when it is renewed in the background
---@field is_used boolean|nil whether a call used it since it was fetched
---@field refused string|nil the token that the server no longer accepts
---@field fetch extcontacts.TokenFetch|nil the request for a token that is under way
---@field cool_until number|nil a request for one failed; the next is sent after this

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

local function keep(self, slot, token, lifetime)
  local now = self.now()
  local life = type(lifetime) == "number" and lifetime > 0 and lifetime or nil
  slot.token, slot.key, slot.authorization = token, limiter.key(token), { "Authorization", "Bearer " .. token }
  slot.usable_until = life and now + life - math.min(MARGIN, life * 0.1)
  slot.refused, slot.cool_until = nil, nil
  renewal.plan(self, slot, life, now)
end

local function is_valid(self, slot)
  return slot.token ~= nil and not (slot.usable_until and self.now() >= slot.usable_until)
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

local function ask_server(self, ctx)
  local rejected = self.rejected
  if rejected and self.now() < rejected.until_time then
    return nil, errors.copy(rejected.err)
  end
  local call = fetch.call(ctx, self.config.timeout)
  local grant, err, _, entry = transport.send(call, oauth.row, oauth.request(self.config), nil, oauth.classify)
  log.report(self.config, entry)
  if err and err.kind == "auth" then
    self.rejected = { err = err, until_time = self.now() + REJECTED }
  end
  return grant, err
end

local function ask(self, slot, ctx)
  local configured = self.config.access_token
  if type(configured) == "function" then
    return ask_function(self, slot)
  elseif configured then
    if not oauth.is_usable(configured) then
      return oauth.failure { message = "access_token must be a token without spaces or line ends" }
    end
    return { token = configured }
  end
  return ask_server(self, ctx)
end

-- Fills a slot by a request.  Runs in a task of its own where there are tasks.
local function request(self, slot, ctx)
  local ok, grant, err = pcall(ask, self, slot, ctx)
  if ok and grant and not self.config.access_token and ctx.limiter then
    ctx.limiter:start(limiter.key(grant.token))
  end
  if self.cache then
    self.cache:put(slot.index, ok and grant or nil)
  end
  if not ok then
    error(grant, 0)
  elseif not grant then
    return nil, err
  end
  keep(self, slot, grant.token, grant.lifetime)
  return true
end

-- Looks into the cache before a request.  Returns whether it had a token, and the
-- seconds to wait while another process requests one.
local function take_cached(self, slot, call, renewed)
  if not self.cache then
    return false
  end
  local token, lifetime, busy = self.cache:take(slot.index, slot.refused, call, renewed)
  if token then
    keep(self, slot, token, lifetime)
  end
  return token ~= nil, busy and RECHECK or nil
end

-- Sends a request for a slot's token, beside the one under way if that is stalled.
local function send(self, slot, ctx, here)
  local shared = slot.fetch or fetch.new(slot, self.now, self.config.timeout or 30)
  slot.fetch = shared
  shared:send(here, fetch.is_detached(ctx), request, self, slot, ctx)
  return shared
end

-- Waits for the request for a slot's token, which it sends unless it is under way.
-- Returns true; or nil and a failure, and "stopped" if it is the call's own; or
-- nil, nil and the seconds to wait for another process.
local function fill(self, slot, call)
  local ctx, here, shared = call.ctx, call.runtime, slot.fetch
  if shared and self.now() >= shared.overdue then
    shared, slot.fetch = nil, nil
  end
  if not shared or shared:is_stalled() then
    local found, wait = take_cached(self, slot, call)
    if found or wait then
      return found or nil, nil, wait
    end
    shared = send(self, slot, ctx, here)
  end
  shared:join(here)
  while not shared:done() and not shared:is_stalled() do
    local due = math.min(shared:look_at(), call.deadline or math.huge)
    local stop = call:pause(due - self.now(), "token", shared)
    if stop then
      return nil, stop, "stopped"
    elseif not shared:done() and call:is_past(0) then
      shared.given_up = true
      return nil, nil, 0
    end
  end
  local err = shared:failure()
  if err and not shared.background then
    return nil, err
  end
  return true -- or another try
end

--- Renews a token in the background.
---@param slot extcontacts.Slot
---@param ctx extcontacts.ClientContext
---@param here table the runtime of the running code
function Tokens:renew(slot, ctx, here)
  if slot.fetch or not is_valid(self, slot) then
    return
  end
  renewal.retry(slot, self.now())
  local found, wait = take_cached(self, slot, nil, slot.token)
  if not found and not wait then
    slot.fetch = fetch.new(slot, self.now, self.config.timeout or 30)
    slot.fetch.background = true
    send(self, slot, ctx, here)
  end
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
      -- Another call may renew the token while the store is asked.
      local token, key, authorization = slot.token, slot.key, slot.authorization
      local ticket, wait
      if rate_limiter then
        ticket, wait = rate_limiter:admit(key, self.now(), call)
      end
      if not wait then
        slot.is_used = true
        if slot.look_at and self.now() >= slot.look_at then
          renewal.look(self, slot, call)
        end
        return { token = token, authorization = authorization, ticket = ticket }
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
---@return "rate"|"token"|"stopped"|nil reason of the wait; "stopped" if the failure is the call's own
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
    local filled, err, wait = fill(self, slot, call)
    if wait == "stopped" then
      return nil, err, nil, "stopped"
    elseif err and soonest then
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
      slot.token, slot.usable_until, slot.look_at, slot.refused = nil, nil, nil, token
    end
  end
  return true
end

return tokens
