--- Keeps tokens and the client secret out of errors and logs:
-- a server, gateway or proxy may repeat the request in it.  Pure.

local base64 = require "extcontacts.base.base64"
local texts = require "extcontacts.base.text"

local secrets = {}

local MASK = "…"
-- Shorter texts are no secrets, and replacing them would garble messages.
local LEAST = 6
-- Tables inside tables of an error body.
local DEEPEST = 32

local function add(list, secret)
  if type(secret) == "string" and #secret >= LEAST then
    list[#list + 1] = secret
    local slashes = secret:gsub("/", "\\/") -- as in JSON
    list[#list + 1] = slashes ~= secret and slashes or nil
    local encoded = secret:gsub("[^%w%-._~]", function(character)
      return ("%%%02X"):format(character:byte())
    end)
    list[#list + 1] = encoded ~= secret and encoded or nil
  end
end

--- The secrets of a request.
---@param config extcontacts.Config
---@param authorization string[]|nil `{ name, value }`
---@return string[] list
function secrets.of(config, authorization)
  local list = {}
  add(list, authorization and authorization[2]:match "^%S+ (.+)$")
  add(list, config.access_token)
  if config.client_id and config.client_secret then
    add(list, base64.encode(config.client_id .. ":" .. config.client_secret))
  end
  add(list, config.client_secret)
  return list
end

-- A header's value that the list does not have, such as a part of one.
local function masked_scheme(scheme, value)
  return #value >= 16 and scheme .. MASK or nil
end

local function conceal_text(text, list)
  for _, secret in ipairs(list) do
    text = texts.replace(text, secret, MASK)
  end
  text = text:gsub("([Bb][Ee][Aa][Rr][Ee][Rr] )([%w%-._~+/=]+)", masked_scheme)
  return (text:gsub("([Bb][Aa][Ss][Ii][Cc] )([%w%-._~+/=]+)", masked_scheme))
end

--- Masks secrets in a text, or in the texts of a table.
---@generic T
---@param value T
---@param list string[]|nil of `secrets.of`; nil for none
---@param depth integer|nil
---@return T
function secrets.conceal(value, list, depth)
  if not list then
    return value
  elseif type(value) == "string" then
    return conceal_text(value, list)
  elseif type(value) ~= "table" or (depth or 0) > DEEPEST then
    return value
  end
  local copy = setmetatable({}, getmetatable(value))
  for name, item in pairs(value) do
    copy[secrets.conceal(name, list)] = secrets.conceal(item, list, (depth or 0) + 1)
  end
  return copy
end

--- Masks secrets in an answer before it is used.
---@param reply table changed
---@param list string[]
function secrets.conceal_reply(reply, list)
  reply.secrets = list
  reply.headers = secrets.conceal(reply.headers, list)
end

return secrets
