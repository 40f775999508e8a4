--- `extcontacts resume`: resumes a stopped or paused run.

local exit = require "extcontacts.cli.exit"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local run_plan = require "extcontacts.cli.run_plan"

local command = {
  name = "resume",
  takes = { plan = "plan" },
  summary = "resume a stopped or paused apply",
  connects = true,
  description = [[
Resume an apply after any stop, including a crash. Changes that are known to
have been applied are not sent again; for those in flight when it stopped,
this command reads the records to find out. If the apply is only paused, it
continues in its own process.]],
  examples = [[
extcontacts resume tidy.plan
extcontacts resume tidy.plan --retry-failed
extcontacts resume tidy.plan --retry-failed --on-conflict rebase]],
  next_steps = run_plan.next_steps,
  exit_codes = run_plan.exit_codes,
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  run_plan.setup(argparser)
  argparser:flag("--retry-failed", "also retry the changes that failed or conflicted")
  argparser:flag("--moved", "continue a journal that is a copy, because the original is gone or no longer in use")
end

--- Resumes.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local pause = require "extcontacts.fix.pause"
  local approved = args.expect and assert(require("extcontacts.fix.planfile").check(args.plan))
  if approved then
    assert(require("extcontacts.fix.approval").check(args.plan, approved.totals.sha256, args.expect))
  end
  if pause.is_set(args.plan) and require("extcontacts.fix.journal").is_locked(args.plan) then
    local ok, err = pause.set(args.plan, false)
    if not ok then
      return nil, err
    end
    if output_format.of(args) == "json" then
      output.document(ctx, { plan = args.plan, state = "running" })
    end
    ctx:inform "resumed the paused apply"
    return exit.codes.ok
  end
  local plan = ctx:shows_progress() and require("extcontacts.fix.planfile").check(args.plan)
  local code, err = run_plan.run(args, ctx, "resume", plan and plan.totals or nil)
  return code, err
end

return command
