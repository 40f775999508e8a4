--- `extcontacts plan`: what a fix would change, shown and written to a plan.

local arg_types = require "extcontacts.cli.arg_types"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local fixes = require "extcontacts.fixes"
local make_plan = require "extcontacts.cli.make_plan"
local parser = require "extcontacts.cli.parser"
local plan_file = require "extcontacts.cli.plan_file"
local suggest = require "extcontacts.base.suggest"

local command = {
  name = "plan",
  summary = "preview the changes of a fix and write a plan",
  connects = true,
  description = [[
Run a fix on the current records and write a plan: every change, with the
record before and after. Nothing changes on the server. A fix is a Lua file,
or the name of a ready-made fix (`extcontacts fixes`); docs/fix.md describes
how to write one.]],
  examples = [[
extcontacts plan tidy_names_emails
extcontacts plan set_fields --set csv=values.csv -o set.plan --html set.html
extcontacts plan phones_e164 --set region=GB --where 'address.countryCode == "GB"'
extcontacts plan my_fix.lua --limit 10 --show 10]],
  next_steps = [[
Review the plan on the screen or in the HTML page, then run
`extcontacts apply PLAN`. PLAN.skipped.csv lists the records that the fix
skipped, with the reasons.]],
  exit_codes = make_plan.exit_codes,
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  local words = { ":files" }
  for index, name in ipairs(fixes.names) do
    words[index + 1] = name
  end
  parser.completes(argparser:argument("fix", "Lua file, or name of a ready-made fix"), words)
  plan_file.declare(argparser, "the fix's name with .plan")
  argparser:option("--set", "set an option of the fix; can be repeated"):argname("NAME=VALUE"):count("*")
    :convert(arg_types.pair):target("set")
  make_plan.setup(argparser, "change", "changes")
end

-- The file of a fix: the one with this name, else the ready-made fix.
local function path_of(name)
  if files.exists(name) or name:find "[/.]" then
    require("extcontacts.cli.given_file").check(name, "fix", command.name)
    return name
  end
  return fixes.path(name) or exit.usage("no such file, and " .. suggest.unknown("ready-made fix", name, fixes.names))
end

--- Plans.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local fix = require "extcontacts.fix"
  local definition, err = fix.load(path_of(args.fix))
  if not definition then
    return nil, err
  end
  local output = plan_file.path(args, ctx, args.fix:match("([^/]+)$"):gsub("%.lua$", "") .. ".plan")
  local set = {}
  for _, pair in ipairs(args.set) do
    set[pair[1]] = pair[2]
  end
  return make_plan.run(args, ctx, definition, output, set)
end

return command
