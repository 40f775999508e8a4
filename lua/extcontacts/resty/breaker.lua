--- The circuit breaker of a lookup, shared by all workers: the client's own
-- breaker (`call.circuit`) with its state in the shared dictionary.

local circuit = require "extcontacts.call.circuit"
local nginx_store = require "extcontacts.rate.store.nginx"

local breaker = {}

local KEY = "circuit"

-- A probe that never reported counts as lost this many seconds after its
-- deadline.
local GRACE = 1

-- The pause doubles with every probe that fails, up to this many times.
local MOST_DOUBLINGS = 4

---@class extcontacts.Breaker
---@field policy extcontacts.CircuitPolicy
---@field store extcontacts.Store
local Breaker = {}
Breaker.__index = Breaker

--- Creates the breaker of a dictionary.
---@param dict table
---@param options { failures: integer, pause: number, deadline: number } failures in a row that open it,
--- seconds until the first probe, seconds a call may take
---@param metrics extcontacts.LookupMetrics
---@return extcontacts.Breaker
function breaker.new(dict, options, metrics)
  return setmetatable({
    policy = {
      failures = options.failures,
      first_pause = options.pause,
      longest_pause = options.pause * 2 ^ MOST_DOUBLINGS,
      probe = options.deadline + GRACE,
      recheck = options.deadline,
    },
    store = nginx_store.new(dict),
    metrics = metrics,
  }, Breaker)
end

--- Whether a call may be made now.  It must be followed by `succeeded`, `failed`
-- or `undecided`.
---@param now number monotonic seconds
---@return "request"|"probe"|nil permit nil when it may not
---@return number|nil wait then: seconds until the next probe
function Breaker:admit(now)
  local permit, _, until_probe = self.store.update(KEY, function(values)
    return circuit.admit(values, self.policy, now)
  end)
  return permit, until_probe
end

--- A call was answered.
function Breaker:succeeded()
  if next(self.store.peek(KEY)) then
    self.store.update(KEY, circuit.succeeded)
  end
end

--- A call failed in a way that speaks of the API.  Failures of calls that were
-- under way when the circuit opened change nothing.
---@param now number monotonic seconds
function Breaker:failed(now)
  local opened = self.store.update(KEY, function(values)
    return circuit.state(values, self.policy, now) ~= "open" and circuit.failed(values, self.policy, now, now, 1)
  end)
  if opened then
    self.metrics:count "opened_total"
  end
end

--- A call ended in a way that says nothing of the API.
---@param permit "request"|"probe"
---@param now number monotonic seconds
function Breaker:undecided(permit, now)
  if permit == "probe" then
    self.store.update(KEY, function(values)
      circuit.undecided(values, now)
    end)
  end
end

--- The state's name.
---@param now number monotonic seconds
---@return "closed"|"open"|"half_open"
function Breaker:state(now)
  return circuit.state(self.store.peek(KEY), self.policy, now)
end

return breaker
