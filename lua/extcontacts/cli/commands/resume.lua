--- `extcontacts resume`: goes on with a plan that was begun, or with one that
-- is held.

local exit = require "extcontacts.cli.exit"
local run_plan = require "extcontacts.cli.run_plan"

local command = {
  name = "resume",
  summary = "go on with a plan that was stopped or paused",
  connects = true,
  description = [[
Goes on after any stop, a crash included.  What was confirmed is not sent
again; what was in flight is found out by reading.  A process that is held
by `extcontacts pause` goes on.]],
  example = [[
extcontacts resume tidy.plan
extcontacts resume tidy.plan --retry-failed --on-conflict rebase]],
  notes = run_plan.notes,
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  run_plan.setup(parser)
  parser:flag("--retry-failed", "take up again what failed or was in conflict")
end

--- Resumes.
---@param given table
---@param context table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(given, context)
  local pause = require "extcontacts.fix.pause"
  if pause.is_set(given.plan) and require("extcontacts.fix.journal").is_locked(given.plan) then
    local ok, err = pause.set(given.plan, false)
    if not ok then
      return nil, err
    end
    context:say "the process that was held goes on"
    return exit.codes.ok
  end
  local code, err = run_plan.run(given, context, "resume")
  return code, err
end

return command
