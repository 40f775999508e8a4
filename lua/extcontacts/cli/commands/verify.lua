--- `extcontacts verify`: whether the records match an applied plan.

local arg_types = require "extcontacts.cli.arg_types"
local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local printable = require "extcontacts.base.printable"

local command = {
  name = "verify",
  summary = "check that the records match an applied plan",
  connects = true,
  description = [[
Read every record of an applied plan again and compare it with the plan. For
erased records, write proof that they no longer exist to PLAN.proof.csv.]],
  examples = [[
extcontacts verify tidy.plan
extcontacts verify tidy.plan --show 0]],
  next_steps = [[
Each record that differs is listed with its fields. To apply changes that were
not applied, run `extcontacts resume PLAN`; to change a record that differs,
plan the fix again.]],
  exit_codes = { 0, { 1, "some records differ from the plan" }, 2, 3, 75, 130 },
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("plan", "plan that was applied")
  connection.declare_same_organization(argparser, "plan")
  argparser:option("--show", "number of differences to list [20]"):argname("N"):convert(arg_types.count)
end

-- The fix that the plan was made from, if its file has not changed.
local function fix_of(plan)
  local checked = require("extcontacts.fix.planfile").check(plan)
  local source = checked and checked.header.fix or {}
  local definition = source.path and require("extcontacts.fix").load(source.path)
  if definition and definition.sha256 == source.sha256 then
    return definition
  end
end

--- Verifies.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local count, most = 0, args.show or 20
  local result, err = require("extcontacts.fix").verify(ctx:connect(), args.plan, {
    fix = fix_of(args.plan),
    same_organization = args.same_organization,
    on_difference = function(change, reason, fields)
      count = count + 1
      if count <= most then
        ctx:out(printable.line(("%s %s: %s%s"):format(change.kind:gsub("_", " "), change.id or "(created)", reason,
          fields and #fields > 0 and " (" .. table.concat(fields, ", ") .. ")" or "")), "\n")
      end
    end,
  })
  if not result then
    return nil, err
  end
  if count > most then
    ctx:out(("… and %d more\n"):format(count - most))
  end
  ctx:out(("%d match, %d differ, %d not applied\n"):format(result.match, result.differ, result.not_applied))
  if result.proof_path then
    ctx:say("wrote proof of the erasures to %s", result.proof_path)
  end
  return result.differ > 0 and exit.codes.some_failed or exit.codes.ok
end

return command
