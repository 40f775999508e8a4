--- The control API, /sandbox/…, for tests: from this machine only and without a
-- token.  No client code uses it.

local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local dataset = require "extcontacts.sandbox.state.dataset"
local faults = require "extcontacts.sandbox.state.faults"
local form_values = require "extcontacts.sandbox.http.form_values"
local json = require "extcontacts.base.json"
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

routes["GET /sandbox/associations"] = function()
  return json.array(dataset.associations)
end

local function reply(status, value)
  return { status = status, body = assert(json.encode(value)), content_type = "application/json" }
end

--- Answers a request of the control API.
---@param method string
---@param path string
---@param raw_query string
---@param body_text string
---@return extcontacts.sandbox.Reply
local function control_api(method, path, raw_query, body_text)
  local address = ngx.var.remote_addr
  if address ~= "::1" and not address:find("^127%.") then
    return reply(403, { message = "the control API is available from this machine only" })
  end
  local route = routes[method .. " " .. path]
  if not route then
    return reply(404, { message = ("%s %s is not in the control API, see docs/sandbox.md"):format(method, path) })
  end
  local body = {}
  if body_text ~= "" then
    local message
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
