--- The store that machines share: a Redis server.  It decides who may send and who
-- requests a token, and is no record of anything: whatever it forgets costs waiting at
-- most.  The rate windows are changed by `rate.window` itself, which runs as a script
-- on the server and by its clock.
--
-- While the server is away, no call fails: the process keeps to its share of the rate
-- limit (`share`), and has tokens of its own.

local address = require "extcontacts.rate.store.redis.address"
local announcer = require "extcontacts.rate.store.redis.announcer"
local core = require "extcontacts.core"
local link = require "extcontacts.rate.store.redis.link"
local nginx = require "extcontacts.runtime.nginx"
local nginx_link = require "extcontacts.rate.store.redis.nginx_link"
local program = require "extcontacts.rate.store.redis.program"
local share = require "extcontacts.rate.store.redis.share"

local redis_store = {}

-- Seconds for which unused tokens are kept.
local KEPT = 2 * 86400

-- Tries to replace a value that other processes change, too.
local TRIES = 20

-- Seconds after which a call that ended while it waited for the server tries again;
-- it will not.
local STOPPED = 0.01

-- Shares of windows that have not been used for a while are forgotten.
local MOST_SHARES = 64

---@class extcontacts.RedisStore: extcontacts.Store
---@field link extcontacts.RedisLink
---@field changes_key string the stream of changed records
---@field member_id fun(): string what stands for this process
local Store = { __name = "extcontacts.redis_store" }

function Store:__tostring()
  return "extcontacts.redis_store " .. tostring(self.address)
end

-- This process for the server.  One that it forks is another, and has a share of its own.
local function member_of(self)
  local process = core.environment.process()
  if self.member_process ~= process then
    local handle = io.open("/dev/urandom", "rb")
    local bytes = handle and handle:read(16)
    if handle then
      handle:close()
    end
    self.member = core.hash.sha256((bytes or "") .. tostring({}) .. core.engine.now() .. process):sub(1, 16)
    self.member_process = process
  end
  return self.member
end

-- The keys of a window; the braces keep them on one node of a cluster.
local function window_keys(key)
  return { ("extcontacts:{%s}:window"):format(key), ("extcontacts:{%s}:members"):format(key) }
end

local function share_of(self, key)
  local known = self.shares[key]
  if not known then
    if self.share_count == MOST_SHARES then
      self.shares, self.share_count = {}, 0
    end
    known = share.new(self.address.machines)
    self.shares[key], self.share_count = known, self.share_count + 1
  end
  return known
end

-- What the server answers to `admit`.
local function read_admitted(reply)
  local answer = type(reply) == "string" and core.json.decode(reply)
  if type(answer) ~= "table" then
    return nil
  end
  for _, name in ipairs { "members", "left", "ends", answer.wait and "wait" or "number", answer.limit and "limit" } do
    if type(answer[name]) ~= "number" then
      return nil
    end
  end
  return answer
end

-- What it answers to `read`: a value and the time.
local function read_value(reply)
  return type(reply) == "table" and type(reply[1]) == "string" and tonumber(reply[2]) and reply or nil
end

-- As `rate_window.admit`, for the window in the store.
local function admit(self, key, policy, call)
  local own = share_of(self, key)
  local wait, accompanied
  if not self.link.is_away then
    wait, accompanied = own:accompany(policy, core.engine.now())
    if wait then
      return wait
    end
  end
  local told = own:to_tell()
  local answer, problem = self.link:exchange({
    name = "admit", keys = window_keys(key), read = read_admitted,
    values = { policy = policy, member = member_of(self), own = told },
  }, call)
  if accompanied and not (answer and not answer.wait) then
    own:give_back()
  end
  if not answer then
    if problem == "stopped" then
      return STOPPED
    end
    return own:admit(policy, core.engine.now())
  end
  own:told(told)
  own:learn(answer, core.engine.now())
  if answer.wait then
    return math.max(answer.wait, 0.001)
  end
  own.in_flight = own.in_flight + 1
  return nil, answer.number
end

-- What the window has to know of a report.
local function brief(result)
  local headers = result.headers and {}
  for name, value in pairs(result.headers or {}) do
    headers[name] = name:find "^inin%-ratelimit%-" and value or nil
  end
  return {
    arrived = result.arrived == true, throttled = result.throttled == true, retry_after = result.retry_after,
    headers = headers,
  }
end

-- As `rate_window.settle`; nobody waits for it.
local function settle(self, key, number, policy, result)
  local own = share_of(self, key)
  local is_told = false
  if number > 0 then
    own.in_flight = math.max(0, own.in_flight - 1)
    is_told = self.link:post {
      name = "settle", keys = window_keys(key), values = { number = number, policy = policy, report = brief(result) },
    }
  end
  if number < 0 or result.throttled and not is_told then
    own:settle(number, core.engine.now(), policy, result)
  end
end

-- Changes a value, and replaces it if it is still the same.  Returns whether the store
-- did, and the results of `change`.
local function change_value(self, keys, change, check, call)
  for _ = 1, TRIES do
    local found = self.link:exchange({ name = "read", keys = keys, values = {}, read = read_value }, call)
    if not found then
      return false
    end
    local text, now = found[1], tonumber(found[2])
    local values = text ~= "" and core.json.decode(text) or {}
    if type(values) ~= "table" or check and check(values, now) then
      values = {}
    end
    local first, second, third = change(values, now)
    local new = assert(core.json.encode(values, { sort_keys = true }))
    local replaced = new == text and 1 or self.link:exchange({
      name = "replace", keys = keys, values = { old = text, new = new, seconds = KEPT },
    }, call)
    if replaced == 1 then
      return true, first, second, third
    elseif not replaced then
      return false
    end
  end
  return false
end

local function update(self, key, change, check, call)
  local done, first, second, third = change_value(self, { ("extcontacts:{%s}"):format(key) }, change, check, call)
  if done then
    return first, second, third
  end
  return self.fallback.update(key, change, check, call)
end

--- Creates a store.
---@param place extcontacts.RedisAddress
---@param fallback extcontacts.Store for tokens while the server is away
---@param options { ca_file: string|nil, report: (fun(message: string))|nil }|nil
---@return extcontacts.RedisStore
function redis_store.new(place, fallback, options)
  local links = nginx.present() and nginx_link or link
  local link_options = {
    address = place, program = program.text(), ca_file = options and options.ca_file,
    report = options and options.report or links.report,
  }
  local self = setmetatable({
    address = place, fallback = fallback, shares = {}, share_count = 0,
    link = links.new(link_options),
    changes_key = announcer.STREAM,
    -- A claim outlasts a slow answer of the server.
    claim = place.timeout,
  }, Store)
  self.announcer = announcer.new(self.link, function(problem)
    link_options.report(("the store %s: %s"):format(tostring(place), problem))
  end)

  function link_options.on_available()
    self.announcer:send()
  end

  function self.member_id()
    return member_of(self)
  end

  function self.update(key, change, check, call)
    return update(self, key, change, check, call)
  end

  --- Takes a place in the window of a key, as `rate_window.admit`.
  ---@param key string
  ---@param policy extcontacts.RatePolicy
  ---@param call extcontacts.Call|nil
  ---@return number|nil wait
  ---@return integer|nil number
  function self.admit(key, policy, call)
    return admit(self, key, policy, call)
  end

  --- Records a result in the window of a key, as `rate_window.settle`.
  ---@param key string
  ---@param number integer
  ---@param policy extcontacts.RatePolicy
  ---@param result extcontacts.RequestReport
  function self.settle(key, number, policy, result)
    settle(self, key, number, policy, result)
  end

  --- Begins the window of a new token, which nobody has used.
  ---@param key string
  ---@param policy extcontacts.RatePolicy
  function self.start(key, policy)
    self.link:exchange { name = "start", keys = window_keys(key), values = { policy = policy } }
  end

  --- Announces that records have changed.  Neither waits nor fails.
  ---@param ids string[]
  function self.announce(ids)
    self.announcer:add(ids)
  end

  --- Whether the server can be used.
  ---@return extcontacts.StoreStatus
  function self.status()
    local since = self.link.problem and self.link.away_since
    return {
      address = tostring(place), away_for = since and core.engine.now() - since, problem = self.link.problem,
    }
  end

  --- Waits until the announcements have arrived, for `timeout` seconds at most.  Inside
  -- nginx the worker, which does not end, sends them in a task of its own.
  ---@param call extcontacts.Call|nil the call that waits
  function self.flush(call)
    if not nginx.present() then
      self.announcer:flush(place.timeout, call)
    end
  end

  return self
end

-- URL and CA file → store.  Weak, so that it ends with the last client.
local shared = setmetatable({}, { __mode = "v" })

--- The store of this process for a URL.
---@param url string
---@param fallback extcontacts.Store
---@param ca_file string|nil
---@return extcontacts.RedisStore|nil
---@return string|nil problem
function redis_store.at(url, fallback, ca_file)
  local place, problem = address.read(url)
  if not place then
    return nil, problem
  end
  local name = url .. "\0" .. (ca_file or "")
  local store = shared[name]
  if not store then
    store = redis_store.new(place, fallback, { ca_file = ca_file })
    shared[name] = store
  end
  return store
end

return redis_store
