--- Sockets of nginx that keep to a time.  nginx's own timeouts are for each operation, and
-- a name that no resolver answers for has another: 30 seconds.

local core = require "extcontacts.core"

local nginx_socket = {}

local function left_until(due)
  return math.max(due - core.engine.now(), 0.001)
end

--- Lets the next operations take until a time.
---@param socket table
---@param due number monotonic seconds
function nginx_socket.set_time(socket, due)
  local left = math.ceil(left_until(due) * 1000)
  socket:settimeouts(left, left, left)
end

-- The function of a light thread.
local function establish(attempt, socket, host, port, pool)
  attempt.ok, attempt.why = socket:connect(host, port, pool)
  attempt.is_done = true
end

-- The same; nginx spawns Lua functions only.
local function sleep(seconds)
  ngx.sleep(seconds)
end

--- Connects, or takes a connection from the pool.
---@param host string
---@param port integer
---@param pool table options of nginx's `connect`
---@param due number monotonic seconds
---@return table|nil socket
---@return string|nil problem
function nginx_socket.connect(host, port, pool, due)
  local socket, attempt = ngx.socket.tcp(), {}
  nginx_socket.set_time(socket, due)
  if host:find "^%[" or host:find "^[%d.]+$" then -- no name
    establish(attempt, socket, host, port, pool)
  else
    local thread = ngx.thread.spawn(establish, attempt, socket, host, port, pool)
    if attempt.is_done then
      ngx.thread.wait(thread)
    else
      local alarm = ngx.thread.spawn(sleep, left_until(due))
      ngx.thread.wait(thread, alarm)
      ngx.thread.kill(attempt.is_done and alarm or thread)
    end
  end
  return attempt.ok and socket or nil, attempt.why or not attempt.is_done and "timeout" or nil
end

return nginx_socket
