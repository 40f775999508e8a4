--- OAuth clients and their access tokens.

local api_errors = require "extcontacts.sandbox.api_errors"
local divisions = require "extcontacts.sandbox.state.divisions"
local permission_set = require "extcontacts.sandbox.permission_set"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local access_tokens = {}

---@class extcontacts.sandbox.Client
---@field id string
---@field secret string
---@field permissions extcontacts.sandbox.PermissionSet
---@field tokens extcontacts.sandbox.Token[] the oldest first
---@field divisions (string|integer)[]|nil the divisions that it sees, by id or number; nil for all
---@field first_divisions (string|integer)[]|nil those of the start
---@field window table|nil of its token requests, see `rate_windows`

---@class extcontacts.sandbox.Token
---@field text string
---@field number integer its place in the order of issue, from 1
---@field client extcontacts.sandbox.Client
---@field expires number seconds since 1970
---@field window table|nil of its requests, see `rate_windows`

local clients, tokens
local issued_count

local function add_client(id, secret, list)
  clients[id] = { id = id, secret = secret, permissions = permission_set.parse(list), tokens = {} }
end

local function split(list)
  local words = {}
  for word in list:gmatch "[^,%s]+" do
    words[#words + 1] = word
  end
  return words
end

--- Sets up the clients; there are no tokens then.
---@param settings table client_id, client_secret, permissions, client
function access_tokens.configure(settings)
  clients, tokens, issued_count = {}, {}, 0
  add_client(settings.client_id, settings.client_secret, settings.permissions)
  for _, text in ipairs(settings.client) do
    local id, secret, list = text:match("^([^:]+):([^:]+):?(.*)$")
    add_client(id, secret, list)
  end
  for _, text in ipairs(settings.client_divisions) do
    local id, list = text:match("^([^:]+):(.*)$")
    clients[id].first_divisions = split(list)
  end
end

--- Sets the divisions that a client sees.
---@param id string of the client
---@param list (string|integer)[]|nil nil for all
---@return boolean found
function access_tokens.set_divisions(id, list)
  if not clients[id] then
    return false
  end
  clients[id].divisions = list
  return true
end

--- The divisions that a client sees.
---@param client extcontacts.sandbox.Client
---@return table<string, boolean>|nil ids nil for all
function access_tokens.divisions(client)
  return client.divisions and divisions.set(client.divisions)
end

--- Forgets the rate windows of all clients and tokens, and changes to the divisions
-- that clients see.
function access_tokens.reset()
  for _, token in pairs(tokens) do
    token.window = nil
  end
  for _, client in pairs(clients) do
    client.window, client.divisions = nil, client.first_divisions
  end
end

--- The client with these credentials.
---@param id string|nil
---@param secret string|nil
---@return extcontacts.sandbox.Client|nil
function access_tokens.client(id, secret)
  local client = id and clients[id]
  if client and client.secret == secret then
    return client
  end
end

local random_source

local function random_text(bytes)
  random_source = random_source or assert(io.open("/dev/urandom", "rb"))
  return (ngx.encode_base64(random_source:read(bytes)):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

--- Issues a token.
---@param settings table token_ttl, max_tokens
---@param client extcontacts.sandbox.Client
---@return extcontacts.sandbox.Token
function access_tokens.issue(settings, client)
  local text = random_text(48)
  issued_count = issued_count + 1
  local token = {
    text = text,
    client = client,
    expires = server_clock.now() + settings.token_ttl,
    number = issued_count,
  }
  tokens[text] = token
  client.tokens[#client.tokens + 1] = token
  if settings.max_tokens > 0 then
    while #client.tokens > settings.max_tokens do
      tokens[table.remove(client.tokens, 1).text] = nil
    end
  end
  return token
end

--- The number of tokens issued so far.
---@return integer
function access_tokens.issued()
  return issued_count
end

--- The token in an Authorization header, whether or not it is valid.
---@param authorization string|nil
---@return string|nil text
function access_tokens.bearer(authorization)
  return authorization and authorization:match("^%s*[Bb][Ee][Aa][Rr][Ee][Rr]%s+(%S+)%s*$")
end

--- The token of a request; ends the request if it is missing or invalid.
---@param authorization string|nil the header
---@return extcontacts.sandbox.Token
function access_tokens.authenticate(authorization)
  local text = access_tokens.bearer(authorization)
  if not text then
    api_errors.raise("authentication.required")
  end
  local token = tokens[text]
  if not token or server_clock.now() >= token.expires then
    api_errors.raise("bad.credentials")
  end
  return token
end

--- Revokes tokens: one, those of a client, or all.
---@param filter { token: string|nil, client_id: string|nil }
---@return integer count
function access_tokens.revoke(filter)
  local count = 0
  for text, token in pairs(tokens) do
    if (not filter.token or filter.token == text) and (not filter.client_id or filter.client_id == token.client.id) then
      tokens[text] = nil
      count = count + 1
    end
  end
  return count
end

--- The id and secret of the client if the options name none; they depend on
-- the seed only.
---@return string id
---@return string secret
function access_tokens.default_credentials()
  return record_ids.make(90, 0), "sandbox-" .. record_ids.make(91, 0):gsub("-", "")
end

return access_tokens
