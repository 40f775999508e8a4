--- `extcontacts`: finds the command by its first word, reads the rest with its
-- parser, runs it and ends with an exit code.  Failures become one line on
-- standard error here and nowhere else.

local commands = require "extcontacts.cli.commands"
local connection = require "extcontacts.cli.connection"
local context = require "extcontacts.cli.context"
local exit = require "extcontacts.cli.exit"
local parser = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"

local cli = {}

local VERSION = "scm"

local USAGE = "Usage: extcontacts <command> [options]\n"

local TAIL = [[

`extcontacts <command> --help` shows a command's options, `--version` the
version.  For example, to have a server to try things on:

  extcontacts sandbox --contacts 5000
]]

--- The command of a name, with `name` and `group` in place.
---@param name string
---@return table|nil
function cli.find(name)
  for _, row in ipairs(commands) do
    if row[1] == name then
      local module = require(row[2])
      return row[3] and module[row[3]] or module
    end
  end
end

--- The names of all commands, in the help's order.
---@return string[]
function cli.names()
  local names = {}
  for _, row in ipairs(commands) do
    names[#names + 1] = row[1]
  end
  return names
end

local function usage()
  local lines = { USAGE }
  for _, row in ipairs(commands) do
    if row.group then
      lines[#lines + 1] = (#lines > 1 and "\n" or "") .. row.group .. ":"
    else
      lines[#lines + 1] = ("  %-11s %s"):format(row[1], cli.find(row[1]).summary)
    end
  end
  lines[#lines + 1] = "\nExit codes:"
  for _, row in ipairs(exit.meanings) do
    lines[#lines + 1] = ("  %3d  %s"):format(row[1], row[2])
  end
  return table.concat(lines, "\n") .. "\n" .. TAIL
end

-- Reads the words and runs the command.
local function perform(command, words, ctx)
  local made, subject = parser.make(command, words)
  local code, err = exit.codes.ok, nil
  if parser.asks_help(words) then
    ctx:out(made:get_help(), "\n")
  else
    if command.without and subject == nil then
      command.without(parser.plain(made, words))
    end
    ctx.given = parser.read(made, words)
    code, err = command.run(ctx.given, ctx, subject)
  end
  ctx:flush()
  if code == nil and err ~= nil then
    return nil, err
  end
  return code or exit.codes.ok
end

-- What stands around a command: how a failure is told.
local function reporting(ctx)
  return {
    complain = function(text)
      ctx:progress(nil)
      ctx.stderr:write(ctx.program, ": ", text, "\n")
    end,
    code_of = exit.code_of,
    sentence = function(failure)
      return exit.sentence(failure, ctx.program)
    end,
  }
end

-- Without the core: neither signals nor connections to take care of.
local function run_bare(how, ...)
  local ok, result, err = pcall(perform, ...)
  if ok and err == nil then
    return result
  end
  local failure = err
  if not ok then
    failure = result
  end
  local code, silent = how.code_of(failure)
  if not silent then
    how.complain(how.sentence(failure))
  end
  return code
end

local function run_command(command, words, ctx)
  local how = reporting(ctx)
  if command.bare then
    return run_bare(how, command, words, ctx)
  end
  local code, results = require("extcontacts.main").guarded(how, perform, command, words, ctx)
  return code ~= 0 and code or results[1]
end

-- `extcontacts`, `extcontacts --help` and what is no command.
local function run_root(name, ctx)
  if name == "help" or name == "--help" or name == "-h" then
    ctx.stdout:write(usage())
    return exit.codes.ok
  elseif name == "--version" then
    ctx.stdout:write("extcontacts ", VERSION, "\n")
    return exit.codes.ok
  elseif name == nil then
    ctx.stderr:write(usage())
    return exit.codes.usage
  end
  local sentence
  if name:sub(1, 1) == "-" then
    sentence = suggest.unknown("option", name, connection.flags { "--help", "--version" })
  else
    sentence = suggest.unknown("command", name, cli.names())
  end
  ctx.stderr:write("extcontacts: ", sentence, " (see `extcontacts --help`)\n")
  return exit.codes.usage
end

--- Runs a command line.
---@param line string[] the words after `extcontacts`
---@param world table|nil parts of the context, for specs
---@return integer exit code
function cli.run(line, world)
  local words = connection.hoist(line)
  local name = table.remove(words, 1)
  if name == "help" and words[1] and cli.find(words[1]) then
    name, words = words[1], { "--help" }
  end
  local command = name and cli.find(name)
  if not command then
    return run_root(name, context.new("extcontacts", world))
  end
  return run_command(command, words, context.new("extcontacts " .. name, world))
end

return cli
