-- A bad network between a client and a server: a proxy that forwards bytes in small
-- pieces and late, and resets connections.
--   lua5.4 spec/support/chaos.lua PORT [name=value ...]
-- prints its own port, forwards to PORT of this machine, and ends when no server listens
-- there any more.  The same seed produces the same faults.
--
--   seed=1     of the random numbers
--   split=0.5  share of the bursts that are cut into small pieces
--   delay=0.2  share of the pieces that are late, by up to
--   late=0.003 seconds
--   reset=0    share of the exchanges that end in a reset: before the request
--              is forwarded, instead of its answer, within it, or after it
--   safe=1     resets only requests that every client may retry (GET, tokens), and
--              not after the answer; 0: of all methods
--   agent=     resets only requests that contain this text
-- Traffic that can't be read, such as TLS, is reset only with safe=0 and no agent.
local socket = require "socket"

local options = { seed = 1, split = 0.5, delay = 0.2, late = 0.003, reset = 0, safe = 1, agent = "" }
for index = 2, #arg do
  local name, value = arg[index]:match("^(%w+)=(.*)$")
  assert(options[name], "unknown option: " .. arg[index])
  options[name] = type(options[name]) == "number" and assert(tonumber(value), arg[index]) or value
end
local upstream_port = assert(tonumber(arg[1]))

-- Seconds of silence after which an answer has ended, and between two checks whether
-- the server still runs.
local QUIET, LOOK = 0.005, 0.5
-- Bytes of a burst that are cut into small pieces; the rest is sent in larger ones.
local FINE = 600
-- Bytes that may be queued in one direction; beyond them, reading pauses.
local FULL = 262144

local FATES = { "before", "instead", "within", "after" }

local function generator(seed)
  local state = (seed * 7919 + 12345) % 2147483647
  if state == 0 then
    state = 1
  end
  local function random(limit)
    state = (state * 16807) % 2147483647
    if limit then
      return math.floor(state / 2147483647 * limit) + 1
    end
    return state / 2147483647
  end
  for _ = 1, 8 do
    random() -- the first numbers of neighbouring seeds are similar
  end
  return random
end

local connections = {} -- socket -> connection
local counts = { connections = 0, resets = 0 }

local function close(connection, reset)
  if connection.closed then
    return
  end
  connection.closed = true
  if reset then
    counts.resets = counts.resets + 1
    connection.client:setoption("linger", { on = true, timeout = 0 })
  end
  for _, side in ipairs { connection.client, connection.server } do
    connections[side] = nil
    side:close()
  end
end

-- Queues bytes for a direction, in pieces that each have a due time.
local function queue(connection, way, bytes)
  local random = connection.random
  local cut = random() < options.split
  local position, now = 1, socket.gettime()
  local due = math.max(now, way.due)
  while position <= #bytes do
    local length = #bytes
    if cut then
      length = random(position <= FINE and 40 or 8192)
    end
    if random() < options.delay then
      due = due + random() * options.late
    end
    way[#way + 1] = { bytes = bytes:sub(position, position + length - 1), due = due }
    position = position + length
  end
  way.due, way.size = due, way.size + #bytes
end

local function may_reset(bytes)
  local method, path = bytes:match("^(%u+) (%S+) HTTP/1%.1\r\n")
  if not method then
    return options.safe == 0 and options.agent == ""
  end
  return (options.safe == 0 or method == "GET" or path:find("/oauth/token", 1, true) ~= nil)
    and bytes:find(options.agent, 1, true) ~= nil
end

-- Bytes from the client; the first ones after an answer begin a request.
local function from_client(connection, bytes)
  if connection.answering then
    connection.answering, connection.fate = false, nil
    if connection.random() < options.reset and may_reset(bytes) then
      -- A reset after the answer may hit the next request, whatever its method.
      connection.fate = FATES[connection.random(options.safe == 0 and 4 or 3)]
    end
    if connection.fate == "before" then
      return close(connection, true)
    end
  end
  queue(connection, connection.up, bytes)
end

local function from_server(connection, bytes)
  connection.answering = true
  connection.quiet_since = socket.gettime()
  if connection.fate == "instead" then
    return close(connection, true)
  elseif connection.fate == "within" then
    -- Never the last byte, which would complete the answer.
    bytes = bytes:sub(1, connection.random(#bytes) - 1)
    connection.down.last = true
  end
  queue(connection, connection.down, bytes)
end

local function direction(from, to, take)
  return { from = from, to = to, take = take, due = 0, size = 0 }
end

local function accept(client)
  local server = socket.connect("127.0.0.1", upstream_port)
  if not server then
    client:close()
    return
  end
  counts.connections = counts.connections + 1
  local connection = {
    client = client, server = server, answering = true,
    random = generator(options.seed * 1000003 + counts.connections),
  }
  connection.up = direction(client, server, from_client)
  connection.down = direction(server, client, from_server)
  for _, side in ipairs { client, server } do
    side:settimeout(0)
    side:setoption("tcp-nodelay", true)
    connections[side] = connection
  end
end

-- Reads the available bytes; the end of one direction is passed to the other side.
local function read(connection, way)
  local bytes, why, partial = way.from:receive(65536)
  bytes = bytes or partial
  if bytes ~= "" then
    way.take(connection, bytes)
  elseif why == "closed" then
    way.ended = true
  end
end

local function write(connection, way)
  local now = socket.gettime()
  while way[1] and way[1].due <= now and not connection.closed do
    local piece = way[1]
    local last, why, partial = way.to:send(piece.bytes)
    last = last or partial
    way.size = way.size - last
    if last < #piece.bytes then
      piece.bytes = piece.bytes:sub(last + 1)
      if why == "closed" then
        close(connection)
      end
      return
    end
    table.remove(way, 1)
  end
  if way[1] or connection.closed then
    return
  elseif way.last then
    close(connection, true)
  elseif way.ended and not way.notified then
    way.notified = true
    way.to:shutdown("send")
    if connection.up.ended and connection.down.ended then
      close(connection)
    end
  end
end

-- Returns what to select for on a connection, and when to check it again.
local function prepare(connection, now, readers, writers)
  local wake = now + LOOK
  for _, way in ipairs { connection.up, connection.down } do
    if not way.ended and not way.last and way.size < FULL then
      readers[#readers + 1] = way.from
    end
    if way[1] and way[1].due <= now then
      writers[#writers + 1] = way.to
    elseif way[1] then
      wake = math.min(wake, way[1].due)
    end
  end
  if connection.fate == "after" and connection.answering then
    wake = math.min(wake, connection.quiet_since + QUIET)
  end
  return wake
end

local function finish(connection, now)
  for _, way in ipairs { connection.up, connection.down } do
    if not connection.closed and not way[1] and (way.ended or way.last) then
      write(connection, way)
    end
  end
  if not connection.closed and connection.fate == "after" and connection.answering
    and not connection.down[1] and now - connection.quiet_since >= QUIET then
    close(connection, true)
  end
end

local listener = assert(socket.bind("127.0.0.1", 0, 128))
listener:settimeout(0)
local _, own_port = listener:getsockname()
print(own_port)
io.stdout:flush()

local looked = socket.gettime()
while true do
  local now = socket.gettime()
  local readers, writers, wake, all = { listener }, {}, now + LOOK, {}
  for side, connection in pairs(connections) do
    if side == connection.client then
      all[#all + 1] = connection
      wake = math.min(wake, prepare(connection, now, readers, writers))
    end
  end
  local readable, writable = socket.select(readers, writers, math.max(0, wake - now))
  for _, side in ipairs(readable) do
    local connection = connections[side]
    if side == listener then
      local client = listener:accept()
      if client then
        accept(client)
      end
    elseif connection then
      read(connection, side == connection.client and connection.up or connection.down)
    end
  end
  for _, side in ipairs(writable) do
    local connection = connections[side]
    if connection then
      write(connection, side == connection.client and connection.down or connection.up)
    end
  end
  now = socket.gettime()
  for _, connection in ipairs(all) do
    finish(connection, now)
  end
  if now - looked > LOOK then
    looked = now
    local probe = socket.connect("127.0.0.1", upstream_port)
    if not probe then
      break
    end
    probe:close()
  end
end
