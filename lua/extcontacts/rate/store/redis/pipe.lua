--- One connection to Redis outside of nginx.  Commands are sent at once, and their
-- replies are assigned in order, so that any number of tasks use it together.  To the
-- runtime it is an engine, and each command's reply is a waitable.

local core = require "extcontacts.core"
local handshake = require "extcontacts.rate.store.redis.handshake"
local resp = require "extcontacts.rate.store.redis.resp"

local pipe = {}

---@class extcontacts.RedisReply
---@field value any nil until it has arrived
---@field problem string|nil why it will not arrive
---@field on_end fun(value: any)|nil called once with the value, or with nil
local Reply = {}
Reply.__index = Reply

--- Whether the reply has arrived, or will not.
---@return boolean
function Reply:done()
  return self.value ~= nil or self.problem ~= nil
end

---@class extcontacts.RedisPipe
---@field stream table of `core.stream`
---@field parser extcontacts.RespParser
---@field sent extcontacts.RedisReply[] those that have not arrived, by their number
---@field first integer number of the next one
---@field last integer
---@field hello extcontacts.RedisReply done once the connection can be used
---@field sha string|nil of the server's script
---@field warning string|nil
---@field problem string|nil why it can't be used any more
local Pipe = {}
Pipe.__index = Pipe

-- Texts for the core's codes that name options which the store does not have.
local PROBLEMS = {
  dns = "its name can't be resolved",
  tls_name = "its certificate is for another host name",
  tls_untrusted = "its certificate is not signed by a trusted authority; set ca_file to trust another one",
  reset = "the connection broke",
}

-- Notes that a reply has arrived, or will not.
local function finish(finished, reply)
  finished[#finished + 1] = reply
  if reply.on_end then
    reply.on_end(reply.value)
  end
end

--- Begins to connect.
---@param address extcontacts.RedisAddress
---@param program string the text of the server's script
---@param ca_file string|nil
---@return extcontacts.RedisPipe|nil
---@return string|nil problem
function pipe.open(address, program, ca_file)
  local url = ("%s://%s:%d"):format(address.is_tls and "https" or "http", address.host, address.port)
  local stream, code, message = core.stream.open { url = url, ca_file = ca_file }
  if not stream then
    return nil, PROBLEMS[code] or message
  end
  local self = setmetatable({
    stream = stream, parser = resp.parser(), sent = {}, first = 1, last = 0,
    hello = setmetatable({}, Reply), since = core.engine.now(),
  }, Pipe)
  self.greetings = {}
  for index, command in ipairs(handshake.commands(address, program)) do
    self.greetings[index] = self:send(command)
  end
  return self
end

-- Ends it, and with it all replies that have not arrived.
local function fail(self, problem, finished)
  self.problem = self.problem or problem
  self.stream:close()
  for number = self.first, self.last do
    local reply = self.sent[number]
    reply.problem = self.problem
    self.sent[number] = nil
    finish(finished, reply)
  end
  self.first = self.last + 1
  if not self.hello:done() then
    self.hello.problem = self.problem
    finish(finished, self.hello)
  end
end

-- Reads the replies to the handshake once all are there.
local function greet(self, finished)
  local replies = {}
  for index, reply in ipairs(self.greetings) do
    if reply.value == nil then
      return
    end
    replies[index] = reply.value
  end
  self.greetings = nil
  local sha, problem = handshake.read(replies)
  if not sha then
    return fail(self, problem, finished)
  end
  self.sha, self.warning, self.hello.value = sha, problem, true
  finish(finished, self.hello)
end

local function take_replies(self, finished)
  local found, value = self.parser:next()
  while found and self.first <= self.last do
    local reply = self.sent[self.first]
    self.sent[self.first] = nil
    self.first = self.first + 1
    reply.value = value
    finish(finished, reply)
    found, value = self.parser:next()
  end
  if found ~= false then
    fail(self, handshake.FOREIGN, finished)
  elseif self.greetings then
    greet(self, finished)
  end
end

--- Sends and receives what it can, and waits at most some seconds for a reply.
---@param seconds number
---@return extcontacts.RedisReply[] finished
function Pipe:step(seconds)
  local finished = {}
  if self.stream:step(seconds) then
    local bytes = self.stream:read()
    if bytes ~= "" then
      self.parser:feed(bytes)
      take_replies(self, finished)
    end
    local state, code, message = self.stream:state()
    if state == "closed" and not self.problem then
      fail(self, PROBLEMS[code] or message, finished)
    end
  end
  return finished
end

--- Sends a command.
---@param command (string|number)[]
---@return extcontacts.RedisReply
function Pipe:send(command)
  local reply = setmetatable({}, Reply)
  if self.stream:write(resp.encode(command)) then
    self.last = self.last + 1
    self.sent[self.last] = reply
  else
    reply.problem = self.problem or "too many commands wait to be sent"
  end
  return reply
end

--- Closes it.
---@param problem string why, for those that wait for a reply
---@return extcontacts.RedisReply[] finished
function Pipe:close(problem)
  local finished = {}
  fail(self, problem, finished)
  return finished
end

--- Whether it is open and was created by this process.
---@return boolean
function Pipe:usable()
  return self.problem == nil and self.stream:usable()
end

--- The descriptor for event loops; nil if the system has none.
---@return integer|nil
function Pipe:pollfd()
  return self.stream:pollfd()
end

--- The seconds after which it needs a step; nil for no limit.
---@return number|nil
function Pipe:timeout()
  return self.stream:timeout()
end

return pipe
