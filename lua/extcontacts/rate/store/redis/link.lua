--- The way to Redis outside of nginx: one connection for the process, which is opened
-- at the first command and again after it broke.
--
-- A call waits for the server for `timeout` seconds at most.  A server that did not
-- answer in time is away: until it answers again, which is found out without waiting,
-- no call waits for it.

local core = require "extcontacts.core"
local handshake = require "extcontacts.rate.store.redis.handshake"
local pipe = require "extcontacts.rate.store.redis.pipe"
local resp = require "extcontacts.rate.store.redis.resp"
local runtime = require "extcontacts.runtime"

local link = {}

-- Seconds after a failure until it connects again, and for which a new connection may
-- stay without an answer.
link.REST, link.LONGEST_GREETING = 0.5, 10

link.TIMEOUT = "it does not answer in time"

--- Shows a message, unless the store's owner does.
---@param message string
function link.report(message)
  io.stderr:write("extcontacts: ", message, "\n")
end

---@class extcontacts.RedisLink
---@field is_away boolean whether the server did not answer
---@field problem string|nil why it is away
---@field away_since number|nil monotonic seconds; until it has run a function again
local Link = {}
Link.__index = Link

---@class extcontacts.RedisLinkOptions
---@field address extcontacts.RedisAddress
---@field program string the text of the server's script
---@field ca_file string|nil
---@field report fun(message: string)
---@field on_available fun()|nil called when the server is there again

--- Creates a link; nothing is connected yet.
---@param options extcontacts.RedisLinkOptions
---@return extcontacts.RedisLink
function link.new(options)
  return setmetatable({ options = options, is_away = false, retry_at = 0 }, Link)
end

--- The command that runs the script.
---@param options extcontacts.RedisLinkOptions
---@param sha string|nil nil to send the script itself
---@param request extcontacts.RedisRequest
---@return (string|number)[]
function link.command(options, sha, request)
  local command = { sha and "EVALSHA" or "EVAL", sha or options.program, #request.keys }
  for _, key in ipairs(request.keys) do
    command[#command + 1] = key
  end
  command[#command + 1] = request.name
  command[#command + 1] = assert(core.json.encode(request.values))
  return command
end

--- Notes that the server is away, which is reported once, or can be tried again.
---@param self { is_away: boolean, problem: string|nil, options: extcontacts.RedisLinkOptions }
---@param problem string|nil nil when it accepts a connection again
function link.note(self, problem)
  self.is_away, self.problem = problem ~= nil, problem
  if not problem then
    if self.reported and self.options.on_available then
      self.options.on_available()
    end
    return
  end
  self.away_since = self.away_since or core.engine.now()
  if problem ~= self.reported then
    self.reported = problem
    self.options.report(("the store %s is unavailable: %s; this process keeps to its share of the rate limit")
      :format(tostring(self.options.address), problem))
  end
end

--- Notes that the server has run a function.  Only then is it there again: one that
-- accepts connections may refuse, or not answer, whatever else it is sent.
---@param self { is_away: boolean, options: extcontacts.RedisLinkOptions }
function link.confirm(self)
  if self.reported and not self.is_away then
    self.reported, self.away_since = nil, nil
    self.options.report(("the store %s is available again"):format(tostring(self.options.address)))
  end
end

local function wake(self, replies)
  for _, reply in ipairs(replies) do
    self.notify(reply)
  end
end

local function lose(self, problem)
  local lost = self.pipe
  self.pipe, self.retry_at = nil, core.engine.now() + link.REST
  if lost then
    wake(self, lost:close(problem))
  end
  link.note(self, problem)
end

local function open(self)
  local options = self.options
  local opened, problem = pipe.open(options.address, options.program, options.ca_file)
  self.pipe = opened
  if not opened then
    return lose(self, problem)
  end
  wake(self, opened:step(0))
  return opened
end

-- The connection, which may not be ready yet; nil while the server is away.
local function current(self)
  local now, known = core.engine.now(), self.pipe
  if known then
    wake(self, known:step(0))
    if not known.hello:done() and now - known.since > link.LONGEST_GREETING then
      return lose(self, link.TIMEOUT)
    elseif known:usable() then
      if known.hello.value and self.is_away then
        link.note(self, nil)
      end
      return known
    elseif not known.hello.value and known.problem then
      return lose(self, known.problem)
    end
    self.pipe = nil -- it broke while it was idle, or belongs to the parent process
  elseif self.is_away and now < self.retry_at then
    return nil
  end
  return open(self)
end

-- Waits for a reply.  Returns whether it has arrived, or "stopped" if the call ends first.
local function await(here, known, reply, due, call)
  local last = math.min(due, call and call.deadline or due)
  here.wait_until(known, reply, last, core.engine.now)
  if reply:done() then
    return true
  end
  return core.engine.now() < due and "stopped"
end

-- The connection once it is ready; nil and why not.
local function ready(self, here, due, call)
  local known = current(self)
  if not known or known.hello:done() then
    return known, self.problem
  elseif self.is_away then
    return nil, self.problem
  end
  local arrived = await(here, known, known.hello, due, call)
  if arrived == "stopped" then
    return nil, arrived
  elseif not arrived then
    link.note(self, link.TIMEOUT) -- the connection stays, and is used once it answers
    return nil, self.problem
  elseif known.hello.problem then
    lose(self, known.hello.problem)
    return nil, self.problem
  end
  if known.warning and not self.is_warned then
    self.is_warned = true
    self.options.report(("the store %s: %s"):format(tostring(self.options.address), known.warning))
  end
  return known
end

local function send(self, known, sha, request)
  local reply = known:send(link.command(self.options, sha, request))
  wake(self, known:step(0))
  return reply
end

---@class extcontacts.RedisRequest
---@field name string of the script's function
---@field keys string[]
---@field values table its argument
---@field read (fun(reply: any): any)|nil returns the result in a reply; nil if the function can't have sent it

--- The result in a reply.
---@param request extcontacts.RedisRequest
---@param reply any
---@return any result nil if the reply is an error, or none of the function's
---@return string|nil problem
function link.result(request, reply)
  if resp.error_code(reply) then
    return nil, handshake.meaning(reply)
  end
  local result = reply
  if request.read then
    result = request.read(reply)
  end
  return result, result == nil and handshake.FOREIGN or nil
end

--- Runs a function of the script and waits for its result.
---@param request extcontacts.RedisRequest
---@param call extcontacts.Call|nil the call that waits
---@return any result nil if the server is away
---@return string|nil problem "stopped" if the call must end
function Link:exchange(request, call)
  local here = call and call.runtime or runtime.here {}
  local due = core.engine.now() + self.options.address.timeout
  self.notify = here.notify
  local known, problem = ready(self, here, due, call)
  if not known then
    return nil, problem
  end
  local sha, reply = known.sha
  repeat
    reply = send(self, known, sha, request)
    local arrived = await(here, known, reply, due, call)
    if arrived ~= true then
      if not arrived and self.pipe == known then
        lose(self, link.TIMEOUT)
      end
      return nil, arrived or self.problem
    end
    local code = resp.error_code(reply.value)
    local again = code == "NOSCRIPT" and sha ~= nil
    sha = nil -- the server lost the script, not the values
  until not again
  local result
  problem = reply.problem
  if not problem then
    result, problem = link.result(request, reply.value)
  end
  if problem then
    if self.pipe == known then
      lose(self, problem)
    end
    return nil, self.problem
  end
  link.confirm(self)
  return result
end

--- Runs a function of the script without waiting for its result.
---@param request extcontacts.RedisRequest
---@param on_end (fun(result: any))|nil called later, once, with the result; with nil if the request failed
---@return boolean sent false if the connection is not ready; `on_end` is not called
function Link:post(request, on_end)
  self.notify = self.notify or runtime.here({}).notify
  local known = current(self)
  if not known or not known.sha then
    return false
  end
  local reply = known:send(link.command(self.options, known.sha, request))
  if reply.problem then
    return false
  end
  reply.on_end = on_end and function(value)
    local result = not resp.error_code(value) and value or nil
    if result ~= nil then
      link.confirm(self)
    end
    on_end(result)
  end
  wake(self, known:step(0))
  return true
end

return link
