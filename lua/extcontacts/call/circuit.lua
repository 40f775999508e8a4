--- A circuit breaker: after failures in a row nothing is sent for a while;
-- then one request at a time probes whether the server is back, and any answer
-- closes the circuit.  Pure: the state is a small table of numbers, which may
-- live in this process or in a store that processes share; time and chance are
-- passed in.

local circuit = {}

---@class extcontacts.CircuitPolicy
---@field failures integer failures in a row that open it; those in flight together count as one
---@field first_pause number seconds until the first probe; doubles with every probe that fails
---@field longest_pause number seconds
---@field probe number seconds after which a probe that never reported counts as lost
---@field recheck number seconds until the others ask again during a probe

---@class extcontacts.Circuit the state; an empty table is a closed circuit
---@field failures integer|nil failures in a row
---@field failed_at number|nil when the last counted failure was noticed
---@field open_until number|nil nothing is sent before this time
---@field probing integer|nil 1 during a probe

--- The policy of a client.
---@type extcontacts.CircuitPolicy
circuit.POLICY = { failures = 3, first_pause = 0.5, longest_pause = 10, probe = 5, recheck = 0.2 }

local function is_open(values, policy)
  return (values.failures or 0) >= policy.failures
end

--- How long a request would have to wait now.
---@param values extcontacts.Circuit
---@param policy extcontacts.CircuitPolicy
---@param now number seconds
---@return number|nil wait seconds until it may ask again; nil when it may ask for a permit
---@return number|nil until_probe seconds until the next probe; during a probe the same as `wait`, since
--- its end is not known
function circuit.wait(values, policy, now)
  local remaining = is_open(values, policy) and values.open_until - now or 0
  if remaining > 0 then
    local wait = math.min(policy.recheck, remaining)
    return wait, values.probing and wait or remaining
  end
end

--- Asks whether a request may be sent.  While the circuit is half-open, only the
-- probe may.
---@param values extcontacts.Circuit changed
---@param policy extcontacts.CircuitPolicy
---@param now number seconds
---@return "request"|"probe"|nil permit nil if it may not be sent
---@return number|nil wait as for `circuit.wait`
---@return number|nil until_probe
function circuit.admit(values, policy, now)
  local wait, until_probe = circuit.wait(values, policy, now)
  if wait then
    return nil, wait, until_probe
  elseif is_open(values, policy) then
    values.open_until, values.probing = now + policy.probe, 1
    return "probe"
  end
  return "request"
end

--- Notes an answer, whatever its content: the server is reachable.
---@param values extcontacts.Circuit changed
function circuit.succeeded(values)
  values.failures, values.failed_at, values.open_until, values.probing = nil, nil, nil, nil
end

--- Notes a failure that counts against the server (`outcome.is_outage`).
---@param values extcontacts.Circuit changed
---@param policy extcontacts.CircuitPolicy
---@param sent_at number when the request was sent
---@param now number seconds
---@param random number from 0 to 1; 1 for the whole pause
---@return boolean opened whether this failure opened the circuit or keeps it open
function circuit.failed(values, policy, sent_at, now, random)
  if values.failed_at and sent_at < values.failed_at then
    return false -- was in flight together with one that is counted
  end
  values.failures, values.failed_at = (values.failures or 0) + 1, now
  if not is_open(values, policy) then
    return false
  end
  local pause = math.min(policy.longest_pause, policy.first_pause * 2 ^ (values.failures - policy.failures))
  values.open_until, values.probing = now + pause * (0.5 + random / 2), nil
  return true
end

--- Notes that a request ended without a sign of the server's health.  If it was
-- the probe, the next request becomes the probe.
---@param values extcontacts.Circuit changed
---@param now number seconds
function circuit.undecided(values, now)
  if values.probing then
    values.open_until, values.probing = now, nil
  end
end

--- The state's name.
---@param values extcontacts.Circuit
---@param policy extcontacts.CircuitPolicy
---@param now number seconds
---@return "closed"|"open"|"half_open"
function circuit.state(values, policy, now)
  if not is_open(values, policy) then
    return "closed"
  end
  return not values.probing and now < values.open_until and "open" or "half_open"
end

return circuit
