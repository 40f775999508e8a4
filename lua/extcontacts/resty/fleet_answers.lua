--- The answers that machines share through the client's store, and the right to ask the
-- API for one: of all machines, one asks at a time, and the others wait for its answer.
-- While the store is away, each machine asks for itself.  The store's clock counts.

local core = require "extcontacts.core"
local json = require "extcontacts.base.json"
local nginx = require "extcontacts.runtime.nginx"

local fleet_answers = {}

-- Seconds between two looks at another machine's call: the first and the longest pause.
local FIRST_PAUSE, LONGEST_PAUSE = 0.002, 0.05

-- Seconds after a call's deadline until the right to it expires.
local GRACE = 1

-- Bytes of an answer that is not shared.
local TOO_LONG = 256 * 1024

-- Hexadecimal digits of a digest: 128 bits.
local DIGITS = 32

local now = core.engine.now

---@class extcontacts.FleetAnswers
---@field store extcontacts.RedisStore
---@field account string digest of whose answers these are
local FleetAnswers = {}
FleetAnswers.__index = FleetAnswers

-- Answers are for those only who have the same credentials and ask the same question.
local function account_of(config, expand)
  local token = type(config.access_token) == "string" and config.access_token or ""
  return core.hash.sha256(table.concat({
    config.base_url, config.client_id or "", config.client_secret or "", token, table.concat(expand or {}, ","),
  }, "\n"))
end

---@class extcontacts.FleetAnswersOptions
---@field config extcontacts.Config of the client
---@field expand string[]|nil
---@field ttl number seconds for which an answer is fresh
---@field negative_ttl number
---@field keep number seconds until an answer expires

--- Creates the shared answers of a lookup.
---@param store extcontacts.RedisStore
---@param opts extcontacts.FleetAnswersOptions
---@param counters extcontacts.LookupMetrics
---@return extcontacts.FleetAnswers
function fleet_answers.new(store, opts, counters)
  return setmetatable({
    store = store,
    account = account_of(opts.config, opts.expand),
    ttl = opts.ttl,
    negative_ttl = opts.negative_ttl,
    keep = opts.keep,
    metrics = counters,
    asked = 0,
  }, FleetAnswers)
end

--- The name of a value's answer, which does not reveal the value.
---@param value string
---@return string
function FleetAnswers:digest(value)
  return core.hash.sha256(self.account .. "\n" .. value):sub(1, DIGITS)
end

local function request(self, name, values, read)
  return { name = name, keys = { self.store.changes_key }, values = values, read = read }
end

-- What the store answers to `ask`.
local function read_asked(reply)
  local kind = type(reply) == "table" and reply[1]
  if kind == "answer" then
    return tonumber(reply[3]) and type(reply[4]) == "string" and reply or nil
  end
  return (kind == "wait" or kind == "call" and reply[3]) and reply or nil
end

---@class extcontacts.FleetPermit the right to ask the API
---@field digest string
---@field owner string
---@field run string of the store
---@field began string by the store's clock

-- Asks the store once.
local function ask_once(self, digest, due, known)
  self.asked = self.asked + 1
  local owner = ("%s-%d-%d"):format(self.store.member_id(), ngx.worker.pid(), self.asked)
  local began = now()
  local reply, problem = self.store.link:exchange(request(self, "ask", {
    digest = digest, owner = owner, lease = math.ceil((math.max(due - began, 0) + GRACE) * 1000),
    ttl = self.ttl, negative_ttl = self.negative_ttl, known = known and began - known.at or nil,
  }, read_asked), { deadline = due })
  if not reply then
    return problem == "stopped" and "stopped" or "away"
  elseif reply[1] == "answer" then
    local content = json.decode(reply[4])
    if type(content) ~= "table" then
      return "away"
    end
    return "answer", { found = reply[2] == "+", at = began - tonumber(reply[3]), text = reply[4], content = content }
  elseif reply[1] == "call" then
    return "call", { digest = digest, owner = owner, run = reply[2], began = reply[3] }
  end
  return "wait"
end

--- Asks the other machines for an answer, and waits while one of them asks the API.
---@param value string
---@param due number monotonic seconds
---@param known extcontacts.CachedAnswer|nil one that is not fresh; only a newer one is returned
---@param may_wait boolean
---@return "answer"|"call"|"wait"|"away"|"stopped" result what follows: the answer is there; this machine is to
--- ask the API, with the permit; another machine asks it; the store is away; the deadline has passed
---@return extcontacts.CachedAnswer|extcontacts.FleetPermit|nil
function FleetAnswers:ask(value, due, known, may_wait)
  local digest, pause = self:digest(value), FIRST_PAUSE
  local result, found = ask_once(self, digest, due, known)
  while result == "wait" and may_wait do
    local left = due - now()
    if left <= 0 then
      result = "stopped"
    else
      nginx.sleep(nil, math.min(pause, left), now)
      pause = math.min(pause * 2, LONGEST_PAUSE)
      result, found = ask_once(self, digest, due, known)
    end
  end
  self.metrics:count("fleet_total", result)
  return result, found
end

--- Shares the answer of a permitted call, and ends the permit.  Nobody waits for it.
---@param permit extcontacts.FleetPermit
---@param answer extcontacts.CachedAnswer
---@param ids string[] of the records in it
function FleetAnswers:put(permit, answer, ids)
  if #answer.text > TOO_LONG then
    return self:release(permit)
  end
  self.store.link:post(request(self, "store", {
    digest = permit.digest, owner = permit.owner, run = permit.run, began = permit.began,
    sign = answer.found and "+" or "-", text = answer.text, ids = ids, keep = math.ceil(self.keep * 1000),
  }))
end

--- Ends the permit of a call that had no answer.
---@param permit extcontacts.FleetPermit
function FleetAnswers:release(permit)
  self.store.link:post(request(self, "release", { digest = permit.digest, owner = permit.owner }))
end

--- Whether the store answers.
---@return boolean
function FleetAnswers:is_available()
  return not self.store.link.is_away
end

return fleet_answers
