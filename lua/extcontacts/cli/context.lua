--- What a command gets to work with: where its output goes, whether there are
-- people at the other end, and the client.  Data goes to `out`, everything
-- else to `note`.

local exit = require "extcontacts.cli.exit"

local context = {}

local Context = {}
local metatable = { __index = Context, __name = "extcontacts.cli.context" }

local EPIPE = 32

-- Ends the command where a stream took no more.
local function check(ok, message, code)
  if ok then
    return
  elseif code == EPIPE then
    exit.broken_pipe()
  end
  exit.fail("some_failed", "the output could not be written: " .. tostring(message))
end

--- Writes data on standard output.
---@param ... string|number
function Context:out(...)
  check(self.stdout:write(...))
end

--- Sends on what was written.
function Context:flush()
  check(self.stdout:flush())
end

--- Writes for people, on standard error.
---@param ... string|number
function Context:note(...)
  self:flush()
  self:progress(nil)
  self.stderr:write(...)
end

--- A sentence for people on a line of its own, with the command's name.
---@param format string of string.format
---@param ... any
function Context:say(format, ...)
  self:note(self.program, ": ", format:format(...), "\n")
end

--- How far something got, on a line that the next one replaces; only a
-- terminal shows it.  nil takes it away.
---@param text string|nil
function Context:progress(text)
  if (text or self.has_progress) and self:is_terminal "stderr" then
    self.stderr:write("\r\27[K", text or "")
    self.stderr:flush()
    self.has_progress = text ~= nil
  end
end

local DESCRIPTORS = { stdin = 0, stdout = 1, stderr = 2 }

--- Whether a stream is a terminal.
---@param stream "stdin"|"stdout"|"stderr"
---@return boolean
function Context:is_terminal(stream)
  if self.terminals then
    return self.terminals[stream] or false
  end
  return require("extcontacts.core").file.is_terminal(DESCRIPTORS[stream])
end

local COLOURS = { bold = 1, dim = 2, red = 31, green = 32, yellow = 33, blue = 34 }

--- A text in a colour, where the stream is a terminal that shows colours.
---@param stream "stdout"|"stderr"
---@param colour "bold"|"dim"|"red"|"green"|"yellow"|"blue"
---@param text string
---@return string
function Context:paint(stream, colour, text)
  if self.colours[stream] == nil then
    local unwanted = self.getenv "NO_COLOR"
    self.colours[stream] = (unwanted == nil or unwanted == "")
      and self.getenv "TERM" ~= "dumb" and self:is_terminal(stream)
  end
  if not self.colours[stream] then
    return text
  end
  return ("\27[%dm%s\27[0m"):format(COLOURS[colour], text)
end

--- Asks before something that can't be taken back.  Without a terminal nobody
-- is asked: the command ends, naming the option that stands for the answer.
---@param question string
---@param yes boolean|nil --yes was given
---@return boolean
function Context:confirm(question, yes)
  if yes then
    return true
  end
  if not (self:is_terminal "stdin" and self:is_terminal "stderr") then
    exit.fail("usage", question .. " Pass --yes: there is no terminal to ask at")
  end
  self:note(question, " [y/N] ")
  local answer = self.stdin:read "*l"
  return answer ~= nil and answer:lower():match("^%s*y") ~= nil
end

--- The client, of the options that were given and the environment.
---@param how table|nil `offline = true`: it will send nothing, so that it may lack credentials;
--- `options`: more of the configuration
---@return extcontacts.Client
function Context:connect(how)
  if not self.client then
    self.client = require("extcontacts.cli.connection").open(self.given, self.getenv, function(...)
      self:note(...)
    end, how)
  end
  return self.client
end

--- The lines of standard input.
---@return fun(): string|nil
function Context:lines()
  return function()
    return self.stdin:read "*l"
  end
end

--- The whole of a file, or of standard input for "-".
---@param path string
---@return string
function Context:read(path)
  if path == "-" then
    return self.stdin:read "*a"
  end
  local text = require("extcontacts.base.files").read(path)
  if not text then
    exit.fail("usage", path .. " can't be read")
  end
  return text
end

--- Makes a context; `world` replaces parts of it in specs.
---@param program string the command as people call it
---@param world table|nil stdin, stdout, stderr, getenv, terminals
---@return table
function context.new(program, world)
  local self = {
    program = program,
    stdin = io.stdin,
    stdout = io.stdout,
    stderr = io.stderr,
    getenv = os.getenv,
    colours = {},
  }
  for name, value in pairs(world or {}) do
    self[name] = value
  end
  return setmetatable(self, metatable)
end

return context
