--- `extcontacts plan`: what a fix would change, shown and written to a plan.

local arg_types = require "extcontacts.cli.arg_types"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local fixes = require "extcontacts.fixes"
local parser = require "extcontacts.cli.parser"
local plan_text = require "extcontacts.cli.plan_text"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local where_option = require "extcontacts.cli.where_option"

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
extcontacts plan phones_e164 --where 'address.countryCode == "GB"'
extcontacts plan my_fix.lua --limit 10 --show 10]],
  next_steps = [[
Review the plan on the screen or in the HTML page, then run
`extcontacts apply PLAN`. PLAN.skipped.csv lists the records that the fix
skipped, with the reasons.]],
  exit_codes = { 0, 1, 2, 3, { 5, "the plan contains changes (with --detailed-exitcode)" }, 75, 130 },
}

-- Seconds before the first progress line and between two of them.
local FIRST, EVERY = 0.5, 0.2

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  local words = { ":files" }
  for index, name in ipairs(fixes.names) do
    words[index + 1] = name
  end
  parser.completes(argparser:argument("fix", "Lua file, or name of a ready-made fix"), words)
  argparser:option("-o --output", "plan to write [the fix's name with .plan]"):argname("PLAN")
  argparser:option("--set", "set an option of the fix; can be repeated"):argname("NAME=VALUE"):count("*")
    :convert(arg_types.pair):target("set")
  where_option.declare(argparser, "change only the records")
  argparser:option("--limit", "stop after N changes"):argname("N"):convert(arg_types.whole)
  argparser:option("--show", "number of changes to show [10]"):argname("N"):convert(arg_types.count)
  argparser:option("--html", "also write an HTML page for review and approval"):argname("FILE")
  argparser:flag("--detailed-exitcode", "exit with 5 if the plan contains changes")
end

-- Shows progress on a terminal.
local function counter(ctx)
  local now = core.engine.now
  local next_at = now() + FIRST
  return function(records, changes)
    if now() >= next_at then
      next_at = now() + EVERY
      ctx:progress(("%s read, %s"):format(texts.plural(records, "record"), texts.plural(changes, "change")))
    end
  end
end

-- The file of a fix: the one with this name, else the ready-made fix.
local function path_of(name)
  if files.exists(name) or name:find "[/.]" then
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
  local output = args.output or args.fix:match("([^/]+)$"):gsub("%.lua$", "") .. ".plan"
  local set = {}
  for _, pair in ipairs(args.set) do
    set[pair[1]] = pair[2]
  end
  local show, on_change = plan_text.first(args.show or 10)
  local plan
  plan, err = fix.plan(ctx:connect(), definition, {
    output = output,
    limit = args.limit,
    where = args.where,
    set = set,
    by = ctx.getenv "USER" or ctx.getenv "LOGNAME",
    getenv = ctx.getenv,
    on_change = on_change,
    on_record = ctx:is_terminal "stderr" and counter(ctx) or nil,
  })
  ctx:progress(nil)
  if not plan then
    return nil, err
  end
  show(ctx)
  local ok
  ok, err = plan_text.conclude(ctx, plan, args.html)
  if not ok then
    return nil, err
  end
  return args.detailed_exitcode and plan.changes > 0 and exit.codes.pending or exit.codes.ok
end

return command
