--- Starts sandboxes for specs, and talks to their control path.
--
--   local sandbox = require "spec.support.sandbox"
--   local server = sandbox.shared()            -- one for the whole run
--   local server = sandbox.start { tls = true, contacts = 50, cursor_once = true }
--   server:control("POST", "/sandbox/faults", { { operation = "contacts.get", status = 503 } })
--   server:stop()

local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"
local socket = require "socket"

local sandbox = {}

local Server = {}
Server.__index = Server

local function quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

local function read_all(path)
  local file = io.open(path, "rb")
  if not file then
    return ""
  end
  local text = file:read("*a")
  file:close()
  return text
end

-- { search_lag = 2, tls = true, fault = { "…", "…" } } as options of the command.
local function as_options(options)
  local words = {}
  for key, value in pairs(options) do
    local flag = "--" .. key:gsub("_", "-")
    if value == true then
      words[#words + 1] = flag
    elseif value then
      for _, one in ipairs(type(value) == "table" and value or { value }) do
        words[#words + 1] = flag .. " " .. quote(one)
      end
    end
  end
  table.sort(words)
  return table.concat(words, " ")
end

-- The server must not be a child whose end closing a pipe waits for: a shell
-- starts it, passes its first lines on, and is gone.  Another shell stays, and
-- writes the server's exit status to the log.
local START = [[
parent=$PPID
out=$(mktemp -u "${TMPDIR:-/tmp}/sandbox.XXXXXX")
mkfifo "$out"
{ %s >"$out"; echo "exit status $?" >&2; } >/dev/null 2>>%s &
head -n %d "$out"
rm "$out"
]]

-- Its first lines, as many as are asked for.
local function launch(command, log, count)
  local pipe = assert(io.popen(START:format(command, log, count), "r"))
  local lines = {}
  for number = 1, count do
    lines[number] = pipe:read("*l")
  end
  pipe:close()
  return lines
end

-- Puts a bad network (spec/support/chaos.lua) between clients and the server.
local function put_chaos_before(server, settings, log)
  local lines = launch(("sh -c 'echo $$; exec lua5.4 spec/support/chaos.lua %d %s'"):format(
    server.port, settings), log, 2)
  local port = assert(lines[2], "the proxy did not start")
  server.proxy_pid = lines[1]
  server.base_url = server.base_url:gsub("%d+$", port)
  server.login_url = server.login_url:gsub("%d+$", port)
end

--- Starts a sandbox; it ends with this process at the latest.
--
-- With EXTCONTACTS_CHAOS="split=0.5 reset=0.02", or `chaos` among the options,
-- clients reach it through a bad network.  `resets = false` is for specs whose
-- client sends nothing again.
---@param options table<string, any>|nil the command's options, `search_lag` for --search-lag
---@return table server base_url, login_url, client_id, client_secret, pid, ca_file
function sandbox.start(options)
  local log = os.tmpname()
  local words = {}
  for name, value in pairs(options or {}) do
    words[name] = value
  end
  local chaos = words.chaos or os.getenv "EXTCONTACTS_CHAOS"
  if chaos and words.resets == false then
    chaos = chaos .. " reset=0"
  end
  words.chaos, words.resets = nil, nil
  local line = launch("bin/extcontacts sandbox --parent $parent " .. as_options(words), log, 1)[1]
  if not line then
    local message = read_all(log):gsub("exit status %d+\n$", "")
    os.remove(log)
    error("the sandbox did not start:\n" .. message, 2)
  end
  local server = setmetatable(cjson.decode(line), Server)
  server.port = tonumber(server.base_url:match(":(%d+)$"))
  server.direct_url = server.base_url
  if chaos then
    put_chaos_before(server, chaos, log)
  end
  -- Its name goes now: one that is shared ends after this process.
  server.log = assert(io.open(log, "rb"))
  os.remove(log)
  return server
end

local shared = {}

--- The sandbox that all specs of a run use; they `reset` it before each spec.
---@param options table|nil `{ resets = false }` for specs that count requests
function sandbox.shared(options)
  local resets = not (options and options.resets == false) or not os.getenv "EXTCONTACTS_CHAOS"
  if not shared[resets] then
    shared[resets] = sandbox.start { contacts = 500, rate = 0, resets = resets }
  end
  return shared[resets]
end

-- How the server has ended, and what it wrote on standard error; nil if it runs.
local function describe_end(server)
  for _ = 1, 200 do
    local log, status = server:errors():match "^(.-)exit status (%d+)\n"
    if status then
      status = tonumber(status)
      return ("the sandbox (pid %d) has ended with %s %d; its standard error: %s"):format(server.pid,
        status > 128 and "signal" or "status", status > 128 and status - 128 or status,
        log == "" and "(empty)" or log:gsub("%s+$", ""):gsub("\n", " | "))
    end
    socket.sleep(0.01)
  end
end

--- A request of the control path.
---@param method string
---@param path string `/sandbox/…`
---@param body table|nil
---@return any answer
function Server:control(method, path, body)
  local text = body and cjson.encode(body)
  local chunks = {}
  local request = self.ca_file and require("ssl.https").request or http.request
  local ok, status = request {
    method = method,
    url = self.direct_url .. path,
    headers = text and { ["content-length"] = #text, ["content-type"] = "application/json" } or nil,
    source = text and ltn12.source.string(text) or nil,
    sink = ltn12.sink.table(chunks),
  }
  local answer = table.concat(chunks)
  if not ok or status ~= 200 then
    local ended = not ok and describe_end(self)
    error(("%s %s: %s%s"):format(method, path, tostring(status), ended and "; " .. ended or " " .. answer), 2)
  end
  return cjson.decode(answer)
end

--- Back to the data and settings of its start; no faults, an empty request log.
function Server:reset(body)
  return self:control("POST", "/sandbox/reset", body)
end

--- `env` with the settings of a client of this server, for the shell; without
--- those of the person who runs the specs.
---@param more string|nil further words for `env`
---@return string
function Server:environment(more)
  return ("env -u XDG_STATE_HOME -u GENESYSCLOUD_ACCESS_TOKEN -u GENESYSCLOUD_PROFILE EXTCONTACTS_BASE_URL=%s "
    .. "EXTCONTACTS_LOGIN_URL=%s GENESYSCLOUD_OAUTHCLIENT_ID=%s GENESYSCLOUD_OAUTHCLIENT_SECRET=%s "
    .. "EXTCONTACTS_RATE=off %s"):format(self.base_url, self.login_url, self.client_id, self.client_secret, more or "")
end

--- What it wrote on standard error.
function Server:errors()
  self.log:seek "set"
  return self.log:read "*a"
end

--- Ends it and waits until it serves no more.
function Server:stop()
  if self.stopped then
    return
  end
  self.stopped = true
  os.execute(("kill %d %s 2>/dev/null"):format(self.pid, self.proxy_pid or ""))
  for _, url in ipairs { self.direct_url, self.base_url } do
    for _ = 1, 500 do
      local connection = socket.connect("127.0.0.1", url:match("%d+$"))
      if not connection then
        break
      end
      connection:close()
      socket.sleep(0.01)
    end
  end
  self.log:close()
  for resets, server in pairs(shared) do
    if server == self then
      shared[resets] = nil
    end
  end
end

--- One sandbox for the specs of a block, as it was at its start before each.
---@param options table<string, any> of `start`
---@param give fun(server: table, session: table) called before each spec, with a client of a new token
---@param setup function busted's, and so on
function sandbox.around(options, give, setup, teardown, before_each)
  local server
  setup(function()
    server = sandbox.start(options)
  end)
  teardown(function()
    local errors = server:errors()
    server:stop()
    assert(errors == "", errors)
  end)
  before_each(function()
    server:reset()
    give(server, require("spec.support.api").session(server))
  end)
end

return sandbox
