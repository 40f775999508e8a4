--- Ends the sandbox when nobody needs it any more: its parent process is gone,
-- its lifetime is over, or its starter is gone and nobody reads its output.

local bit = require "bit"
local ffi = require "ffi"

local watchdog = {
  --- The number of checks so far.
  checks = 0,
}

-- Seconds between two checks.
local INTERVAL = 0.2

ffi.cdef [[
  int getppid(void);
  int kill(int pid, int signal);
  int extcontacts_poll(void *descriptors, unsigned long count, int timeout) __asm__("poll");
]]

--- The process that started the sandbox.
---@return integer pid
function watchdog.starter()
  return ffi.C.getppid()
end

local function is_alive(pid)
  -- EPERM (1) means that the process exists and belongs to another user.
  return ffi.C.kill(pid, 0) == 0 or ffi.errno() == 1
end

-- Whether standard output is a pipe without a reader or a closed terminal.
local function is_output_closed()
  local descriptor = ffi.new("struct { int fd; short events; short revents; }", 1, 0, 0)
  local POLLERR, POLLHUP = 8, 16
  return ffi.C.extcontacts_poll(descriptor, 1, 0) == 1 and bit.band(descriptor.revents, POLLERR + POLLHUP) ~= 0
end

local function stop(reason)
  ngx.log(ngx.WARN, "stopping the sandbox: ", reason)
  ffi.C.kill(ngx.worker.pid(), 15)
end

--- Starts the checks.
---@param settings table parent, max_lifetime
---@param starter integer result of `starter`
function watchdog.start(settings, starter)
  local started_at = ngx.now()
  local function check(premature)
    if premature then
      return
    end
    watchdog.checks = watchdog.checks + 1
    if settings.parent and not is_alive(settings.parent) then
      return stop("parent process " .. settings.parent .. " is gone")
    end
    if settings.max_lifetime and ngx.now() - started_at >= settings.max_lifetime then
      return stop("its lifetime is over")
    end
    if not settings.parent and not is_alive(starter) and is_output_closed() then
      return stop("its starter is gone and nobody reads its output")
    end
    ngx.timer.at(INTERVAL, check)
  end
  ngx.timer.at(INTERVAL, check)
end

return watchdog
