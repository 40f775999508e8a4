--- `extcontacts apply`: does what a plan says.

local exit = require "extcontacts.cli.exit"
local run_plan = require "extcontacts.cli.run_plan"

local command = {
  name = "apply",
  summary = "do what a plan says",
  connects = true,
  description = [[
Does exactly what the plan says: each record is read again, compared with
the plan, noted in the journal and written.  Records that someone changed
meanwhile are left alone.  It can be stopped at any time and resumed.]],
  example = [[
extcontacts apply tidy.plan --limit 10
extcontacts resume tidy.plan]],
  notes = run_plan.notes,
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  run_plan.setup(parser)
  parser:flag("-y --yes", "don't ask")
end

local function question(checked)
  local totals = checked.totals
  local text = ("Apply %d changes to %s?"):format(totals.changes, checked.header.server)
  local irreversible = totals.classes.irreversible or 0
  if irreversible > 0 then
    text = ("%d of %d changes to %s can't be undone. Apply them?"):format(irreversible, totals.changes,
      checked.header.server)
  end
  return text
end

--- Applies.
---@param given table
---@param context table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(given, context)
  local checked, err = require("extcontacts.fix.planfile").check(given.plan)
  if not checked then
    return nil, err
  elseif checked.totals.changes == 0 then
    context:say("there is nothing to change")
    return exit.codes.ok
  elseif (checked.totals.classes.irreversible or 0) > 0 and not given.allow_irreversible then
    exit.usage(("%d changes can't be undone: pass --allow-irreversible if that is meant"):format(
      checked.totals.classes.irreversible))
  elseif not context:confirm(question(checked), given.yes) then
    context:say "nothing was done"
    return exit.codes.ok
  end
  local code
  code, err = run_plan.run(given, context, "apply")
  return code, err
end

return command
