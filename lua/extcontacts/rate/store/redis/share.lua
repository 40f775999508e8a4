--- A process's share of a window while the store is away, so that all processes
-- together stay within the limit.  First it is the process's part of what was left of
-- the window at the last answer, then its part of the limit in windows of its own
-- (`rate.window`).  Pure: time is passed in.

local rate_window = require "extcontacts.rate.window"

local share = {}

---@class extcontacts.Share
---@field least integer processes that are expected to use the window
---@field members integer processes that use it
---@field limit integer|nil learned
---@field left number|nil requests that the window had left at the last answer
---@field ends number|nil when that window ends
---@field in_flight integer requests admitted by the store and without a result
---@field own extcontacts.Window|nil while the store is away, and until the window ends in which it came back
---@field number integer of the last window of its own
---@field untold { sent: integer, certain: integer } requests of that window that the store does not know
local Share = {}
Share.__index = Share

--- Creates a share.
---@param members integer at least; others may begin after the last answer
---@return extcontacts.Share
function share.new(members)
  return setmetatable({
    least = members, members = members, in_flight = 0, number = 0, untold = { sent = 0, certain = 0 },
  }, Share)
end

--- Notes what the store answered.
---@param answer { members: integer, limit: integer|nil, left: number, ends: number }
---@param now number monotonic seconds
function Share:learn(answer, now)
  self.members, self.limit = math.max(self.least, answer.members), answer.limit
  self.left, self.ends = answer.left, now + answer.ends
end

local function policy_of(self, policy)
  return {
    rate = math.max(1, math.floor(math.min(self.limit or policy.rate, policy.rate) / self.members)),
    reserve = policy.reserve,
    period = policy.period,
  }
end

-- The window of its own, which begins as the rest of the store's.
local function window_of(self, policy, now)
  if self.own then
    return self.own
  end
  local window = rate_window.open {}
  window.number = self.number + 1
  if self.ends and now < self.ends then
    local allowed = rate_window.allowance(window, policy)
    window.sent = allowed - math.min(allowed, math.floor(self.left / self.members))
    window.certain = math.max(0, window.sent - self.in_flight)
    window.hi = self.ends - (policy.period or rate_window.PERIOD)
    window.lo = window.hi
  end
  self.own = window
  return window
end

-- Takes a place in the window of its own; returns the wait if that has no place left.
local function take(self, policy, now)
  policy = policy_of(self, policy)
  local window = window_of(self, policy, now)
  local wait = rate_window.admit(window, now, policy)
  if window.number ~= self.number then
    self.number, self.untold = window.number, { sent = 0, certain = 0 }
  end
  return wait
end

--- Takes a place while the store is away.
---@param policy extcontacts.RatePolicy of all processes together
---@param now number
---@return number|nil wait seconds
---@return integer|nil number of the window, below 0
function Share:admit(policy, now)
  local wait = take(self, policy, now)
  if wait then
    return wait
  end
  self.untold.sent = self.untold.sent + 1
  return nil, -self.number
end

--- Records the result of a request that had such a place, or a 429 of another that the
-- store can't be told.
---@param number integer above 0 for a place of the store's
---@param now number
---@param policy extcontacts.RatePolicy
---@param report extcontacts.RequestReport
function Share:settle(number, now, policy, report)
  if not self.own and not report.throttled then
    return
  end
  policy = policy_of(self, policy)
  rate_window.settle(window_of(self, policy, now), -number, now, policy, report)
  if -number == self.number then
    local untold = self.untold
    if report.arrived then
      untold.certain = math.min(untold.sent, untold.certain + 1)
    else
      untold.sent = math.max(0, untold.sent - 1)
    end
  end
end

--- Takes a place beside that of the store: until the window has ended in which the
-- store came back, the process also keeps to its share, since the others may not have
-- told theirs yet, and so it does until the end of a pause that the store does not know.
---@param policy extcontacts.RatePolicy
---@param now number
---@return number|nil wait seconds
---@return boolean|nil taken whether there is a place to give back if the store refuses
function Share:accompany(policy, now)
  local own = self.own
  if not own then
    return nil, false
  elseif now >= math.max(own.lo and rate_window.ends(own, policy) or 0, own.blocked or 0) then
    self.own = nil
    return nil, false
  end
  local wait = take(self, policy, now)
  return wait, not wait
end

--- Gives back a place of `accompany`.
function Share:give_back()
  if self.own then
    self.own.sent = math.max(0, self.own.sent - 1)
  end
end

--- What the store has to be told; nil for nothing.
---@return { sent: integer, certain: integer }|nil
function Share:to_tell()
  local untold = self.untold
  return untold.sent > 0 and { sent = untold.sent, certain = untold.certain } or nil
end

--- Notes that the store was told.
---@param told { sent: integer, certain: integer }|nil
function Share:told(told)
  if told then
    local untold = self.untold
    untold.sent = math.max(0, untold.sent - told.sent)
    untold.certain = math.max(0, untold.certain - told.certain)
  end
end

return share
