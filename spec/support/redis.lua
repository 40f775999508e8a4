-- Real Redis servers for specs: a free port on this machine, a directory of its own, and
-- signals by its process id.
--
--   local server = redis.start { appendonly = "yes" }
--   server:command("GET", "key") → the reply
--   server:kill(); server:start_again()      the same directory and port
--   server:stop()                            and removes the directory

local address = require "extcontacts.rate.store.redis.address"
local launch = require "extcontacts.sandbox.launch"
local peer = require "spec.support.peer"
local process_store = require "extcontacts.rate.store.process"
local redis_store = require "extcontacts.rate.store.redis"
local resp = require "extcontacts.rate.store.redis.resp"
local socket = require "socket"

local redis = {}

--- The Debian package, for `programs.need`.
redis.package = "redis-server"

local Server = {}
Server.__index = Server

local function output(command)
  local handle = assert(io.popen(command, "r"))
  local text = handle:read("*a")
  handle:close()
  return (text:gsub("%s+$", ""))
end

local START = [[cd '%s' && { redis-server %s >>log 2>&1 </dev/null & echo $!; }]]

--- The shell command that starts it in its directory and prints its process id.
function Server:start_command()
  local words = {}
  for name, value in pairs(self.settings) do
    words[#words + 1] = ("--%s '%s'"):format(name:gsub("_", "-"), value)
  end
  return START:format(self.directory, table.concat(words, " "))
end

-- Waits until the server is there.
local function await(is_there)
  local ends_at = socket.gettime() + 90
  while not is_there() do
    assert(socket.gettime() < ends_at, "redis-server did not start")
    socket.select(nil, nil, 0.01)
  end
end

--- Starts it again as `start_again`, and waits only until it accepts connections.
function Server:launch()
  self.pid = output(self:start_command())
  await(function()
    return peer.accepts(self.port)
  end)
end

--- Starts it again, in the same directory and on the same port.
function Server:start_again()
  self:launch()
  await(function()
    return resp.error_code(self:command "PING") ~= "LOADING"
  end)
  local listener = tostring(self:command("INFO", "server")):match "process_id:(%d+)"
  assert(not listener or listener == self.pid, "another server took the port of redis-server")
end

--- Sends it a signal: KILL, STOP or CONT.
---@param name string
function Server:signal(name)
  os.execute(("kill -%s %s 2>/dev/null"):format(name, self.pid))
end

--- Kills it and waits until it is gone.
function Server:kill()
  self:signal "KILL"
  local ends_at = socket.gettime() + 90
  while peer.accepts(self.port) do
    assert(socket.gettime() < ends_at, "redis-server did not end")
    socket.select(nil, nil, 0.01)
  end
end

--- Sends a command on a connection of its own, and returns the reply.
function Server:command(...)
  local client = assert(socket.connect("127.0.0.1", self.plain_port or self.port))
  client:settimeout(90)
  client:send(resp.encode { ... })
  local parser, found, reply = resp.parser(), false, nil
  while not found do
    local whole, _, part = client:receive(1)
    parser:feed(assert(whole or part))
    found, reply = parser:next()
    assert(found ~= nil and not (whole == nil and part == ""), "no whole reply of redis-server")
  end
  client:close()
  return reply
end

--- Kills it and removes its directory.
function Server:stop()
  self:kill()
  os.execute(("rm -rf '%s'"):format(self.directory))
end

--- Starts a server and waits until it answers.
---@param settings table<string, string>|nil of redis.conf, with `_` for `-`
---@return table server with `url`, `port`, `pid`, `directory`
function redis.start(settings)
  local self = setmetatable({ directory = output "mktemp -d", port = launch.free_port() }, Server)
  self.settings = { bind = "127.0.0.1", port = self.port, dir = self.directory, save = "" }
  for name, value in pairs(settings or {}) do
    self.settings[name] = value
  end
  if self.settings.tls_port then
    self.plain_port = self.port
    self.port = launch.free_port()
    self.settings.tls_port = self.port
  end
  self:start_again()
  self.url = ("redis://127.0.0.1:%d?timeout=60"):format(self.port)
  return self
end

--- The settings of a server that accepts TLS only, with the good certificate.
---@param certificates table of `spec.support.tls`
---@param more table<string, string>|nil further settings
---@return table<string, string>
function redis.tls_settings(certificates, more)
  local settings = {
    tls_port = "yes", tls_cert_file = certificates.path .. "/good.pem", tls_key_file = certificates.path .. "/good.key",
    tls_auth_clients = "no",
  }
  for name, value in pairs(more or {}) do
    settings[name] = value
  end
  return settings
end

---------------------------------------------------------------------- places --

local Place = {}
Place.__index = Place

--- Starts the server of this spec.
---@param settings table<string, string>|nil as for `redis.start`
function Place:start(settings)
  self.server = redis.start(settings)
  return self.server
end

--- A store as another process would have it.
---@param url string|nil default: that of the server
---@param options table|nil of `redis_store.new`
function Place:open(url, options)
  options = options or {}
  function options.report(message)
    self.reports[#self.reports + 1] = message
  end
  return redis_store.new(assert(address.read(url or self.server.url)), process_store.new(), options)
end

--- For the specs of a block: `start` a server, which ends after its spec, `open` stores,
--- and find what they report in `reports`.
---@param before_each function busted's
---@param after_each function busted's
---@return table place
function redis.around(before_each, after_each)
  local place = setmetatable({}, Place)
  before_each(function()
    place.reports = {}
  end)
  after_each(function()
    if place.server then
      place.server:signal "CONT"
      place.server:stop()
      place.server = nil
    end
  end)
  return place
end

return redis
