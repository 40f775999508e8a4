--- The API's errors: codes with their statuses and messages, and the error
-- body.  Handlers raise them; `extcontacts.sandbox.http` turns them into replies.

local json = require "extcontacts.base.json"

local api_errors = {}

-- Code → status and message with {name} placeholders.
local CODES = {
  ["bad.request"] = { 400, "The request could not be understood by the server due to malformed syntax." },
  ["invalid.date"] = { 400, "Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ" },
  ["invalid.value"] = { 400, "Value [{value}] is not valid for field type [{type}]. Allowable values are: {allowed}" },
  ["invalid.property"] = { 400, "Value [{property}] is not a valid property for object [{object}]" },
  ["constraint.validation"] = { 422, "The field {field} is not valid: {reason}" },
  ["authentication.required"] = { 401, "No authentication bearer token specified in authorization header." },
  ["bad.credentials"] = { 401, "Invalid login credentials." },
  ["missing.permissions"] = { 403, "Unable to perform the requested action. You are missing the following "
    .. "permission(s): [{permissions}]" },
  ["missing.any.permissions"] = { 403, "Unable to perform the requested action. You must have at least one of the "
    .. "following permissions assigned: [{permissions}]" },
  ["not.authorized"] = { 403, "You are not authorized to perform the requested action." },
  ["not.found"] = { 404, "The requested resource was not found." },
  ["contact.not.found"] = { 404, "Contact not found by contact id" },
  ["method.not.allowed"] = { 405, "The method is not allowed for the requested resource." },
  ["request.timeout"] = { 504, "The request timed out." },
  ["general.conflict"] = { 409, "There was a conflict with the current state of the resource: {reason}" },
  ["request.entity.too.large"] = { 413, "The request is over the size limit. Maximum bytes: {maximum}" },
  ["unsupported.media.type"] = { 415, "Unsupported Media Type - Unsupported or incorrect media type, such as an "
    .. "incorrect Content-Type value in the header." },
  ["too.many.requests.retry.after"] = { 429,
    "Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds" },
  ["internal.server.error"] = { 500, "The server encountered an unexpected condition which prevented it from "
    .. "fulfilling the request." },
  ["not.implemented"] = { 501, "The server does not support the functionality that the request needs." },
  ["bad.gateway"] = { 502, "The gateway received no valid response." },
  ["service.unavailable"] = { 503, "Service Unavailable - The server is currently unavailable (because it is "
    .. "overloaded or down for maintenance)." },
}

-- The code that goes with a status if a fault names none.
local CODE_OF_STATUS = {
  [400] = "bad.request",
  [401] = "bad.credentials",
  [403] = "not.authorized",
  [404] = "not.found",
  [405] = "method.not.allowed",
  [409] = "general.conflict",
  [413] = "request.entity.too.large",
  [415] = "unsupported.media.type",
  [422] = "constraint.validation",
  [429] = "too.many.requests.retry.after",
  [501] = "not.implemented",
  [502] = "bad.gateway",
  [503] = "service.unavailable",
  [504] = "request.timeout",
}

---@class extcontacts.sandbox.ApiError
---@field code string
---@field status integer
---@field template string the message with {name} placeholders
---@field params table<string, string> values of the placeholders
---@field details table[]
---@field headers table<string, string|number>
---@field retryable boolean|nil of an item of a bulk request: what its result says
local ApiError = {}

--- Creates an error.
---@param code string
---@param params table<string, string|number>|nil values of the message's placeholders
---@param overrides { status: integer|nil, details: table[]|nil, headers: table|nil, message: string|nil }|nil
---@return extcontacts.sandbox.ApiError
function api_errors.new(code, params, overrides)
  local row = CODES[code] or CODES["internal.server.error"]
  overrides = overrides or {}
  return setmetatable({
    code = code,
    status = overrides.status or row[1],
    template = overrides.message or row[2],
    params = params or {},
    details = overrides.details or {},
    headers = overrides.headers or {},
  }, ApiError)
end

--- Ends the current request with an error; takes the arguments of `new`.
function api_errors.raise(...)
  error(api_errors.new(...), 0)
end

--- Ends the current request because a field breaks a rule.
---@param settings table
---@param field string path of the field
---@param reason string
---@param error_code string|nil errorCode of the detail; default `constraint.validation`
function api_errors.invalid_field(settings, field, reason, error_code)
  api_errors.raise("constraint.validation", { field = field, reason = reason }, {
    status = settings.invalid_status,
    details = { { errorCode = error_code or "constraint.validation", fieldName = field } },
  })
end

--- Creates the error of a fault that sets a status.
---@param status integer
---@param code string|nil default: the code that goes with the status
---@return extcontacts.sandbox.ApiError
function api_errors.of_status(status, code)
  code = code or CODE_OF_STATUS[status] or "internal.server.error"
  return api_errors.new(code, { seconds = "0", reason = "fault", field = "fault", maximum = "0" }, { status = status })
end

--- Whether a value is an error of this module.
---@param value any
---@return boolean
function api_errors.is(value)
  return getmetatable(value) == ApiError
end

-- The message, and the values of its placeholders.
local function fill(err)
  local used = {}
  local message = err.template:gsub("{(%w+)}", function(name)
    used[name] = tostring(err.params[name] or "")
    return used[name]
  end)
  return message, used
end

--- The message of an error.
---@param err extcontacts.sandbox.ApiError
---@return string
function api_errors.message(err)
  return (fill(err))
end

--- The response body of an error.
---@param err extcontacts.sandbox.ApiError
---@param correlation_id string
---@return string JSON
function api_errors.body(err, correlation_id)
  local message, used = fill(err)
  local body = {
    message = message,
    code = err.code,
    status = err.status,
    contextId = correlation_id,
    details = json.array(err.details),
    errors = json.array({}),
  }
  if err.code ~= "too.many.requests.retry.after" then
    body.messageParams = used
    if next(used) then
      body.messageWithParams = err.template
    end
  end
  return assert(json.encode(body))
end

return api_errors
