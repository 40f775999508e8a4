--- What an answer means.  Pure: from a row and a reply to a value or an error.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local outcome = require "extcontacts.api.outcome"

local response = {}

---@class extcontacts.Response
---@field status integer
---@field headers table<string, string> names in lower case
---@field attempts integer requests sent for the call
---@field elapsed number seconds, waits and repeats included
---@field correlation_id string|nil

local KIND_OF_STATUS = { [401] = "auth", [403] = "auth", [409] = "conflict", [429] = "throttled" }

-- What an answer without an error body of its own is called.
local PHRASES = {
  [400] = "the server could not make sense of the request",
  [401] = "the access token is missing, unknown or expired",
  [403] = "the token's roles do not allow this",
  [404] = "not found",
  [405] = "the server does not know this method here",
  [408] = "the server gave up waiting",
  [409] = "the record was changed by someone else",
  [413] = "the request is over the server's size limit",
  [415] = "the server refused the content type",
  [422] = "the server refused a field's value",
  [429] = "too many requests",
  [500] = "the server failed",
  [502] = "a gateway failed",
  [503] = "the service is unavailable",
  [504] = "the server took too long",
}

--- Seconds of a Retry-After header, which the server gives as a whole number.
---@param headers table<string, string>
---@return number|nil
function response.retry_after(headers)
  local text = headers["retry-after"]
  local seconds = text and text:match("^%s*(%d+)%s*$")
  return seconds and tonumber(seconds) or nil
end

--- The server's id of the exchange.
---@param headers table<string, string>
---@return string|nil
function response.correlation_id(headers)
  local id = headers["inin-correlation-id"]
  -- It goes into messages and logs: nothing but what an id is made of.
  if id and #id <= 128 and id:match("^[%w%-_.:]+$") then
    return id
  end
end

local MASK = "…"

-- Strings in a request that a server may quote back at us.
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

--- Masks in `text` every value the request carried, so that no personal data
-- gets into a message because the server quoted it.  A short value counts
-- only as a word of its own: "Ann" is not part of "channel".
---@param text string
---@param bound extcontacts.Bound|nil
---@return string
function response.mask(text, bound)
  if not bound then
    return text
  end
  local values = {}
  for _, pair in ipairs(bound.query) do
    collect_values(pair[2], values, 0)
  end
  collect_values(bound.body, values, 0)
  table.sort(values, function(a, b)
    return #a > #b
  end)
  for _, value in ipairs(values) do
    local from = 1
    while true do
      local first, last = text:find(value, from, true)
      if not first then
        break
      end
      if #value > 5 or is_word(text, first, last) then
        text = text:sub(1, first - 1) .. MASK .. text:sub(last + 1)
        from = first + #MASK
      else
        from = last + 1
      end
    end
  end
  return text
end

local function text_field(body, name)
  local value = body[name]
  return type(value) == "string" and value ~= "" and value or nil
end

-- One line of printable text, of bounded length.
local function sentence(text)
  text = text:gsub("[%c]+", " ")
  if #text > 500 then
    text = text:sub(1, 500) .. "…"
  end
  return text
end

--- The error of an answer outside 2xx.
---@param row extcontacts.Operation
---@param reply table
---@param bound extcontacts.Bound|nil
---@return extcontacts.Error
function response.failure(row, reply, bound)
  local status = reply.status
  local body = core.json.decode(reply.body)
  if type(body) ~= "table" then
    body = {}
  end
  local message = text_field(body, "message")
  message = message and sentence(response.mask(message, bound))
  if not message then
    message = PHRASES[status] or "unexpected status"
    if status >= 300 and status < 400 then
      message = "the server redirects, which this client does not follow; check base_url"
    end
  end
  local permission = row.permissions[1]
  if status == 403 and permission and not message:find(permission, 1, true) then
    message = ("%s; any one of these would do: %s"):format(
      message, table.concat(row.permissions, ", "))
  end
  local err = errors.new {
    kind = KIND_OF_STATUS[status] or "http",
    status = status,
    code = text_field(body, "code"),
    message = message,
    details = type(body.details) == "table" and body.details or nil,
    retry_after = response.retry_after(reply.headers),
    correlation_id = response.correlation_id(reply.headers) or text_field(body, "contextId"),
  }
  err.retryable = outcome.is_retryable(row, err)
  return err
end

--- Whether an operation's answer must have a body: reads do, while writes may
-- come back empty.
local function needs_body(row)
  return row.effect == "read" and row.returns ~= nil
end

--- Turns a reply into a call's result.
---@param row extcontacts.Operation
---@param reply table `{ status, headers, body }`
---@param bound extcontacts.Bound|nil what was asked, to mask it in messages
---@return any value the decoded body; `true` for an empty one
---@return extcontacts.Error|nil
function response.classify(row, reply, bound)
  if reply.status < 200 or reply.status > 299 then
    return nil, response.failure(row, reply, bound)
  end
  local correlation_id = response.correlation_id(reply.headers)
  if reply.body == "" or reply.status == 204 then
    if needs_body(row) then
      return nil, errors.new {
        kind = "protocol",
        status = reply.status,
        message = "the answer has no body where a " .. row.returns .. " belongs",
        correlation_id = correlation_id,
        retryable = row.repeatable,
      }
    end
    return true
  end
  if bound and bound.early then
    bound.early(reply.body)
  end
  local value, problem = core.json.decode(reply.body)
  if value == nil then
    local kind = reply.headers["content-type"]
    return nil, errors.new {
      kind = "decode",
      status = reply.status,
      message = ("%s (content type %s); a gateway or proxy may have answered")
        :format(problem, kind and sentence(kind) or "not given"),
      correlation_id = correlation_id,
      retryable = row.repeatable,
    }
  end
  if row.returns and type(value) ~= "table" then
    return nil, errors.new {
      kind = "protocol",
      status = reply.status,
      message = "the answer is not a " .. row.returns,
      correlation_id = correlation_id,
    }
  end
  return value
end

return response
