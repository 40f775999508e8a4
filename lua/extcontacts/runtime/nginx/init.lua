--- How code inside nginx (ngx_lua, OpenResty) waits: its light thread yields to
-- nginx, and the worker serves other requests.
--
-- A background thread drives the worker's engine.  It wakes one light thread,
-- the pump, through a private unix socket; the pump collects finished transfers
-- and posts the semaphores that the callers wait on.  The pump runs in a timer,
-- starts with the first request in flight and ends soon after the last one, so
-- that it never keeps a worker from exiting.

local callsite = require "extcontacts.base.callsite"
local core = require "extcontacts.core"
local reactor = require "extcontacts.runtime.nginx.reactor"
local tasks = require "extcontacts.runtime.nginx.tasks"
local waiters = require "extcontacts.runtime.nginx.waiters"

local nginx = {}

-- Phases whose code may yield.  (Others: init, init_worker, set, log,
-- header_filter, body_filter, balancer, ssl_session_store, exit_worker.)
local CAN_WAIT = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true,
  preread = true, ssl_cert = true, ssl_client_hello = true, ssl_session_fetch = true,
}

local REFUSAL = "extcontacts can't wait in nginx's %s phase: call it in the rewrite, access or content "
  .. "phase or in a timer; from here, use ngx.timer.at(0, function() … end)"

-- Seconds after which a caller checks for itself: while the pump runs; and while
-- it does not, for the one caller whose turn it is and for the others.
local LONGEST, OWN_TURN, OTHERS = 1, 0.005, 0.1

--- Seconds after which code that waits for another light thread looks whether that
-- still exists.
nginx.longest_wait = LONGEST

--- Whether this code runs inside nginx.
---@return boolean
function nginx.present()
  local ngx = rawget(_G, "ngx")
  return type(ngx) == "table" and ngx.get_phase ~= nil and ngx.timer ~= nil
end

--- Whether this code runs in init_by_lua, before the workers exist.
---@return boolean
function nginx.starts()
  return nginx.present() and ngx.get_phase() == "init"
end

--- Whether this code runs where it can wait.
---@return boolean
function nginx.can_wait()
  return CAN_WAIT[ngx.get_phase()] == true
end

--- Raises an error where code can't wait, at the line that called the module.
function nginx.check()
  local phase = ngx.get_phase()
  if not CAN_WAIT[phase] then
    error(REFUSAL:format(phase), callsite.level())
  end
end

--- The worker's engine with these options; all clients share it.
---@param options table options of `core.engine.new`
---@return table engine its `close` does not close it for the others
function nginx.engine(options)
  return reactor.lease(options)
end

--- Wakes those who wait for something that is not a transfer.
nginx.notify = waiters.wake

--- Runs a function concurrently with the running code.
nginx.spawn = tasks.spawn

--- Runs a function independently of the current request; nil if nginx has no
-- timer left.
nginx.detach = tasks.detach

--- Calls `fn(is_exiting)` in a timer; the latter when the worker exits.
---@param seconds number
---@param fn fun(is_exiting: boolean)
---@return boolean planned false if nginx has no timer left
function nginx.after(seconds, fn)
  return (ngx.timer.at(seconds, fn)) and true or false
end

--- Light threads need no kick.
function nginx.kick()
end

nginx.task = tasks.current

--- Whether a light thread waits for something.  One that nginx ended does not.
nginx.awaits = waiters.has

--- When the calls of the running task must have ended.
---@return number|nil monotonic seconds
function nginx.deadline()
  local task = tasks.current()
  return task and task.deadline
end

-- How long to sleep before checking for oneself.
local function patience(worker)
  if not worker or worker.connected then
    return LONGEST
  end
  local now = core.engine.now()
  if (worker.next_look or 0) > now then
    return OTHERS
  end
  worker.next_look = now + OWN_TURN
  return OWN_TURN
end

-- Waits to be woken once, at most for some seconds.
local function wait_once(worker, waitable, task, seconds)
  if worker then
    worker:start_pump()
  end
  if task then
    task.awaited = waitable
  end
  local woken = waiters.wait(waitable, math.min(patience(worker), seconds))
  if task then
    task.awaited, task.waitable = nil, nil
  end
  if worker and not woken then
    worker:collect()
  end
end

--- Waits until something is done; when the task must end, cancels it.
---@param engine table|nil from `nginx.engine`, if the waitable is its transfer
---@param waitable table
function nginx.wait(engine, waitable)
  local worker, task = engine and engine.worker, tasks.current()
  while not waitable:done() do
    if task and task.cancelled and waitable.cancel then
      waitable:cancel(task.cancelled)
    end
    if not waitable:done() then
      if task then
        task.waitable = waitable
      end
      wait_once(worker, waitable, task, LONGEST)
    end
  end
end

--- Waits until something is done, or until a time.  It is shared: it is not
-- cancelled when the task must end.
---@param engine table|nil from `nginx.engine`, if the waitable needs its transfers
---@param waitable table a detached task, or with one in `task`, if its end depends on it
---@param due number
---@param now fun(): number
---@return boolean done
function nginx.wait_until(engine, waitable, due, now)
  local worker, task = engine and engine.worker, tasks.current()
  while not waitable:done() do
    local left = due - now()
    if left <= 0 or (task and task.cancelled) then
      return false
    end
    left = math.min(left, tasks.start_late(waitable.task or waitable))
    if not waitable:done() then
      wait_once(worker, waitable, task, math.max(left, 0.001)) -- nginx counts milliseconds
    end
  end
  return true
end

-- Done at a time.  Not a closure: nginx reuses the stack of a light thread that it
-- ends, and a closure over its locals then reads another's.
local Alarm = {}
Alarm.__index = Alarm

function Alarm:done()
  return self.now() >= self.due
end

--- Waits for a time.
---@param _ table
---@param seconds number
---@param now fun(): number
---@return boolean passed false when the task must end
function nginx.sleep(_, seconds, now)
  local due = now() + seconds
  return seconds <= 0 or nginx.wait_until(nil, setmetatable({ due = due, now = now }, Alarm), due, now)
    or now() >= due -- between two looks at the clock
end

return nginx
