--- What a lookup has done, counted in the shared dictionary for all workers,
-- and given as Prometheus text.  No label holds a number or a name.

local metrics = {}

local PREFIX = "m:"

-- Upper bounds of the latency buckets, in seconds.
local BOUNDS = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5 }

local OUTCOMES = { "found", "unknown", "transport", "timeout", "auth", "http", "throttled", "other" }

-- Every counter with the values of its one label, so that each line is there
-- from the start.
local COUNTERS = {
  {
    name = "lookups_total", label = "result",
    help = "Lookups, by where the answer came from or why there was none.",
    values = { "worker", "shared", "stale", "api", "joined", "stale_on_error", "error" },
  },
  {
    name = "lookups_unknown_total",
    help = "Lookups answered with: nobody has this number.",
  },
  {
    name = "api_calls_total", label = "outcome",
    help = "Calls to the API, by their outcome.",
    values = OUTCOMES,
  },
  {
    name = "refused_total",
    help = "Calls that the circuit breaker kept from the API.",
  },
  {
    name = "opened_total",
    help = "Times the circuit breaker opened.",
  },
  {
    name = "invalidated_total",
    help = "Answers dropped by invalidate or forget.",
  },
}

---@class extcontacts.LookupMetrics
local Metrics = {}
Metrics.__index = Metrics

--- Makes the counters of a dictionary.
---@param dict table
---@return extcontacts.LookupMetrics
function metrics.new(dict)
  return setmetatable({ dict = dict }, Metrics)
end

--- Counts one.
---@param name string
---@param value string|nil of the counter's label
function Metrics:count(name, value)
  self.dict:incr(PREFIX .. name .. (value and ":" .. value or ""), 1, 0)
end

--- Notes how long a call to the API took.
---@param seconds number
function Metrics:observe(seconds)
  local index = 1
  while BOUNDS[index] and seconds > BOUNDS[index] do
    index = index + 1
  end
  self.dict:incr(PREFIX .. "bucket:" .. index, 1, 0)
  self.dict:incr(PREFIX .. "sum", seconds, 0)
end

local function value_of(self, key)
  return self.dict:get(PREFIX .. key) or 0
end

local function heading(lines, name, kind, help)
  lines[#lines + 1] = ("# HELP %s %s"):format(name, help)
  lines[#lines + 1] = ("# TYPE %s %s"):format(name, kind)
end

local function number(value)
  return ("%.15g"):format(value)
end

local function add_histogram(self, lines, name)
  heading(lines, name, "histogram", "How long calls to the API took.")
  local sum = 0
  for index = 1, #BOUNDS + 1 do
    sum = sum + value_of(self, "bucket:" .. index)
    local bound = BOUNDS[index] and number(BOUNDS[index]) or "+Inf"
    lines[#lines + 1] = ('%s_bucket{le="%s"} %s'):format(name, bound, number(sum))
  end
  lines[#lines + 1] = ("%s_sum %s"):format(name, number(value_of(self, "sum")))
  lines[#lines + 1] = ("%s_count %s"):format(name, number(sum))
end

--- All of it as Prometheus text.
---@param gauges { name: string, help: string, value: number }[]
---@return string
function Metrics:text(gauges)
  local lines = {}
  for _, counter in ipairs(COUNTERS) do
    local name = "extcontacts_lookup_" .. counter.name
    heading(lines, name, "counter", counter.help)
    for _, value in ipairs(counter.values or { false }) do
      local key = counter.name .. (value and ":" .. value or "")
      local label = value and ('{%s="%s"}'):format(counter.label, value) or ""
      lines[#lines + 1] = ("%s%s %s"):format(name, label, number(value_of(self, key)))
    end
  end
  add_histogram(self, lines, "extcontacts_lookup_api_seconds")
  for _, gauge in ipairs(gauges) do
    local name = "extcontacts_lookup_" .. gauge.name
    heading(lines, name, "gauge", gauge.help)
    lines[#lines + 1] = ("%s %s"):format(name, number(gauge.value))
  end
  return table.concat(lines, "\n") .. "\n"
end

--- A failure as `api_calls_total` tells them apart.
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
