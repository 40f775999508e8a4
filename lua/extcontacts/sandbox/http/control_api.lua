--- The control API, /sandbox/…, for tests: from this machine only and without a
-- token.  No client code uses it.

local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local api_errors = require "extcontacts.sandbox.api_errors"
local clusters = require "extcontacts.sandbox.state.clusters"
local dataset = require "extcontacts.sandbox.state.dataset"
local divisions = require "extcontacts.sandbox.state.divisions"
local faults = require "extcontacts.sandbox.state.faults"
local form_values = require "extcontacts.sandbox.http.form_values"
local json = require "extcontacts.base.json"
local observed = require "extcontacts.sandbox.handlers.observed"
local request_log = require "extcontacts.sandbox.state.request_log"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"
local server_clock = require "extcontacts.sandbox.state.server_clock"
local state = require "extcontacts.sandbox.state"
local watchdog = require "extcontacts.sandbox.watchdog"

-- Method and path → function(body, query) that returns the result, or nil and a
-- message.
local routes = {}

routes["GET /sandbox/health"] = function()
  return { status = "ok", pid = ngx.worker.pid(), checks = watchdog.checks }
end

routes["POST /sandbox/reset"] = function(body)
  if body.tokens then
    access_tokens.revoke {}
  end
  local ok, misuse = state.reset(body)
  if not ok then
    return nil, misuse
  end
  return { status = "reset" }
end

routes["GET /sandbox/counters"] = function()
  local counters = request_log.counters()
  counters.tokens_issued = access_tokens.issued()
  counters.memory_kilobytes = math.floor(collectgarbage("count"))
  counters.edits = dataset.edits
  counters.records = {}
  for type_name, records in pairs(dataset.collections) do
    counters.records[type_name] = records.count
  end
  return counters
end

routes["GET /sandbox/ledger"] = function(_, query)
  local function first(name)
    return query[name] and query[name][1]
  end
  return request_log.list {
    limit = tonumber(first("limit")),
    since = tonumber(first("since")),
    operation = first("operation"),
  }
end

routes["DELETE /sandbox/ledger"] = function()
  request_log.reset()
  return { status = "deleted" }
end

routes["GET /sandbox/faults"] = function()
  return faults.list()
end

routes["POST /sandbox/faults"] = function(body)
  local list = body.faults or body
  if #list == 0 and next(list) ~= nil then
    list = { list }
  end
  local ok, misuse = faults.set(list)
  if not ok then
    return nil, misuse
  end
  return faults.list()
end

routes["DELETE /sandbox/faults"] = function()
  faults.set {}
  return faults.list()
end

routes["GET /sandbox/settings"] = state.live_settings

routes["POST /sandbox/settings"] = function(body)
  local ok, misuse = state.change_settings(body)
  if not ok then
    return nil, misuse
  end
  return state.live_settings()
end

routes["POST /sandbox/tokens/revoke"] = function(body)
  return { revoked = access_tokens.revoke(body) }
end

routes["POST /sandbox/cursors/expire"] = function()
  scan_cursors.expire_all()
  return { status = "expired" }
end

local function clock_reading()
  return { now = server_clock.now(), shift = server_clock.shift() }
end

routes["GET /sandbox/clock"] = clock_reading

routes["POST /sandbox/clock"] = function(body)
  local seconds = tonumber(body.advance)
  if not seconds or seconds < 0 then
    return nil, 'advance must be a number of seconds: {"advance": 60}'
  end
  server_clock.advance(seconds)
  return clock_reading()
end

routes["POST /sandbox/contacts"] = function(body)
  if not observed.expires(body.type) or type(body.contact) ~= "table" then
    return nil, 'a type and a contact are needed: {"type": "Ephemeral", "contact": {…}}; the types are Ephemeral '
      .. "and Identified"
  end
  local ok, result = pcall(observed.create, state.settings(), body.type, body.contact)
  if ok then
    return json.decode(result)
  elseif api_errors.is(result) then
    return nil, api_errors.message(result)
  end
  error(result, 0)
end

routes["GET /sandbox/divisions"] = function()
  return json.array(divisions.list(state.settings()))
end

routes["POST /sandbox/divisions"] = function(body)
  local list = body.divisions
  if list ~= nil and list ~= json.null and type(list) ~= "table" then
    return nil, "divisions must be an array of ids and numbers, or null for all"
  elseif not access_tokens.set_divisions(tostring(body.client_id), type(list) == "table" and list or nil) then
    return nil, ("there is no client '%s'"):format(tostring(body.client_id))
  end
  return { status = "set" }
end

routes["POST /sandbox/clusterscans"] = function()
  local scan = clusters.scan()
  return { id = scan.id, clusters = #scan.clusters }
end

routes["GET /sandbox/associations"] = function()
  return json.array(dataset.associations)
end

local function reply(status, value)
  return { status = status, body = assert(json.encode(value)), content_type = "application/json" }
end

local function is_loopback(name)
  name = name:lower()
  return name == "localhost" or name == "[::1]" or name:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

-- Why a request must not control the sandbox; nil if it may.  A web page that the
-- user has open can send requests to this machine, and its name can be made to mean
-- this machine (DNS rebinding); but it can't change these headers.
local function refusal(var)
  if var.remote_addr ~= "::1" and not var.remote_addr:find "^127%." then
    return "the control API is available from this machine only"
  end
  local site = var.http_sec_fetch_site
  if var.http_origin or site and site ~= "none" and site ~= "same-origin" then
    return "the control API does not serve web pages; use curl or a script"
  end
  -- `var.host` is the host of the request line where that has one.
  local host = var.http_host or var.host .. ":" .. var.server_port
  local name, port = host:match "^([^:]+):(%d+)$"
  if not name then
    name, port = host:match "^(%[[%x:]+%]):(%d+)$"
  end
  if not (name and is_loopback(name) and is_loopback(var.host) and port == var.server_port) then
    return ("the control API is available as 127.0.0.1:%s and localhost:%s only; the Host header names another server")
      :format(var.server_port, var.server_port)
  end
end

--- Answers a request of the control API.
---@param method string
---@param path string
---@param raw_query string
---@param body_text string
---@return extcontacts.sandbox.Reply
local function control_api(method, path, raw_query, body_text)
  local message = refusal(ngx.var)
  if message then
    return reply(403, { message = message })
  end
  local route = routes[method .. " " .. path]
  if not route then
    return reply(404, { message = ("%s %s is not in the control API, see docs/sandbox.md"):format(method, path) })
  end
  local body = {}
  if body_text ~= "" then
    body, message = json.decode(body_text)
    if type(body) ~= "table" then
      return reply(400, { message = message or "the body must be a JSON object" })
    end
  end
  local result, misuse = route(body, form_values.parse(raw_query))
  if not result then
    return reply(400, { message = misuse })
  end
  return reply(200, result)
end

return control_api
