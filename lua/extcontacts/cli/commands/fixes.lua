--- `extcontacts fixes`: lists the ready-made fixes, or describes one.

local exit = require "extcontacts.cli.exit"
local fixes = require "extcontacts.fixes"
local parser = require "extcontacts.cli.parser"
local suggest = require "extcontacts.base.suggest"

local command = {
  name = "fixes",
  summary = "list the ready-made fixes, or describe one",
  description = [[
List the fixes that come with extcontacts. With a name, describe that fix:
what it changes, its options and the path of its file.]],
  examples = [[
extcontacts fixes
extcontacts fixes set_fields
extcontacts plan set_fields --set csv=values.csv]],
  next_steps = [[
Run `extcontacts plan NAME` to preview the changes of a fix. To adapt a fix,
copy its file, edit the copy and plan that.]],
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("name", "the fix to describe"):args "?", fixes.names)
end

local function path_of(name)
  return fixes.path(name) or exit.usage(suggest.unknown("ready-made fix", name, fixes.names))
end

--- Lists or describes.
---@param args table
---@param ctx table
function command.run(args, ctx)
  if args.name then
    local path = path_of(args.name)
    ctx:out(fixes.about(path), "\n\n", path, "\n")
    return
  end
  for _, name in ipairs(fixes.names) do
    local first = fixes.about(path_of(name)):gsub("\n", " "):match "^(.-)[.:;]%s"
    ctx:out(ctx:paint("stdout", "bold", ("%-22s"):format(name)), first, "\n")
  end
end

return command
