-- Run by memerr, which lets every allocation fail in turn: a connection that sends an
-- HTTP request by hand, one that is refused, and one that may not be opened.
local core = require("extcontacts.core")
local port = ...

local function open(url)
  local stream, code, message = core.stream.open { url = url }
  if not stream then
    return nil, { code = code, message = message }
  end
  return stream
end

local stream, failure = open("http://127.0.0.1:" .. math.floor(port))
if not stream then
  return nil, failure
end
if not stream:write("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n") then
  return nil, { code = "memory" }
end
local received = ""
while not received:find("}", 1, true) do
  stream:step(1)
  received = received .. stream:read()
  local state, code, message = stream:state()
  if state == "closed" then
    return nil, { code = code, message = message }
  end
end
assert(received:find('{"id":"some"}', 1, true))
stream:close()
assert(not stream:usable())

local refused = open("http://127.0.0.1:1")
while refused and refused:state() == "connecting" do
  refused:step(1)
end
assert(not open("http://10.0.0.1:6379"))
return true
