-- Runs scripts as processes, in the interpreter that runs the specs.
local socket = require "socket"

local script = {}

--- The interpreter of the specs, as it was called.
script.interpreter = "lua5.4"
do
  local index = 0
  while arg and arg[index - 1] do
    index = index - 1
  end
  script.interpreter = arg and arg[index] or script.interpreter
end

local Running = {}
Running.__index = Running

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function take(path)
  local file = assert(io.open(path, "r"))
  local text = file:read("*a")
  file:close()
  os.remove(path)
  return text
end

local START = [[
sh -c 'echo $$; exec env --default-signal=INT,TERM %s "%s" %s %s' 2>%s
echo "exit $?"
]]

--- Starts a script with default signal handling, also if the specs ignore signals.
-- `arguments` follow it in the shell.
---@param text string the script
---@param arguments string|nil
---@param environment string|nil variables for env, `A=b C=d`
---@return table running `pid`, `finish`, `signal`
function script.start(text, arguments, environment)
  local path, errors = os.tmpname(), os.tmpname()
  write(path, text)
  local handle = assert(io.popen(START:format(environment or "", script.interpreter, path, arguments or "",
    errors), "r"))
  return setmetatable({
    pid = assert(handle:read("*l")),
    handle = handle,
    path = path,
    errors = errors,
  }, Running)
end

--- Sends a signal, such as "INT".
function Running:signal(name)
  os.execute(("kill -%s %s"):format(name, self.pid))
end

--- Returns the next line of its output.
function Running:line()
  return self.handle:read("*l")
end

--- Waits until it has ended.
---@return integer code 128 plus the signal's number if a signal ended it
---@return string output
---@return string errors
function Running:finish()
  local text = self.handle:read("*a")
  self.handle:close()
  os.remove(self.path)
  local output, code = text:match("^(.*)exit (%d+)\n$")
  return tonumber(code), output, take(self.errors)
end

--- Waits until `met()` returns true; raises after a timeout.
function script.wait_until(met, what)
  local ends_at = socket.gettime() + 90
  while not met() do
    assert(socket.gettime() < ends_at, "not in time: " .. what)
    socket.sleep(0.01)
  end
end

return script
