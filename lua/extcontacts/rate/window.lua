--- How many requests a token may still send: the server's fixed window, seen
-- from this side of the network.  Pure: a window is a small table of plain
-- numbers, time is passed in, and a store keeps it (docs/rate-limits.md).
-- It requires nothing, since it also runs inside Redis.
--
-- The server opens a window of 60 seconds with the first request that arrives
-- and refuses what goes over its limit.  When that was is only known to lie
-- between `lo`, when the request left, and `hi`, when its reply was here.  So
-- a window counts as over only at `hi + 60`; and a request whose reply came
-- after `lo + 60` may have landed in the next window, so it counts there as
-- well, until 60 seconds after its reply.

local rate_window = {}

---@class extcontacts.Window
---@field number integer counts the windows, so that a late reply finds its own
---@field lo number|nil the server opened it no earlier
---@field hi number|nil the server opened it no later; nil before the first reply
---@field sent integer requests of this window
---@field certain integer replies that came before it can have ended
---@field served integer replies that were no 429
---@field late integer replies that came later than that; `late:n` has those of the slice of time n
---@field carried integer requests of the window before, without a reply, that may count here
---@field trailing integer late replies of the window before that count here; `trail:n` by slices
---@field limit integer|nil learnt; nil for the configured rate
---@field told integer|nil 1 when the server reported the limit
---@field blocked number|nil nothing is sent before
---@field strikes integer windows in a row that met a 429
---@field struck integer|nil the last window that met one

---@class extcontacts.RatePolicy
---@field rate integer requests a window
---@field reserve number share left to others, 0 to 1
---@field period number|nil seconds of a window; default 60

rate_window.PERIOD = 60

-- Seconds after its first request within which a window opened whose first
-- reply never came, as after a crash.
local LONGEST_FLIGHT = 30

-- Seconds waited beyond a window's end, since clocks and timers are coarse.
local GUARD = 0.02

-- Retry-After is rounded to whole seconds.
local ROUNDING = 1

--- Completes a window's table; an empty one is an unknown window.
---@param values table<string, number> changed
---@return extcontacts.Window
function rate_window.open(values)
  if not values.number then
    values.number, values.strikes, values.carried = 0, 0, 0
    values.sent, values.certain, values.served = 0, 0, 0
  end
  values.late, values.trailing = values.late or 0, values.trailing or 0
  return values
end

-- Slices of a period in which late replies are counted.
local SLICES = 6

local function period_of(policy)
  return policy.period or rate_window.PERIOD
end

-- When the server's window is certainly over.
local function closing(window, policy)
  return (window.hi or window.lo + LONGEST_FLIGHT) + period_of(policy)
end

--- Requests a window allows this client.
---@param window extcontacts.Window
---@param policy extcontacts.RatePolicy
---@return integer
function rate_window.allowance(window, policy)
  local limit = window.limit or policy.rate
  return math.max(1, math.floor(limit * (1 - policy.reserve) + 1e-9))
end

-- A learnt limit creeps back up to the configured one, a tenth per window: the
-- 429s may have come from somebody else's load.
local function relearn(window, policy)
  if window.struck == window.number then
    return
  end
  window.strikes = 0
  if window.limit and window.limit < policy.rate and not window.told then
    window.limit = math.min(policy.rate, window.limit + math.max(1, math.floor(policy.rate / 10)))
  end
end

local function slice_of(policy)
  return period_of(policy) / SLICES
end

-- A reply that may belong to the server's next window.
local function note_late(window, now, policy)
  local name = ("late:%d"):format(math.floor(now / slice_of(policy)))
  window[name] = (window[name] or 0) + 1
  window.late = window.late + 1
end

-- Late replies of this window trail into the next one, if they are kept.
local function turn_slices(window, kept)
  local counts = {}
  for name, count in pairs(window) do
    local slice = name:match("^late:(%d+)$")
    if slice and kept then
      counts["trail:" .. slice] = count
    end
    if slice or name:find("^trail:") then
      window[name] = nil
    end
  end
  window.trailing = 0
  for name, count in pairs(counts) do
    window[name], window.trailing = count, window.trailing + count
  end
end

-- How many trailing requests may still count in the server's window, and when
-- their number falls.
local function trailing(window, now, policy)
  local count, soonest = 0, nil
  if window.trailing > 0 then
    for name, part in pairs(window) do
      local slice = name:match("^trail:(%d+)$")
      local ends = slice and (slice + 1) * slice_of(policy) + period_of(policy) + GUARD
      if ends and now < ends then
        count, soonest = count + part, math.min(soonest or ends, ends)
      elseif ends then
        window[name] = nil
      end
    end
    window.trailing = count
  end
  return count, soonest
end

local function roll(window, now, policy)
  local carried, kept = 0, false
  if window.lo then
    relearn(window, policy)
    local ended = window.lo + period_of(policy)
    if now < closing(window, policy) + period_of(policy) then
      carried, kept = math.max(0, window.sent - window.certain - window.late), window.late > 0
    end
    window.lo = (carried > 0 or kept) and ended or now
  else
    window.lo = now
  end
  window.number = window.number + 1
  window.hi, window.carried = nil, carried
  window.sent, window.certain, window.served, window.late = 0, 0, 0, 0
  turn_slices(window, kept)
end

--- Takes a place in the window.
---@param window extcontacts.Window changed
---@param now number seconds
---@param policy extcontacts.RatePolicy
---@return number|nil wait seconds until the next try; nil when the place is taken
---@return integer|nil number of the window, for `settle`
function rate_window.admit(window, now, policy)
  if window.lo and window.lo > now + 1 then
    -- Another boot's clock.
    window.lo, window.blocked = nil, nil
  end
  if window.blocked then
    if now < window.blocked then
      return window.blocked - now
    end
    window.blocked, window.lo = nil, nil
  end
  if not window.lo or now >= closing(window, policy) + GUARD then
    roll(window, now, policy)
  end
  local trail, fewer = trailing(window, now, policy)
  local left = rate_window.allowance(window, policy) - window.carried - window.sent
  if trail >= left then
    local opens = closing(window, policy) + GUARD
    if left > 0 then
      opens = math.min(opens, fewer)
    end
    return math.max(opens - now, 0.001)
  end
  window.sent = window.sent + 1
  return nil, window.number
end

local function header_number(headers, name)
  local text = headers[name]
  return text and tonumber(text:match("^%s*(%d+)%s*$"))
end

-- The server may report what it counts.
local function read_headers(window, headers)
  local allowed = header_number(headers, "inin-ratelimit-allowed")
  if allowed and allowed > 0 then
    window.limit, window.told = allowed, 1
  end
  local count = header_number(headers, "inin-ratelimit-count")
  local known = window.carried + window.trailing
  if count and count > known + window.sent then
    window.sent = count - known
  end
end

local function refuse(window, now, policy, retry_after)
  if window.struck ~= window.number then
    window.struck = window.number
    window.strikes = window.strikes + 1
    -- The first time, the server's window may have opened before ours.
    if window.strikes > 1 and not window.told then
      window.limit = math.max(1, window.served)
    end
  end
  local wait = retry_after and retry_after + ROUNDING
    or math.max(1, window.lo and closing(window, policy) - now or period_of(policy))
  window.blocked = math.max(window.blocked or 0, now + wait)
end

---@class extcontacts.RequestReport the fate of an admitted request
---@field arrived boolean|nil whether it may have reached the server
---@field headers table<string, string>|nil of the reply
---@field throttled boolean|nil it was refused with 429
---@field retry_after number|nil seconds, of a 429

--- Notes the fate of an admitted request.
---@param window extcontacts.Window changed
---@param number integer the window it was admitted to
---@param now number seconds
---@param policy extcontacts.RatePolicy
---@param report extcontacts.RequestReport
function rate_window.settle(window, number, now, policy, report)
  if number == window.number and window.lo then
    if not report.arrived then
      window.sent = math.max(0, window.sent - 1)
    elseif report.headers then
      window.hi = math.min(window.hi or now, now)
      if now < window.lo + period_of(policy) then
        window.certain = window.certain + 1
      else
        note_late(window, now, policy)
      end
      if not report.throttled then
        window.served = window.served + 1
      end
      read_headers(window, report.headers)
    end
  end
  if report.throttled then
    refuse(window, now, policy, report.retry_after)
  end
end

return rate_window
