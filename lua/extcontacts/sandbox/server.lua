--- The entry points of nginx.conf: loads the sandbox into nginx, and prints its
-- address when it is ready.

local access_tokens = require "extcontacts.sandbox.state.access_tokens"
local ffi = require "ffi"
local file_links = require "extcontacts.sandbox.state.file_links"
local http = require "extcontacts.sandbox.http"
local json = require "extcontacts.base.json"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local shell = require "extcontacts.base.shell"
local state = require "extcontacts.sandbox.state"
local watchdog = require "extcontacts.sandbox.watchdog"

ffi.cdef [[
  void (*signal(int number, void (*handler)(int)))(int);
]]

local server = {
  --- Answers a request, see `extcontacts.sandbox.http`.
  serve = http.serve,
  --- Answers a request for a file of the other origin.
  serve_file = http.serve_file,
  --- Answers a request that nginx rejected.
  serve_rejected = http.serve_rejected,
}

-- Keeps the id of the sandbox's own organization apart from those of records.
local ORGANIZATION_TYPE = 92

local settings

--- Reads the settings and builds the data; an error ends nginx.
---@param path string file with the settings
function server.init(path)
  settings = assert(loadfile(path))()
  record_ids.configure(settings.seed)
  local id, secret = access_tokens.default_credentials()
  settings.organization_id = settings.organization_id or record_ids.make(ORGANIZATION_TYPE, 0)
  settings.client_id = settings.client_id or id
  settings.client_secret = settings.client_secret or secret
  for _, rule in ipairs(settings.faults and json.decode(settings.faults) or {}) do
    settings.fault[#settings.fault + 1] = rule
  end
  state.configure(settings)
end

-- The environment of a client, as commands for a shell.
local function shell_lines(facts)
  local variables = {
    { "EXTCONTACTS_BASE_URL", facts.base_url },
    { "EXTCONTACTS_LOGIN_URL", facts.login_url },
    { "GENESYSCLOUD_OAUTHCLIENT_ID", facts.client_id },
    { "GENESYSCLOUD_OAUTHCLIENT_SECRET", facts.client_secret },
    { "EXTCONTACTS_CA_FILE", facts.ca_file },
    { "EXTCONTACTS_RATE", settings.rate == 0 and "off" or nil },
    { "EXTCONTACTS_SANDBOX_PID", tostring(facts.pid) },
  }
  local lines = {}
  for _, variable in ipairs(variables) do
    local name, value = variable[1], variable[2]
    lines[#lines + 1] = value and ("export %s=%s\n"):format(name, shell.quoted(value))
  end
  return table.concat(lines)
end

--- Prints the address and credentials; nginx is listening by now.
function server.start()
  -- A closed terminal ends the sandbox; nginx would reload its configuration.
  ffi.C.signal(1, nil)
  -- Before the first line is printed: the process that waits for it may exit right after.
  local starter = watchdog.starter()
  local url = file_links.origin(settings, settings.port)
  local facts = {
    base_url = url,
    login_url = url,
    organization_id = settings.organization_id,
    client_id = settings.client_id,
    client_secret = settings.client_secret,
    pid = ngx.worker.pid(),
    ca_file = settings.ca_file,
    files_url = file_links.origin(settings, settings.files_port),
  }
  io.stdout:write(settings.env and shell_lines(facts) or assert(json.encode(facts)) .. "\n")
  io.stdout:flush()
  watchdog.start(settings, starter)
end

return server
