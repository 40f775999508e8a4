--- `extcontacts undo`: a plan that takes back what a plan did.

local exit = require "extcontacts.cli.exit"
local plan_text = require "extcontacts.cli.plan_text"

local command = {
  name = "undo",
  summary = "plan to take back what a plan did",
  connects = true,
  description = [[
Reads the journal of an applied plan and the records, and writes a plan
that puts every field back to what it was, deletes what was created and
makes again what was deleted.  Look at it and apply it like any other.
What someone changed since is left alone.]],
  example = [[
extcontacts undo tidy.plan
extcontacts apply tidy.plan.undo]],
}

local function ids(text)
  local list = {}
  for id in text:gmatch "[^,%s]+" do
    list[#list + 1] = id
  end
  return list
end

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser:argument("plan", "the plan that was applied")
  parser:option("-o --output", "the plan to write; default: the plan's name with .undo"):argname("<plan>")
  parser:option("--only", "take back only these records"):argname("<id,…>"):convert(ids)
  parser:option("--html", "also write a page to look at and approve"):argname("<file>")
end

--- Plans the undo.
---@param given table
---@param context table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(given, context)
  local fix = require "extcontacts.fix"
  local show, on_change = plan_text.first(10)
  local plan, err = fix.undo(context:connect(), given.plan, {
    output = given.output or given.plan .. ".undo",
    only = given.only,
    by = context.getenv "USER" or context.getenv "LOGNAME",
    on_change = on_change,
  })
  if not plan then
    return nil, err
  end
  show(context)
  if plan.unknown > 0 then
    context:say("%d changes whose outcome is unknown are not in it: resume the plan first", plan.unknown)
  end
  local ok
  ok, err = plan_text.conclude(context, plan, given.html)
  if not ok then
    return nil, err
  end
  return exit.codes.ok
end

return command
