--- The sandbox inside nginx: reads its options, says that it is ready, watches
-- whether anybody still wants it.

local bit = require "bit"
local ffi = require "ffi"
local shell = require "extcontacts.base.shell"

local server = {
  --- How often it has looked whether it is still wanted.
  looks = 0,
}

-- Seconds between two looks.
local INTERVAL = 0.2

ffi.cdef [[
  int getppid(void);
  int kill(int pid, int signal);
  void (*signal(int number, void (*handler)(int)))(int);
  int extcontacts_poll(void *descriptors, unsigned long count, int timeout) __asm__("poll");
]]

local settings

--- Loads everything; a failure here ends nginx.
---@param path string file with the options
function server.init(path)
  settings = assert(loadfile(path))()
  local record_ids = require "extcontacts.sandbox.state.record_ids"
  local json = require "extcontacts.base.json"
  local access_tokens = require "extcontacts.sandbox.state.access_tokens"
  record_ids.configure(settings.seed)
  local id, secret = access_tokens.default_credentials()
  settings.client_id = settings.client_id or id
  settings.client_secret = settings.client_secret or secret
  for _, rule in ipairs(settings.faults and json.decode(settings.faults) or {}) do
    settings.fault[#settings.fault + 1] = rule
  end
  require("extcontacts.sandbox.http.control_api").configure(settings)
  require "extcontacts.sandbox.http"
end

local function alive(pid)
  -- 1 is EPERM: it is there, and somebody else's.
  return ffi.C.kill(pid, 0) == 0 or ffi.errno() == 1
end

-- Whether standard output is a pipe that nobody reads any more, or a terminal
-- that is gone.
local function output_abandoned()
  local descriptor = ffi.new("struct { int fd; short events; short revents; }", 1, 0, 0)
  local POLLERR, POLLHUP = 8, 16
  return ffi.C.extcontacts_poll(descriptor, 1, 0) == 1 and bit.band(descriptor.revents, POLLERR + POLLHUP) ~= 0
end

local function stop(reason)
  ngx.log(ngx.WARN, "the sandbox stops: ", reason)
  ffi.C.kill(ngx.worker.pid(), 15)
end

-- Nobody should have to look for sandboxes whose starter died.
local function watch(starter)
  local started = ngx.now()
  local function look(premature)
    if premature then
      return
    end
    server.looks = server.looks + 1
    if settings.parent and not alive(settings.parent) then
      return stop("process " .. settings.parent .. " is gone")
    end
    if settings.max_lifetime and ngx.now() - started >= settings.max_lifetime then
      return stop("its lifetime is over")
    end
    if not settings.parent and not alive(starter) and output_abandoned() then
      return stop("its starter is gone and nobody reads its output")
    end
    ngx.timer.at(INTERVAL, look)
  end
  ngx.timer.at(INTERVAL, look)
end

-- What a client reads from its environment, for a shell to read in.
local function as_shell(facts)
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

--- Says that it is ready; nginx listens by now.
function server.start()
  -- A closed terminal ends it; nginx would read its configuration again.
  ffi.C.signal(1, nil)
  -- Asked before the ready line: whoever waits for it may be gone right after.
  local starter = ffi.C.getppid()
  local json = require "extcontacts.base.json"
  local scheme = settings.tls and "https" or "http"
  local url = ("%s://127.0.0.1:%d"):format(scheme, settings.port)
  local facts = {
    base_url = url,
    login_url = url,
    client_id = settings.client_id,
    client_secret = settings.client_secret,
    pid = ngx.worker.pid(),
    ca_file = settings.ca_file,
  }
  io.stdout:write(settings.env and as_shell(facts) or assert(json.encode(facts)) .. "\n")
  io.stdout:flush()
  watch(starter)
end

return server
