--- `extcontacts pause`: holds the process that applies a plan.

local command = {
  name = "pause",
  summary = "hold the process that applies a plan",
  description = [[
The process ends what is in flight and waits, within a second, until
`extcontacts resume` of the same plan.]],
  example = "extcontacts pause tidy.plan",
}

--- Declares the argument.
---@param parser table
function command.setup(parser)
  parser:argument("plan", "the plan that is being applied")
end

--- Holds it.
---@param given table
---@param context table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(given, context)
  local held, err = require("extcontacts.fix.pause").set(given.plan, true)
  if not held then
    return nil, err
  end
  context:say("held; go on with:  extcontacts resume %s",
    require("extcontacts.cli.plan_text").quoted(given.plan))
end

return command
