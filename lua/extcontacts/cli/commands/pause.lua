--- `extcontacts pause`: pauses a running apply.

local command = {
  name = "pause",
  summary = "pause a running apply",
  description = [[
Pause the process that is applying a plan. Within a second it finishes its
current requests and waits.]],
  examples = [[
extcontacts pause tidy.plan
extcontacts resume tidy.plan]],
  next_steps = "Run `extcontacts resume PLAN` to continue.",
}

--- Declares the argument.
---@param argparser table
function command.setup(argparser)
  argparser:argument("plan", "plan that is being applied")
end

--- Pauses it.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local paused, err = require("extcontacts.fix.pause").set(args.plan, true)
  if not paused then
    return nil, err
  end
  ctx:say "paused; the apply finishes its current requests and waits"
  ctx:hint("Resume", "resume", args.plan)
end

return command
