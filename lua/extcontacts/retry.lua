--- Whether a failed request is sent again, and after how long.  Pure: the
-- random number is handed in, and nothing here waits.

local retry = {}

-- Full jitter: a random share of a limit that doubles with every attempt.
local FIRST_BACKOFF = 0.5
local LONGEST_BACKOFF = 20

-- The server rounds Retry-After to whole seconds; this much more is waited,
-- part of it by chance so that many clients don't come back at once.
local ROUNDING = 0.5

-- Statuses that pass by themselves.
local PASSING = { [408] = true, [502] = true, [503] = true, [504] = true }

---@class extcontacts.RetryPolicy
---@field retry boolean
---@field max_attempts integer
---@field max_retry_after number seconds

--- Whether the same request may succeed later and is safe to send again.
---@param row extcontacts.Operation
---@param err extcontacts.Error with `sent`, how much of the request may have arrived
---@return boolean
function retry.worth_repeating(row, err)
  if err.kind == "throttled" then
    return true -- refused before it did anything, whatever the method
  elseif err.kind == "http" then
    return row.repeatable and PASSING[err.status] or false
  elseif err.kind == "transport" or err.kind == "timeout" then
    if err.permanent then
      return false
    end
    return row.repeatable or err.sent == "nothing"
  end
  return false
end

--- Decides what follows a failed attempt.
---@param row extcontacts.Operation
---@param err extcontacts.Error with `sent`, how much of the request may have arrived
---@param attempt integer requests sent so far
---@param policy extcontacts.RetryPolicy
---@param random number from 0 to 1
---@return number|nil wait seconds until the next attempt; nil to give up
function retry.decide(row, err, attempt, policy, random)
  if not policy.retry or attempt >= policy.max_attempts or not retry.worth_repeating(row, err) then
    return nil
  end
  if err.retry_after then
    if err.retry_after > policy.max_retry_after then
      return nil
    end
    return err.retry_after + ROUNDING * (1 + random)
  end
  return random * math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ^ (attempt - 1))
end

return retry
