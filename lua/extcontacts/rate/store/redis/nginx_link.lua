--- The way to Redis inside nginx: sockets of nginx, with its pool of connections for
-- each worker.  What a call need not wait for is sent by the worker's pump.

local core = require "extcontacts.core"
local handshake = require "extcontacts.rate.store.redis.handshake"
local link = require "extcontacts.rate.store.redis.link"
local nginx = require "extcontacts.runtime.nginx"
local nginx_socket = require "extcontacts.rate.store.redis.nginx_socket"
local resp = require "extcontacts.rate.store.redis.resp"

local nginx_link = {}

-- Seconds for which an unused connection is kept, and how many of them.
local KEPT, MOST_KEPT = 60, 64

-- Commands that may wait to be sent, and that are sent together.
local MOST_QUEUED, TOGETHER = 10000, 100

--- Writes a message to nginx's log.
---@param message string
function nginx_link.report(message)
  ngx.log(ngx.WARN, "extcontacts: ", message)
end

local Link = {}
Link.__index = Link

--- Creates a link; nothing is connected yet.
---@param options extcontacts.RedisLinkOptions
---@return extcontacts.RedisLink
function nginx_link.new(options)
  local address = options.address
  local host = address.host == "localhost" and "127.0.0.1" or address.host -- nginx resolves names by DNS only
  -- Connections of one user are not for another.
  local user = core.hash.sha256(("%s:%s"):format(address.user or "", address.password or "")):sub(1, 16)
  return setmetatable({
    options = options, is_away = false, retry_at = 0, queue = {}, host = host,
    pool = ("extcontacts:%s:%d:%s:%s:%d"):format(host, address.port, tostring(address.is_tls), user, address.database),
  }, Link)
end

-- Sends commands and receives their replies; or nil and a problem.
local function roundtrip(socket, commands, due)
  local parts, replies, parser = {}, {}, resp.parser()
  for index, command in ipairs(commands) do
    parts[index] = resp.encode(command)
  end
  nginx_socket.set_time(socket, due)
  local sent, why = socket:send(parts)
  while sent and #replies < #commands do
    local found, reply = parser:next()
    if found then
      replies[#replies + 1] = reply
    elseif found == nil then
      return nil, handshake.FOREIGN
    else
      nginx_socket.set_time(socket, due)
      local bytes
      bytes, why = socket:receiveany(65536)
      sent = bytes ~= nil
      parser:feed(bytes or "")
    end
  end
  if not sent then
    return nil, why
  end
  return replies
end

local function greet(self, socket, due)
  local replies, problem = roundtrip(socket, handshake.commands(self.options.address, self.options.program), due)
  if not replies then
    return nil, problem
  end
  local sha
  sha, problem = handshake.read(replies)
  if sha and problem and not self.is_warned then
    self.is_warned = true
    self.options.report(("the store %s: %s"):format(tostring(self.options.address), problem))
  end
  self.sha = sha or self.sha
  return sha, problem
end

-- A connection that is ready; or nil and a problem.  `is_probe`: it is not, unless the
-- server answers on it now, since one that was kept may be older than the silence.
local function connect(self, due, is_probe)
  local address = self.options.address
  local pool = { pool = self.pool, pool_size = MOST_KEPT }
  local socket, why = nginx_socket.connect(self.host, address.port, pool, due)
  if not socket then
    return nil, why
  end
  local is_reused = socket:getreusedtimes() > 0
  if is_reused and not is_probe then
    return socket
  elseif address.is_tls and not is_reused then
    nginx_socket.set_time(socket, due)
    local name = address.host:gsub("[%[%]]", "")
    local returned, ok
    returned, ok, why = pcall(socket.sslhandshake, socket, nil, name, true) -- some failures are raised
    if not (returned and ok) then
      pcall(socket.close, socket)
      return nil, returned and why == "timeout" and why
        or "the TLS handshake failed; nginx trusts the authorities in lua_ssl_trusted_certificate"
    end
  end
  local sha
  sha, why = greet(self, socket, due)
  if not sha then
    socket:close()
    return nil, why
  end
  return socket
end

local function commands_of(self, sha, requests)
  local commands = {}
  for index, request in ipairs(requests) do
    commands[index] = request.command or link.command(self.options, sha, request)
  end
  return commands
end

-- Runs functions of the script, or commands, on one connection; returns their replies, and
-- the result of the first, whose failure counts for all.  `held`: seconds for which the server may hold
-- back its reply.
local function perform(self, requests, due, held)
  local socket, problem = connect(self, due)
  if not socket then
    return nil, problem
  end
  if held then
    due = core.engine.now() + held + self.options.address.timeout
  end
  local replies
  replies, problem = roundtrip(socket, commands_of(self, self.sha, requests), due)
  if replies and resp.error_code(replies[1]) == "NOSCRIPT" then
    replies, problem = roundtrip(socket, commands_of(self, nil, requests), due)
  end
  local result
  if replies then
    result, problem = link.result(requests[1], replies[1])
  end
  if problem then
    socket:close()
    return nil, problem
  end
  socket:setkeepalive(KEPT * 1000, MOST_KEPT)
  link.confirm(self)
  return replies, result
end

local function lose(self, problem)
  self.retry_at = core.engine.now() + link.REST
  link.note(self, problem == "timeout" and link.TIMEOUT or problem or link.TIMEOUT)
end

-- Looks whether the server answers again.  Runs in a task of its own.
local function probe(self)
  local socket, problem = connect(self, core.engine.now() + link.LONGEST_GREETING, true)
  self.probed_until = nil
  if not socket then
    return lose(self, problem)
  end
  socket:setkeepalive(KEPT * 1000, MOST_KEPT)
  link.note(self, nil)
end

local function look(self)
  local now = core.engine.now()
  if now >= self.retry_at and now >= (self.probed_until or 0) then
    self.probed_until = now + link.LONGEST_GREETING + 1
    if not nginx.detach(probe, self) then
      self.probed_until = nil
    end
  end
end

--- Runs a function of the script and waits for its result; as `link`'s.
---@param request extcontacts.RedisRequest
---@param call extcontacts.Call|nil the call that waits
---@return any result nil if the server is away
---@return string|nil problem "stopped" if the call must end
function Link:exchange(request, call)
  if self.is_away then
    look(self)
    return nil, self.problem
  end
  local due = core.engine.now() + self.options.address.timeout
  local last = math.min(due, call and call.deadline or due)
  local replies, result = perform(self, { request }, last)
  if replies then
    return result
  elseif last < due and result == "timeout" then
    return nil, "stopped"
  end
  lose(self, result)
  return nil, self.problem
end

--- Sends a command that the server may hold back, on a connection of its own.
---@param command (string|number)[]
---@param seconds number for which the server may hold it back
---@return any reply nil if the server is away
---@return string|nil problem
function Link:run(command, seconds)
  if self.is_away then
    look(self)
    return nil, self.problem
  end
  local due = core.engine.now() + self.options.address.timeout
  local replies, result = perform(self, { { command = command } }, due, seconds)
  if replies then
    return result
  end
  lose(self, result)
  return nil, self.problem
end

-- Passes the results on.
local function end_all(requests, replies)
  for index, request in ipairs(requests) do
    if request.on_end then
      request.on_end(not resp.error_code(replies[index]) and replies[index] or nil)
    end
  end
end

-- Gives up what is queued.
local function end_queue(self)
  local requests = self.queue
  self.queue, self.sending_until = {}, nil
  end_all(requests, {})
end

-- Sends what was posted.  Runs in a task of its own.
local function send_queued(self)
  while #self.queue > 0 and not self.is_away do
    local requests, rest = {}, {}
    for index, request in ipairs(self.queue) do
      local list = index <= TOGETHER and requests or rest
      list[#list + 1] = request
    end
    self.queue = rest
    local replies, problem = perform(self, requests, core.engine.now() + self.options.address.timeout)
    if not replies then
      lose(self, problem)
    end
    end_all(requests, replies or {})
  end
  end_queue(self)
end

--- Runs a function of the script without waiting for its result.
---@param request extcontacts.RedisRequest
---@param on_end (fun(result: any))|nil as `link`'s
---@return boolean sent
function Link:post(request, on_end)
  if self.is_away then
    look(self)
  end
  if self.is_away or #self.queue >= MOST_QUEUED then
    return false
  end
  self.queue[#self.queue + 1] = {
    name = request.name, keys = request.keys, values = request.values, on_end = on_end,
  }
  local now = core.engine.now()
  if now >= (self.sending_until or 0) then
    self.sending_until = now + self.options.address.timeout + 1
    if not nginx.detach(send_queued, self) then
      end_queue(self)
    end
  end
  return true
end

return nginx_link
