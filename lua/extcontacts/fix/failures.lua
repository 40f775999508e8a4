--- Classifies a failed request of a run: whether it concerns the one record, the
-- server or the whole run, and whether the write may have arrived.  Pure.

local failures = {}

-- Why a failure ends the whole run; nil when it concerns this change only.
local function stop_for(err)
  if err.kind == "auth" then
    return "auth"
  elseif err.kind == "cancelled" or err.kind == "closed" then
    return "interrupted"
  elseif err.kind == "throttled" then
    return "try_later"
  end
end

-- No answer, or an answer that the server's own failure caused.
local function is_server_failure(err)
  return err.kind == "transport" or err.kind == "timeout" or err.kind == "decode"
    or err.kind == "protocol" or (err.status ~= nil and err.status >= 500) or err.status == 408
end

local function outcome_of(t, err, stop, server_failure)
  local detail = type(err.details) == "table" and err.details[1]
  return {
    t = t, err = err, stop = stop, server_failure = server_failure or nil,
    reason = err.message, status = err.status, code = err.code, correlation_id = err.correlation_id,
    field = type(detail) == "table" and detail.fieldName or nil,
  }
end

failures.stop_for = stop_for

--- The outcome of a change whose record could not be read: nothing was sent.
---@param err extcontacts.Error
---@return extcontacts.fix.Outcome
function failures.of_read(err)
  local stop = stop_for(err)
  local server_failure = not stop and is_server_failure(err)
  return outcome_of((stop or server_failure) and "not_sent" or "failed", err, stop, server_failure)
end

--- The outcome of a change whose write failed.
---@param err extcontacts.Error
---@return extcontacts.fix.Outcome
function failures.of_write(err)
  local stop = stop_for(err)
  local server_failure = is_server_failure(err)
  if not err.ambiguous and (err.sent == "nothing" or (stop and err.status)) then
    return outcome_of("not_sent", err, stop, not stop and server_failure)
  elseif err.status == 404 then
    return { t = "conflict", reason = "the record no longer exists", status = 404 }
  elseif err.status == 409 then
    return outcome_of("conflict", err)
  elseif server_failure or stop then
    return outcome_of("unknown", err, stop, true)
  end
  return outcome_of("failed", err)
end

return failures
