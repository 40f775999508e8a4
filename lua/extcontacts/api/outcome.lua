--- The one classification of results.  Retry, circuit breaker, reconcile,
-- fixes, the lookup kit, the doctor and the exit codes use it and define none
-- of their own.  Pure.

local outcome = {}

---@alias extcontacts.Outcome
---| "done" # the API answered and did what was asked
---| "refused" # a rule, a permission or an argument forbids it; the same request fails again
---| "throttled" # the rate limit forbids it for now; nothing was done
---| "unreachable" # no usable answer, and certainly nothing was changed
---| "unclear" # no usable answer to a request that may have arrived and changed something
---| "stopped" # the caller ended it before anything was sent

-- Kinds in which the client ends a call for good.
local STOPPED = { cancelled = true, closed = true }

-- Kinds in which the exchange itself failed.
local BROKEN = { transport = true, timeout = true }

-- Kinds in which the answer is not readable.
local UNREADABLE = { decode = true, protocol = true }

-- Statuses that a gateway or an overloaded server returns for a while.
local GATEWAY = { [502] = true, [503] = true, [504] = true }

-- Statuses with which whoever answers, the API or not, declares that it did not
-- carry the request out: it belongs elsewhere, or lacks credentials.
local NOT_CARRIED_OUT = { [301] = true, [302] = true, [307] = true, [308] = true, [401] = true, [407] = true }

-- Whether the answer leaves the result of the request open: the server failed, or
-- a gateway answered.  Only the API's own error body proves that the API refused
-- the request.
local function is_unusable(err)
  local status = err.status
  if UNREADABLE[err.kind] then
    return true
  elseif not status then
    return false
  end
  return status >= 500 or status == 408 or not (err.from_api or NOT_CARRIED_OUT[status])
end

--- Classifies the result of one request.
---@param effect extcontacts.Effect what the request does: "read" changes nothing
---@param err extcontacts.Error|nil its failure; nil for a success
---@return extcontacts.Outcome
function outcome.of(effect, err)
  if not err then
    return "done"
  elseif err.kind == "throttled" then
    return "throttled"
  end
  local harmless = effect == "read" or err.sent == "nothing"
  if STOPPED[err.kind] then
    return (harmless or err.sent == nil) and "stopped" or "unclear"
  elseif err.kind == "limit" then
    -- One with `sent` is an answer over a cap, and would be again.
    return (harmless or not err.sent) and "refused" or "unclear"
  elseif BROKEN[err.kind] or is_unusable(err) then
    return harmless and "unreachable" or "unclear"
  end
  return "refused"
end

--- Whether a failure proves that the record does not exist: a gateway's 404 does
-- not.
---@param err extcontacts.Error
---@return boolean
function outcome.is_absent(err)
  return err.status == 404 and err.from_api == true
end

--- Whether the same request may succeed a little later.
---@param err extcontacts.Error
---@return boolean
function outcome.is_temporary(err)
  if BROKEN[err.kind] then
    return not err.permanent
  end
  return err.kind == "throttled" or err.status == 408 or GATEWAY[err.status] == true
end

--- Whether the server or the way to it failed, rather than this request, so that
-- other requests will probably fail as well.
---@param err extcontacts.Error
---@return boolean
function outcome.is_outage(err)
  if err.status then
    return GATEWAY[err.status] == true
  end
  return BROKEN[err.kind] == true and not err.permanent
end

--- Whether the credentials, the server or the way to it failed, rather than this
-- request.
---@param err extcontacts.Error
---@return boolean
function outcome.is_service_failure(err)
  return err.kind == "auth" or outcome.of("read", err) == "unreachable"
end

--- What a failure means for the same request.  "retry": it may succeed later
-- and is safe to send again.  "ambiguous": it may have been carried out, and
-- sending it again could do harm.  "final": it is not sent again.
---@param row extcontacts.Operation
---@param err extcontacts.Error with `sent`, how much of the request may have arrived
---@return "retry"|"ambiguous"|"final"
function outcome.verdict(row, err)
  local result = outcome.of(row.effect, err)
  if result == "throttled" then
    return "retry" -- refused before it did anything, whatever the effect
  elseif result == "unreachable" or result == "unclear" and row.repeatable then
    return outcome.is_temporary(err) and "retry" or "final"
  elseif result == "unclear" then
    -- After the API's own 500, only the caller decides to send the request again.
    local failed = err.from_api and err.status >= 500 and not outcome.is_temporary(err)
    return failed and "final" or "ambiguous"
  end
  return "final"
end

--- Whether the same call may succeed later and is safe to repeat (`err.retryable`).
-- That includes a 500, although the client does not retry it itself.
---@param row extcontacts.Operation
---@param err extcontacts.Error
---@return boolean
function outcome.is_retryable(row, err)
  return outcome.verdict(row, err) == "retry" or err.status == 500 and row.repeatable or false
end

return outcome
