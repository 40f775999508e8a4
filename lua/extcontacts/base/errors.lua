--- The one error object.  A failing call returns `nil, err`, an iterator
-- raises the same object; `err.kind` says what sort of failure it was.

---@class extcontacts.Error
---@field kind extcontacts.ErrorKind
---@field message string a sentence for people, without secrets or personal data
---@field status integer|nil HTTP status
---@field code string|nil the server's dotted code, or a short word of ours
---@field operation string|nil canonical name of the operation; `request` for another endpoint
---@field method string|nil
---@field path string|nil without the query
---@field attempts integer|nil requests sent for this call, the last included
---@field retryable boolean whether the same call may succeed later and is safe to repeat
---@field ambiguous boolean|nil whether the request may have been carried out although it failed
---@field retry_after number|nil seconds the server asked to wait
---@field correlation_id string|nil the server's id of this exchange, for support
---@field details table|nil what the server said about single fields
---@field limit table|nil for kind "limit": `{ argument, limit }`
---@field cause any the failure underneath
---@field response extcontacts.Response|nil

---@alias extcontacts.ErrorKind
---| "transport" # no usable answer: DNS, connection, TLS
---| "timeout" # the deadline passed
---| "auth" # no token, or 401 or 403
---| "http" # any other status outside 2xx
---| "throttled" # 429
---| "decode" # a body that is not what it should be
---| "protocol" # an answer that breaks the API's rules
---| "limit" # a documented limit: an argument's range, the 1,000 records of a listing
---| "invalid" # a value that can't be sent
---| "conflict" # 409
---| "io" # a file that can't be read or written
---| "cancelled"
---| "closed"

local KINDS = {
  transport = true,
  timeout = true,
  auth = true,
  http = true,
  throttled = true,
  decode = true,
  protocol = true,
  limit = true,
  invalid = true,
  conflict = true,
  io = true,
  cancelled = true,
  closed = true,
}

local metatable = { __name = "extcontacts.error" }

function metatable.__tostring(err)
  local where = err.operation and (err.operation .. ": ") or ""
  if err.operation == "request" and err.path then
    where = ("%s %s: "):format(err.method, err.path)
  end
  local facts = { err.kind }
  if err.status then
    facts[#facts + 1] = "HTTP " .. err.status
  end
  if err.code then
    facts[#facts + 1] = err.code
  end
  if err.attempts and err.attempts > 1 then
    facts[#facts + 1] = err.attempts .. " attempts"
  end
  if err.correlation_id then
    facts[#facts + 1] = "correlation id " .. err.correlation_id
  end
  return ("%s%s (%s)"):format(where, err.message, table.concat(facts, ", "))
end

function metatable.__concat(a, b)
  return tostring(a) .. tostring(b)
end

local errors = {}

--- Makes an error object of `fields`, which becomes the object.
---@param fields table
---@return extcontacts.Error
function errors.new(fields)
  assert(KINDS[fields.kind], "unknown error kind")
  if fields.retryable == nil then
    fields.retryable = false
  end
  return setmetatable(fields, metatable)
end

--- A copy of an error object, for another call that fails for the same reason.
---@param err extcontacts.Error
---@return extcontacts.Error
function errors.copy(err)
  local fields = {}
  for name, value in pairs(err) do
    fields[name] = value
  end
  return errors.new(fields)
end

--- Raises an error object about an operation, as iterators do.
---@param row extcontacts.Operation
---@param kind extcontacts.ErrorKind
---@param message string
---@param more table|nil further fields; becomes the object
function errors.raise(row, kind, message, more)
  local fields = more or {}
  fields.kind, fields.message = kind, message
  fields.operation, fields.method = row.name, row.method
  error(errors.new(fields), 0)
end

--- Whether `value` is an error object of this module.
---@param value any
---@return boolean
function errors.is_error(value)
  return getmetatable(value) == metatable
end

--- A file that can't be read or written.
---@param message string with the path
---@param code string|nil the system's name of it, `ENOSPC`
---@return nil
---@return extcontacts.Error
function errors.io(message, code)
  return nil, errors.new { kind = "io", code = code, message = message }
end

--- A fix, plan, journal or argument that is not as it must be.
---@param message string with the remedy
---@param code string|nil
---@return nil
---@return extcontacts.Error
function errors.invalid(message, code)
  return nil, errors.new { kind = "invalid", code = code, message = message }
end

--- A file that another process has locked.
---@param message string with the path
---@return nil
---@return extcontacts.Error
function errors.locked(message)
  return nil, errors.new { kind = "io", code = "locked", retryable = true, message = message }
end

--- Raises the failure of a file's function; gives what it gave otherwise.
---@param ok any
---@param message string|nil with the path
---@param code string|nil
---@return any ok
function errors.check_io(ok, message, code)
  if not ok then
    error(select(2, errors.io(message, code)), 0)
  end
  return ok
end

--- Raises what stands for a failure within the streams of a plan; `catch`
-- makes a result of it.
---@param message string
function errors.raise_invalid(message)
  error(select(2, errors.invalid(message)), 0)
end

--- Calls `fn`; an error object that it raises becomes `nil, err`, anything
-- else is raised again with the place where it came from.
---@param fn fun(...): any
---@return any
---@return extcontacts.Error|nil
function errors.catch(fn, ...)
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

return errors
