--- The command's entry: finds the command by its first word and runs it.
-- A command is a module `extcontacts.cli.<name>` with `summary` and
-- `run(arguments) -> exit code`.

local suggest = require "extcontacts.suggest"

local VERSION = "scm"

-- In the order of the help text.
local commands = { "doctor", "sandbox" }

local function usage()
  local lines = {
    "Usage: extcontacts <command> [options]",
    "",
    "Commands:",
  }
  for _, name in ipairs(commands) do
    local command = require("extcontacts.cli." .. name)
    lines[#lines + 1] = ("  %-10s %s"):format(name, command.summary)
  end
  lines[#lines + 1] = [[

Options:
  --help     show this text
  --version  show the version

`extcontacts <command> --help` shows a command's options.
For example, to have a server to try things on:

  extcontacts sandbox --contacts 5000
]]
  return table.concat(lines, "\n")
end

local function main(arguments)
  local name = arguments[1]
  if name == "help" or name == "--help" or name == "-h" then
    io.stdout:write(usage())
    return 0
  end
  if name == "--version" or name == "-v" then
    io.stdout:write("extcontacts " .. VERSION .. "\n")
    return 0
  end
  if name == nil then
    io.stderr:write(usage())
    return 2
  end
  for _, known in ipairs(commands) do
    if name == known then
      local rest = {}
      for index = 2, #arguments do
        rest[index - 1] = arguments[index]
      end
      return require("extcontacts.cli." .. name).run(rest)
    end
  end
  io.stderr:write(
    "extcontacts: ", suggest.unknown("command", name, commands), "\n",
    "`extcontacts --help` lists the commands.\n"
  )
  return 2
end

os.exit(main(arg))
