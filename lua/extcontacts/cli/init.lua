--- `extcontacts`: finds the command by its first word, reads the remaining words
-- with its parser, runs it and returns an exit code.  Failures become one line
-- on standard error here and nowhere else.

local command_context = require "extcontacts.cli.command_context"
local commands = require "extcontacts.cli.commands"
local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local parser = require "extcontacts.cli.parser"
local printable = require "extcontacts.base.printable"
local suggest = require "extcontacts.base.suggest"
local version = require "extcontacts.version"

local cli = {}

local USAGE = [[
Usage: extcontacts <command> [options]

Read, change and repair contacts, organizations, notes and relationships with
the Genesys Cloud External Contacts API.]]

local TAIL = [[
Run `extcontacts <command> --help` for the options and examples of a command,
and `extcontacts --version` for the version.

To start without an account, run a local server and read from it:

  extcontacts sandbox --contacts 5000 --env >sandbox.env &
  . ./sandbox.env
  extcontacts scan contacts --limit 3]]

local function usage()
  local parts = { USAGE }
  for _, section in ipairs(commands.sections()) do
    local lines = { section.title .. ":" }
    for _, name in ipairs(section.names) do
      lines[#lines + 1] = ("  %-11s %s"):format(name, commands.find(name).summary)
    end
    parts[#parts + 1] = table.concat(lines, "\n")
  end
  local codes = {}
  for index, row in ipairs(exit.meanings) do
    codes[index] = row[1]
  end
  parts[#parts + 1] = "Exit codes:\n" .. table.concat(exit.lines(codes), "\n")
  parts[#parts + 1] = TAIL
  return table.concat(parts, "\n\n") .. "\n"
end

-- What the code of a fix prints does not mix with the progress.
local function clear_before_print(ctx)
  local original = print
  rawset(_G, "print", function(...)
    ctx:progress(nil)
    original(...)
  end)
  return function()
    rawset(_G, "print", original)
  end
end

-- Reads the words and runs the command.
local function perform(command, words, ctx)
  local argparser, subject = parser.make(command, words)
  local code, err = exit.codes.ok, nil
  if parser.asks_help(words) then
    ctx:out(argparser:get_help(), "\n")
  else
    if command.without and subject == nil then
      command.without(parser.plain(argparser, words))
    end
    ctx.args = parser.read(argparser, words)
    if command.takes then
      require("extcontacts.cli.given_file").check_all(command, ctx.args)
    end
    local restore = ctx:shows_progress() and clear_before_print(ctx)
    code, err = command.run(ctx.args, ctx, subject)
    if restore then
      restore()
    end
  end
  ctx:flush()
  ctx:progress(nil)
  if code == nil and err ~= nil then
    return nil, err
  end
  return code or exit.codes.ok
end

-- What to do about a path with a tilde that the shell has left as it is.
local function with_home(sentence)
  return sentence:find("~/", 1, true)
    and sentence .. "; the shell does not expand ~ in quotes or after =, write $HOME instead" or sentence
end

-- How a failure is reported.
local function reporter(ctx)
  return {
    complain = function(text)
      ctx:progress(nil)
      ctx.stderr:write(ctx.program, ": ", printable.lines(text), "\n")
    end,
    code_of = exit.code_of,
    sentence = function(failure)
      return with_home(exit.sentence(failure, ctx.program))
    end,
  }
end

-- Without the core there are neither signals to catch nor connections to close.
local function run_bare(report, ...)
  local ok, result, err = pcall(perform, ...)
  if ok and err == nil then
    return result
  end
  local failure = err
  if not ok then
    failure = result
  end
  local code, silent = report.code_of(failure)
  if not silent then
    report.complain(report.sentence(failure))
  end
  return code
end

local function run_command(command, words, ctx)
  local report = reporter(ctx)
  if command.bare then
    return run_bare(report, command, words, ctx)
  end
  local code, results = require("extcontacts.main").guarded(report, perform, command, words, ctx)
  if ctx.client then
    require("extcontacts.client").flush(ctx.client)
  end
  return code ~= 0 and code or results[1]
end

-- `extcontacts`, `extcontacts --help`, and words that are not a command.
local function run_root(name, ctx)
  if name == "help" or name == "--help" or name == "-h" then
    ctx.stdout:write(usage())
    return exit.codes.ok
  elseif name == "--version" then
    ctx.stdout:write("extcontacts ", version, "\n")
    return exit.codes.ok
  elseif name == nil then
    ctx.stderr:write(usage())
    return exit.codes.usage
  end
  local sentence
  if name:sub(1, 1) == "-" then
    sentence = suggest.unknown("option", name, connection.flags { "--help", "--version" })
  else
    sentence = suggest.unknown("command", name, commands.names())
  end
  ctx.stderr:write("extcontacts: ", printable.line(sentence), " (see `extcontacts --help`)\n")
  return exit.codes.usage
end

--- Runs a command line.
---@param line string[] the words after `extcontacts`
---@param parts table|nil parts of the context, for specs
---@return integer exit code
function cli.run(line, parts)
  local words = connection.hoist(line)
  local name = table.remove(words, 1)
  if name == "help" and words[1] and commands.find(words[1]) then
    name, words = words[1], { "--help" }
  end
  local command = name and commands.find(name)
  if not command then
    return run_root(name, command_context.new("extcontacts", parts))
  end
  return run_command(command, words, command_context.new("extcontacts " .. name, parts))
end

return cli
