--- Turns a reply into a value or an error.  Pure.

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local models = require "extcontacts.api.models"
local outcome = require "extcontacts.api.outcome"
local texts = require "extcontacts.base.text"

local response = {}

---@class extcontacts.Response
---@field status integer
---@field headers table<string, string> names in lower case
---@field attempts integer requests sent for the call
---@field elapsed number seconds, waits and retries included
---@field correlation_id string|nil
---@field found boolean|nil of `find_or_create`: whether the contact existed
---@field unclaimed boolean|nil of `find_or_create`: whether it is not certain that the new contact owns the identifiers
---@field is_bulk boolean|nil whether the answer is that of an item of a bulk request
---@field resolved_id string|nil id of the contact that was returned, if it is not the one that was asked for:
--- that one was merged

local KIND_OF_STATUS = { [401] = "auth", [403] = "auth", [409] = "conflict", [429] = "throttled" }

-- Messages for answers without an error body.
local PHRASES = {
  [304] = "a cache answered that nothing has changed, which was not asked; exclude the API from the cache",
  [400] = "the server does not accept the request",
  [401] = "the access token is missing, unknown or expired",
  [403] = "the token's roles do not permit this",
  [404] = "not found",
  [405] = "the server does not support this method here",
  [407] = "the proxy requires a user name and password; add them to the URL in the option proxy",
  [408] = "the server timed out waiting for the request",
  [409] = "somebody else changed the record",
  [413] = "the request exceeds the server's size limit",
  [415] = "the server does not accept the content type",
  [422] = "the server does not accept a field's value",
  [429] = "too many requests",
  [500] = "the server failed",
  [502] = "a gateway failed",
  [503] = "the service is unavailable",
  [504] = "the server took too long",
}

-- The longest wait that a Retry-After header can name, in seconds.
local LONGEST_WAIT = 86400

-- Seconds of one Retry-After value.
local function wait_of(value, time)
  local date = dates.http(value)
  if date then
    return time and date - time
  end
  -- "^%d+%.?%d*$" takes quadratic time.
  return tonumber(value:match("^%d+$") or value:match("^%d+%.%d*$"))
end

--- Seconds of a Retry-After header: a number, also with a fraction, or a date in
-- any form of HTTP.  Of a header that was sent twice, the longest wait counts.
---@param headers table<string, string>
---@param time number|nil the server's clock in seconds since 1970, which dates need
---@return number|nil seconds from 0 to a day
function response.retry_after(headers, time)
  local longest, weekday
  for part in (headers["retry-after"] or ""):gmatch("[^,]+") do
    part = texts.trim(part)
    if part:find("^%a+$") then
      weekday = part -- the comma belongs to a date
    else
      local wait = wait_of(weekday and weekday .. ", " .. part or part, time)
      longest = wait and math.max(longest or 0, math.min(wait, LONGEST_WAIT)) or longest
      weekday = nil
    end
  end
  return longest
end

-- An id that is shown in messages and logs; nothing else may pass.
local function plain_id(id)
  return id and #id <= 128 and id:match("^[%w%-_.:]+$") or nil
end

--- The server's id of the exchange, for its support.
---@param headers table<string, string>
---@return string|nil
function response.correlation_id(headers)
  return plain_id(headers["inin-correlation-id"])
end

local MASK = "…"

-- Strings in a request that the server may quote in its answer.
local function collect_values(value, into, depth)
  if type(value) == "string" then
    if #value >= 3 then
      into[#into + 1] = value
    end
  elseif type(value) == "table" and depth < 16 then
    for _, item in pairs(value) do
      collect_values(item, into, depth + 1)
    end
  end
end

-- Whether text[first..last] is a word of its own.
local function is_word(text, first, last)
  return not text:sub(first - 1, first - 1):match("%w") and not text:sub(last + 1, last + 1):match("%w")
end

--- Masks in `text` every value of the request, so that no personal data reaches
-- a message because the server quoted it.  A short value counts only as a whole
-- word: "Ann" is not part of "channel".
---@param text string
---@param args extcontacts.Arguments|nil
---@return string
function response.mask(text, args)
  if not args then
    return text
  end
  local values = {}
  for _, pair in ipairs(args.query) do
    collect_values(pair[2], values, 0)
  end
  collect_values(args.body, values, 0)
  table.sort(values, function(a, b)
    return #a > #b
  end)
  for _, value in ipairs(values) do
    text = texts.replace(text, value, MASK, #value <= 5 and is_word or nil)
  end
  return text
end

local function text_field(body, name)
  local value = body[name]
  return type(value) == "string" and value ~= "" and value or nil
end

-- Bytes of a code in messages; the API's have fewer than 100.
local LONGEST_CODE = 200

-- Loaded when an answer is an error, like `api.secrets`.
local function printable_line(text, longest)
  return require("extcontacts.base.printable").line(text, longest)
end

-- One line of printable text, of bounded length.
local function sentence(text)
  local cut = texts.cut(text, 500):gsub("%s+", " ")
  return printable_line(cut)
end

-- The content type for messages.  It is not cut: secrets are masked in whole.
local function content_type(reply)
  local kind = reply.headers["content-type"]
  return not kind and "missing" or #kind > 200 and "longer than 200 bytes" or sentence(kind)
end

--- The API's own error body.  A gateway, firewall or proxy may answer with the
-- same status, but not with this body: a code or message, the status, and the
-- id of the exchange, in the body or in a header.
---@param reply table `{ status, headers, body }`
---@return table|nil body nil if something else answered
function response.error_body(reply)
  local body = core.json.decode(reply.body)
  if type(body) ~= "table" or body.status ~= reply.status then
    return nil
  end
  local is_identified = response.correlation_id(reply.headers) or text_field(body, "contextId")
  return is_identified and (text_field(body, "code") or text_field(body, "message")) and body or nil
end

-- Statuses that say enough by themselves, whoever answers.
local PLAIN = {}
for _, status in ipairs { 304, 401, 407, 408, 429, 502, 503, 504 } do
  PLAIN[status] = true
end

-- The message for an answer that is not the server's own.
local function foreign_message(row, reply)
  local status, option = reply.status, row.url_option or "base_url"
  if PLAIN[status] then
    return PHRASES[status]
  elseif status >= 300 and status < 400 then
    return ("the server redirects, and this client follows no redirects; check %s"):format(option)
  end
  return ("the answer is not from %s (content type %s): a gateway, firewall or proxy may have rejected "
    .. "the request, or %s is wrong"):format(row.server or "the API", content_type(reply), option)
end

local function message_of(row, reply, body, args)
  local status = reply.status
  if not body then
    return foreign_message(row, reply)
  end
  local message = text_field(body, "message")
  message = message and sentence(response.mask(message, args)) or PHRASES[status]
    or status and "unexpected status" or "it failed, and the answer does not say why"
  local permission = row.permissions[1]
  if status == 403 and permission and not message:find(permission, 1, true) then
    message = ("%s; required: %s"):format(message,
      table.concat(row.permissions, row.permissions_mode == "all" and " and " or " or "))
  end
  return message
end

-- A 403 or 409 that is not the API's says nothing about roles or records.
local function kind_of(status, from_api)
  local foreign = not from_api and (status == 403 or status == 409)
  return not foreign and KIND_OF_STATUS[status] or "http"
end

-- The error that an error body describes; nil stands for an answer that is not the
-- API's.
local function failure_of(row, reply, body, args)
  local status = reply.status
  body = body and require("extcontacts.api.secrets").conceal(body, reply.secrets)
  local message = message_of(row, reply, body, args)
  local from_api = body ~= nil
  body = body or {}
  local code = text_field(body, "code")
  local err = errors.new {
    kind = kind_of(status, from_api),
    status = status,
    from_api = from_api,
    code = code and printable_line(code, LONGEST_CODE),
    message = message,
    details = type(body.details) == "table" and body.details or nil,
    retry_after = response.retry_after(reply.headers, reply.server_time or dates.http(reply.headers.date)),
    correlation_id = response.correlation_id(reply.headers) or plain_id(text_field(body, "contextId")),
  }
  err.retryable = outcome.is_retryable(row, err)
  return err
end

--- The error of an answer outside 2xx.
---@param row extcontacts.Operation
---@param reply table
---@param args extcontacts.Arguments|nil
---@return extcontacts.Error
function response.failure(row, reply, args)
  return failure_of(row, reply, response.error_body(reply), args)
end

--- The error of an item that failed in a bulk request which the API answered.
---@param row extcontacts.Operation
---@param reply table its `status` is the item's, if known
---@param body table the item's error
---@param args extcontacts.Arguments of the item, to mask it in messages
---@return extcontacts.Error
function response.item_failure(row, reply, body, args)
  return failure_of(row, reply, body, args)
end

-- Whether an operation's answer must have a body: one that returns a record does
-- not succeed without it, unless it may also answer 204.
local function needs_body(row, status)
  return row.returns ~= nil and row.returns ~= "Empty" and not (status == 204 and row.other_success == 204)
end

--- The id of the record that a call returned, if it is another one than the call
-- asked for.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@param value any
---@return string|nil
function response.resolved_id(row, args, value)
  local asked = args.path[row.asked_id]
  local id = type(value) == "table" and value.id
  return type(id) == "string" and id:lower() ~= asked:lower() and id or nil
end

-- The error of an answer with status 2xx that is not what the operation returns.
local function unexpected(row, reply, kind, message)
  return nil, errors.new {
    kind = kind,
    status = reply.status,
    message = message,
    correlation_id = response.correlation_id(reply.headers),
    retryable = row.repeatable,
  }
end

-- An error body that came with a status of success: a gateway may have changed the
-- status.
local function is_error(value)
  return value.id == nil and type(value.status) == "number" and value.status >= 400
    and (text_field(value, "code") or text_field(value, "message")) ~= nil
end

-- The arrays of records of an answer, by its model: their names, and the model's
-- fields.
local lists = {}

local function lists_of(model)
  local names = lists[model.name]
  if not names then
    names = {}
    for _, field in ipairs(model.fields) do
      if field.shape == "array" and models[field.type] then
        names[#names + 1] = field.wire
      end
    end
    lists[model.name] = names
  end
  return names
end

-- Why a value is not an array of records; nil if it is one.
local function list_problem(name, list)
  if type(list) ~= "table" or (#list == 0 and (next(list) ~= nil or getmetatable(list) == core.json.partial_mt)) then
    return ("the answer's %s are not an array"):format(name)
  end
  local index = core.json.other_than_table(list)
  return index and ("the answer's %s[%d] is not a record"):format(name, index)
end

-- Why an object is not a model's; nil if nothing speaks against it.
local function model_problem(row, name, value)
  local model = models[name]
  local id_field = row.id_field
  if id_field == nil then
    id_field = model and model.by_wire.id and "id"
  end
  if id_field then
    return type(value[id_field]) ~= "string" and ("the answer is a %s without %s"):format(name,
      id_field == "id" and "an id" or id_field) or nil
  end
  for _, field in ipairs(model and lists_of(model) or {}) do
    local list = value[field]
    local problem = list ~= nil and list ~= core.json.null and list_problem(field, list)
    if problem then
      return problem
    end
  end
  local is_known = not model or #model.fields == 0 or next(value) == nil
  for field in pairs(is_known and {} or value) do
    is_known = is_known or model.by_wire[field] ~= nil
  end
  return not is_known and ("the answer is not a %s: it has none of its fields"):format(name) or nil
end

-- Why an object is not what the operation returns; nil if nothing speaks against it.
local function shape_problem(row, value)
  if is_error(value) then
    return ("the answer is an error (%s) with a status of success"):format(
      sentence(text_field(value, "code") or tostring(value.status)))
  end
  local is_other = row.also_returns and value.entities == nil and value.id ~= nil
  return model_problem(row, is_other and row.also_returns or row.returns, value)
end

--- The end of an answer's text, of which no longer string is created.
---@param reply extcontacts.Reply
---@param bytes integer
---@return string text at least so many of its last bytes, or all of it
function response.ending(reply, bytes)
  return reply.transfer and reply.transfer:body(bytes) or reply.body
end

--- Turns a reply into a call's result.
---@param row extcontacts.Operation
---@param reply table `{ status, headers, body }`
---@param args extcontacts.Arguments|nil what was asked, to mask it in messages
---@param decoding { max_depth: integer }|nil options of the decoder
---@return any value the decoded body; `true` for an empty one
---@return extcontacts.Error|nil
function response.classify(row, reply, args, decoding)
  if reply.status < 200 or reply.status > 299 then
    return nil, response.failure(row, reply, args)
  end
  if (reply.length or #reply.body) == 0 or reply.status == 204 then
    if needs_body(row, reply.status) then
      return unexpected(row, reply, "protocol", ("the answer is empty; expected: %s"):format(row.returns))
    end
    return true
  end
  if args and args.on_body then
    args.on_body(reply)
  end
  if args and args.selection then
    decoding = { max_depth = decoding and decoding.max_depth, select = args.selection, places = args.places,
      raw = args.raw and "entities" or nil, lines = args.raw == "lines" or nil }
  end
  local value, problem = core.json.decode(reply.transfer or reply.body, decoding)
  local raw = problem
  if value == nil and problem:find("max_depth", 1, true) then
    return unexpected(row, reply, "decode", "the answer is nested too deeply; raise max_depth")
  elseif value == nil then
    return unexpected(row, reply, "decode", ("%s (content type %s); a gateway or proxy may have answered")
      :format(problem, content_type(reply)))
  elseif row.returns and type(value) ~= "table" then
    return unexpected(row, reply, "protocol", ("the answer is not a %s"):format(row.returns))
  end
  problem = type(value) == "table" and shape_problem(row, value)
  if problem and args and args.selection then -- fields that are not selected may say more
    local whole = core.json.decode(reply.transfer or reply.body, { max_depth = decoding.max_depth })
    if whole ~= nil then
      problem = shape_problem(row, whole)
    end
  end
  if problem then
    return unexpected(row, reply, "protocol", problem)
  end
  if args and args.raw then
    local is_lines = type(raw) == "userdata"
    value.lines, value.raw = is_lines and raw or nil, not is_lines and raw or nil
  end
  return value
end

return response
