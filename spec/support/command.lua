-- The extcontacts command in specs: in this process (`run`), or as a separate process
-- if exit codes and pipes matter (`shell`).
local api = require "spec.support.api"
local assert = require "luassert"
local cli = require "extcontacts.cli"
local command_context = require "extcontacts.cli.command_context"
local json = require "extcontacts.base.json"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

local command = {}

--- Shell commands: descriptor 5 is a pipe whose reading end closes before anything is written.
command.UNREAD = [[
  dir=$(mktemp -d) && mkfifo "$dir/pipe" && exec 4<>"$dir/pipe" 5>"$dir/pipe" 4<&- && rm -r "$dir"
]]

-- A stream that keeps the text written to it.
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

-- Standard input with a text.
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

--- The environment that selects a server.
function command.environment(server)
  return {
    EXTCONTACTS_BASE_URL = server.base_url,
    EXTCONTACTS_LOGIN_URL = server.login_url,
    GENESYSCLOUD_OAUTHCLIENT_ID = server.client_id,
    GENESYSCLOUD_OAUTHCLIENT_SECRET = server.client_secret,
  }
end

-- The parts of a context whose streams keep their text, and the streams.
local function parts_of(opts)
  opts = opts or {}
  local out, err = sink(), sink()
  return {
    stdin = source(opts.input or ""),
    stdout = out,
    stderr = err,
    terminals = opts.terminals or {},
    getenv = function(name)
      return (opts.environment or {})[name]
    end,
  }, out, err
end

--- Creates a context; returns it with functions for its output and errors so far.
---@param opts table|nil as for `run`; its further fields replace parts of the context
---@return table ctx
---@return fun(): string output
---@return fun(): string errors
function command.context(opts)
  local parts, out, err = parts_of(opts)
  for name, value in pairs(opts or {}) do
    parts[name] = value
  end
  return command_context.new("extcontacts x", parts), out.text, err.text
end

--- Runs a command line.
---@param words string|string[] words, or a text that is split at spaces
---@param opts table|nil environment (a table), terminals, input (a text)
---@return integer code
---@return string output
---@return string errors
function command.run(words, opts)
  local line = words
  if type(words) == "string" then
    line = {}
    for word in words:gmatch("%S+") do
      line[#line + 1] = word
    end
  end
  local parts, out, err = parts_of(opts)
  local code = cli.run(line, parts)
  return code, out.text(), err.text()
end

local Session = {}
Session.__index = Session

--- Runs a command line against the server.
function Session:run(words, opts)
  local all = { environment = self.environment }
  for name, value in pairs(opts or {}) do
    all[name] = value
  end
  return command.run(words, all)
end

--- Runs a command that must succeed; returns its output.
function Session:must(words, opts)
  local code, output, errors = self:run(words, opts)
  assert.equal(0, code, errors)
  return output, errors
end

--- Asserts that a command exits with a code, writes one line with a text to standard
-- error, and no output.
function Session:refused(code, words, text, opts)
  local got, output, errors = self:run(words, opts)
  assert.equal(code, got, errors)
  assert.matches("^[^\n]+\n$", errors)
  assert.matches(text, errors, 1, true)
  assert.equal("", output)
end

--- Creates a contact without the command.
function Session:contact(body)
  return self.api:must("POST", "/contacts", body)
end

--- Reads a contact without the command.
function Session:read(id)
  return self.api:must("GET", "/contacts/" .. id)
end

--- Returns the number of writes that the server has received.
function Session:writes()
  local count = 0
  for _, entry in ipairs(self.server:control("GET", "/sandbox/ledger?limit=1000")) do
    if entry.method ~= "GET" and not entry.path:find("oauth", 1, true) then
      count = count + 1
    end
  end
  return count
end

--- A sandbox for the specs of a block, reset before each, and commands against
-- it: `server`, `api` (a plain client), `environment`, `run`, `must`, `refused`,
-- `contact`, `read`, `writes`.
---@param options table|nil of `sandbox.start`; nil for the shared sandbox
---@param setup function busted's, and so on
function command.around(options, setup, teardown, before_each)
  local session = setmetatable({}, Session)
  local function give(server, client)
    session.server, session.api, session.environment = server, client, command.environment(server)
  end
  if options then
    sandbox.around(options, give, setup, teardown, before_each)
  else
    before_each(function()
      local server = sandbox.shared { resets = false }
      server:reset()
      give(server, api.session(server))
    end)
  end
  return session
end

--- Decodes lines of JSON.
---@param text string
---@return table[]
function command.records(text)
  local records = {}
  for line in text:gmatch "[^\n]+" do
    records[#records + 1] = assert(json.decode(line))
  end
  return records
end

--- Runs a shell script in which `extcontacts` is the command; HOME is a temporary
-- directory.
---@param text string
---@param environment table<string, string>|nil
---@return integer code
---@return string output standard output and, unless redirected, standard error
function command.shell(text, environment)
  local lines = { "extcontacts() { bin/extcontacts \"$@\"; }", "unset XDG_STATE_HOME; export HOME=$(mktemp -d)",
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
