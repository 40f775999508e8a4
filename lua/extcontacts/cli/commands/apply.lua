--- `extcontacts apply`: applies a plan.

local exit = require "extcontacts.cli.exit"
local output_format = require "extcontacts.cli.output_format"
local plan_text = require "extcontacts.cli.plan_text"
local run_plan = require "extcontacts.cli.run_plan"
local texts = require "extcontacts.base.text"

local command = {
  name = "apply",
  takes = { plan = "plan" },
  summary = "apply a plan",
  connects = true,
  description = [[
Apply a plan, after asking for confirmation. For each change, this command
reads the record again, compares it with the plan, adds an entry to the
journal and then writes the record. A record that someone else changed since
the plan was made is skipped. You can stop the command at any time and resume
it.]],
  examples = [[
extcontacts apply tidy.plan --limit 10
extcontacts apply tidy.plan --dry-run
extcontacts apply tidy.plan --yes --rate 200 --write patch
extcontacts apply tidy.plan --expect 3f2a9c0b11de
extcontacts apply erase.plan --allow-irreversible]],
  next_steps = run_plan.next_steps,
  exit_codes = run_plan.exit_codes,
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  run_plan.setup(argparser)
  argparser:flag("--dry-run", "print the plan's totals, and the requests and minutes that each choice of --write "
    .. "takes; the only request that is sent reads the organization's id")
  argparser:flag("-y --yes", "apply without asking for confirmation")
end

local function question(checked)
  local totals, server = checked.totals, checked.header.server
  local irreversible = totals.classes.irreversible or 0
  if irreversible > 0 then
    return ("Apply %s to %s? %d of them cannot be undone."):format(texts.plural(totals.changes, "change"), server,
      irreversible)
  end
  return ("Apply %s to %s?"):format(texts.plural(totals.changes, "change"), server)
end

--- Applies.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local checked, err = require("extcontacts.fix.planfile").check(args.plan)
  local is_same
  if checked and args.expect then
    assert(require("extcontacts.fix.approval").check(args.plan, checked.totals.sha256, args.expect))
  end
  local client = checked and run_plan.connect(args, ctx)
  if checked then
    is_same, err = require("extcontacts.fix.identity").check(args.plan, checked.header, client, args.same_organization)
  end
  if not is_same then
    return nil, err
  elseif args.dry_run and output_format.of(args) == "json" then
    plan_text.document(ctx, args.plan, checked.totals)
    return exit.codes.ok
  elseif args.dry_run then
    plan_text.notices(ctx, checked)
    plan_text.totals(ctx, checked.totals)
    plan_text.requests(ctx, checked.totals, client, tonumber(args.batch))
    return exit.codes.ok
  end
  local irreversible = checked.totals.classes.irreversible or 0
  if checked.totals.changes == 0 then
    if output_format.of(args) == "json" then
      run_plan.write_json(ctx, args.plan, {})
    end
    ctx:inform "the plan contains no changes"
    return exit.codes.ok
  elseif irreversible > 0 and not args.allow_irreversible then
    exit.usage(("%s cannot be undone; pass --allow-irreversible to apply %s anyway"):format(
      texts.plural(irreversible, "change"), texts.noun(irreversible, "it", "them")))
  elseif not ctx:confirm(question(checked), args.yes, function()
    return plan_text.summary(args.plan, checked)
  end) then
    ctx:say "cancelled; nothing was applied"
    return exit.codes.ok
  end
  local code
  args.expect = checked.totals.sha256 -- what was confirmed, and nothing else
  code, err = run_plan.run(args, ctx, "apply", checked.totals)
  return code, err
end

return command
