--- What a command works with: where its output goes, whether someone is at a
-- terminal, and the client.  Data goes to `out`, everything else to `note`.

local compat = require "extcontacts.base.compat"
local connection = require "extcontacts.cli.connection"
local display_width = require "extcontacts.base.display_width"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local printable = require "extcontacts.base.printable"
local shell = require "extcontacts.base.shell"

local command_context = {}

local Context = {}
local metatable = { __index = Context, __name = "extcontacts.cli.context" }

local EPIPE = { [32] = true, EPIPE = true } -- of io and of `core.file`

-- Ends the command when a stream cannot be written.
local function check(ok, message, code)
  if ok then
    return
  elseif EPIPE[code] then
    exit.broken_pipe()
  end
  exit.fail("some_failed", "cannot write the output: " .. tostring(message))
end

-- Bytes of one foreign text in a sentence.
local LONGEST = 2000

-- A byte that is not UTF-8 begins a colour, until the text is escaped: an escape
-- sequence that was in the text already is not one of ours.
local COLOUR = "\255"

local function with_colour(code)
  return "\27[" .. code .. "m"
end

-- A text as a terminal shows it.
local function shown(...)
  local text = table.concat({ ... }):gsub("[^\255]+", printable.lines)
  return (text:gsub("\255%[(%d%d?)m", with_colour):gsub("\255", "\\xff"))
end

--- Writes data on standard output.  On a terminal, characters that could change
-- its state or hide text are escaped, as in JSON.
---@param ... string|number
function Context:out(...)
  if self:is_terminal "stdout" then
    self:progress(nil)
    check(self.stdout:write(shown(...)))
  else
    check(self.stdout:write(...))
  end
end

--- Writes lines of `json.decode` as data.
---@param lines userdata
function Context:out_lines(lines)
  if self.stdout ~= io.stdout or self:is_terminal "stdout" then
    self:out(lines:text())
  else
    self:flush()
    check(require("extcontacts.core").file.write_output(lines))
  end
end

--- Flushes standard output.
function Context:flush()
  check(self.stdout:flush())
end

--- Writes for people, on standard error.
---@param ... string|number
function Context:note(...)
  self:flush()
  self:progress(nil)
  self.stderr:write(shown(...))
end

--- Writes a sentence for people on its own line, after the command's name.
---@param format string of string.format
---@param ... any
function Context:say(format, ...)
  local values = compat.pack(...)
  for index = 1, values.n do
    if type(values[index]) == "string" then
      values[index] = printable.line(values[index], LONGEST)
    end
  end
  self:note(self.program, ": ", format:format(compat.unpack(values, 1, values.n)), "\n")
end

--- Whether only problems and questions go to standard error.
---@return boolean
function Context:is_quiet()
  return self.args ~= nil and self.args.quiet == true
end

--- The same for what is not a problem, such as a summary; --quiet hides it.
---@param format string of string.format
---@param ... any
function Context:inform(format, ...)
  if not self:is_quiet() then
    self:say(format, ...)
  end
end

--- Suggests a command to run next: "Undo: extcontacts undo tidy.plan".  --quiet hides it.
---@param label string
---@param ... string the command's words, quoted where a shell requires it
function Context:hint(label, ...)
  if self:is_quiet() then
    return
  end
  local words = { ... }
  for index, word in ipairs(words) do
    words[index] = shell.word(word)
  end
  self:note(label, ": extcontacts ", table.concat(words, " "), "\n")
end

--- Whether progress is shown.
---@return boolean
function Context:shows_progress()
  return self:is_terminal "stderr" and not self:is_quiet()
end

-- Draws the line of the progress again, or removes it.  It never fills the last column:
-- a terminal would continue it on a second line, which nothing could remove.
local function draw(self)
  local text = self.waiting_for and self.progress_text and self.waiting_for .. "; " .. self.progress_text
    or self.waiting_for or self.progress_text
  if text and self:is_terminal "stdout" then
    self:flush() -- what was written before the progress is shown before it
  end
  if text or self.has_progress then
    text = text and display_width.cut(printable.line(text), self:width "stderr" - 1)
    self.stderr:write("\r\27[K", text or "")
    self.stderr:flush()
    self.has_progress = text ~= nil
  end
end

--- Shows progress on a line that the next call replaces, on a terminal only and not
-- with --quiet; nil removes it.
---@param text string|nil
function Context:progress(text)
  if self:shows_progress() and (text or self.has_progress) then
    self.progress_text = text
    self.waiting_for = text and self.waiting_for
    draw(self)
  end
end

local WAITS = {
  rate = "rate limit: continuing in %d s",
  retry = "a request failed: trying again in %d s",
  circuit = "the server is failing: next attempt in %d s",
  token = "waiting for an access token",
}

--- Shows, beside the progress, what the client waits for.
---@param reason string as for `client.on_wait`
---@param seconds number that the wait still takes; 0 at its end
function Context:wait(reason, seconds)
  local text = seconds > 0 and WAITS[reason] and WAITS[reason]:format(math.ceil(seconds)) or nil
  if self:shows_progress() and text ~= self.waiting_for then
    self.waiting_for = text
    draw(self)
  end
end

local DESCRIPTORS = { stdin = 0, stdout = 1, stderr = 2 }

--- Whether a stream is a terminal.
---@param stream "stdin"|"stdout"|"stderr"
---@return boolean
function Context:is_terminal(stream)
  if not self.terminals then
    self.terminals = {}
    local ok, core = pcall(require, "extcontacts.core") -- `sandbox` runs without it
    for name, descriptor in pairs(ok and DESCRIPTORS or {}) do
      self.terminals[name] = core.file.is_terminal(descriptor)
    end
  end
  return self.terminals[stream] or false
end

-- Columns where nothing says how many there are, and the fewest that count.
local COLUMNS, FEWEST = 80, 10

--- How many columns a line has: COLUMNS of the environment, else those of the terminal.
---@param stream "stdout"|"stderr"
---@return integer
function Context:width(stream)
  local columns = tonumber(self.getenv "COLUMNS" or "")
  if not columns and self.columns then
    columns = self.columns
  elseif not columns and self:is_terminal(stream) then
    columns = require("extcontacts.core").file.terminal_columns(DESCRIPTORS[stream])
  end
  return columns and columns == columns and columns < math.huge and math.max(FEWEST, math.floor(columns)) or COLUMNS
end

local COLOURS = { bold = 1, dim = 2, red = 31, green = 32, yellow = 33, blue = 34, cyan = 36 }

--- A text in a colour, if the stream is a terminal that shows colours.
---@param stream "stdout"|"stderr"
---@param colour "bold"|"dim"|"red"|"green"|"yellow"|"blue"|"cyan"
---@param text string
---@return string
function Context:paint(stream, colour, text)
  if self.colours[stream] == nil then
    local no_color = self.getenv "NO_COLOR"
    self.colours[stream] = (no_color == nil or no_color == "") and self.getenv "CLICOLOR" ~= "0"
      and self.getenv "TERM" ~= "dumb" and self:is_terminal(stream)
  end
  if not self.colours[stream] then
    return text
  end
  return ("%s[%dm%s%s[0m"):format(COLOUR, COLOURS[colour], text, COLOUR)
end

--- Asks for confirmation.  Without a terminal, the command ends and names the
-- option that confirms.
---@param question string
---@param yes boolean|nil whether --yes was given
---@param details (fun(): string)|nil what to show before the question
---@return boolean
function Context:confirm(question, yes, details)
  if yes then
    return true
  end
  if not (self:is_terminal "stdin" and self:is_terminal "stderr") then
    exit.fail("usage", question .. " There is no terminal to confirm on; pass --yes")
  end
  if details then
    self:note(details())
  end
  self:note(question, " [y/N] ")
  local answer = self.stdin:read "*l"
  return answer ~= nil and answer:lower():match("^%s*y") ~= nil
end

--- The client, from the command's options and the environment.
---@param opts table|nil as for `connection.open`
---@return extcontacts.Client
function Context:connect(opts)
  if not self.client then
    self.client = connection.open(self.args, self.getenv, function(...)
      self:note(...)
    end, opts)
    if self:shows_progress() then
      require("extcontacts.client").on_wait(self.client, function(reason, seconds)
        self:wait(reason, seconds)
      end)
    end
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

--- The content of a file, or of standard input for "-".
---@param path string
---@return string
function Context:read(path)
  if path == "-" then
    return self.stdin:read "*a"
  end
  local text = files.read(path)
  if not text then
    exit.fail("usage", "cannot read " .. path)
  end
  return text
end

--- Creates a context; `parts` replaces parts of it in specs.
---@param program string the command as people call it
---@param parts table|nil stdin, stdout, stderr, getenv, terminals, columns
---@return table
function command_context.new(program, parts)
  local self = {
    program = program,
    stdin = io.stdin,
    stdout = io.stdout,
    stderr = io.stderr,
    getenv = os.getenv,
    colours = {},
  }
  for name, value in pairs(parts or {}) do
    self[name] = value
  end
  return setmetatable(self, metatable)
end

return command_context
