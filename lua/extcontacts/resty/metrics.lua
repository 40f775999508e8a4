--- A lookup's counters, in the dictionary that all workers share, and their
-- Prometheus text.  Each worker adds up what it counts and adds it to the dictionary
-- once per second.  No label contains a number or a name.

local nginx = require "extcontacts.runtime.nginx"

local metrics = {}

-- Seconds until counts are in the dictionary; and until their timer is taken to be
-- lost, as when too many timers run.
local FLUSH, LOST = 1, 5

local PREFIX = "m:"

-- Upper bounds of the latency buckets, in seconds.
local BOUNDS = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5 }

local OUTCOMES = { "found", "unknown", "transport", "timeout", "auth", "http", "throttled", "other" }

-- Every counter with the values of its label: all series exist from the start.
local COUNTERS = {
  {
    name = "lookups_total", label = "result",
    help = "Lookups by the source of their answer.",
    values = { "worker", "shared", "stale", "fleet", "api", "joined", "stale_on_error", "error" },
  },
  {
    name = "lookups_unknown_total",
    help = "Lookups whose answer is that no contact has the value.",
  },
  {
    name = "api_calls_total", label = "outcome",
    help = "Calls to the API by outcome.",
    values = OUTCOMES,
  },
  {
    name = "refused_total",
    help = "Calls rejected by the open circuit breaker.",
  },
  {
    name = "opened_total",
    help = "Times that the circuit breaker opened.",
  },
  {
    name = "invalidated_total",
    help = "Answers dropped by invalidate or forget, here or on another machine.",
  },
  {
    name = "fleet_total", label = "result",
    help = "Questions to the store that machines share, by what followed.",
    values = { "answer", "call", "wait", "away", "stopped" },
  },
  {
    name = "fleet_changes_total",
    help = "Changes that were read from the store.",
  },
}

---@class extcontacts.LookupMetrics
---@field dict table
---@field pending table<string, number> not yet in the dictionary, by its keys
---@field lost_at number|nil while a timer is planned
---@field on_timer fun()
local Metrics = {}
Metrics.__index = Metrics

-- Adds this worker's counts to the dictionary.
local function flush(self)
  local pending = self.pending
  self.pending = {}
  for key, amount in pairs(pending) do
    self.dict:incr(key, amount, 0)
  end
end

-- Sees that the counts get into the dictionary.
local function plan_flush(self, now)
  if not nginx.starts() and nginx.after(FLUSH, self.on_timer) then
    self.lost_at = now + LOST
  else
    flush(self)
  end
end

local function add(self, key, amount)
  self.pending[key] = (self.pending[key] or 0) + amount
  local now = ngx.now()
  if now >= (self.lost_at or 0) then
    plan_flush(self, now)
  end
end

--- Creates the counters of a dictionary.
---@param dict table
---@return extcontacts.LookupMetrics
function metrics.new(dict)
  local self = setmetatable({ dict = dict, pending = {} }, Metrics)
  function self.on_timer()
    self.lost_at = nil
    flush(self)
  end
  return self
end

--- Increments a counter.
---@param name string
---@param value string|nil of the counter's label
---@param amount number|nil default 1
function Metrics:count(name, value, amount)
  if amount ~= 0 then
    add(self, PREFIX .. name .. (value and ":" .. value or ""), amount or 1)
  end
end

--- Adds the duration of a call to the API.
---@param seconds number
function Metrics:observe(seconds)
  local index = 1
  while BOUNDS[index] and seconds > BOUNDS[index] do
    index = index + 1
  end
  add(self, PREFIX .. "bucket:" .. index, 1)
  add(self, PREFIX .. "sum", seconds)
end

local function value_of(self, key)
  return self.dict:get(PREFIX .. key) or 0
end

local function add_heading(lines, name, kind, help)
  lines[#lines + 1] = ("# HELP %s %s"):format(name, help)
  lines[#lines + 1] = ("# TYPE %s %s"):format(name, kind)
end

local function number(value)
  return ("%.15g"):format(value)
end

local function add_histogram(self, lines, name)
  add_heading(lines, name, "histogram", "Duration of calls to the API in seconds.")
  local sum = 0
  for index = 1, #BOUNDS + 1 do
    sum = sum + value_of(self, "bucket:" .. index)
    local bound = BOUNDS[index] and number(BOUNDS[index]) or "+Inf"
    lines[#lines + 1] = ('%s_bucket{le="%s"} %s'):format(name, bound, number(sum))
  end
  lines[#lines + 1] = ("%s_sum %s"):format(name, number(value_of(self, "sum")))
  lines[#lines + 1] = ("%s_count %s"):format(name, number(sum))
end

--- Returns the counters and some gauges as Prometheus text.
---@param gauges { name: string, help: string, value: number }[]
---@return string
function Metrics:text(gauges)
  flush(self)
  local lines = {}
  for _, counter in ipairs(COUNTERS) do
    local name = "extcontacts_lookup_" .. counter.name
    add_heading(lines, name, "counter", counter.help)
    for _, value in ipairs(counter.values or { false }) do
      local key = counter.name .. (value and ":" .. value or "")
      local label = value and ('{%s="%s"}'):format(counter.label, value) or ""
      lines[#lines + 1] = ("%s%s %s"):format(name, label, number(value_of(self, key)))
    end
  end
  add_histogram(self, lines, "extcontacts_lookup_api_seconds")
  for _, gauge in ipairs(gauges) do
    local name = "extcontacts_lookup_" .. gauge.name
    add_heading(lines, name, "gauge", gauge.help)
    lines[#lines + 1] = ("%s %s"):format(name, number(gauge.value))
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Returns the value of the label `outcome` for a failure.
---@param err extcontacts.Error
---@return string
function metrics.outcome(err)
  for _, value in ipairs(OUTCOMES) do
    if value == err.kind then
      return value
    end
  end
  return "other"
end

return metrics
