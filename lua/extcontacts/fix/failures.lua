--- What a failed request of a run means for its change and for the run.  Pure.

local outcome = require "extcontacts.api.outcome"

local failures = {}

-- Whether permissions or credentials are missing for more than one item of a bulk
-- request, whose response is a success.
local function is_forbidden(err)
  return err.kind == "auth" and not (err.response and err.response.status ~= err.status)
end

-- Why a failure ends the whole run; nil when it concerns this change only.
local function stop_for(result, err)
  if is_forbidden(err) then
    return "auth"
  elseif result == "throttled" then
    return "try_later"
  elseif err.kind == "cancelled" or err.kind == "closed" then
    return "interrupted"
  end
end

local function change_outcome(t, err, stop, server_failure)
  local detail = type(err.details) == "table" and err.details[1]
  return {
    t = t, err = err, stop = stop, server_failure = server_failure or nil,
    reason = err.message, status = err.status, code = err.code, correlation_id = err.correlation_id,
    field = type(detail) == "table" and detail.fieldName or nil,
  }
end

--- The outcome of a change whose record could not be read: nothing was sent.
---@param err extcontacts.Error
---@return extcontacts.fix.Outcome
function failures.of_read(err)
  local result = outcome.of("read", err)
  local stop = stop_for(result, err)
  local refused = not stop and result == "refused"
  return change_outcome(refused and "failed" or "not_sent", err, stop, not stop and result == "unreachable")
end

--- The outcome of a change that may have been sent and whose record could not be read:
-- its intent stays open.
---@param err extcontacts.Error
---@return extcontacts.fix.Outcome
function failures.of_settling(err)
  local result = failures.of_read(err)
  if result.t == "failed" then
    result.t = "unknown"
  end
  result.no_entry = result.t == "not_sent" or nil
  return result
end

--- The outcome of a change whose write failed.
---@param effect "create"|"update"|"delete"|"merge"
---@param err extcontacts.Error
---@return extcontacts.fix.Outcome
function failures.of_write(effect, err)
  local result = outcome.of(effect, err)
  local stop = stop_for(result, err)
  local not_sent = result == "throttled" or result == "unreachable" or result == "stopped" or is_forbidden(err)
  if err.earlier_unclear then
    return change_outcome("unknown", err, stop) -- the record shows whether that attempt has changed it
  elseif not_sent and not err.ambiguous then
    return change_outcome("not_sent", err, stop, not stop)
  elseif outcome.is_absent(err) then
    return { t = "conflict", reason = "the record no longer exists", status = 404 }
  elseif err.status == 409 and err.from_api then
    return change_outcome("conflict", err)
  elseif result == "refused" and not stop then
    return change_outcome("failed", err)
  end
  return change_outcome("unknown", err, stop, true)
end

return failures
