--- How many retries a client may send.  Five first requests add one retry to the
-- budget, and time adds a few, so that retries never multiply an outage.  Pure:
-- the budget is a small table, and time is passed in.

local retry_budget = {}

---@class extcontacts.RetryBudget
---@field balance number retries that may be sent at once
---@field counted number when time last added to the balance, in seconds

local PER_REQUEST = 0.2 -- retries added by a first request
local PER_SECOND = 0.5 -- retries added by time
local START, MOST = 10, 100

-- A retry that would have to wait longer, in seconds, is not sent.
local LONGEST_WAIT = 20

--- The budget of a client that has sent nothing.
---@param now number seconds
---@return extcontacts.RetryBudget
function retry_budget.new(now)
  return { balance = START, counted = now }
end

--- Counts a call's first request.
---@param budget extcontacts.RetryBudget changed
function retry_budget.add_request(budget)
  budget.balance = math.min(MOST, budget.balance + PER_REQUEST)
end

--- Spends one retry; retries wait until the budget refills.
---@param budget extcontacts.RetryBudget changed
---@param now number seconds
---@return number|nil wait seconds; nil when that would take too long, and nothing is spent
function retry_budget.spend(budget, now)
  budget.balance = math.min(MOST, budget.balance + (now - budget.counted) * PER_SECOND)
  budget.counted = now
  local wait = math.max(0, (1 - budget.balance) / PER_SECOND)
  if wait > LONGEST_WAIT then
    return nil
  end
  budget.balance = budget.balance - 1
  return wait
end

return retry_budget
