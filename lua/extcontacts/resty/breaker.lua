--- The circuit breaker of a lookup: the client's own (`call.circuit`), with its
-- state in the dictionary that all workers share.

local circuit = require "extcontacts.call.circuit"
local nginx_store = require "extcontacts.rate.store.nginx"

local breaker = {}

local KEY = "circuit"

-- Seconds after a probe's deadline at which a probe without a report is lost.
local GRACE = 1

-- Times that the pause doubles, once per failed probe.
local MAX_DOUBLINGS = 4

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
      longest_pause = options.pause * 2 ^ MAX_DOUBLINGS,
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
---@return "request"|"probe"|nil permit nil if not
---@return number|nil wait seconds until the next probe, if not
function Breaker:admit(now)
  if self:state(now) == "closed" then
    return "request" -- which changes nothing
  end
  local permit, _, until_probe = self.store.update(KEY, function(values)
    return circuit.admit(values, self.policy, now)
  end)
  return permit, until_probe
end

--- Records that a call was answered.
function Breaker:succeeded()
  if next(self.store.peek(KEY)) then
    self.store.update(KEY, circuit.succeeded)
  end
end

--- Records that a call failed because the API is down.  Failures of calls that
-- were under way when the circuit opened change nothing.
---@param now number monotonic seconds
function Breaker:failed(now)
  local opened = self.store.update(KEY, function(values)
    return circuit.state(values, self.policy, now) ~= "open" and circuit.failed(values, self.policy, now, now, 1)
  end)
  if opened then
    self.metrics:count "opened_total"
  end
end

--- Records that a call ended in a way that does not show whether the API is up.
---@param permit "request"|"probe"
---@param now number monotonic seconds
function Breaker:undecided(permit, now)
  if permit == "probe" then
    self.store.update(KEY, function(values)
      circuit.undecided(values, now)
    end)
  end
end

--- Returns the state.
---@param now number monotonic seconds
---@return "closed"|"open"|"half_open"
function Breaker:state(now)
  return circuit.state(self.store.peek(KEY), self.policy, now)
end

return breaker
