-- The child process of spec.support.peer: accepts connections on a free port and plays
-- the script of each.  Run as
--   lua5.4 spec/support/peer_server.lua SCRIPT LOG
-- It prints its port, appends each connection and request to LOG as Lua calls, and ends
-- after two minutes.  LOG.release ends the waits of {"await"}.
local socket = require "socket"

local script = assert(loadfile(arg[1]))()
local log = assert(io.open(arg[2], "a"))
log:setvbuf("no")

local ends_at = socket.gettime() + 120
local waiting = { read = {}, write = {} } -- socket -> coroutine
local awaiting = {} -- coroutines

local function wait(client, direction)
  waiting[direction][client] = coroutine.running()
  coroutine.yield()
end

-- The client's next bytes; nil once it has closed.
local function receive(client)
  while true do
    local bytes, why, partial = client:receive(65536)
    bytes = bytes or partial
    if bytes ~= "" then
      return bytes
    elseif why ~= "timeout" then
      return nil
    end
    wait(client, "read")
  end
end

local function send(client, bytes)
  local position = 1
  while position <= #bytes do
    local last, why, partial = client:send(bytes, position)
    if not last and why ~= "timeout" then
      return false
    end
    position = (last or partial) + 1
    if position <= #bytes then
      wait(client, "write")
    end
  end
  return true
end

-- Each receives the client, the connection's state and the action's arguments, and
-- returns false when the connection has ended.
local actions = {}

-- Reads until the client has sent `length` bytes; false once it has closed.
local function fill(client, state, length)
  while #state.unread < length do
    local bytes = receive(client)
    if not bytes then
      return false
    end
    state.unread = state.unread .. bytes
  end
  return true
end

-- Reads one request with its body, and logs it.
function actions.read(client, state)
  local head_end
  repeat
    head_end = select(2, state.unread:find("\r\n\r\n", 1, true))
    if not head_end and not fill(client, state, #state.unread + 1) then
      return false
    end
  until head_end
  local head = state.unread:sub(1, head_end)
  local length = head_end
    + tonumber(head:lower():match("\ncontent%-length: *(%d+)") or 0)
  if not fill(client, state, length) then
    return false
  end
  log:write(("request(%d, %q, %q)\n--\n"):format(state.number, head,
    state.unread:sub(head_end + 1, length)))
  state.unread = state.unread:sub(length + 1)
  return true
end

function actions.send(client, _, bytes)
  return send(client, bytes)
end

function actions.send_repeat(client, _, bytes, times)
  for _ = 1, times do
    if not send(client, bytes) then
      return false
    end
  end
  return true
end

function actions.await()
  awaiting[#awaiting + 1] = coroutine.running()
  coroutine.yield()
  return true
end

-- Sends nothing until the client closes.
function actions.hang(client)
  repeat
    local bytes = receive(client)
  until not bytes
  return false
end

function actions.close()
  return false
end

-- Closes with a TCP reset.
function actions.reset(client)
  client:setoption("linger", { on = true, timeout = 0 })
  return false
end

local function serve(client, number)
  local state = { number = number, unread = "" }
  log:write(("connection(%d)\n--\n"):format(number))
  for _, action in ipairs(script[number] or script[#script]) do
    if not actions[action[1]](client, state, action[2], action[3]) then
      break
    end
  end
  client:close()
end

-- Resumes those that await the release once it has come.
local function release()
  local file = #awaiting > 0 and io.open(arg[2] .. ".release")
  if file then
    file:close()
    local released = awaiting
    awaiting = {}
    for _, thread in ipairs(released) do
      assert(coroutine.resume(thread))
    end
  end
end

local listener = assert(socket.bind("127.0.0.1", 0, 64))
listener:settimeout(0)
local _, port = listener:getsockname()
print(port)
io.stdout:flush()

local connections = 0
while socket.gettime() < ends_at do
  local readers, writers = { listener }, {}
  for client in pairs(waiting.read) do
    readers[#readers + 1] = client
  end
  for client in pairs(waiting.write) do
    writers[#writers + 1] = client
  end
  local ready = { read = {}, write = {} }
  ready.read, ready.write = socket.select(readers, writers, #awaiting > 0 and 0.01 or 1)
  release()
  for direction, clients in pairs(ready) do
    for _, client in ipairs(clients) do
      local thread = waiting[direction][client]
      waiting[direction][client] = nil
      if client == listener then
        local accepted = listener:accept()
        if accepted then
          connections = connections + 1
          accepted:settimeout(0)
          accepted:setoption("tcp-nodelay", true)
          thread, client = coroutine.create(serve), accepted
        end
      end
      if thread then
        assert(coroutine.resume(thread, client, connections))
      end
    end
  end
end
