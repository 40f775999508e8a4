--- `extcontacts fixes`: the ready fixes, and what one does.

local exit = require "extcontacts.cli.exit"
local fixes = require "extcontacts.fixes"
local parser_of = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"

local command = {
  name = "fixes",
  summary = "list the ready fixes, or explain one",
  description = [[
Lists the fixes that come with this program, or shows what one does, the
options it takes, and where its file is: to be planned by its name, or copied
and changed.]],
  example = [[
extcontacts fixes
extcontacts fixes set_fields
extcontacts plan set_fields --set csv=values.csv]],
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser_of.completes(parser:argument("name", "one to explain"):args "?", fixes.names)
end

local function path_of(name)
  return fixes.path(name) or exit.usage(suggest.unknown("ready fix", name, fixes.names))
end

--- Lists or explains.
---@param given table
---@param context table
function command.run(given, context)
  if given.name then
    local path = path_of(given.name)
    context:out(fixes.about(path), "\n\n", path, "\n")
    return
  end
  for _, name in ipairs(fixes.names) do
    local first = fixes.about(path_of(name)):gsub("\n", " "):match "^(.-)[.:;]%s"
    context:out(("%-22s%s\n"):format(context:paint("stdout", "bold", name), first))
  end
end

return command
