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
-- starts it, passes its first line on, and is gone.
local START = [[
parent=$PPID
out=$(mktemp -u "${TMPDIR:-/tmp}/sandbox.XXXXXX")
mkfifo "$out"
bin/extcontacts sandbox --parent $parent %s >"$out" 2>%s &
head -n 1 "$out"
rm "$out"
]]

--- Starts a sandbox; it ends with this process at the latest.
---@param options table<string, any>|nil the command's options, `search_lag` for --search-lag
---@return table server base_url, login_url, client_id, client_secret, pid, ca_file
function sandbox.start(options)
  local log = os.tmpname()
  local pipe = assert(io.popen(START:format(as_options(options or {}), log), "r"))
  local line = pipe:read("*l")
  pipe:close()
  if not line then
    local message = read_all(log)
    os.remove(log)
    error("the sandbox did not start:\n" .. message, 2)
  end
  local server = setmetatable(cjson.decode(line), Server)
  server.log = log
  server.port = tonumber(server.base_url:match(":(%d+)$"))
  return server
end

local shared

--- The sandbox that all specs of a run use; they `reset` it before each spec.
function sandbox.shared()
  if not shared then
    shared = sandbox.start { contacts = 500, rate = 0 }
  end
  return shared
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
    url = self.base_url .. path,
    headers = text and { ["content-length"] = #text, ["content-type"] = "application/json" } or nil,
    source = text and ltn12.source.string(text) or nil,
    sink = ltn12.sink.table(chunks),
  }
  local answer = table.concat(chunks)
  if not ok or status ~= 200 then
    error(("%s %s: %s %s"):format(method, path, tostring(status), answer), 2)
  end
  return cjson.decode(answer)
end

--- Back to the data and settings of its start; no faults, empty ledger.
function Server:reset(body)
  return self:control("POST", "/sandbox/reset", body)
end

--- What it wrote on standard error.
function Server:errors()
  return read_all(self.log)
end

--- Ends it and waits until it serves no more.
function Server:stop()
  if self.stopped then
    return
  end
  self.stopped = true
  os.execute(("kill %d 2>/dev/null"):format(self.pid))
  for _ = 1, 500 do
    local connection = socket.connect("127.0.0.1", self.port)
    if not connection then
      break
    end
    connection:close()
    socket.sleep(0.01)
  end
  os.remove(self.log)
  if shared == self then
    shared = nil
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
