--- After how long a failed request is sent again, if at all.  Pure: the random
-- number is passed in, and nothing here waits.

local retry = {}

-- Full jitter: a random share of a limit that doubles with every attempt.
local FIRST_BACKOFF = 0.5
local LONGEST_BACKOFF = 20

-- The server rounds Retry-After to whole seconds, so one more is waited, and up
-- to half of one by chance, so that many clients don't come back at once.
local ROUNDING, SPREAD = 1, 0.5

---@class extcontacts.RetryPolicy
---@field retry boolean
---@field max_attempts integer
---@field max_retry_after number seconds

--- How long to wait before a request that is safe to send again is sent again.
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

return retry
