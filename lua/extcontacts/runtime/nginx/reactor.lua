--- The engines of an nginx worker and the pump of each: the light thread that the
-- engine's background thread wakes (see `runtime.nginx`).

local core = require "extcontacts.core"
local pool = require "extcontacts.runtime.nginx.pool"
local waiters = require "extcontacts.runtime.nginx.waiters"

local reactor = {}

-- Idle connections an engine keeps open: as many as a busy worker uses.
local MAX_CONNECTIONS = 512

-- Seconds the pump waits for the engine's next byte.  nginx has no infinite
-- timeout; the engine writes within every request's deadline.
local LONGEST_SILENCE = 2 ^ 31 / 1000 - 1

-- Seconds after which a pump that did not connect is started again.
local PUMP_START = 1

---@class extcontacts.NginxWorker
---@field engine table
---@field connected boolean whether the pump can be woken
---@field started number|nil when the pump was started, until it is connected
local Worker = {}
Worker.__index = Worker

--- Collects finished transfers and wakes those who wait for them.
---@return integer count
function Worker:collect()
  local finished = self.engine:step(0)
  for index = 1, #finished do
    waiters.wake(finished[index])
  end
  return #finished
end

-- Directories that workers can usually write to; the last one that worked is
-- first.
local directories = { "/tmp", "/dev/shm", "/var/tmp" }

-- A path to connect to, or nil and the last failure.
local function listen(engine)
  local path, why
  for index, directory in ipairs(directories) do
    path, why = engine:listen(directory)
    if path then
      table.insert(directories, 1, table.remove(directories, index))
      return path
    end
  end
  return nil, why
end

-- The connection that the engine's thread writes to.
local function connect(engine)
  local path, why = listen(engine)
  if not path then
    return nil, why
  end
  local socket = ngx.socket.tcp()
  socket:settimeouts(5000, 5000, LONGEST_SILENCE * 1000)
  local ok
  ok, why = socket:connect("unix:" .. path)
  if ok and engine:accept() then
    return socket
  end
  socket:close()
  return nil, why or "the engine did not accept the connection"
end

-- The byte that the engine writes when nothing has been in flight for a while;
-- any other byte means that a transfer has finished.
local IDLE = "i"

local function listen_to(worker, socket)
  repeat
    local byte = socket:receive(1)
    local collected = worker:collect()
  until not byte or (byte == IDLE and collected == 0 and worker.engine:pending() == 0)
end

local function pump(worker)
  local socket, why = connect(worker.engine)
  worker.started = nil
  if not socket then
    ngx.log(ngx.ERR, "extcontacts has no socket to wait on and polls instead: ", why)
    worker.no_pump_until = core.engine.now() + 60
    return
  end
  worker.connected = true
  local jobs = pool.open()
  local ok, message = pcall(listen_to, worker, socket)
  worker.connected = false
  pool.close(jobs)
  socket:close()
  if not ok then
    ngx.log(ngx.ERR, "extcontacts: ", message)
  end
end

--- Starts the pump unless it runs, or is about to.
function Worker:start_pump()
  if self.connected then
    return
  end
  local now = core.engine.now()
  if (self.started and now - self.started < PUMP_START) or (self.no_pump_until or 0) > now then
    return
  end
  if ngx.timer.at(0, function()
    pump(self)
  end) then
    self.started = now
  else
    self.no_pump_until = now + PUMP_START -- too many timers; callers check for themselves
  end
end

------------------------------------------------------------------- leases --

-- A client's handle of an engine: closing it does not close the engine for the
-- others.
local Lease = {}
Lease.__index = Lease

function Lease:submit(request, authorization)
  return self.worker.engine:submit(request, authorization)
end

function Lease:usable()
  return not self.closed and self.worker.engine:usable()
end

function Lease:close()
  self.closed = true
end

-- Options as text → worker.  Weak, so that clients with many different options, one
-- after the other, do not leave an engine and its thread each.
local workers = setmetatable({}, { __mode = "v" })

-- The last ones created stay: a program may create a client for each request.
local recent, place, MOST_RECENT = {}, 0, 4

local function keep_recent(worker)
  if recent[place] ~= worker then
    place = place % MOST_RECENT + 1
    recent[place] = worker
  end
end

local function key_of(options)
  local parts = {}
  for name, value in pairs(options) do
    parts[#parts + 1] = name .. "=" .. type(value) .. ":" .. tostring(value)
  end
  table.sort(parts)
  return table.concat(parts, "\0")
end

--- The engine for these options, created at first use in a worker.
---@param options table options of `core.engine.new`
---@return table|nil
---@return table|nil failure
function reactor.lease(options)
  local key = key_of(options)
  local worker = workers[key]
  if not worker or not worker.engine:usable() then
    local own = { threaded = true, max_connections = MAX_CONNECTIONS }
    for name, value in pairs(options) do
      own[name] = value
    end
    local engine, failure = core.engine.new(own)
    if not engine then
      return nil, failure
    end
    worker = setmetatable({ engine = engine, connected = false }, Worker)
    workers[key] = worker
    keep_recent(worker)
  end
  return setmetatable({ worker = worker }, Lease)
end

return reactor
