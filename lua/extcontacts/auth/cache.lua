--- Tokens shared between processes, in a store like that of the windows.  One
-- process at a time requests a slot's token.  Its claim expires, so that a crash, or
-- a request that hangs, delays the others only for a moment.

local core = require "extcontacts.core"
local limiter = require "extcontacts.rate.limiter"
local oauth = require "extcontacts.auth.oauth"

-- Seconds a claim is valid, and seconds a cached token must have left.
local CLAIM, SHORTEST = 2, 60

-- Seconds a claim is valid at most, in a store whose answers may take a while.
local LONGEST_CLAIM = 120

-- Seconds a token is kept at most; the platform's live for one or two days.
local LONGEST = 30 * 86400

---@class extcontacts.TokenCache
local Cache = {}
local metatable = { __name = "extcontacts.token_cache", __index = Cache }

local cache = {}

--- Creates the cache of an OAuth client's tokens.
---@param store extcontacts.Store
---@param config extcontacts.Config
---@param time (fun(): integer)|nil UTC seconds; default `os.time`.  The store's own clock comes before it
---@return extcontacts.TokenCache
function cache.new(store, config, time)
  return setmetatable({
    store = store,
    -- The secret is part of the key, so that the token is found only by those who know it.
    key = "tokens-" .. limiter.key(table.concat({ config.login_url, config.client_id, config.client_secret }, " ")),
    time = time or os.time,
    claim = CLAIM + (store.claim or 0),
    owner = limiter.key(tostring({}) .. core.engine.now()),
  }, metatable)
end

function metatable.__tostring()
  return "extcontacts.token_cache"
end

-- Whether a value is a time: not negative, and not far ahead.
local function is_time(value, latest)
  return type(value) == "number" and value >= 0 and value <= latest
end

-- A function that returns why stored tokens can't be right.
local function check_at(own_now)
  return function(values, store_now)
    local now = store_now or own_now
    for name, value in pairs(values) do
      local field = name:match "^(%a+)%d+$"
      if field == "token" and not oauth.is_usable(value)
        or field == "expires" and not is_time(value, now + LONGEST + LONGEST_CLAIM)
        or field == "claim" and not is_time(value, now + LONGEST) then
        return ("%s is not a possible %s"):format(name, field == "token" and "token" or "time")
      end
    end
  end
end

--- Takes a slot's token, or else claims the right to request it.
---@param index integer of the slot
---@param refused string|nil a token that the server no longer accepts
---@param call extcontacts.Call|nil the call that the store may wait with
---@param renewed string|nil a valid token, which is being renewed
---@return string|nil token
---@return number|nil lifetime seconds
---@return boolean busy whether another process has requested it
function Cache:take(index, refused, call, renewed)
  local own_now = self.time()
  local token, expires, claim, owner = "token" .. index, "expires" .. index, "claim" .. index, "owner" .. index
  return self.store.update(self.key, function(values, store_now)
    local now, known = store_now or own_now, values[token]
    if known and known ~= refused and known ~= renewed and (values[expires] or 0) - now > SHORTEST then
      return known, values[expires] - now, false
    elseif values[claim] and now < values[claim] and values[claim] <= now + self.claim then
      return nil, nil, true
    end
    if not renewed then
      values[token], values[expires] = nil, nil
    end
    values[claim], values[owner] = now + self.claim, self.owner
    return nil, nil, false
  end, check_at(own_now), call)
end

--- Stores the result of a claim; nothing, when it failed.
---@param index integer
---@param grant table|nil `{ token, lifetime }`
---@param call extcontacts.Call|nil as for `take`
function Cache:put(index, grant, call)
  local own_now = self.time()
  local claim, owner = "claim" .. index, "owner" .. index
  self.store.update(self.key, function(values, store_now)
    local now = store_now or own_now
    local is_claimed = values[owner] == self.owner
    if is_claimed then
      values[claim], values[owner] = nil, nil
    end
    -- The claim of a late request may be another's; its token may be there, too.
    local is_wanted = is_claimed or not values["token" .. index]
    if grant and is_wanted and type(grant.lifetime) == "number" then
      values["token" .. index] = grant.token
      values["expires" .. index] = now + math.min(grant.lifetime, LONGEST)
    end
  end, check_at(own_now), call)
end

return cache
