--- Rate limits: fixed windows that start with the first request.  A window is
-- kept in the `window` field of its owner, a token or an OAuth client.

local api_errors = require "extcontacts.sandbox.api_errors"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local rate_windows = {}

--- Counts a request.
---@param owner { window: table|nil }
---@param limit integer requests per window; 0: no limit
---@param length number seconds
---@return integer|nil wait whole seconds until the window ends, if the request exceeds the limit
function rate_windows.count(owner, limit, length)
  if limit == 0 then
    return nil
  end
  local now = server_clock.now()
  local window = owner.window
  if not window or now >= window.ends_at then
    window = { ends_at = now + length, count = 0 }
    owner.window = window
  end
  if window.count >= limit then
    return math.max(1, math.ceil(window.ends_at - now))
  end
  window.count = window.count + 1
end

--- Counts a request of a token; ends it if it exceeds the limit.
---@param token extcontacts.sandbox.Token
---@param settings table rate, window
function rate_windows.check(token, settings)
  local seconds = rate_windows.count(token, settings.rate, settings.window)
  if seconds then
    api_errors.raise("too.many.requests.retry.after", { seconds = seconds }, {
      headers = { ["Retry-After"] = seconds, ["Cache-Control"] = "no-cache, no-store, must-revalidate" },
    })
  end
end

--- The inin-ratelimit headers, which the API sent until 2021.
---@param token extcontacts.sandbox.Token with a counted request
---@param limit integer
---@return table<string, number>
function rate_windows.headers(token, limit)
  return {
    ["inin-ratelimit-allowed"] = limit,
    ["inin-ratelimit-count"] = token.window.count,
    ["inin-ratelimit-reset"] = math.max(0, math.ceil(token.window.ends_at - server_clock.now())),
  }
end

return rate_windows
