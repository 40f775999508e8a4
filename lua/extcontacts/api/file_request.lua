--- Requests to the URL of a file: an export's `downloadUrl`, an upload's `uploadUrl`.
-- Pure.  This is the one place that decides whether the client's token and headers go
-- with a request: only to the API's own scheme, host and port.  A request to any other
-- place has a row with `is_foreign`, for which the gate has no token.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local hosts = require "extcontacts.base.hosts"
local outcome = require "extcontacts.api.outcome"
local response = require "extcontacts.api.response"

local file_request = {}

---@class extcontacts.FileTarget
---@field url string
---@field host string for messages
---@field is_foreign boolean whether it is not the API's own origin

---@class extcontacts.FileArguments: extcontacts.Arguments
---@field file table|nil of `core.file`: where the answer's body goes
---@field max_size number|nil most bytes of it
---@field text string|nil what is sent
---@field headers table[]|nil `{ name, value }`

-- Bytes of a URL; a signed one has up to a few thousand.
local LONGEST_URL = 16384

-- Seconds without a byte after which a transfer is given up and tried again.
local STALL = 60

local DEFAULT_PORTS = { http = "80", https = "443" }

-- The parts of a URL whose host every reader of URLs finds in the same place; nil for
-- all others.
local function parse(url)
  local scheme, authority, rest = url:match "^(%a+)://([^/?#]*)(.*)$"
  if not scheme or url:find "[^!-~]" or url:find("\\", 1, true) then
    return nil
  end
  local host, port = authority:match "^([%w%-._]+):?(%d*)$"
  if not host then
    host, port = authority:match "^(%[[%x:.]+%]):?(%d*)$"
  end
  if not host then
    return nil
  end
  scheme = scheme:lower()
  return {
    scheme = scheme,
    host = host:lower(),
    port = port ~= "" and (port:gsub("^0+(%d)", "%1")) or DEFAULT_PORTS[scheme],
    rest = rest,
  }
end

--- Reads the URL of a file.
---@param url any from an answer of the API
---@param base_url string the API's
---@return extcontacts.FileTarget|nil
---@return string|nil problem
function file_request.target(url, base_url)
  if type(url) ~= "string" or url == "" then
    return nil, "the answer has no URL for the file"
  elseif #url > LONGEST_URL then
    return nil, ("the file's URL is longer than %d bytes"):format(LONGEST_URL)
  end
  local api = parse(base_url)
  if url:find "^/[^/]" and api then
    url = base_url:match "^%a+://[^/?#]*" .. url
  end
  local parts = parse(url)
  if not parts then
    return nil, "the file's URL is not valid, or contains a user name"
  elseif parts.scheme ~= "https" and not (parts.scheme == "http" and hosts.is_loopback(parts.host)) then
    return nil, ("the file's URL is not https, so others could read the file on its way from %s; it is not used")
      :format(parts.host)
  end
  local is_own = api ~= nil and api.scheme == parts.scheme and api.host == parts.host and api.port == parts.port
  return { url = url, host = parts.host, is_foreign = not is_own }
end

local function build(row, args, config)
  local headers, has_type = {}, false
  for _, pair in ipairs(args.headers or {}) do
    headers[#headers + 1] = pair
    has_type = has_type or pair[1]:lower() == "content-type"
  end
  if args.text and not has_type then
    headers[#headers + 1] = { "Content-Type", "text/csv" }
  end
  for name, value in pairs(not row.is_foreign and config.headers or {}) do
    headers[#headers + 1] = { name, value }
  end
  return {
    operation = row.name,
    method = row.method,
    url = row.target.url,
    path = row.path,
    query = "",
    headers = headers,
    body = args.text,
    file = args.file,
    max_size = args.max_size,
    stall = STALL,
  }
end

-- What a status of the file's server means.
local MESSAGES = {
  [403] = "refuses the URL, which may have expired",
  [404] = "does not have the file, or the URL has expired",
  [410] = "no longer has the file",
  [413] = "does not accept a file of this size",
  [429] = "receives too many requests",
}

local function refusal(row, reply)
  if not row.is_foreign and response.error_body(reply) then
    return response.failure(row, reply)
  end
  local status = reply.status
  local message = MESSAGES[status] or (status >= 300 and status < 400)
    and "redirects to another place, and this client follows no redirects" or "answered with status " .. status
  local err = errors.new {
    kind = status == 429 and "throttled" or "http",
    status = status,
    message = ("the file's server, %s, %s"):format(row.target.host, message),
    retry_after = response.retry_after(reply.headers, reply.server_time),
  }
  err.retryable = outcome.is_retryable(row, err)
  return err
end

-- The first bytes of compressed data.
local GZIP = "\31\139"

-- The compression that a file still has, or nil: some servers store files compressed
-- and send them that way to clients that did not ask for it.
local function coding_left(headers, file)
  local coding = (headers["content-encoding"] or ""):lower():match "^%s*([%w-]+)%s*$"
  if not coding or coding == "identity" then
    return nil
  end
  local is_left = coding ~= "gzip" and coding ~= "x-gzip" or file:read(2, 0) == GZIP
  return is_left and coding or nil
end

local function classify(row, reply, args)
  if reply.status < 200 or reply.status > 299 then
    return nil, refusal(row, reply)
  elseif row.method ~= "GET" then
    return true
  end
  -- A login page of a proxy comes with status 200, too.
  local is_page = (reply.headers["content-type"] or ""):lower():find "^%s*text/html"
  local coding = reply.status == 200 and reply.written and coding_left(reply.headers, args.file)
  if coding then
    return nil, errors.new {
      kind = "protocol",
      status = reply.status,
      message = ("%s sent the file compressed (%s), and this client has not decompressed it%s"):format(
        row.target.host, coding, coding:find "gzip" and "; use the client's option compress = true" or ""),
      retryable = false,
    }
  end
  if reply.status ~= 200 or not reply.written or is_page then
    return nil, errors.new {
      kind = "protocol",
      status = reply.status,
      message = ("the answer of %s is not a file (status %d%s); a gateway or proxy may have answered"):format(
        row.target.host, reply.status, is_page and ", a web page" or ""),
      retryable = true,
    }
  end
  return reply.written
end

--- The row of a transfer; like a raw request, it is called as an operation.
---@param method "GET"|"PUT"|"POST"
---@param target extcontacts.FileTarget
---@return extcontacts.Operation
function file_request.row(method, target)
  local is_read = method == "GET"
  return {
    name = is_read and "file.download" or "file.upload",
    method = method,
    path = "(file)",
    server = "the file's server",
    url_option = "the file's URL",
    -- A second upload replaces the first.
    effect = is_read and "read" or "update",
    repeatable = true,
    permissions = {},
    permissions_mode = "any",
    is_foreign = target.is_foreign,
    target = target,
    build = build,
    classify = classify,
  }
end

-- Headers that the engine sends by itself.
local OF_ENGINE = {}
for _, name in ipairs { "host", "content-length", "transfer-encoding", "connection", "expect", "user-agent",
  "accept-encoding" } do
  OF_ENGINE[name] = true
end

--- The headers that an answer asks to send with a file.
---@param list any `uploadHeaders`: `{ name, value }` records
---@return table[]|nil pairs
---@return string|nil problem
function file_request.headers(list)
  local pairs_list = {}
  if list == nil or list == core.json.null then
    return pairs_list
  elseif type(list) ~= "table" or #list == 0 and next(list) ~= nil then
    return nil, "the upload headers of the answer are not a list"
  end
  for _, header in ipairs(list) do
    local name, value
    if type(header) == "table" then
      name, value = header.name, header.value
    end
    local is_valid = type(name) == "string" and name:find "^[%w!#$%%&'*+%-.^_`|~]+$"
      and type(value) == "string" and not value:find "%c"
    if not is_valid then
      return nil, "the answer has an upload header that can't be sent"
    elseif not OF_ENGINE[name:lower()] then
      pairs_list[#pairs_list + 1] = { name, value }
    end
  end
  return pairs_list
end

return file_request
