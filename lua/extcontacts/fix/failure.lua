--- The failures that fixes add to those of calls: one place that makes them.

local errors = require "extcontacts.error"

local failure = {}

--- A file that can't be read or written.
---@param message string with the path
---@param code string|nil the system's name of it, `ENOSPC`
---@return nil
---@return extcontacts.Error
function failure.io(message, code)
  return nil, errors.new { kind = "io", code = code, message = message }
end

--- A fix, plan, journal or argument that is not as it must be.
---@param message string with the remedy
---@param code string|nil
---@return nil
---@return extcontacts.Error
function failure.invalid(message, code)
  return nil, errors.new { kind = "invalid", code = code, message = message }
end

--- Another process has the plan.
---@param path string of the plan
---@return nil
---@return extcontacts.Error
function failure.locked(path)
  return nil, errors.new {
    kind = "io", code = "locked", retryable = true,
    message = path .. ": another process is at work on this plan",
  }
end

--- Raises the failure of a file's function; gives what it gave otherwise.
---@param ok any
---@param message string|nil with the path
---@param code string|nil
---@return any ok
function failure.check_io(ok, message, code)
  if not ok then
    error(select(2, failure.io(message, code)), 0)
  end
  return ok
end

--- Raises what stands for a failure within the streams of a plan; `catch`
-- makes a result of it.
---@param message string
function failure.raise_invalid(message)
  error(select(2, failure.invalid(message)), 0)
end

--- Calls `fn`; an error object that it raises becomes `nil, err`, anything
-- else is raised again with the place where it came from.
---@param fn fun(...): any
---@return any
---@return extcontacts.Error|nil
function failure.catch(fn, ...)
  local trace
  local results = { xpcall(fn, function(raised)
    trace = not errors.is_error(raised) and debug.traceback(tostring(raised), 2) or nil
    return raised
  end, ...) }
  if results[1] then
    return results[2], results[3]
  elseif errors.is_error(results[2]) then
    return nil, results[2]
  end
  error(trace, 0)
end

return failure
