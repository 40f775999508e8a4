--- A request from its first line to its last byte: control path, token
-- endpoint, or an operation with its checks in the API's order.

local server_clock = require "extcontacts.sandbox.state.server_clock"
local control_api = require "extcontacts.sandbox.http.control_api"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"
local api_errors = require "extcontacts.sandbox.api_errors"
local faults = require "extcontacts.sandbox.state.faults"
local handlers = require "extcontacts.sandbox.handlers"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local json = require "extcontacts.base.json"
local request_log = require "extcontacts.sandbox.state.request_log"
local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local query_params = require "extcontacts.sandbox.http.query_params"
local router = require "extcontacts.sandbox.http.router"

local http = {}

local TOKEN_PATHS = { ["/oauth/token"] = true, ["/token"] = true }
local JSON_TYPE = "application/json"

-- The request's body, empty when there is none.
local function whole_body()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if body then
    return body
  end
  local path = ngx.req.get_body_file()
  local file = path and io.open(path, "rb")
  if not file then
    return ""
  end
  body = file:read("*a")
  file:close()
  return body
end

-- The same; ends the request when it is too long, unread if it says so.
local function read_body(settings)
  local length = tonumber(ngx.var.http_content_length) or 0
  local body = length <= settings.max_body and whole_body()
  if not body or #body > settings.max_body then
    api_errors.raise("request.entity.too.large", { maximum = settings.max_body })
  end
  return body
end

-- The decoded body of an operation that has one.
local function read_record(settings)
  local text = read_body(settings)
  local media_type = (ngx.var.http_content_type or ""):lower():match("^%s*([^;%s]*)")
  if media_type ~= JSON_TYPE then
    api_errors.raise("unsupported.media.type")
  end
  local value, message = json.decode(text)
  if type(value) ~= "table" or getmetatable(value) == json.array_mt then
    api_errors.raise("bad.request", nil, {
      message = message and "The request could not be understood by the server due to malformed syntax: " .. message
        or "The body is not a JSON object.",
    })
  end
  return value
end

local function problem_reply(problem, correlation_id)
  return {
    status = problem.status,
    body = api_errors.body(problem, correlation_id),
    content_type = JSON_TYPE,
    headers = problem.headers,
  }
end

-- An operation: who asks, how often, may they, what do they say, do it.
local function run_operation(request, settings)
  local row = request.row
  if not row then
    local allowed = request.allowed
    if #allowed > 0 then
      api_errors.raise("method.not.allowed", nil, { headers = { Allow = table.concat(allowed, ", ") } })
    end
    api_errors.raise("not.found")
  end
  local token, problem = access_tokens.authenticate(ngx.var.http_authorization)
  if not token then
    error(problem, 0)
  end
  request.token_number = token.number
  problem = access_tokens.count(settings, token)
  if settings.rate_headers and settings.rate > 0 then
    request.window_headers = access_tokens.window_headers(settings, token)
  end
  if problem then
    error(problem, 0)
  end
  if not token.client.permissions:has_any(row.permissions) then
    api_errors.raise("missing.any.permissions", { permissions = table.concat(row.permissions, ", ") })
  end
  local ctx = {
    settings = settings,
    row = row,
    arguments = request.arguments,
    path = request.path,
    raw_query = request.raw_query,
    query = query_params.read(row, request.raw_query),
  }
  if row.body_model then
    ctx.body = read_record(settings)
  end
  return {
    status = row.success_status,
    body = handlers[row.short](ctx),
    content_type = JSON_TYPE,
  }
end

local function answer_token(_, settings)
  if ngx.req.get_method() ~= "POST" then
    api_errors.raise("method.not.allowed", nil, { headers = { Allow = "POST" } })
  end
  local reply = access_tokens.token_endpoint(settings, ngx.var.http_authorization, read_body(settings))
  reply.content_type = JSON_TYPE
  return reply
end

-- A problem passes; anything else is a mistake in the sandbox.
local function on_error(message)
  if api_errors.is(message) then
    return message
  end
  ngx.log(ngx.ERR, debug.traceback(tostring(message), 2))
  return api_errors.new("internal.server.error")
end

local function run(request, settings)
  local answer = request.operation == "oauth.token" and answer_token or run_operation
  local ok, reply = xpcall(answer, on_error, request, settings)
  if not ok then
    reply = problem_reply(reply, request.correlation_id)
  end
  return reply
end

local function send(reply, correlation_id, more_headers)
  local body = reply.body
  ngx.status = reply.status
  local header = ngx.header
  header["ININ-Correlation-Id"] = correlation_id
  if server_clock.shift() ~= 0 then
    header["Date"] = ngx.http_time(math.floor(server_clock.now()))
  end
  if body and reply.content_type ~= "" then
    header["Content-Type"] = reply.content_type
  else
    header["Content-Type"] = nil
  end
  for _, headers in pairs { more_headers, reply.headers } do
    for name, value in pairs(headers) do
      header[name] = value
    end
  end
  if not body then
    if reply.status ~= 204 then
      header["Content-Length"] = 0
    end
    return ngx.send_headers()
  end
  if reply.cut then
    -- The promised length never comes; compressed it could not be counted.
    ngx.req.clear_header("Accept-Encoding")
    header["Content-Length"] = #body
    ngx.print(body:sub(1, reply.cut))
    ngx.flush(true)
    return ngx.exit(ngx.ERROR)
  end
  header["Content-Length"] = #body
  ngx.print(body)
end

-- What a fault does before the operation; true when the request ends here.
local function before_operation(fault, request)
  if fault.delay then
    ngx.sleep(fault.delay)
  end
  if fault.token then
    local text = (ngx.var.http_authorization or ""):match("%S+$")
    access_tokens.revoke { token = text or "" }
  end
  if fault.cursor then
    scan_cursors.expire_all()
  end
  if fault.drop == "before" then
    request_log.note(request, "dropped", fault)
    return true
  end
end

--- Answers a request.
function http.serve()
  local settings = control_api.settings()
  local method = ngx.req.get_method()
  local path, raw_query = ngx.var.request_uri:match("^([^?#]*)%??([^#]*)")
  if path:sub(1, 1) ~= "/" then
    path = path:match("^%a[%w+.-]*://[^/]*(/.*)$") or "/"
  end
  if path:sub(1, 9) == "/sandbox/" then
    local status, text = control_api.answer(method, path, raw_query, whole_body())
    return send({ status = status, body = text, content_type = JSON_TYPE }, record_ids.random())
  end

  local request = {
    method = method,
    path = path,
    raw_query = raw_query,
    correlation_id = record_ids.random(),
    connection = tonumber(ngx.var.connection),
  }
  if TOKEN_PATHS[path] then
    request.operation = "oauth.token"
  else
    local row, found = router.find(method, path)
    request.row = row
    request.operation = row and row.short or "unknown"
    request.arguments, request.allowed = found, found
  end

  local fault = faults.pick(request)
  if fault and before_operation(fault, request) then
    return ngx.exit(444)
  end
  local reply
  if fault and fault.status and not fault.after then
    reply = problem_reply(faults.problem(fault), request.correlation_id)
  else
    reply = run(request, settings)
    if fault and fault.status then
      reply = problem_reply(faults.problem(fault), request.correlation_id)
    end
  end
  if fault then
    if fault.drop == "after" then
      request_log.note(request, "dropped", fault)
      return ngx.exit(444)
    end
    faults.alter(fault, reply)
  end
  request_log.note(request, reply.status, fault)
  return send(reply, request.correlation_id, request.window_headers)
end

-- Statuses that nginx itself answers with, before Lua sees the request.
local REFUSED = { [413] = "request.entity.too.large", [405] = "method.not.allowed" }

--- Answers what nginx refused, in the API's shape.
function http.refused()
  local status = ngx.status
  if status >= 494 and status < 500 then
    status = 400
  end
  local code = REFUSED[status] or (status == 500 and "internal.server.error") or "bad.request"
  local correlation_id = record_ids.random()
  send(problem_reply(api_errors.new(code, { maximum = "" }, { status = status }), correlation_id), correlation_id)
end

return http
