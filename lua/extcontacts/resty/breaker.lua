--- A circuit breaker that all workers share: after failures in a row the API is
-- left alone for a while; then one call at a time tries it, and a success
-- closes the circuit.

local breaker = {}

local FAILURES, OPEN_UNTIL, OPENINGS, PROBE = "b:failures", "b:open_until", "b:openings", "b:probe"

-- A probe that never reported counts as lost after this many seconds more than
-- its deadline.
local GRACE = 1

-- The pause doubles with every probe that fails, up to this many times.
local MOST_DOUBLINGS = 4

---@class extcontacts.Breaker
local Breaker = {}
Breaker.__index = Breaker

--- Makes the breaker of a dictionary.
---@param dict table
---@param policy { failures: integer, pause: number, deadline: number } failures in a row that open it, seconds
--- until the first probe, seconds a call may take
---@param metrics extcontacts.LookupMetrics
---@return extcontacts.Breaker
function breaker.new(dict, policy, metrics)
  return setmetatable({ dict = dict, policy = policy, metrics = metrics }, Breaker)
end

--- Whether a call may be made now.  It must be followed by `succeeded`, `failed`
-- or `undecided`.
---@param now number monotonic seconds
---@return "call"|"probe"|nil permit nil when it may not
---@return number|nil wait then: seconds until a probe
function Breaker:admit(now)
  local open_until = self.dict:get(OPEN_UNTIL)
  if not open_until then
    return "call"
  elseif now < open_until then
    return nil, open_until - now
  elseif self.dict:add(PROBE, 1, self.policy.deadline + GRACE) then
    return "probe"
  end
  return nil, self.policy.deadline
end

--- A call was answered.
function Breaker:succeeded()
  if self.dict:get(FAILURES) then
    self.dict:delete(FAILURES)
  end
  if self.dict:get(OPEN_UNTIL) then
    self.dict:delete(OPEN_UNTIL)
    self.dict:delete(OPENINGS)
    self.dict:delete(PROBE)
  end
end

--- A call failed in a way that another would, too.
---@param now number monotonic seconds
function Breaker:failed(now)
  local failures = self.dict:incr(FAILURES, 1, 0) or 1
  local open = self.dict:get(OPEN_UNTIL)
  if open and now < open or not open and failures < self.policy.failures then
    return
  end
  local openings = self.dict:incr(OPENINGS, 1, 0) or 1
  local doublings = math.min(openings - 1, MOST_DOUBLINGS)
  self.dict:set(OPEN_UNTIL, now + self.policy.pause * 2 ^ doublings)
  self.dict:delete(PROBE)
  self.metrics:count "opened_total"
end

--- A call ended in a way that says nothing of the API.
---@param permit "call"|"probe"
function Breaker:undecided(permit)
  if permit == "probe" then
    self.dict:delete(PROBE)
  end
end

--- How it stands.
---@param now number monotonic seconds
---@return "closed"|"open"|"half_open"
function Breaker:state(now)
  local open_until = self.dict:get(OPEN_UNTIL)
  return not open_until and "closed" or now < open_until and "open" or "half_open"
end

return breaker
