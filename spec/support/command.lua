-- The extcontacts command in specs: in this process (`run`), or as a process
-- of its own where exit codes and pipes matter (`shell`).
local cli = require "extcontacts.cli"
local script = require "spec.support.script"

local command = {}

local function sink()
  local parts = {}
  return {
    write = function(self, ...)
      for index = 1, select("#", ...) do
        parts[#parts + 1] = tostring((select(index, ...)))
      end
      return self
    end,
    flush = function(self)
      return self
    end,
    text = function()
      return table.concat(parts)
    end,
  }
end

-- Standard input of a text.
local function source(text)
  local at = 1
  return {
    read = function(_, format)
      if format == "*a" then
        local rest = text:sub(at)
        at = #text + 1
        return rest
      elseif at > #text then
        return nil
      end
      local line, after = text:match("^([^\n]*)\n?()", at)
      at = after
      return line
    end,
  }
end

--- The environment that makes a server's client.
function command.environment(server)
  return {
    EXTCONTACTS_BASE_URL = server.base_url,
    EXTCONTACTS_LOGIN_URL = server.login_url,
    GENESYSCLOUD_OAUTHCLIENT_ID = server.client_id,
    GENESYSCLOUD_OAUTHCLIENT_SECRET = server.client_secret,
  }
end

--- Runs a command line.
---@param words string|string[] words, or a text that is split at spaces
---@param world table|nil environment (a table), terminals, input (a text)
---@return integer code
---@return string output
---@return string errors
function command.run(words, world)
  world = world or {}
  local line = words
  if type(words) == "string" then
    line = {}
    for word in words:gmatch("%S+") do
      line[#line + 1] = word
    end
  end
  local out, err = sink(), sink()
  local code = cli.run(line, {
    stdin = source(world.input or ""),
    stdout = out,
    stderr = err,
    terminals = world.terminals or {},
    getenv = function(name)
      return (world.environment or {})[name]
    end,
  })
  return code, out.text(), err.text()
end

--- Runs a shell script in which `extcontacts` is the command; HOME is a
-- directory of its own.
---@param text string
---@param environment table<string, string>|nil
---@return integer code
---@return string output standard output and, unless redirected, standard error
function command.shell(text, environment)
  local lines = { "extcontacts() { bin/extcontacts \"$@\"; }", "export HOME=$(mktemp -d)",
    "trap 'rm -rf \"$HOME\"' EXIT", ("export EXTCONTACTS_LUA='%s'"):format(script.interpreter) }
  for name, value in pairs(environment or {}) do
    lines[#lines + 1] = ("export %s='%s'"):format(name, value)
  end
  lines[#lines + 1] = text
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(table.concat(lines, "\n"), "\n")
  file:close()
  local pipe = assert(io.popen(("bash %s 2>&1; echo \"exit $?\""):format(path), "r"))
  local output, code = pipe:read("*a"):match("^(.*)exit (%d+)\n$")
  pipe:close()
  os.remove(path)
  return tonumber(code), output
end

return command
