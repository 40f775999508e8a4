--- The token endpoint: exchanges the credentials of a client for a token.

local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local form_values = require "extcontacts.sandbox.http.form_values"
local json = require "extcontacts.base.json"
local rate_windows = require "extcontacts.sandbox.state.rate_windows"

local WWW_AUTHENTICATE = { ["WWW-Authenticate"] = 'Basic realm="oauth"' }

-- The endpoint's errors have a shape of their own.
local function reject(status, code, description, headers)
  return {
    status = status,
    headers = headers,
    body = assert(json.encode {
      error = code,
      description = description,
      error_description = description,
    }),
  }
end

local function basic_credentials(header)
  local encoded = header:match("^%s*[Bb][Aa][Ss][Ii][Cc]%s+(%S+)%s*$")
  local decoded = encoded and ngx.decode_base64(encoded)
  if decoded then
    return decoded:match("^(.-):(.*)$")
  end
end

--- Answers a request for a token.
---@param settings table token_ttl, token_rate, window, max_tokens
---@param authorization string|nil the header
---@param body string the form
---@return extcontacts.sandbox.Reply
local function token_endpoint(settings, authorization, body)
  local form = form_values.parse(body)
  local id, secret = form.client_id and form.client_id[1], form.client_secret and form.client_secret[1]
  if authorization then
    id, secret = basic_credentials(authorization)
  end
  local grant_type = form.grant_type and form.grant_type[1]
  if not grant_type or grant_type == "" then
    return reject(400, "invalid_request", "missing grant_type parameter")
  end
  local client = access_tokens.client(id, secret)
  if not client then
    return reject(401, "invalid_client", "client not found or secret does not match", WWW_AUTHENTICATE)
  end
  if grant_type ~= "client_credentials" then
    return reject(400, "unsupported_grant_type", "grant type not supported for this client")
  end
  local wait = rate_windows.count(client, settings.token_rate, settings.window)
  if wait then
    return reject(429, "rate_limit_exceeded", ("retry in %d seconds"):format(wait), { ["Retry-After"] = wait })
  end
  local token = access_tokens.issue(settings, client)
  return {
    status = 200,
    body = assert(json.encode {
      access_token = token.text,
      token_type = "bearer",
      expires_in = math.floor(settings.token_ttl),
    }),
  }
end

return token_endpoint
