--- A lookup's methods: which answer a caller gets, fresh, stale or from the API.

local answer_cache = require "extcontacts.resty.answer_cache"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
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
---@return extcontacts.Lookup
function caller_lookup.new(dict, opts)
  local counters = metrics.new(dict)
  local answers = answer_cache.new(dict, {
    worker_items = opts.worker_items,
    ttl = opts.ttl,
    negative_ttl = opts.negative_ttl,
    keep = math.max(opts.ttl, opts.negative_ttl) + opts.stale_while_revalidate + opts.stale_on_error,
  })
  return setmetatable({
    dict = dict,
    deadline = opts.deadline,
    stale_while_revalidate = opts.stale_while_revalidate,
    stale_on_error = opts.stale_on_error,
    stale_wait = opts.stale_wait,
    metrics = counters,
    cache = answers,
    upstream = upstream.new(dict, opts, answers, counters),
  }, metatable)
end

---@class extcontacts.LookupAnswer
---@field contacts table[] all contacts with the value
---@field organizations table[]
---@field age number seconds since the API gave the answer
---@field stale boolean whether the answer is older than its TTL
---@field source "worker"|"shared"|"api" where the answer came from

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
    source = (source == "worker" or source == "shared") and source or "api",
  }
  return answer.contacts[1], nil, answer
end

-- Looks up a valid value.
local function find(self, value)
  local cached, level = self.cache:get(value)
  local age = cached and now() - cached.at
  local limit = cached and self.cache:ttl_of(cached)
  if cached and age < limit then
    return hand_out(self, cached, level)
  elseif cached and age < limit + self.stale_while_revalidate then
    self.upstream:refresh(value)
    return hand_out(self, cached, level, "stale")
  end
  local usable = cached and age < limit + self.stale_while_revalidate + self.stale_on_error
  if usable and (self.upstream.overdue or self.upstream:circuit() ~= "closed") then
    self.upstream:refresh(value) -- in the background: no caller waits to find out whether the API is back
    return hand_out(self, cached, level, "stale_on_error")
  end
  local wait = usable and math.min(self.stale_wait, self.deadline) or self.deadline
  local began = now()
  local fetched, err, source = self.upstream:fetch(value, began + self.deadline, began + wait)
  if fetched then
    return hand_out(self, fetched, source)
  elseif usable then
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

--- Drops the answers with a contact or organization, in all workers.
---@param id string
---@return integer count answers dropped
function Lookup:invalidate(id)
  local count = self.cache:invalidate(id, now())
  for _ = 1, count do
    self.metrics:count "invalidated_total"
  end
  return count
end

--- Drops the answer for a number or address, in all workers.
---@param value string as passed to `caller` or `find`
---@return integer count
function Lookup:forget(value)
  local count = self.cache:forget(not value:find("@", 1, true) and number_of(value) or value, now())
  if count > 0 then
    self.metrics:count "invalidated_total"
  end
  return count
end

--- Returns the counters as Prometheus text.
---@return string
function Lookup:prometheus()
  local state = self.upstream:circuit()
  return self.metrics:text {
    {
      name = "circuit_open", value = state == "closed" and 0 or 1,
      help = "1 while the circuit breaker is open or half-open.",
    },
    { name = "dict_free_bytes", value = self.dict:free_space(), help = "Free pages of the dictionary." },
  }
end

--- Returns the state for a health check.
---@return { ok: boolean, circuit: "closed"|"open"|"half_open" }
function Lookup:health()
  local state = self.upstream:circuit()
  return { ok = state == "closed", circuit = state }
end

return caller_lookup
