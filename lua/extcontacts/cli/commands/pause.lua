--- `extcontacts pause`: pauses a running apply.

local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"

local command = {
  name = "pause",
  takes = { plan = "plan" },
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
  output_format.declare(argparser, { "text", "json" }, "text")
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
  if output_format.of(args) == "json" then
    output.document(ctx, { plan = args.plan, state = "paused" })
  end
  ctx:inform "paused; the apply finishes its current requests and waits"
  ctx:hint("Resume", "resume", args.plan)
end

return command
