--- `extcontacts fixes`: lists the ready-made fixes, or describes one.

local exit = require "extcontacts.cli.exit"
local fixes = require "extcontacts.fixes"
local json = require "extcontacts.base.json"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
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
  output_format.declare(argparser, { "text", "json" }, "text")
  parser.completes(argparser:argument("name", "the fix to describe"):args "?", fixes.names)
end

local function path_of(name)
  return fixes.path(name) or exit.usage(suggest.unknown("ready-made fix", name, fixes.names))
end

-- The first sentence of a fix's description.
local function summary_of(name)
  return (fixes.about(path_of(name)):gsub("\n", " "):match "^(.-)[.:;]%s")
end

local function write_json(ctx, name)
  if name then
    return output.document(ctx, { name = name, path = path_of(name), description = fixes.about(path_of(name)) })
  end
  local list = json.array {}
  for index, each in ipairs(fixes.names) do
    list[index] = { name = each, path = path_of(each), summary = summary_of(each) }
  end
  output.document(ctx, list)
end

--- Lists or describes.
---@param args table
---@param ctx table
function command.run(args, ctx)
  if output_format.of(args) == "json" then
    return write_json(ctx, args.name)
  elseif args.name then
    local path = path_of(args.name)
    ctx:out(fixes.about(path), "\n\n", path, "\n")
    return
  end
  for _, name in ipairs(fixes.names) do
    ctx:out(ctx:paint("stdout", "bold", ("%-22s"):format(name)), summary_of(name), "\n")
  end
end

return command
