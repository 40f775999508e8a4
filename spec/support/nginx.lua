-- An nginx with the module inside, for specs: the LuaJIT build, a master and its
-- workers, in a temporary directory.
--
--   local server = nginx.start { server = "location = /x { content_by_lua_block { … } }" }
--   server:get("/x") → status, body, headers
--   server:stop()

local files = require "extcontacts.base.files"
local http = require "socket.http"
local launch = require "extcontacts.sandbox.launch"
local ltn12 = require "ltn12"
local socket = require "socket"

local nginx = {}

local TEMPLATE = [[
daemon off;
worker_processes $workers;
pid $dir/nginx.pid;
error_log $dir/error.log $level;
$modules
$user
env PATH; env HOME; env TMPDIR; env LUA_PATH; env LUA_CPATH; env LUA_INIT; env EXTCONTACTS_REPORT;
env EXTCONTACTS_WITHOUT;
$main
events { worker_connections 4096; }
http {
  lua_package_path "$root/lua/?.lua;$root/lua/?/init.lua;$root/?.lua;;";
  lua_package_cpath "$root/build/luajit/?.so;;";
  access_log off;
  client_body_temp_path $dir/body;
  proxy_temp_path $dir/proxy;
  fastcgi_temp_path $dir/fastcgi;
  uwsgi_temp_path $dir/uwsgi;
  scgi_temp_path $dir/scgi;
  $http
  server {
    listen 127.0.0.1:$port $listen;
    $server
    location = /ready { return 204; }
  }
}
]]

local function output(command)
  local handle = assert(io.popen(command, "r"))
  local text = handle:read("*a")
  handle:close()
  return (text:gsub("%s+$", ""))
end

local Server = {}
Server.__index = Server

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function configuration(server, options)
  local _, modules = launch.find_nginx()
  local lines = {}
  for index, module in ipairs(modules) do
    lines[index] = ("load_module %q;"):format(module)
  end
  local values = {
    dir = server.directory, port = ("%d"):format(server.port), root = server.root,
    workers = options.workers or 1, level = options.level or "warn",
    modules = table.concat(lines, "\n"),
    -- as root, nginx would run its workers as another user
    user = output("id -u") == "0" and "user root;" or "",
    listen = options.listen or "", main = options.main or "", http = options.http or "", server = options.server or "",
  }
  return (TEMPLATE:gsub("%$(%l+)", values))
end

--- Starts nginx and waits until it serves requests.
---@param options { http: string|nil, server: string|nil, main: string|nil, workers: integer|nil, level: string|nil }
--- directives; `environment`: variables for env, `A=b C=d`;
--- `listen`: words after the address; `talks`: the output goes to standard error;
--- `root`: a folder with `lua` and `build` instead of this one
---@return table server
function nginx.start(options)
  local server = setmetatable({
    directory = output("mktemp -d"), root = options.root or output("pwd"), port = launch.free_port(),
  }, Server)
  server.url = "http://127.0.0.1:" .. server.port
  write(server.directory .. "/nginx.conf", configuration(server, options))
  local command = ("exec env %s %s -p %s -c nginx.conf -e error.log"):format(options.environment or "",
    (launch.find_nginx()), server.directory)
  server.handle = assert(io.popen("echo $$; " .. command .. (options.talks and " >&2" or " 2>&1"), "r"))
  server.pid = tonumber(server.handle:read("*l"))
  local ends_at = socket.gettime() + 90
  while not server:alive() do
    if socket.gettime() > ends_at or not files.read("/proc/" .. server.pid .. "/stat") then
      error("nginx does not start:\n" .. server:errors(), 2)
    end
    socket.sleep(0.01)
  end
  return server
end

-- Whether a worker answers: the socket exists before the workers do.
function Server:alive()
  return self:get("/ready", 10) == 204
end

--- Sends a request; no answer within `timeout` (60) seconds is a failure.
---@return integer|nil status
---@return string body or the failure
---@return table headers
function Server:request(method, path, body, timeout)
  local chunks = {}
  http.TIMEOUT = timeout or 60
  local ok, status, headers = http.request {
    method = method, url = self.url .. path,
    headers = body and { ["content-length"] = #body } or nil,
    source = body and ltn12.source.string(body) or nil,
    sink = ltn12.sink.table(chunks),
  }
  http.TIMEOUT = 60
  if not ok then
    return nil, status, {}
  end
  return status, table.concat(chunks), headers
end

function Server:get(path, timeout)
  return self:request("GET", path, nil, timeout)
end

--- Returns the body of an answer that must be 200.
function Server:must(path, timeout)
  local status, body = self:get(path, timeout)
  if status ~= 200 then
    error(("%s: %s %s\n%s"):format(path, tostring(status), body, self:errors()), 2)
  end
  return body
end

--- Opens a connection and sends a request, without waiting for the answer.
function Server:open(path)
  local client = assert(socket.connect("127.0.0.1", self.port))
  client:settimeout(60)
  assert(client:send("GET " .. path .. " HTTP/1.0\r\n\r\n"))
  return client
end

--- Returns the pids of the workers, including those that are about to exit.
function Server:workers()
  local pids = {}
  local children = files.read(("/proc/%d/task/%d/children"):format(self.pid, self.pid)) or ""
  for pid in children:gmatch("%d+") do
    pids[#pids + 1] = tonumber(pid)
  end
  return pids
end

--- Returns the numbers of a process's descriptors and threads.
function nginx.holdings(pid)
  local count = output(("ls /proc/%d/fd | wc -l; ls /proc/%d/task | wc -l"):format(pid, pid))
  local descriptors, threads = count:match("^(%d+)%s+(%d+)")
  return tonumber(descriptors), tonumber(threads)
end

--- Calls `test` until it returns a true value, at most 90 seconds.
function nginx.eventually(test)
  local ends_at = socket.gettime() + 90
  repeat
    local value = test()
    if value then
      return value
    end
    socket.sleep(0.01)
  until socket.gettime() > ends_at
  error("the condition did not become true in 90 seconds", 2)
end

--- Reloads the configuration, and waits until the old workers have ended.
function Server:reload()
  local old = {}
  for _, pid in ipairs(self:workers()) do
    old[pid] = true
  end
  os.execute("kill -HUP " .. self.pid)
  nginx.eventually(function()
    local workers = self:workers()
    for _, pid in ipairs(workers) do
      if old[pid] then
        return false
      end
    end
    return #workers > 0 and self:alive()
  end)
end

--- Returns the error log.
function Server:errors()
  return files.read(self.directory .. "/error.log") or ""
end

--- Stops nginx and returns the error log.
---@param signal string|nil QUIT: after its requests are answered
function Server:stop(signal)
  if not self.stopped then
    self.stopped = true
    os.execute(("kill -%s %d 2>/dev/null"):format(signal or "TERM", self.pid))
    self.handle:close()
    self.log = self:errors()
    os.execute("rm -rf " .. self.directory)
  end
  return self.log
end

return nginx
