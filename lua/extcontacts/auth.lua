--- Tokens: where one comes from, how long it counts, and what a 401 does to
-- it.  Sends nothing itself: `exec` hands in the function that does.

local core = require "extcontacts.core"
local errors = require "extcontacts.error"
local response = require "extcontacts.response"

local auth = {}

-- The token endpoint, seen as an operation, for messages and logs.
---@type extcontacts.Operation
auth.row = {
  name = "oauth.token",
  method = "POST",
  path = "/oauth/token",
  permissions = {},
  returns = "AccessToken",
  repeatable = true,
}

-- A token is renewed this many seconds before it expires, a short-lived one
-- after nine tenths of its life.
local MARGIN = 60

---@class extcontacts.Auth
local Auth = {}
local metatable = { __name = "extcontacts.auth", __index = Auth }

function metatable.__tostring()
  return "extcontacts.auth"
end

--- Makes the token keeper of a client.
---@param config extcontacts.Config
---@param now fun(): number monotonic seconds
---@return extcontacts.Auth
function auth.new(config, now)
  return setmetatable({ config = config, now = now }, metatable)
end

local function failure(fields)
  fields.kind = fields.kind or "auth"
  fields.operation = auth.row.name
  return nil, errors.new(fields)
end

-- A token travels in a header line: no byte may end that line.
local function usable(token)
  return type(token) == "string" and #token > 0 and not token:find("[%c%s]")
end

function Auth:keep(token, lifetime)
  self.token, self.revoked = token, false
  self.renew_at = nil
  if type(lifetime) == "number" and lifetime > 0 then
    self.renew_at = self.now() + lifetime - math.min(MARGIN, lifetime * 0.1)
  end
  return token
end

-- A function of the caller's that gives a token.
function Auth:from_function(reason)
  local ok, token, lifetime = pcall(self.config.access_token, reason)
  if not ok then
    if errors.is_error(token) then
      return nil, token
    end
    return failure { code = "token_function", cause = token, message = "the token function failed" }
  end
  if not usable(token) then
    if errors.is_error(lifetime) then
      return nil, lifetime
    end
    return failure {
      code = "token_function",
      message = "the token function gave no token: it must return a string without spaces",
    }
  end
  return self:keep(token, lifetime)
end

local BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(text)
  return (text:gsub("..?.?", function(group)
    local a, b, c = group:byte(1, 3)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    local out = {}
    for i = 1, 4 do
      local index = math.floor(bits / 64 ^ (4 - i)) % 64
      out[i] = i <= #group + 1 and BASE64:sub(index + 1, index + 1) or "="
    end
    return table.concat(out)
  end))
end

--- The request for a new token.
---@param config extcontacts.Config
---@return table request `{ method, url, headers, body }`
function auth.token_request(config)
  return {
    method = "POST",
    url = config.login_url .. auth.row.path,
    path = auth.row.path,
    headers = {
      { "Authorization", "Basic " .. base64(config.client_id .. ":" .. config.client_secret) },
      { "Accept", "application/json" },
      { "Content-Type", "application/x-www-form-urlencoded" },
    },
    body = "grant_type=client_credentials",
  }
end

--- What the token endpoint's answer means.
---@param reply table
---@return table|nil grant `{ token, lifetime }`
---@return extcontacts.Error|nil
function auth.classify(reply)
  local status = reply.status
  local body = core.json.decode(reply.body)
  if type(body) ~= "table" then
    body = nil
  end
  if status < 200 or status > 299 then
    if status == 400 or status == 401 or status == 403 then
      local code = body and body.error
      return failure {
        status = status,
        code = type(code) == "string" and code:match("^[%w_.%-]+$") or nil,
        message = "the client id and secret were refused; check both, the region, and that the "
          .. "OAuth client has the client credentials grant",
        correlation_id = response.correlation_id(reply.headers),
      }
    end
    return nil, response.failure(auth.row, reply)
  end
  if not body then
    return failure {
      kind = "decode",
      status = status,
      message = "the token endpoint's answer is not JSON; check login_url",
    }
  end
  local kind = body.token_type
  if not usable(body.access_token) or (type(kind) == "string" and kind:lower() ~= "bearer") then
    return failure {
      kind = "protocol",
      status = status,
      message = "the token endpoint's answer holds no bearer token; check login_url",
    }
  end
  return { token = body.access_token, lifetime = body.expires_in }
end

--- A token that counts, a new one when the last is about to expire.
---@param send fun(row: table, request: table, classify: function): table|nil, extcontacts.Error|nil
--- sends a request and gives what `classify` made of the answer
---@return string|nil
---@return extcontacts.Error|nil
function Auth:get(send)
  local expired = self.renew_at and self.now() >= self.renew_at
  if self.token and not expired then
    return self.token
  end
  local given = self.config.access_token
  if type(given) == "string" then
    if not usable(given) then
      return failure { message = "access_token must be a token without spaces or line ends" }
    end
    return self:keep(given)
  elseif given then
    return self:from_function(self.revoked and "revoked" or expired and "expired" or "start")
  end
  local grant, err = send(auth.row, auth.token_request(self.config), auth.classify)
  if not grant then
    return nil, err
  end
  return self:keep(grant.token, grant.lifetime)
end

--- Tells that the server refused `token`.
---@param token string
---@return boolean renewable whether asking again can give another one
function Auth:refused(token)
  if type(self.config.access_token) == "string" then
    return false
  end
  -- Somebody else may have renewed it while this request was on its way.
  if self.token == token then
    self.token, self.renew_at, self.revoked = nil, nil, true
  end
  return true
end

return auth
