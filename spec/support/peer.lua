-- A scripted peer for the engine's specs: a child process that answers raw bytes, and
-- so can produce faults that a real server does not.
--
--   local p = peer.start{ { {"read"}, {"send", peer.reply("hello")} } }
--   ... p.url, p.port ...
--   p:stop()
--
-- The script is a list of connections in the order they are accepted (later
-- ones repeat the last), each a list of actions: {"read"} one whole request,
-- {"send", bytes}, {"send_repeat", bytes, times}, {"await"}, which waits until the spec has
-- called `release`, {"close"}, {"reset"} and {"hang"}.  The end of the actions closes the
-- connection.
local socket = require "socket"

local peer = {}

local methods = {}
local meta = { __index = methods, __name = "peer" }

local function quote(value)
  if type(value) ~= "table" then
    return type(value) == "string" and ("%q"):format(value) or tostring(value)
  end
  local parts = {}
  for i, item in ipairs(value) do
    parts[i] = quote(item)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- A child process: its handle, its pid, and its first line that matches `pattern`.
function peer.spawn(command, pattern)
  local handle = assert(io.popen("echo $$; exec " .. command, "r"))
  local pid = assert(handle:read("*l"))
  for line in handle:lines() do
    local found = line:match(pattern)
    if found then
      return { handle = handle, pid = pid, found = found }
    end
  end
  handle:close()
  error("no answer from: " .. command, 2)
end

function peer.kill(child)
  os.execute("kill " .. child.pid .. " 2>/dev/null")
  child.handle:close()
end

--- Whether a server accepts connections at a port of this machine.
function peer.accepts(port)
  local client = socket.connect("127.0.0.1", port)
  if client then
    client:close()
  end
  return client ~= nil
end

--- A complete answer with its length; `head` has further header lines.
function peer.reply(body, head, status)
  return "HTTP/1.1 " .. (status or "200 OK") .. "\r\nContent-Length: " .. #body
    .. "\r\n" .. (head or "") .. "\r\n" .. body
end

function peer.start(script)
  local file, log = os.tmpname(), os.tmpname()
  local out = assert(io.open(file, "w"))
  out:write("return ", quote(script))
  out:close()
  local child = peer.spawn("lua5.4 spec/support/peer_server.lua " .. file
    .. " " .. log, "^(%d+)$")
  return setmetatable({
    child = child,
    port = tonumber(child.found),
    url = "http://127.0.0.1:" .. child.found,
    files = { file, log, log .. ".release" },
  }, meta)
end

--- The number of connections, and the requests read so far: a list of
--- { connection, method, path, head, headers (lower case), body }.
function methods:log()
  local connections, requests = 0, {}
  local function connection()
    connections = connections + 1
  end
  local function request(number, head, body)
    local method, path = head:match("^(%S+) (%S+) HTTP/1%.1\r\n")
    local headers = {}
    for name, value in head:gmatch("\n([^:\r\n]+): *([^\r\n]*)") do
      headers[name:lower()] = value
    end
    requests[#requests + 1] = {
      connection = number, method = method, path = path, head = head,
      headers = headers, body = body,
    }
  end
  local file = assert(io.open(self.files[2]))
  local text = file:read("*a")
  file:close()
  text = text:match("^.*\n%-%-\n") or "" -- the server may be writing its next entry
  assert(load("local connection, request = ...\n" .. text))(connection, request)
  return connections, requests
end

function methods:counts()
  local connections, requests = self:log()
  return { connections = connections, requests = #requests }
end

--- Lets the connections that await it go on.
function methods:release()
  assert(io.open(self.files[3], "w")):close()
end

function methods:stop()
  if self.child then
    peer.kill(self.child)
    self.child = nil
    for _, name in ipairs(self.files) do
      os.remove(name)
    end
  end
end

return peer
