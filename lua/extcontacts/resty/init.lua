--- Who is calling? A lookup for nginx and OpenResty that answers from memory
-- where it can and never lets an outage of the API through:
--
--     local lookup = require("extcontacts.resty").lookup {
--       client = client, dict = "extcontacts_lookup",
--     }
--     local contact, err, answer = lookup:caller "+13175550100"

local breaker = require "extcontacts.resty.breaker"
local cache = require "extcontacts.resty.cache"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local flights = require "extcontacts.resty.flights"
local json = require "extcontacts.base.json"
local metrics = require "extcontacts.resty.metrics"
local options = require "extcontacts.base.options"
local outcome = require "extcontacts.api.outcome"

local resty = {}

---@class extcontacts.LookupOptions
---@field client extcontacts.Client
---@field dict string name of a `lua_shared_dict`, for this lookup alone
---@field ttl number|nil seconds an answer counts as fresh; default 300
---@field negative_ttl number|nil seconds "nobody" counts as fresh; default 60
---@field stale_while_revalidate number|nil seconds after that it is still given at once, and asked for
--- again behind the caller's back; default 600
---@field stale_on_error number|nil seconds after that it is still given when the API can't answer;
--- default 86400
---@field stale_wait number|nil seconds a lookup waits for the API that could give such an answer; it is
--- then given, and the call goes on behind the caller's back; default 0.25
---@field worker_items integer|nil answers each worker keeps in front of the dictionary; default 1000
---@field deadline number|nil seconds a lookup may take; default 2
---@field failures integer|nil failures in a row that open the circuit; default 5
---@field pause number|nil seconds it then stays open, doubling up to 16 times that; default 5
---@field error_ttl number|nil seconds a failure is given to others who ask the same; default 1
---@field expand string[]|nil as of `lookup:reverse`

local OPTIONS = {
  client = { "table" },
  dict = { "string" },
  ttl = { "number", default = 300 },
  negative_ttl = { "number", default = 60 },
  stale_while_revalidate = { "number", default = 600, least = 0 },
  stale_on_error = { "number", default = 86400, least = 0 },
  stale_wait = { "number", default = 0.25, least = 0 },
  worker_items = { "number", default = 1000, whole = true },
  deadline = { "number", default = 2 },
  failures = { "number", default = 5, whole = true },
  pause = { "number", default = 5 },
  error_ttl = { "number", default = 1, least = 0 },
  expand = { "table" },
}

-- Answers that are asked for again behind callers' backs, at the same time.
local MOST_REFRESHES = 32

local ERROR = "e:"

local now = core.engine.now

---@class extcontacts.Lookup
local Lookup = {}
local metatable = { __name = "extcontacts.lookup", __index = Lookup }

function metatable.__tostring()
  return "extcontacts.lookup"
end

-- Whether the next call would most likely fail as well.
local function is_down(err)
  return err.kind == "auth" or outcome.of("read", err) == "unreachable"
end

------------------------------------------------------------------ the call --

local function kept_error(self, value)
  local text = self.dict:get(ERROR .. value)
  return text and errors.new(json.decode(text))
end

local function keep_error(self, value, err)
  if self.error_ttl > 0 then
    self.dict:set(ERROR .. value, json.encode {
      kind = err.kind, code = err.code, status = err.status, message = err.message,
      retryable = err.retryable, retry_after = err.retry_after,
    }, self.error_ttl)
  end
end

-- The call itself, its outcome counted and kept.
local function ask(self, value, due, permit)
  local began, generation = now(), self.cache:generation()
  local result, err = self.client:call("lookup.reverse", value, {
    deadline = math.max(due - began, 0.001), expand = self.expand,
  })
  local ended = now()
  self.metrics:observe(ended - began)
  if err then
    self.metrics:count("api_calls_total", metrics.outcome(err))
    if is_down(err) then
      self.breaker:failed(ended)
    else
      self.breaker:undecided(permit, ended)
    end
    keep_error(self, value, err)
    return nil, err
  end
  self.breaker:succeeded()
  self.overdue = false
  local ids = {}
  for _, name in ipairs { "contacts", "externalOrganizations" } do
    for _, record in ipairs(type(result[name]) == "table" and result[name] or {}) do
      ids[#ids + 1] = record.id
    end
  end
  local answer = { found = #ids > 0, at = ended, text = json.encode(result), content = result }
  self.metrics:count("api_calls_total", answer.found and "found" or "unknown")
  self.cache:put(value, answer, ids, began, generation)
  return answer
end

local function refused(self, wait)
  self.metrics:count "refused_total"
  return errors.new {
    kind = "transport", code = "circuit_open", retryable = true, retry_after = wait, sent = "nothing",
    message = ("the API has been failing; it is tried again in %.1f s"):format(wait),
  }
end

local function age_limit(self, answer)
  return answer.found and self.ttl or self.negative_ttl
end

local function is_fresh(self, answer)
  return now() - answer.at < age_limit(self, answer)
end

-- Asks with the lock held, unless the circuit is open.
local function ask_locked(self, value, due)
  local permit, wait = self.breaker:admit(now())
  if not permit then
    return nil, refused(self, wait)
  end
  return ask(self, value, due, permit)
end

-- Asks, or waits for what another worker is asking.
local function ask_once(self, value, due, may_wait)
  repeat
    if self.flights:lock(value) then
      local answer = self.cache:shared(value)
      local err
      if not (answer and is_fresh(self, answer)) then
        local ok
        ok, answer, err = pcall(ask_locked, self, value, due)
        if not ok then
          self.flights:unlock(value)
          error(answer, 0)
        end
      end
      self.flights:unlock(value)
      return answer, err
    elseif not may_wait then
      return nil
    end
    local free = self.flights:await_lock(value, due)
    local answer = self.cache:get(value)
    if answer and is_fresh(self, answer) then
      return answer
    end
    local err = kept_error(self, value)
    if err then
      return nil, err
    end
  until not free
end

local function too_late()
  return errors.new {
    kind = "timeout", code = "lookup_deadline", retryable = true,
    message = "the lookup's deadline passed before the API answered",
  }
end

-- The API's answer, by a call that is shared with whoever asks the same.  It is
-- waited for until a time that may come before the call is `due` to end.
local function fetch(self, value, due, wait_until)
  local answer, err, joined
  repeat
    local flight
    flight, joined = self.flights:start(value, due, wait_until < due, function()
      return ask_once(self, value, due, true)
    end)
    if not flight or not self.flights.wait(flight, wait_until) then
      return nil, too_late()
    end
    answer, err = flight.task:result()
    -- one that only refreshed leaves it to another worker
  until answer or err or not joined
  if not answer then
    return nil, err and errors.copy(err) or too_late()
  end
  return answer, nil, joined and "joined" or "api"
end

-- Asks again behind the caller's back.
local function refresh(self, value)
  if self.flights:has(value) or self.refreshes >= MOST_REFRESHES or self.dict:get(ERROR .. value)
    or self.breaker:state(now()) == "open" then
    return
  end
  local due = now() + self.deadline
  local flight = self.flights:start(value, due, true, function()
    local ok, answer, err = pcall(ask_once, self, value, due, false)
    self.refreshes = self.refreshes - 1
    if not ok then
      error(answer, 0)
    end
    return answer, err
  end)
  self.refreshes = self.refreshes + (flight and 1 or 0)
end

-------------------------------------------------------------------- lookups --

---@class extcontacts.LookupAnswer
---@field contacts table[] all contacts with the value
---@field organizations table[]
---@field age number seconds since the API said so
---@field stale boolean whether it is older than it should be
---@field source "worker"|"shared"|"api" where it came from

local function list(value)
  return type(value) == "table" and value or json.array {}
end

-- What the API's answer was decoded to is the first one's to change; others
-- decode it themselves.
local function content_of(answer)
  local content = answer.content
  answer.content = nil
  return content or json.decode(answer.text)
end

local function hand_out(self, cached, source, result)
  self.metrics:count("lookups_total", result or source)
  if not cached.found then
    self.metrics:count "lookups_unknown_total"
  end
  local content = content_of(cached)
  local answer = {
    contacts = list(content.contacts),
    organizations = list(content.externalOrganizations),
    age = now() - cached.at,
    stale = not is_fresh(self, cached),
    source = (source == "worker" or source == "shared") and source or "api",
  }
  return answer.contacts[1], nil, answer
end

-- Looks up a value that is well formed.
local function find(self, value)
  local cached, level = self.cache:get(value)
  local age = cached and now() - cached.at
  local limit = cached and age_limit(self, cached)
  if cached and age < limit then
    return hand_out(self, cached, level)
  elseif cached and age < limit + self.stale_while_revalidate then
    refresh(self, value)
    return hand_out(self, cached, level, "stale")
  end
  local will_do = cached and age < limit + self.stale_while_revalidate + self.stale_on_error
  if will_do and (self.overdue or self.breaker:state(now()) ~= "closed") then
    refresh(self, value) -- whether the API is back, nobody has to wait for
    return hand_out(self, cached, level, "stale_on_error")
  end
  local wait = will_do and math.min(self.stale_wait, self.deadline) or self.deadline
  local began = now()
  local fetched, err, how = fetch(self, value, began + self.deadline, began + wait)
  if fetched then
    return hand_out(self, fetched, how)
  elseif will_do then
    if now() >= began + wait then
      self.overdue = true -- until a call is answered, no other waits
    end
    return hand_out(self, cached, level, "stale_on_error")
  end
  self.metrics:count("lookups_total", "error")
  return nil, err
end

--- The contact with a phone number.
---@param number string E.164, like `+13175550100`; spaces, dots, dashes and parentheses don't matter
---@return table|nil contact the first one; nil without an error when nobody has the number
---@return extcontacts.Error|nil
---@return extcontacts.LookupAnswer|nil answer all contacts, and how old the answer is
function Lookup:caller(number)
  local value = type(number) == "string" and number:gsub("^tel:", ""):gsub("[%s().%-]", "")
  if not value or not value:find("^%+%d+$") or #value < 8 or #value > 16 then
    return nil, errors.new {
      kind = "invalid", code = "not_e164",
      message = "a caller's number must be in E.164, a plus sign and 7 to 15 digits",
    }
  end
  return find(self, value)
end

--- The contact with an e-mail address or a Twitter screen name.
---@param value string
---@return table|nil contact
---@return extcontacts.Error|nil
---@return extcontacts.LookupAnswer|nil
function Lookup:find(value)
  if type(value) ~= "string" or value:match "^%s*$" or value:find "%c" then
    return nil, errors.new {
      kind = "invalid", message = "what is looked up must be a text of one line that is not empty",
    }
  end
  return find(self, value)
end

--- Drops what is known of a contact or organization, in all workers.
---@param id string
---@return integer count answers dropped
function Lookup:invalidate(id)
  local count = self.cache:invalidate(id, now())
  for _ = 1, count do
    self.metrics:count "invalidated_total"
  end
  return count
end

--- Drops the answer to a number or address, in all workers.
---@param value string as given to `caller` or `find`
---@return integer count
function Lookup:forget(value)
  if value:find "^tel:" or value:find "^%+" then
    value = value:gsub("^tel:", ""):gsub("[%s().%-]", "")
  end
  local count = self.cache:forget(value, now())
  if count > 0 then
    self.metrics:count "invalidated_total"
  end
  return count
end

--- Its counters as Prometheus text.
---@return string
function Lookup:prometheus()
  local state = self.breaker:state(now())
  return self.metrics:text {
    {
      name = "circuit_open", value = state == "closed" and 0 or 1,
      help = "1 while the circuit breaker keeps calls from the API.",
    },
    { name = "dict_free_bytes", value = self.dict:free_space(), help = "Pages free in the dictionary." },
  }
end

--- How it stands, for a health check.
---@return { ok: boolean, circuit: "closed"|"open"|"half_open" }
function Lookup:health()
  local state = self.breaker:state(now())
  return { ok = state == "closed", circuit = state }
end

--- Makes a lookup; once, in `init_by_lua`.  A wrong option throws.
---@param given extcontacts.LookupOptions
---@return extcontacts.Lookup
function resty.lookup(given)
  local problem = options.problem(given, OPTIONS)
  for _, name in ipairs { "client", "dict" } do
    problem = problem or given[name] == nil and ("option '%s' is missing"):format(name)
  end
  local dict = not problem and ngx.shared[given.dict]
  if not problem and not dict then
    problem = ("there is no shared dictionary %q: write `lua_shared_dict %s 10m;` into nginx's http block")
      :format(given.dict, given.dict)
  end
  if problem then
    error(problem, 2)
  end
  local self = { client = given.client, dict = dict, expand = given.expand, refreshes = 0, overdue = false }
  for name, spec in pairs(OPTIONS) do
    self[name] = self[name] or given[name] or spec.default
  end
  self.metrics = metrics.new(dict)
  self.breaker = breaker.new(dict, self, self.metrics)
  self.flights = flights.new(dict, self.deadline + 1)
  local keep = math.max(self.ttl, self.negative_ttl) + self.stale_while_revalidate + self.stale_on_error
  self.cache = cache.new(dict, self.worker_items, keep, function(answer)
    return is_fresh(self, answer)
  end)
  return setmetatable(self, metatable)
end

return resty
