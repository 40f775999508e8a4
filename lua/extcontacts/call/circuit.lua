--- How hard a client may press a server that is failing.  Pure: the state is a
-- small table, time and chance are handed in.
--
-- Two things keep an outage from being multiplied.  The *budget*: repeats are
-- paid for by first requests, five for one, and a little by time; a repeat
-- without money waits for it.  The *brake*: after failures in a row every
-- request waits, and one at a time tries whether the server is back.

local circuit = {}

---@class extcontacts.Outage
---@field balance number repeats that may be made at once
---@field counted number when the balance was last filled by time
---@field rounds integer failures in a row, those sent side by side being one
---@field failed_at number when the last round failed
---@field hold number nothing is sent before
---@field trying boolean|nil whether a trial is under way, which may end at any time
---@field err extcontacts.Error|nil the last failure

local SHARE = 0.2 -- of a repeat, earned by a first request
local REFILL = 0.5 -- repeats earned a second
local START, MOST = 10, 100

-- Rounds of failures before the brake, and its backoff.
local PATIENCE = 3
local FIRST_HOLD, LONGEST_HOLD = 0.5, 10

-- While one request tries the server, the others look again this often, and
-- take it for lost after as long as this.
local GLANCE, TRIAL = 0.2, 30

-- A repeat that would have to wait longer for its money is not made.
local LONGEST_CREDIT = 20

--- The state of a client that has met no failure.
---@param now number seconds
---@return extcontacts.Outage
function circuit.new(now)
  return { balance = START, counted = now, rounds = 0, failed_at = now, hold = 0 }
end

--- Counts a call's first request.
---@param state extcontacts.Outage
function circuit.earn(state)
  state.balance = math.min(MOST, state.balance + SHARE)
end

--- Pays for a repeat.
---@param state extcontacts.Outage
---@param now number
---@return number|nil wait seconds until it is paid; nil when that would take too long
function circuit.pay(state, now)
  state.balance = math.min(MOST, state.balance + (now - state.counted) * REFILL)
  state.counted = now
  local wait = math.max(0, (1 - state.balance) / REFILL)
  if wait > LONGEST_CREDIT then
    return nil
  end
  state.balance = state.balance - 1
  return wait
end

--- Whether a failure tells of an outage of the server, not of this request.
---@param err extcontacts.Error
---@return boolean
function circuit.is_sign(err)
  local status = err.status
  if status then
    return status == 502 or status == 503 or status == 504
  end
  return (err.kind == "transport" or err.kind == "timeout") and not err.permanent
end

--- Tells how a request ended.
---@param state extcontacts.Outage
---@param sent_at number when it was sent
---@param now number
---@param err extcontacts.Error|nil
---@param random number from 0 to 1
function circuit.note(state, sent_at, now, err, random)
  if not (err and circuit.is_sign(err)) then
    state.rounds, state.hold, state.err, state.trying = 0, 0, nil, nil
    return
  end
  state.err = err
  if sent_at < state.failed_at then
    return -- of a round that is counted
  end
  state.rounds, state.failed_at = state.rounds + 1, now
  if state.rounds >= PATIENCE then
    local most = math.min(LONGEST_HOLD, FIRST_HOLD * 2 ^ (state.rounds - PATIENCE))
    state.hold, state.trying = now + most * (0.5 + random / 2), nil
  end
end

--- Tells that a request was cancelled, which may have been the trial: the next
-- one is.
---@param state extcontacts.Outage
---@param now number
function circuit.leave(state, now)
  if state.trying then
    state.hold, state.trying = now, nil
  end
end

--- How long a request would have to wait now.
---@param state extcontacts.Outage
---@param now number
---@return number|nil wait seconds until it may ask again; nil when it may ask to be sent
---@return number|nil hold seconds until the next trial; a glance when one is under way, as its end
--- is not known
function circuit.peek(state, now)
  if state.rounds >= PATIENCE and now < state.hold then
    local wait = math.min(GLANCE, state.hold - now)
    return wait, state.trying and wait or state.hold - now
  end
end

--- Asks whether a request may be sent.  In an outage the one that may is the
-- trial for all.
---@param state extcontacts.Outage
---@param now number
---@return number|nil wait as for `peek`; nil when it may be sent
---@return number|nil hold
function circuit.admit(state, now)
  local wait, hold = circuit.peek(state, now)
  if not wait and state.rounds >= PATIENCE then
    state.hold, state.trying = now + TRIAL, true
  end
  return wait, hold
end

return circuit
