--- The token endpoint, the tokens, and their windows of requests.

local server_clock = require "extcontacts.sandbox.state.server_clock"
local api_errors = require "extcontacts.sandbox.api_errors"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local json = require "extcontacts.base.json"
local permission_set = require "extcontacts.sandbox.permission_set"
local query_params = require "extcontacts.sandbox.http.query_params"

local access_tokens = {}

local clients, tokens
local issued_count

local function add_client(id, secret, list)
  clients[id] = { id = id, secret = secret, permissions = permission_set.parse(list), tokens = {}, fetched = {} }
end

--- Sets the clients up; without tokens.
---@param settings table
function access_tokens.configure(settings)
  clients, tokens, issued_count = {}, {}, 0
  add_client(settings.client_id, settings.client_secret, settings.permissions)
  for _, text in ipairs(settings.client) do
    local id, secret, list = text:match("^([^:]+):([^:]+):?(.*)$")
    add_client(id, secret, list)
  end
end

--- Starts every token's window anew.
function access_tokens.reset_windows()
  for _, token in pairs(tokens) do
    token.window_end = nil
  end
  for _, client in pairs(clients) do
    client.fetched = {}
  end
end

function access_tokens.issued()
  return issued_count
end

local random_source

local function secret_text(bytes)
  random_source = random_source or assert(io.open("/dev/urandom", "rb"))
  return (ngx.encode_base64(random_source:read(bytes)):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

-- The endpoint's own error shape.
local function refuse(status, code, description, headers)
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

local WWW_AUTHENTICATE = { ["WWW-Authenticate"] = 'Basic realm="oauth"' }

--- Answers a request of a token.
---@param settings table
---@param authorization string|nil the header
---@param body string
---@return table reply { status, body, headers }
function access_tokens.token_endpoint(settings, authorization, body)
  local form = query_params.parse(body)
  local id, secret = form.client_id and form.client_id[1], form.client_secret and form.client_secret[1]
  if authorization then
    id, secret = basic_credentials(authorization)
  end
  local grant_type = form.grant_type and form.grant_type[1]
  if not grant_type or grant_type == "" then
    return refuse(400, "invalid_request", "missing grant_type parameter")
  end
  local client = id and clients[id]
  if not client or client.secret ~= secret then
    return refuse(401, "invalid_client", "client not found or secret does not match", WWW_AUTHENTICATE)
  end
  if grant_type ~= "client_credentials" then
    return refuse(400, "unsupported_grant_type", "grant type not supported for this client")
  end
  local now = server_clock.now()
  if settings.token_rate > 0 then
    local fetched = client.fetched
    if not fetched.window_end or now >= fetched.window_end then
      fetched.window_end, fetched.count = now + settings.window, 0
    end
    fetched.count = fetched.count + 1
    if fetched.count > settings.token_rate then
      local wait = math.max(1, math.ceil(fetched.window_end - now))
      return refuse(429, "rate_limit_exceeded", ("retry in %d seconds"):format(wait), { ["Retry-After"] = wait })
    end
  end
  local text = secret_text(48)
  local token = { text = text, client = client, expires = now + settings.token_ttl, number = issued_count + 1 }
  tokens[text] = token
  issued_count = issued_count + 1
  client.tokens[#client.tokens + 1] = token
  if settings.max_tokens > 0 then
    while #client.tokens > settings.max_tokens do
      tokens[table.remove(client.tokens, 1).text] = nil
    end
  end
  return {
    status = 200,
    body = assert(json.encode {
      access_token = text,
      token_type = "bearer",
      expires_in = math.floor(settings.token_ttl),
    }),
  }
end

--- The token of a request, or the failure of its authorization.
---@param authorization string|nil
---@return table|nil token
---@return table|nil problem
function access_tokens.authenticate(authorization)
  local text = authorization and authorization:match("^%s*[Bb][Ee][Aa][Rr][Ee][Rr]%s+(%S+)%s*$")
  if not text then
    return nil, api_errors.new("authentication.required")
  end
  local token = tokens[text]
  if not token or server_clock.now() >= token.expires then
    return nil, api_errors.new("bad.credentials")
  end
  return token
end

--- Counts a request into the token's window.
---@return table|nil problem when the window is full
function access_tokens.count(settings, token)
  if settings.rate == 0 then
    return nil
  end
  local now = server_clock.now()
  if not token.window_end or now >= token.window_end then
    token.window_end, token.count = now + settings.window, 0
  end
  if token.count >= settings.rate then
    local seconds = math.max(1, math.ceil(token.window_end - now))
    return api_errors.new("too.many.requests.retry.after", { seconds = seconds }, {
      headers = { ["Retry-After"] = seconds, ["Cache-Control"] = "no-cache, no-store, must-revalidate" },
    })
  end
  token.count = token.count + 1
end

--- The headers about a token's window that the API once had.
function access_tokens.window_headers(settings, token)
  return {
    ["inin-ratelimit-allowed"] = settings.rate,
    ["inin-ratelimit-count"] = token.count,
    ["inin-ratelimit-reset"] = math.max(0, math.ceil(token.window_end - server_clock.now())),
  }
end

--- Ends tokens: one, a client's, or all.
---@param which { token: string|nil, client_id: string|nil }
---@return integer count
function access_tokens.revoke(which)
  local count = 0
  for text, token in pairs(tokens) do
    if (not which.token or which.token == text) and (not which.client_id or which.client_id == token.client.id) then
      tokens[text] = nil
      count = count + 1
    end
  end
  return count
end

--- A new client id and secret for settings that name none.
function access_tokens.default_credentials()
  return record_ids.make(90, 0), "sandbox-" .. record_ids.make(91, 0):gsub("-", "")
end

return access_tokens