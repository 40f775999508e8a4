--- Runs a request: the token endpoint, or an operation after the checks of the
-- token, rate limit, permissions, query and body, in this order.

local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local api_errors = require "extcontacts.sandbox.api_errors"
local handlers = require "extcontacts.sandbox.handlers"
local observed = require "extcontacts.sandbox.handlers.observed"
local query_params = require "extcontacts.sandbox.http.query_params"
local rate_windows = require "extcontacts.sandbox.state.rate_windows"
local request_body = require "extcontacts.sandbox.http.request_body"
local token_endpoint = require "extcontacts.sandbox.http.token_endpoint"

local answer = {}

local JSON_TYPE = "application/json"

local function check_rate(request, settings, token)
  local ok, err = pcall(rate_windows.check, token, settings)
  if settings.rate_headers and settings.rate > 0 then
    request.window_headers = rate_windows.headers(token, settings.rate)
  end
  if not ok then
    error(err, 0)
  end
end

local function check_permissions(row, token)
  local missing = token.client.permissions:missing(row.permissions, row.permissions_mode)
  if missing then
    local code = row.permissions_mode == "all" and "missing.permissions" or "missing.any.permissions"
    api_errors.raise(code, { permissions = table.concat(missing, ", ") })
  end
end

-- Whether the request has a body to be read: some operations do without one.
local function needs_body(row)
  for _, param in ipairs(row.params) do
    if param.place == "body" then
      return param.required or (tonumber(ngx.var.http_content_length) or 0) > 0
    end
  end
end

local function run_operation(request, settings)
  local row = request.row
  if not row then
    local allowed = request.allowed
    if #allowed > 0 then
      api_errors.raise("method.not.allowed", nil, { headers = { Allow = table.concat(allowed, ", ") } })
    end
    api_errors.raise("not.found")
  end
  local token = access_tokens.authenticate(ngx.var.http_authorization)
  request.token_number = token.number
  check_rate(request, settings, token)
  check_permissions(row, token)
  local ctx = {
    settings = settings,
    client = token.client,
    divisions = not row.short:find("divisionviews", 1, true) and access_tokens.divisions(token.client) or nil,
    token = token,
    row = row,
    arguments = request.arguments,
    path = request.path,
    raw_query = request.raw_query,
    query = query_params.read(row, request.raw_query),
    fault = request.fault,
  }
  if row.body_model and needs_body(row) then
    ctx.body = request_body.read_object(settings)
  end
  observed.sweep(settings)
  local body = handlers[row.short](ctx)
  request.items, request.written = ctx.items, ctx.written
  return {
    status = ctx.status or row.success_status,
    body = body,
    content_type = JSON_TYPE,
  }
end

local function run_token_endpoint(_, settings)
  if ngx.req.get_method() ~= "POST" then
    api_errors.raise("method.not.allowed", nil, { headers = { Allow = "POST" } })
  end
  local reply = token_endpoint(settings, ngx.var.http_authorization, request_body.read(settings))
  reply.content_type = JSON_TYPE
  return reply
end

-- Anything but an API error is a defect of the sandbox.
local function on_error(err)
  if api_errors.is(err) then
    return err
  end
  ngx.log(ngx.ERR, debug.traceback(tostring(err), 2))
  return api_errors.new("internal.server.error")
end

--- The reply that reports an error.
---@param err extcontacts.sandbox.ApiError
---@param correlation_id string
---@return extcontacts.sandbox.Reply
function answer.with_error(err, correlation_id)
  return {
    status = err.status,
    body = api_errors.body(err, correlation_id),
    content_type = JSON_TYPE,
    headers = err.headers,
  }
end

--- Runs a request.
---@param request extcontacts.sandbox.Request token_number and window_headers are set
---@param settings table<string, any>
---@return extcontacts.sandbox.Reply
function answer.run(request, settings)
  local run = request.operation == "oauth.token" and run_token_endpoint or run_operation
  local ok, result = xpcall(run, on_error, request, settings)
  if not ok then
    return answer.with_error(result, request.correlation_id)
  end
  return result
end

return answer
