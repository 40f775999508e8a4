--- The error object, and the functions that build and raise it.  A call that
-- fails returns `nil, err`; an iterator raises the same object.  `err.kind` says
-- what kind of failure it was.
--
-- `new` builds an object, `io` and `invalid` return `nil, err`, `raise`,
-- `raise_invalid` and `check_io` raise, and `catch` turns what was raised into
-- `nil, err` again.
--
-- The room `base` owns what any program needs (JSON, text, CSV, dates, files,
-- options, errors, paths, suggestions) and nothing about the API.

---@class extcontacts.Error
---@field kind extcontacts.ErrorKind
---@field message string a sentence without secrets and personal data
---@field status integer|nil HTTP status
---@field from_api boolean|nil whether the API itself answered, with its own error body; false if a
--- gateway, firewall or proxy may have, which proves nothing about a record
---@field code string|nil the server's dotted code, the system's (`ENOSPC`), or a short word of this module
---@field operation string|nil the operation's canonical name; `request` for any other endpoint
---@field method string|nil
---@field path string|nil without the query
---@field attempts integer|nil requests sent for this call, including the last one
---@field retryable boolean whether the same call may succeed later and is safe to retry
---@field ambiguous boolean|nil whether the server may have carried out the request all the same
---@field earlier_unclear boolean|nil whether the server may have carried out an earlier attempt, although it
--- refused the last one
---@field job string|nil id of the job that failed, or that can be resumed
---@field retry_after number|nil seconds the server asked to wait
---@field correlation_id string|nil the server's id of the request, for support
---@field details table|nil the server's messages about single fields
---@field limit table|nil for kind "limit": `{ argument, limit }`
---@field cause any the error that led to this one
---@field response extcontacts.Response|nil

---@alias extcontacts.ErrorKind
---| "transport" # no usable answer: DNS, connection, TLS
---| "timeout" # the deadline passed
---| "auth" # no token, or 401 or 403
---| "http" # any other status outside 2xx
---| "throttled" # 429
---| "decode" # a body that can't be decoded
---| "protocol" # a response that breaks the API's rules
---| "limit" # a documented limit was exceeded: an argument's range, the 1,000 records of a listing
---| "invalid" # a value that can't be sent, or a file, fix or option that is not valid
---| "conflict" # 409
---| "io" # a file that can't be read or written
---| "cancelled" # by a cancel token or a signal
---| "closed" # the client was closed
---| "job" # a job of the platform failed, was cancelled or did not end in time

local core = require "extcontacts.core"

local errors = {}

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
  job = true,
}

---------------------------------------------------------------- the object --

local metatable = core.type "extcontacts.error"

local UUID = ("%x"):rep(8) .. ("%-" .. ("%x"):rep(4)):rep(3) .. "%-" .. ("%x"):rep(12)

-- The message; of a 404 with the ids in its path.  Other parts of a path may be personal
-- data.
local function with_ids(err)
  local ids = {}
  for id in (err.status == 404 and err.path or ""):gmatch(UUID) do
    if not err.message:find(id, 1, true) then
      ids[#ids + 1] = id
    end
  end
  return #ids > 0 and ("%s: %s"):format((err.message:gsub("%.$", "")), table.concat(ids, ", ")) or err.message
end

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
  return ("%s%s (%s)"):format(where, with_ids(err), table.concat(facts, ", "))
end

function metatable.__concat(a, b)
  return tostring(a) .. tostring(b)
end

--- Turns a table of fields into an error object.
---@param fields table `kind` and `message` at least
---@return extcontacts.Error
function errors.new(fields)
  assert(KINDS[fields.kind], "unknown error kind")
  if fields.retryable == nil then
    fields.retryable = false
  end
  return setmetatable(fields, metatable)
end

--- Copies an error object, for another call that fails for the same reason.
---@param err extcontacts.Error
---@return extcontacts.Error
function errors.copy(err)
  local fields = {}
  for name, value in pairs(err) do
    fields[name] = value
  end
  return errors.new(fields)
end

--- Whether a value is an error object.
---@param value any
---@return boolean
function errors.is_error(value)
  return getmetatable(value) == metatable
end

------------------------------------------------------------------ returned --

--- Returns the failure to read or write a file.
---@param message string with the path
---@param code string|nil the system's name for it, `ENOSPC`
---@return nil
---@return extcontacts.Error
function errors.io(message, code)
  return nil, errors.new { kind = "io", code = code, message = message }
end

--- Returns the error for a file, fix or option that is not valid.
---@param message string what is wrong and what to do
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

-------------------------------------------------------------------- raised --

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

--- Raises what `errors.invalid` returns.
---@param message string what is wrong and what to do
---@param code string|nil
function errors.raise_invalid(message, code)
  error(select(2, errors.invalid(message, code)), 0)
end

--- Passes on the result of a file function; raises its failure.
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

--- Calls a function and returns its first two results.  If it raises an error
-- object, returns `nil, err`; any other error is raised again with its traceback.
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
