--- How many requests a token may still send: the server's fixed window as the
-- client sees it.  Pure: a window is a small table of numbers, time is passed in,
-- and a store keeps the table (docs/rate-limits.md).  This module requires nothing,
-- since it also runs inside Redis.
--
-- The server opens a window of 60 seconds when a first request arrives, and rejects
-- requests beyond its limit.  The client knows only that this was between `lo`, when
-- the request was sent, and `hi`, when its reply arrived.  A window therefore ends at
-- `hi + 60`; and a request whose reply arrived after `lo + 60` may count in the
-- server's next window, so it counts there too, until 60 seconds after its reply.

local rate_window = {}

---@class extcontacts.Window
---@field number integer of the window, so that a late reply finds its own
---@field lo number|nil the server opened it no earlier
---@field hi number|nil the server opened it no later; nil before the first reply
---@field sent integer requests of this window
---@field certain integer replies that arrived before the window can have ended
---@field served integer replies other than 429
---@field late integer replies that arrived later; `late:n` counts those of slice of time n
---@field carried integer requests of the previous window without a reply, which may count here
---@field trailing integer late replies of the previous window that count here; `trail:n` by slice
---@field limit integer|nil learned; nil for the configured rate
---@field reported integer|nil 1 if the server reported the limit
---@field blocked number|nil nothing is sent before
---@field strikes integer windows in a row with a 429
---@field struck integer|nil the last window with a 429

---@class extcontacts.RatePolicy
---@field rate integer requests per window
---@field reserve number share left to others, 0 to 1
---@field period number|nil seconds of a window; default 60

rate_window.PERIOD = 60

-- Seconds after its first request within which a window has opened if its first
-- reply never arrives, as after a crash.
local LONGEST_FLIGHT = 30

-- Seconds added to a window's end, since clocks and timers are coarse.
local GUARD = 0.02

-- Seconds for which a 429 may block a token at most: Retry-After counts for at most
-- a day.
local LONGEST_BLOCK = 86400 + 60

-- Retry-After is rounded to whole seconds.
local ROUNDING = 1

--- Completes a window's table; an empty table is an unknown window.
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

-- What a window's fields may be at most, in a file that others can write: counts,
-- and seconds since the machine started.
local MOST = {
  number = 2 ^ 53, struck = 2 ^ 53, lo = 1e10, hi = 1e10, blocked = 1e10, reported = 1,
  sent = 1e6, certain = 1e6, served = 1e6, late = 1e6, carried = 1e6, trailing = 1e6, limit = 1e6, strikes = 1e6,
}

--- Why stored values can't be those of a window.
---@param values table
---@return string|nil
function rate_window.problem(values)
  for name, value in pairs(values) do
    local most = MOST[name] or (name:find "^late:%d+$" or name:find "^trail:%d+$") and MOST.sent
    if most and not (type(value) == "number" and value >= 0 and value <= most) then
      return ("%s is not a possible number"):format(name)
    end
  end
end

-- Slices of a period in which late replies are counted.
local SLICES = 6

local function period_of(policy)
  return policy.period or rate_window.PERIOD
end

-- When the server's window has certainly ended.
local function closing(window, policy)
  return (window.hi or window.lo + LONGEST_FLIGHT) + period_of(policy)
end

--- When the server's window has certainly ended.
---@param window extcontacts.Window one that has been opened
---@param policy extcontacts.RatePolicy
---@return number seconds
function rate_window.ends(window, policy)
  return closing(window, policy) + GUARD
end

--- Requests a window allows this client.
---@param window extcontacts.Window
---@param policy extcontacts.RatePolicy
---@return integer
function rate_window.allowance(window, policy)
  local limit = window.limit or policy.rate
  return math.max(1, math.floor(limit * (1 - policy.reserve) + 1e-9))
end

-- Raises a learned limit towards the configured one, a tenth per window: other
-- programs may have caused the 429s.
local function relearn(window, policy)
  if window.struck == window.number then
    return
  end
  window.strikes = 0
  if window.limit and window.limit < policy.rate and not window.reported then
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

-- Moves the late replies of this window to the next one, if `kept`.
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

-- How many trailing requests may still count in the server's window, and when that
-- number next falls.
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
---@return number|nil wait seconds until the next attempt; nil if the place is taken
---@return integer|nil number of the window, for `settle`
function rate_window.admit(window, now, policy)
  if window.lo and window.lo > now + 1 or window.blocked and window.blocked > now + LONGEST_BLOCK then
    -- Written before a reboot: the monotonic clock started again.
    window.lo, window.hi, window.blocked = nil, nil, nil
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

-- The server may report its limit and count.
local function read_headers(window, headers)
  local allowed = header_number(headers, "inin-ratelimit-allowed")
  if allowed and allowed > 0 then
    window.limit, window.reported = allowed, 1
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
    -- At the first 429, the server's window may only have opened before ours.
    if window.strikes > 1 and not window.reported then
      window.limit = math.max(1, window.served)
    end
  end
  local wait = retry_after and retry_after + ROUNDING
    or math.max(1, window.lo and closing(window, policy) - now or period_of(policy))
  window.blocked = math.max(window.blocked or 0, now + wait)
end

---@class extcontacts.RequestReport the result of an admitted request
---@field arrived boolean|nil whether it may have reached the server
---@field headers table<string, string>|nil of the reply
---@field throttled boolean|nil whether the reply is a 429
---@field retry_after number|nil seconds, of a 429

--- Records the result of an admitted request.
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
