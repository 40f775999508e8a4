--- The URL of a Redis server: `rediss://user:password@host:6380/0?timeout=0.25`.  Pure.

local core = require "extcontacts.core"
local hosts = require "extcontacts.base.hosts"
local suggest = require "extcontacts.base.suggest"

local address = {}

---@class extcontacts.RedisAddress
---@field is_tls boolean
---@field host string IPv6 in brackets
---@field port integer
---@field user string|nil
---@field password string|nil
---@field database integer
---@field timeout number seconds a call waits for the server
---@field machines integer processes that share the rate limit, at least
local Address = {}
local metatable = { __name = "extcontacts.redis_address", __index = Address }

-- The same for errors and logs: without user and password.
function metatable:__tostring()
  return ("%s:%d"):format(self.host, self.port)
end

local PORTS = { redis = 6379, rediss = 6379 }

local EXAMPLE = "; write rediss://user:password@host:6380/0"

-- Name in the query → its default, least and most.
local SETTINGS = {
  timeout = { 0.25, 0.01, 60 },
  machines = { 2, 1, 10000 },
}

local function read_settings(query, into)
  for name, rule in pairs(SETTINGS) do
    into[name] = rule[1]
  end
  for part in query:gmatch "[^&]+" do
    local name, text = part:match "^([%w_%-]*)=?(.*)$"
    local rule = SETTINGS[name]
    if not rule then
      return suggest.unknown("setting of its query", name, suggest.keys(SETTINGS))
    end
    local value = text:find "^%d*%.?%d+$" and tonumber(text)
    if not value or value < rule[2] or value > rule[3] or name == "machines" and value ~= math.floor(value) then
      return ("its %s must be %s from %g to %g"):format(name, name == "machines" and "a whole number" or "a number",
        rule[2], rule[3])
    end
    into[name] = value
  end
end

-- The user name and password before the `@`.
local function read_user(text, into)
  local user, password = text:match "^([^:]*):(.*)$"
  if not user then
    return "its user must be written as user:password@, or :password@ for the default user"
  end
  user, password = core.url.decode(user), core.url.decode(password)
  if not user or not password or password == "" then
    return "its user or password is not valid; encode special characters with %, such as %40 for @"
  end
  into.user, into.password = user ~= "" and user or nil, password
end

local function read_host(text, into)
  local host, port = text:match "^(%[[%x:.]+%])(.*)$"
  if not host then
    host, port = text:match "^([%w%.%-_]+)(.*)$"
  end
  local number = port and (port == "" and PORTS.redis or tonumber(port:match "^:(%d+)$"))
  if not host or not number or number < 1 or number > 65535 then
    return "it has no valid host and port"
  end
  into.host, into.port = host:lower(), number
end

-- What is wrong with the URL; nil if `into` is complete.
local function read(url, into)
  local scheme, rest = url:match "^(rediss?)://(.*)$"
  if not scheme then
    return "it is not a URL of Redis"
  end
  local before, query = rest:match "^([^?]*)%??(.*)$"
  if rest:find "[%s%c#]" or query:find("@", 1, true) then -- of a password, whose parts must not be shown
    return "it is not a URL of Redis; encode special characters with %, such as %23 for #"
  end
  local user, place = before:match "^(.*)@([^@]*)$"
  local place_host, path = (place or before):match "^([^/]*)(.*)$"
  local database = path:match "^/?$" and 0 or tonumber(path:match "^/(%d+)$")
  into.is_tls, into.database = scheme == "rediss", database
  local problem = user and read_user(user, into) or read_host(place_host, into) or read_settings(query, into)
  if problem then
    return problem
  elseif not database or database > 1023 then
    return "the part after the host must be the number of a database, such as /0"
  elseif not into.is_tls and not hosts.is_loopback(into.host) then
    return ("redis:// is allowed to this machine only, since the tokens would reach %s unencrypted; use rediss://")
      :format(into.host)
  end
end

--- Whether a text is meant to be such a URL.
---@param text any
---@return boolean
function address.is_one(text)
  return type(text) == "string" and text:find "^rediss?:" ~= nil
end

--- Reads a URL.
---@param url string
---@return extcontacts.RedisAddress|nil
---@return string|nil problem which contains neither user nor password
function address.read(url)
  local self = setmetatable({}, metatable)
  local problem = read(url, self)
  if problem then
    return nil, problem .. (problem:find "rediss://" and "" or EXAMPLE)
  end
  return self
end

return address
