--- Tokens shared between processes, in a store like that of the windows.  One
-- process at a time requests a slot's token; its claim expires, so that a crash
-- delays the others only for a while.

local limiter = require "extcontacts.rate.limiter"

-- Seconds a claim is valid, and seconds a cached token must have left.
local CLAIM, SHORTEST = 35, 60

---@class extcontacts.TokenCache
local Cache = {}
local metatable = { __name = "extcontacts.token_cache", __index = Cache }

local cache = {}

--- Creates the cache of an OAuth client's tokens.
---@param store extcontacts.Store
---@param config extcontacts.Config
---@param time (fun(): integer)|nil UTC seconds; default `os.time`
---@return extcontacts.TokenCache
function cache.new(store, config, time)
  return setmetatable({
    store = store,
    -- The secret is part of the key, so that the token is found only by those who know it.
    key = "tokens-" .. limiter.key(table.concat({ config.login_url, config.client_id, config.client_secret }, " ")),
    time = time or os.time,
  }, metatable)
end

function metatable.__tostring()
  return "extcontacts.token_cache"
end

--- Takes a slot's token, or else claims the right to request it.
---@param index integer of the slot
---@param refused string|nil a token that the server no longer accepts
---@return string|nil token
---@return number|nil lifetime seconds
---@return boolean busy whether another process has requested it
function Cache:take(index, refused)
  local now = self.time()
  local token, expires, claim = "token" .. index, "expires" .. index, "claim" .. index
  return self.store.update(self.key, function(values)
    local known = values[token]
    if known and known ~= refused and (values[expires] or 0) - now > SHORTEST then
      return known, values[expires] - now, false
    elseif values[claim] and now < values[claim] and values[claim] <= now + CLAIM then
      return nil, nil, true
    end
    values[token], values[expires] = nil, nil
    values[claim] = now + CLAIM
    return nil, nil, false
  end)
end

--- Stores the result of a claim; nothing, when it failed.
---@param index integer
---@param grant table|nil `{ token, lifetime }`
function Cache:put(index, grant)
  local now = self.time()
  self.store.update(self.key, function(values)
    values["claim" .. index] = nil
    if grant and type(grant.lifetime) == "number" then
      values["token" .. index], values["expires" .. index] = grant.token, now + grant.lifetime
    end
  end)
end

return cache
