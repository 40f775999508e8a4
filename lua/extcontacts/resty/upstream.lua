--- The API behind a lookup: one call for equal questions, guarded by the circuit
-- breaker; the answer goes into the cache, a failure into the dictionary for a
-- moment.  If machines share their answers, another one's comes first.

local breaker = require "extcontacts.resty.breaker"
local call = require "extcontacts.call"
local client_context = require "extcontacts.call.client_context"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local json = require "extcontacts.base.json"
local metrics = require "extcontacts.resty.metrics"
local outcome = require "extcontacts.api.outcome"
local single_flight = require "extcontacts.resty.single_flight"

local upstream = {}

-- Refreshes in the background at the same time, per worker.
local MAX_REFRESHES = 32

-- The fields of an answer that are lists of records.
local LISTS = { "contacts", "externalOrganizations" }

-- Prefix of the dictionary's keys for failures.
local ERROR = "e:"

-- Seconds after a call's deadline until its lock expires.
local LOCK_GRACE = 1

local now = core.engine.now

---@class extcontacts.Upstream
---@field overdue boolean whether a caller has waited in vain since the last answer
local Upstream = {}
Upstream.__index = Upstream

--- Creates the upstream of a lookup.
---@param dict table
---@param opts extcontacts.LookupOptions complete
---@param cache extcontacts.LookupCache
---@param counters extcontacts.LookupMetrics
---@param fleet extcontacts.FleetAnswers|nil
---@return extcontacts.Upstream
function upstream.new(dict, opts, cache, counters, fleet)
  return setmetatable({
    dict = dict,
    context = client_context.of(opts.client),
    deadline = opts.deadline,
    error_ttl = opts.error_ttl,
    expand = opts.expand,
    cache = cache,
    metrics = counters,
    fleet = fleet,
    breaker = breaker.new(dict, opts, counters),
    single_flight = single_flight.new(dict, opts.deadline + LOCK_GRACE),
    refreshes = 0,
    overdue = false,
  }, Upstream)
end

--- The state of the circuit breaker.
---@return "closed"|"open"|"half_open"
function Upstream:circuit()
  return self.breaker:state(now())
end

local function cached_error(self, value)
  local text = self.dict:get(ERROR .. value)
  return text and errors.new(json.decode(text))
end

local function cache_error(self, value, err)
  if self.error_ttl > 0 then
    self.dict:set(ERROR .. value, json.encode {
      kind = err.kind, code = err.code, status = err.status, from_api = err.from_api, message = err.message,
      retryable = err.retryable, retry_after = err.retry_after,
    }, self.error_ttl)
  end
end

local function ids_in(result)
  local ids = {}
  for _, name in ipairs(LISTS) do
    for _, record in ipairs(type(result[name]) == "table" and result[name] or {}) do
      ids[#ids + 1] = record.id
    end
  end
  return ids
end

-- Adds the value's digest to the ids that an answer is dropped by, those of its records.
local function add_digest(self, ids, value)
  ids[#ids + 1] = self.fleet and self.fleet:digest(value)
end

-- Sends the call, and counts and stores its outcome.
local function send(self, value, due, permit, fleet_permit)
  local start = self.cache:start()
  local began = start.at
  local options = { deadline = math.max(due - began, 0.001), expand = self.expand }
  local result, err, text = call.named_with_text(self.context, "lookup.reverse", 2, { value, options })
  local ended = now()
  self.metrics:observe(ended - began)
  if err then
    self.metrics:count("api_calls_total", metrics.outcome(err))
    if outcome.is_service_failure(err) then
      self.breaker:failed(ended)
    else
      self.breaker:undecided(permit, ended)
    end
    cache_error(self, value, err)
    return nil, err
  end
  self.breaker:succeeded()
  self.overdue = false
  local ids = ids_in(result)
  local answer = { found = #ids > 0, at = ended, text = text, content = result }
  self.metrics:count("api_calls_total", answer.found and "found" or "unknown")
  add_digest(self, ids, value)
  self.cache:put(value, answer, ids, start)
  if fleet_permit then
    self.fleet:put(fleet_permit, answer, ids)
  end
  return answer
end

local function circuit_open(self, wait)
  self.metrics:count "refused_total"
  return errors.new {
    kind = "transport", code = "circuit_open", retryable = true, retry_after = wait, sent = "nothing",
    message = ("the API has been failing; the next attempt is in %.1f s"):format(wait),
  }
end

-- Sends the call unless the circuit is open; the caller holds the lock.
local function send_locked(self, value, due, fleet_permit)
  local permit, wait = self.breaker:admit(now())
  if not permit then
    return nil, circuit_open(self, wait)
  end
  local ok, answer, err = pcall(send, self, value, due, permit, fleet_permit)
  if not ok then
    self.breaker:undecided(permit, now())
    error(answer, 0)
  end
  return answer, err
end

local function deadline_passed()
  return errors.new {
    kind = "timeout", code = "lookup_deadline", retryable = true,
    message = "the lookup's deadline passed before the API answered",
  }
end

-- Keeps another machine's answer.
local function adopt(self, value, answer, start)
  answer.source = "fleet"
  local ids = ids_in(answer.content)
  add_digest(self, ids, value)
  self.cache:put(value, answer, ids, start)
  return answer
end

-- Takes another machine's answer, or else sends the call; the caller holds the lock.
local function obtain(self, value, due, known, may_wait)
  if not self.fleet then
    return send_locked(self, value, due)
  end
  local start = self.cache:start()
  local result, found = self.fleet:ask(value, due, known, may_wait)
  if result == "answer" then
    return adopt(self, value, found, start)
  elseif result == "stopped" then
    return nil, deadline_passed()
  elseif result == "wait" then
    return nil
  end
  local ok, answer, err = pcall(send_locked, self, value, due, found)
  if found and not (ok and answer) then
    self.fleet:release(found)
  end
  if not ok then
    error(answer, 0)
  end
  return answer, err
end

-- Sends the call, or waits for the answer to another worker's.  Nothing if
-- another worker sends it and `may_wait` is false.
local function send_once(self, value, due, may_wait)
  repeat
    if self.single_flight:lock(value) then
      local answer = self.cache:shared(value)
      local err
      if not (answer and self.cache:is_fresh(answer)) then
        local ok
        ok, answer, err = pcall(obtain, self, value, due, answer, may_wait)
        if not ok then
          self.single_flight:unlock(value)
          error(answer, 0)
        end
      end
      self.single_flight:unlock(value)
      return answer, err
    elseif not may_wait then
      return nil
    end
    local free = self.single_flight:await_lock(value, due)
    local answer = self.cache:get(value)
    if answer and self.cache:is_fresh(answer) then
      return answer
    end
    local err = cached_error(self, value)
    if err then
      return nil, err
    end
  until not free
end

--- Fetches an answer, by a call shared with every caller of the same value.
---@param value string
---@param due number monotonic seconds: when the call must have ended
---@param wait_until number monotonic seconds: when this caller stops waiting, which may be earlier
---@return extcontacts.CachedAnswer|nil
---@return extcontacts.Error|nil
---@return "api"|"fleet"|"joined"|nil source
function Upstream:fetch(value, due, wait_until)
  local answer, err, joined
  repeat
    local flight
    flight, joined = self.single_flight:start(value, due, send_once, self, value, due, true)
    if flight and not self.single_flight.wait(flight, wait_until) then
      return nil, deadline_passed()
    elseif flight then
      answer, err = flight.task:result()
    else
      answer, err = send_once(self, value, due, true)
    end
    -- A joined refresh ends with nothing if another worker sends the call.
  until answer or err or not joined
  if not answer then
    return nil, err and errors.copy(err) or deadline_passed()
  end
  return answer, nil, joined and "joined" or answer.source or "api"
end

-- The function of a refresh.
local function refresh_once(self, value, due)
  local ok, answer, err = pcall(send_once, self, value, due, false)
  self.refreshes = self.refreshes - 1
  if not ok then
    error(answer, 0)
  end
  return answer, err
end

--- Refreshes an answer in the background, unless that is under way or pointless.
---@param value string
function Upstream:refresh(value)
  if self.single_flight:has(value) or self.refreshes >= MAX_REFRESHES or self.dict:get(ERROR .. value)
    or self:circuit() == "open" then
    return
  end
  local due = now() + self.deadline
  local flight = self.single_flight:start(value, due, refresh_once, self, value, due)
  self.refreshes = self.refreshes + (flight and 1 or 0)
end

return upstream
