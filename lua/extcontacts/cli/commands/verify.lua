--- `extcontacts verify`: whether the records are what a plan made of them.

local exit = require "extcontacts.cli.exit"

local command = {
  name = "verify",
  summary = "compare the records with what a plan made of them",
  connects = true,
  description = [[
Reads every record of an applied plan again and compares.  Exits with 1
when some are not as planned.  For erased records it writes the proof that
they are gone, PLAN.proof.csv.]],
  example = "extcontacts verify tidy.plan",
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser:argument("plan", "the plan that was applied")
  parser:option("--show", "how many differences are shown [20]"):argname("<count>")
    :convert(require("extcontacts.cli.arg_types").count)
end

-- The fix that the plan was made of, if it still is the same.
local function fix_of(plan)
  local checked = require("extcontacts.fix.planfile").check(plan)
  local about = checked and checked.header.fix or {}
  local made = about.path and require("extcontacts.fix").load(about.path)
  if made and made.sha256 == about.sha256 then
    return made
  end
end

--- Verifies.
---@param given table
---@param context table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(given, context)
  local shown, most = 0, given.show or 20
  local result, err = require("extcontacts.fix").verify(context:connect(), given.plan, {
    fix = fix_of(given.plan),
    on_difference = function(change, reason, fields)
      shown = shown + 1
      if shown <= most then
        context:out(("%s %s: %s%s\n"):format(change.kind, change.id or "(created)", reason,
          fields and #fields > 0 and " (" .. table.concat(fields, ", ") .. ")" or ""))
      end
    end,
  })
  if not result then
    return nil, err
  end
  if shown > most then
    context:out(("… and %d more\n"):format(shown - most))
  end
  context:out(("%d of %d as planned, %d not, %d were not done\n"):format(result.match, result.total,
    result.differ, result.not_applied))
  if result.proof_path then
    context:say("%s proves the erasures", result.proof_path)
  end
  return result.differ > 0 and exit.codes.some_failed or exit.codes.ok
end

return command
