--- Serves HTTP: takes a request from its first line to its last byte.
--
-- A request of the control API goes to `control_api`.  Any other is routed,
-- run by `answer`, changed by the faults that apply to it, logged and sent; on
-- the port of the files, it is run by `file_origin` instead.
-- What an operation does with the records is up to the handlers.

local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local answer = require "extcontacts.sandbox.http.answer"
local api_errors = require "extcontacts.sandbox.api_errors"
local control_api = require "extcontacts.sandbox.http.control_api"
local faults = require "extcontacts.sandbox.state.faults"
local file_origin = require "extcontacts.sandbox.http.file_origin"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local request_body = require "extcontacts.sandbox.http.request_body"
local request_log = require "extcontacts.sandbox.state.request_log"
local router = require "extcontacts.sandbox.http.router"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"
local send = require "extcontacts.sandbox.http.send"
local state = require "extcontacts.sandbox.state"

local http = {}

---@class extcontacts.sandbox.Request
---@field method string
---@field path string not decoded
---@field raw_query string
---@field correlation_id string
---@field connection integer
---@field operation string short name, `oauth.token` or `unknown`
---@field row extcontacts.Operation|nil
---@field arguments table<string, string>|nil path arguments
---@field allowed string[]|nil without a row, the methods of the path
---@field token_number integer|nil
---@field window_headers table<string, number>|nil
---@field fault table|nil the effects of the rules that apply
---@field items integer|nil of a bulk request that was carried out: the number of its items
---@field written string[]|nil the ids of the records that it wrote

local TOKEN_PATHS = { ["/oauth/token"] = true, ["/token"] = true }

-- Applies the effects that come before the operation; true if the request ends.
local function start_fault(fault, request)
  if fault.delay then
    ngx.sleep(fault.delay)
  end
  if fault.token then
    access_tokens.revoke { token = access_tokens.bearer(ngx.var.http_authorization) or "" }
  end
  if fault.cursor then
    scan_cursors.expire_all()
  end
  if fault.drop == "before" then
    request_log.add(request, "dropped", fault)
    return true
  end
end

-- The reply of the origin, or of a fault that sets a status.
local function run(origin, request, settings, fault)
  local reply
  if not fault or not fault.status or fault.after then
    reply = origin.run(request, settings)
  end
  if fault and fault.status then
    reply = origin.with_error(faults.error(fault), request.correlation_id)
  end
  return reply
end

-- Runs a request with the faults that apply to it, logs it and sends the reply.
local function perform(origin, request, settings)
  local fault = faults.pick(request)
  if fault and start_fault(fault, request) then
    return ngx.exit(444)
  end
  request.fault = fault
  local reply = run(origin, request, settings, fault)
  if fault and fault.drop == "after" then
    request_log.add(request, "dropped", fault)
    return ngx.exit(444)
  elseif fault then
    faults.alter(fault, reply)
  end
  request_log.add(request, reply.status, fault)
  return send(reply, request.correlation_id, request.window_headers)
end

-- The path without scheme and host, which a proxy's client sends with it.
local function relative(path)
  return path:sub(1, 1) == "/" and path or path:match("^%a[%w+.-]*://[^/]*(/.*)$") or "/"
end

--- Answers the current request.
function http.serve()
  local settings = state.settings()
  local method = ngx.req.get_method()
  local path, raw_query = ngx.var.request_uri:match("^([^?#]*)%??([^#]*)")
  path = relative(path)
  if path:sub(1, 9) == "/sandbox/" then
    return send(control_api(method, path, raw_query, request_body.whole()), record_ids.random())
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
  return perform(answer, request, settings)
end

--- Answers the current request for a file of an export or import.
function http.serve_file()
  local path, raw_query = ngx.var.request_uri:match("^([^?#]*)%??([^#]*)")
  local method = ngx.req.get_method()
  return perform(file_origin, {
    method = method,
    path = relative(path),
    raw_query = raw_query,
    operation = (method == "PUT" or method == "POST") and "files.upload" or "files.download",
    connection = tonumber(ngx.var.connection),
  }, state.settings())
end

-- Status that nginx itself sends → code.
local REJECTED = { [413] = "request.entity.too.large", [405] = "method.not.allowed" }

--- Answers a request that nginx rejected before Lua could see it.
function http.serve_rejected()
  local status = ngx.status
  if status >= 494 and status < 500 then
    status = 400
  end
  local code = REJECTED[status] or (status == 500 and "internal.server.error") or "bad.request"
  local correlation_id = record_ids.random()
  local err = api_errors.new(code, { maximum = "" }, { status = status })
  send(answer.with_error(err, correlation_id), correlation_id)
end

return http
