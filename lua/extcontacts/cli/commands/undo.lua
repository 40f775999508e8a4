--- `extcontacts undo`: plans how to undo an applied plan.

local arg_values = require "extcontacts.cli.arg_values"
local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local limit_option = require "extcontacts.cli.limit_option"
local make_plan = require "extcontacts.cli.make_plan"
local output_format = require "extcontacts.cli.output_format"
local plan_file = require "extcontacts.cli.plan_file"
local plan_text = require "extcontacts.cli.plan_text"
local progress_bar = require "extcontacts.cli.progress_bar"
local run_plan = require "extcontacts.cli.run_plan"
local texts = require "extcontacts.base.text"
local where_option = require "extcontacts.cli.where_option"

local command = {
  name = "undo",
  takes = { plan = "plan" },
  summary = "plan how to undo an applied plan",
  connects = true,
  description = [[
Write a plan that reverses an applied plan: changed fields get their old
values back, created records are deleted, and deleted records are recreated
with new ids, together with their notes, relationships and linked contacts. A
field that someone else has changed since is skipped. So is a created record
that has since received notes, relationships or linked contacts. Nothing
changes on the server.

--only and --where select changes. What belongs together is undone together:
all of a move or consolidation, and a deleted record with the deleted ones
that it refers to.]],
  examples = [[
extcontacts undo tidy.plan
extcontacts undo tidy.plan --only CONTACT_ID,CONTACT_ID
extcontacts undo tidy.plan --only @ids.csv --only update
extcontacts undo tidy.plan --only 1-20
extcontacts undo tidy.plan --where 'address.countryCode == "GB"'
extcontacts undo tidy.plan -o undo.plan --html undo.html]],
  next_steps = [[
Review the plan and run `extcontacts apply PLAN.undo`. An undo plan is a plan
like any other, and can be undone itself. PLAN.undo.skipped.csv lists the
changes that cannot be undone, with the reasons.]],
}

-- Shown changes of the plan.
local SHOWN = 10

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("plan", "plan that was applied")
  plan_file.declare(argparser, "PLAN.undo")
  argparser:option("--only", "undo only these changes (comma-separated): ids, @FILE with ids, update, create, delete "
    .. "or move, rows of the plan such as 10-20; repeated: all must hold"):argname("LIST"):count("*")
    :convert(function(text)
      return arg_values.list { text }
    end)
  where_option.declare(argparser, "undo only the changes to records", "held before the plan")
  run_plan.declare_expect(argparser, "undo")
  connection.declare_same_organization(argparser, "plan")
  argparser:flag("--moved", "use a journal that is a copy, because the original is gone or no longer in use")
  argparser:flag("--with-dependents",
    "also delete created records that have since received notes, relationships or linked contacts")
  limit_option.declare(argparser, "changes")
  make_plan.declare_force(argparser)
  argparser:option("--html", "also write an HTML page for review and approval"):argname("FILE")
end

--- Plans the undo.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local fix = require "extcontacts.fix"
  local show, on_change = plan_text.first(SHOWN)
  local bar = progress_bar.new(ctx, { noun = "record", verb = "read" })
  local plan, err = fix.undo(ctx:connect(), args.plan, {
    output = plan_file.path(args, ctx, args.plan .. ".undo"),
    only = #args.only > 0 and args.only or nil,
    limit = args.limit,
    where = args.where,
    same_organization = args.same_organization,
    moved = args.moved or nil,
    force = args.force,
    expect = args.expect,
    with_dependents = args.with_dependents or nil,
    by = ctx.getenv "USER" or ctx.getenv "LOGNAME",
    on_change = on_change,
    on_progress = ctx:shows_progress() and function(read, applied)
      bar.total = #args.only == 0 and not (args.where or args.limit) and applied or nil
      bar:show(read)
    end or nil,
  })
  bar:finish()
  if not plan then
    return nil, err
  end
  local is_json = output_format.of(args) == "json"
  if not is_json then
    plan_text.notices(ctx, plan)
    show(ctx)
  end
  if plan.unknown > 0 then
    ctx:say("%s with an unknown outcome %s not in the undo plan; resume %s first to find out",
      texts.plural(plan.unknown, "change"), texts.noun(plan.unknown, "is", "are"), args.plan)
  end
  if plan.added > 0 then
    ctx:say("%s %s undone as well: they belong to the same move or consolidation, or the selected ones refer to them",
      texts.plural(plan.added, "change"), texts.noun(plan.added, "is", "are"))
  end
  if plan.unapplied > 0 then
    ctx:say("%s of the selected ones %s not applied, so there is nothing to undo",
      texts.plural(plan.unapplied, "change"), texts.noun(plan.unapplied, "was", "were"))
  end
  if plan.applied == 0 then
    ctx:say("no change of %s was applied, so there is nothing to undo; `extcontacts status` shows why", args.plan)
  end
  local ok
  ok, err = plan_text.conclude(ctx, plan, args.html, is_json)
  if not ok then
    return nil, err
  end
  return exit.codes.ok
end

return command
