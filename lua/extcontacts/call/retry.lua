--- Whether a failed request is sent again, and after how long.  Pure: the
-- random number is handed in, and nothing here waits.

local retry = {}

-- Full jitter: a random share of a limit that doubles with every attempt.
local FIRST_BACKOFF = 0.5
local LONGEST_BACKOFF = 20

-- The server rounds Retry-After to whole seconds, so one more is waited, and up
-- to half of one by chance, so that many clients don't come back at once.
local ROUNDING, SPREAD = 1, 0.5

-- Statuses that pass by themselves.
local PASSING = { [408] = true, [502] = true, [503] = true, [504] = true }

---@class extcontacts.RetryPolicy
---@field retry boolean
---@field max_attempts integer
---@field max_retry_after number seconds

-- Whether an answer to a write leaves open what was done: it came from
-- somewhere on the way, or can't be read.
local function is_unclear(err)
  return PASSING[err.status] or err.kind == "decode" or err.kind == "protocol"
end

--- What a failure means for sending the same request again.  "repeat": it may
-- succeed and is safe.  "ambiguous": it may have been carried out already.
-- "final": it would fail again.
---@param row extcontacts.Operation
---@param err extcontacts.Error with `sent`, how much of the request may have arrived
---@return "repeat"|"ambiguous"|"final"
function retry.outcome(row, err)
  local kind = err.kind
  if kind == "throttled" then
    return "repeat" -- refused before it did anything, whatever the method
  elseif kind == "http" or kind == "decode" or kind == "protocol" then
    if not row.repeatable then
      return is_unclear(err) and "ambiguous" or "final"
    end
    return kind == "http" and PASSING[err.status] and "repeat" or "final"
  elseif kind == "transport" or kind == "timeout" then
    if err.sent ~= "nothing" and not row.repeatable then
      return "ambiguous"
    end
    return err.permanent and "final" or "repeat"
  elseif kind == "cancelled" and err.sent and err.sent ~= "nothing" and not row.repeatable then
    return "ambiguous"
  end
  return "final"
end

--- Whether the same request may succeed later and is safe to send again.
---@param row extcontacts.Operation
---@param err extcontacts.Error
---@return boolean
function retry.worth_repeating(row, err)
  return retry.outcome(row, err) == "repeat"
end

--- How long to wait before a request is sent again that is safe to send again.
---@param err extcontacts.Error
---@param attempt integer requests sent so far
---@param policy extcontacts.RetryPolicy
---@param random number from 0 to 1
---@return number|nil wait seconds; nil to give up
function retry.delay(err, attempt, policy, random)
  if not policy.retry or attempt >= policy.max_attempts then
    return nil
  end
  if err.retry_after then
    if err.retry_after > policy.max_retry_after then
      return nil
    end
    return err.retry_after + ROUNDING + SPREAD * random
  end
  return random * math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ^ (attempt - 1))
end

--- Decides what follows a failed attempt.
---@param row extcontacts.Operation
---@param err extcontacts.Error with `sent`, how much of the request may have arrived
---@param attempt integer requests sent so far
---@param policy extcontacts.RetryPolicy
---@param random number from 0 to 1
---@return number|nil wait seconds until the next attempt; nil to give up
function retry.decide(row, err, attempt, policy, random)
  if retry.outcome(row, err) ~= "repeat" then
    return nil
  end
  return retry.delay(err, attempt, policy, random)
end

return retry
