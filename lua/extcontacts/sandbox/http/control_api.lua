--- The control path, /sandbox/…: for tests, from this machine only, without a
-- token.  No client code uses it.

local server_clock = require "extcontacts.sandbox.state.server_clock"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"
local dataset = require "extcontacts.sandbox.state.dataset"
local faults = require "extcontacts.sandbox.state.faults"
local json = require "extcontacts.base.json"
local request_log = require "extcontacts.sandbox.state.request_log"
local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local server_options = require "extcontacts.sandbox.server_options"
local paging = require "extcontacts.sandbox.handlers.paging"
local query_params = require "extcontacts.sandbox.http.query_params"

local control_api = {}

-- The settings of the start, and those in force.
local launched, settings

--- The settings in force.
function control_api.settings()
  return settings
end

local function copy(t)
  local c = {}
  for key, value in pairs(t) do
    c[key] = value
  end
  return c
end

local function reset()
  settings = copy(launched)
  server_clock.reset()
  scan_cursors.reset()
  paging.reset()
  request_log.reset(settings.ledger)
  access_tokens.reset_windows()
  assert(faults.set(settings.fault))
  dataset.build(settings)
end

--- Takes the settings of the start.
function control_api.configure(given)
  launched = given
  access_tokens.configure(given)
  reset()
end

local function apply_lags()
  for _, kind in pairs(dataset.kinds) do
    kind.lag = math.max(settings.search_lag, settings.read_lag)
  end
end

-- Changes settings while it runs; all of them or none.
local function change(given)
  local new = copy(settings)
  for key, value in pairs(given) do
    local row = server_options.by_key[key]
    if not row or not row.live then
      return nil, ("there is no setting %q that can be changed while it runs"):format(key)
    end
    local checked, message = server_options.check(row, value)
    if message then
      return nil, message
    end
    new[key] = checked
  end
  settings = new
  apply_lags()
  return true
end

local function shown_settings()
  local shown = {}
  for _, row in ipairs(server_options.rows) do
    if row.live then
      shown[row.key] = settings[row.key]
    end
  end
  return shown
end

local routes = {}

routes["GET /sandbox/health"] = function()
  return { status = "ok", pid = ngx.worker.pid(), looks = require("extcontacts.sandbox.server").looks }
end

routes["POST /sandbox/reset"] = function(body)
  if body.tokens then
    access_tokens.revoke {}
  end
  for _, key in ipairs { "contacts", "organizations", "seed" } do
    if body[key] ~= nil then
      local value, message = server_options.check(server_options.by_key[key], body[key])
      if message then
        return nil, message
      end
      body[key] = value
    end
  end
  local before = launched
  launched = copy(launched)
  for _, key in ipairs { "contacts", "organizations", "seed" } do
    launched[key] = body[key] or launched[key]
  end
  reset()
  -- Only this time; a plain reset comes back to the start's data.
  launched = before
  return { status = "reset" }
end

routes["GET /sandbox/counters"] = function()
  local counters = request_log.counters()
  counters.tokens_issued = access_tokens.issued()
  counters.memory_kilobytes = math.floor(collectgarbage("count"))
  counters.records = {}
  for name, kind in pairs(dataset.kinds) do
    counters.records[name] = kind.count
  end
  return counters
end

routes["GET /sandbox/ledger"] = function(_, args)
  local function first(name)
    return args[name] and args[name][1]
  end
  return request_log.list {
    limit = tonumber(first("limit")),
    since = tonumber(first("since")),
    operation = first("operation"),
  }
end

routes["DELETE /sandbox/ledger"] = function()
  request_log.reset()
  return { status = "cleared" }
end

routes["GET /sandbox/faults"] = function()
  return faults.list()
end

routes["POST /sandbox/faults"] = function(body)
  local list = body.faults or body
  if #list == 0 and next(list) ~= nil then
    list = { list }
  end
  local ok, message = faults.set(list)
  if not ok then
    return nil, message
  end
  return faults.list()
end

routes["DELETE /sandbox/faults"] = function()
  faults.set {}
  return faults.list()
end

routes["GET /sandbox/settings"] = shown_settings

routes["POST /sandbox/settings"] = function(body)
  local ok, message = change(body)
  if not ok then
    return nil, message
  end
  return shown_settings()
end

routes["POST /sandbox/tokens/revoke"] = function(body)
  return { revoked = access_tokens.revoke(body) }
end

routes["POST /sandbox/cursors/expire"] = function()
  scan_cursors.expire_all()
  return { status = "expired" }
end

routes["GET /sandbox/clock"] = function()
  return { now = server_clock.now(), shift = server_clock.shift() }
end

routes["POST /sandbox/clock"] = function(body)
  local seconds = tonumber(body.advance)
  if not seconds or seconds < 0 then
    return nil, "say by how many seconds: {\"advance\": 60}"
  end
  server_clock.advance(seconds)
  return { now = server_clock.now(), shift = server_clock.shift() }
end

routes["GET /sandbox/associations"] = function()
  return json.array(dataset.associations)
end

local function fail(status, message)
  return status, assert(json.encode { message = message })
end

--- Answers a request of the control path.
---@return integer status
---@return string body JSON
function control_api.answer(method, path, raw_query, body_text)
  local address = ngx.var.remote_addr
  if address ~= "::1" and not address:find("^127%.") then
    return fail(403, "the control path is for this machine only")
  end
  local route = routes[method .. " " .. path]
  if not route then
    return fail(404, "no such control: " .. method .. " " .. path)
  end
  local body = {}
  if body_text ~= "" then
    local message
    body, message = json.decode(body_text)
    if type(body) ~= "table" then
      return fail(400, message or "the body is a JSON object")
    end
  end
  local result, message = route(body, query_params.parse(raw_query))
  if not result then
    return fail(400, message)
  end
  return 200, assert(json.encode(result))
end

return control_api