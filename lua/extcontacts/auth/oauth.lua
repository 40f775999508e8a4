--- The token endpoint: builds the request for a token and reads the answer.
-- Pure.

local base64 = require "extcontacts.base.base64"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local response = require "extcontacts.api.response"

local oauth = {}

-- The token endpoint as an operation, for messages and logs.  A request for a
-- token changes no record.
---@type extcontacts.Operation
oauth.row = {
  name = "oauth.token",
  method = "POST",
  path = "/oauth/token",
  server = "the token endpoint",
  url_option = "login_url",
  permissions = {},
  effect = "read",
  returns = "AccessToken",
  repeatable = true,
}

--- A failure of kind "auth", unless the fields name another kind.
---@param fields table becomes the object
---@return nil
---@return extcontacts.Error
function oauth.failure(fields)
  fields.kind = fields.kind or "auth"
  fields.operation = oauth.row.name
  return nil, errors.new(fields)
end

local failure = oauth.failure

--- Whether a token fits into a header line: no byte may end that line.
---@param token any
---@return boolean
function oauth.is_usable(token)
  return type(token) == "string" and #token > 0 and not token:find("[%c%s]")
end

-- Seconds that a token is assumed to live if the server does not say, and the least
-- and the most that are believed: a life of almost nothing would renew the token at
-- once, again and again.
local ASSUMED, SHORTEST, LONGEST = 3600, 1, 30 * 86400

--- Reads how long a token lives.  RFC 6749 only recommends that the server says so,
-- and some send the number as text.
---@param value any
---@return number|nil seconds nil for a missing or senseless value
function oauth.lifetime(value)
  if type(value) == "string" then
    -- The pattern takes quadratic time.
    value = #value <= 32 and value:match "^%s*(%d+%.?%d*)%s*$"
    value = value and tonumber(value)
  else
    value = core.json.tonumber(value)
  end
  if value and value > 0 then
    return math.max(SHORTEST, math.min(value, LONGEST))
  end
end

--- The request for a new token.
---@param config extcontacts.Config
---@return table request `{ method, url, headers, body }`
function oauth.request(config)
  return {
    method = "POST",
    url = config.login_url .. oauth.row.path,
    path = oauth.row.path,
    headers = {
      { "Authorization", "Basic " .. base64.encode(config.client_id .. ":" .. config.client_secret) },
      { "Accept", "application/json" },
      { "Content-Type", "application/x-www-form-urlencoded" },
    },
    body = "grant_type=client_credentials",
  }
end

--- Reads the token endpoint's answer.
---@param row extcontacts.Operation `oauth.row`
---@param reply table
---@return table|nil grant `{ token, lifetime, is_assumed }`; the server did not say the lifetime if `is_assumed`
---@return extcontacts.Error|nil
function oauth.classify(row, reply)
  local status = reply.status
  local body = core.json.decode(reply.body)
  if type(body) ~= "table" then
    body = nil
  end
  if status < 200 or status > 299 then
    -- Its own error body has a field `error`; without one, a 400 or 403 may be a
    -- firewall's.
    local code = body and type(body.error) == "string" and body.error
    if status == 401 or code and (status == 400 or status == 403) then
      return failure {
        status = status,
        code = code and code:match("^[%w_.%-]+$") or nil,
        message = "the client id and secret were rejected; check both, the region, and that the "
          .. "OAuth client has the client credentials grant",
        correlation_id = response.correlation_id(reply.headers),
      }
    end
    return nil, response.failure(row, reply)
  end
  if not body then
    return failure {
      kind = "decode",
      status = status,
      message = "the token endpoint's answer is not JSON; check login_url",
    }
  end
  local kind = body.token_type
  if not oauth.is_usable(body.access_token) or (type(kind) == "string" and kind:lower() ~= "bearer") then
    return failure {
      kind = "protocol",
      status = status,
      message = "the token endpoint's answer contains no bearer token; check login_url",
    }
  end
  local lifetime = oauth.lifetime(body.expires_in)
  return { token = body.access_token, lifetime = lifetime or ASSUMED, is_assumed = not lifetime or nil }
end

return oauth
