--- A lookup's methods: which answer a caller gets, fresh, stale or from the API.

local answer_cache = require "extcontacts.resty.answer_cache"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local fleet_answers = require "extcontacts.resty.fleet_answers"
local fleet_changes = require "extcontacts.resty.fleet_changes"
local json = require "extcontacts.base.json"
local metrics = require "extcontacts.resty.metrics"
local upstream = require "extcontacts.resty.upstream"

local caller_lookup = {}

local now = core.engine.now

---@class extcontacts.Lookup
local Lookup = {}
local metatable = { __name = "extcontacts.lookup", __index = Lookup }

function metatable.__tostring()
  return "extcontacts.lookup"
end

--- Creates a lookup.
---@param dict table
---@param opts extcontacts.LookupOptions complete
---@param fleet { store: extcontacts.RedisStore, config: extcontacts.Config }|nil of the client, if machines share
--- their answers
---@return extcontacts.Lookup
function caller_lookup.new(dict, opts, fleet)
  local counters = metrics.new(dict)
  local keep = math.max(opts.ttl, opts.negative_ttl) + opts.stale_while_revalidate + opts.stale_on_error
  local answers = answer_cache.new(dict, {
    worker_items = opts.worker_items,
    ttl = opts.ttl,
    negative_ttl = opts.negative_ttl,
    keep = keep,
    deadline = opts.deadline,
  })
  local shared = fleet and fleet_answers.new(fleet.store, {
    config = fleet.config, expand = opts.expand, ttl = opts.ttl, negative_ttl = opts.negative_ttl, keep = keep,
  }, counters) or nil
  return setmetatable({
    dict = dict,
    deadline = opts.deadline,
    stale_while_revalidate = opts.stale_while_revalidate,
    stale_on_error = opts.stale_on_error,
    stale_wait = opts.stale_wait,
    metrics = counters,
    cache = answers,
    fleet = shared,
    changes = fleet and fleet_changes.new(dict, fleet.store, answers, counters) or nil,
    upstream = upstream.new(dict, opts, answers, counters, shared),
  }, metatable)
end

---@class extcontacts.LookupAnswer
---@field contacts table[] all contacts with the value
---@field organizations table[]
---@field age number seconds since the API gave the answer
---@field stale boolean whether the answer is older than its TTL
---@field source "worker"|"shared"|"fleet"|"api" where the answer came from

local SOURCES = { worker = true, shared = true, fleet = true }

local function list(value)
  return type(value) == "table" and value or json.array {}
end

-- The first caller gets the decoded response and may change it; others decode
-- their own copy.
local function content_of(answer)
  local content = answer.content
  answer.content = nil
  return content or json.decode(answer.text)
end

-- `result` is the value of the metric's label.
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
    stale = not self.cache:is_fresh(cached),
    source = SOURCES[source] and source or "api",
  }
  return answer.contacts[1], nil, answer
end

-- Hands out what a lookup has of its own: an answer that is fresh or may be returned
-- while it is refreshed, or an older one while the API is down.  Otherwise returns
-- nothing but the old answer and its level.
local function from_cache(self, value)
  local cached, level = self.cache:get(value)
  if not cached then
    return false
  end
  local age, limit = now() - cached.at, self.cache:ttl_of(cached)
  if self.cache:is_fresh(cached) then
    return true, cached, level, level
  elseif not cached.is_doubtful and age < limit + self.stale_while_revalidate then
    self.upstream:refresh(value)
    return true, cached, level, "stale"
  elseif age >= limit + self.stale_while_revalidate + self.stale_on_error then
    return false
  elseif self.upstream.overdue or self.upstream:circuit() ~= "closed" then
    self.upstream:refresh(value) -- in the background: no caller waits to find out whether the API is back
    return true, cached, level, "stale_on_error"
  end
  return false, cached, level
end

-- Looks up a valid value.
local function find(self, value, has_asked)
  if self.changes then
    self.changes:start()
  end
  local done, cached, level, result = from_cache(self, value)
  if done then
    return hand_out(self, cached, level, result)
  end
  local wait = cached and math.min(self.stale_wait, self.deadline) or self.deadline
  local began = now()
  local fetched, err, source = self.upstream:fetch(value, began + self.deadline, began + wait)
  if fetched and not has_asked and fetched.source == "fleet" and not self.cache:is_fresh(fetched) then
    return find(self, value, true) -- another machine's old answer is used as an old one of its own
  elseif fetched then
    return hand_out(self, fetched, source)
  elseif cached then
    if now() >= began + wait then
      self.upstream.overdue = true -- until the next answer, no other caller waits
    end
    return hand_out(self, cached, level, "stale_on_error")
  end
  self.metrics:count("lookups_total", "error")
  return nil, err
end

-- A number in E.164 from every spelling that has a country code; nil for other texts.
-- A number of an unknown numbering plan is read without "tel:" and punctuation.
local function number_of(text)
  local plain = text
  if not text:find "^%+%d+$" then
    -- Loaded where it is needed: the numbering plans take 200 KB.
    local number = require("extcontacts.record.normalize.phone").read(text)
    plain = number and number.e164 or text:gsub("^tel:", ""):gsub("[%s().%-]", "")
  end
  return plain:find "^%+%d+$" and #plain >= 8 and #plain <= 16 and plain or nil
end

--- Looks up the contact with a phone number.
---@param number string with its country code, like `+13175550100`, `tel:+1-317-555-0100` or `+49 (0)171 …`; an
--- extension is ignored
---@return table|nil contact the first match; nil without an error if no contact has the number
---@return extcontacts.Error|nil
---@return extcontacts.LookupAnswer|nil answer all matches and their age
function Lookup:caller(number)
  local value = type(number) == "string" and number_of(number)
  if not value then
    return nil, errors.new {
      kind = "invalid", code = "not_e164",
      message = "the caller's number is not in E.164; pass a plus sign and 7 to 15 digits",
    }
  end
  return find(self, value)
end

--- Looks up the contact with an e-mail address or a Twitter screen name.
---@param value string
---@return table|nil contact
---@return extcontacts.Error|nil
---@return extcontacts.LookupAnswer|nil
function Lookup:find(value)
  if type(value) ~= "string" or value:match "^%s*$" or value:find "%c" then
    return nil, errors.new {
      kind = "invalid",
      message = "the value is not a non-empty line of text; pass an e-mail address or a Twitter screen name",
    }
  end
  return find(self, value)
end

-- Counts dropped answers, and announces them to other machines.
local function note_dropped(self, count, id)
  self.metrics:count("invalidated_total", nil, count)
  if self.changes then
    self.changes:announce { id }
  end
  return count
end

--- Drops the answers with a contact or organization, in all workers, and on all
-- machines that share their answers.
---@param id string
---@return integer count answers dropped here
function Lookup:invalidate(id)
  return note_dropped(self, self.cache:invalidate(id, now()), id)
end

--- Drops the answer for a number or address, in all workers, and on all machines that
-- share their answers.
---@param value string as passed to `caller` or `find`
---@return integer count answers dropped here
function Lookup:forget(value)
  local known = not value:find("@", 1, true) and number_of(value) or value
  return note_dropped(self, self.cache:forget(known, now()), self.fleet and self.fleet:digest(known))
end

--- Returns the counters as Prometheus text.
---@return string
function Lookup:prometheus()
  local state = self.upstream:circuit()
  local gauges = {
    {
      name = "circuit_open", value = state == "closed" and 0 or 1,
      help = "1 while the circuit breaker is open or half-open.",
    },
    { name = "dict_free_bytes", value = self.dict:free_space(), help = "Free pages of the dictionary." },
  }
  if self.fleet then
    gauges[#gauges + 1] = {
      name = "fleet_available", value = self.fleet:is_available() and 1 or 0,
      help = "1 while the store that machines share answers.",
    }
  end
  return self.metrics:text(gauges)
end

--- Returns the state for a health check.
---@return { ok: boolean, circuit: "closed"|"open"|"half_open", fleet: "available"|"away"|nil } `fleet`: the
--- store that machines share; lookups continue without it
function Lookup:health()
  local state = self.upstream:circuit()
  local fleet = self.fleet and (self.fleet:is_available() and "available" or "away") or nil
  return { ok = state == "closed", circuit = state, fleet = fleet }
end

return caller_lookup
