--- What `extcontacts apply` and `extcontacts resume` share: the options, the
-- run with its signals, and what is said in the end.

local arg_types = require "extcontacts.cli.arg_types"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local plan_text = require "extcontacts.cli.plan_text"
local progress_bar = require "extcontacts.cli.progress_bar"

local run_plan = {}

--- Declares arguments and options.
---@param parser table
function run_plan.setup(parser)
  parser:argument("plan", "the plan, a file of `extcontacts plan` or `extcontacts undo`")
  parser:option("--on-conflict", "what becomes of a record that was changed after the plan was made [skip]")
    :choices { "skip", "fail", "rebase" }
  parser:option("--concurrency", "changes at a time [4]"):argname("<count>"):convert(arg_types.whole)
  parser:option("--rate", "requests a minute and token, all of them for this; default: what the "
    .. "configuration says, with a reserve for others"):argname("<count>"):convert(arg_types.whole)
  parser:option("--limit", "stop after so many changes"):argname("<count>"):convert(arg_types.whole)
  parser:option("--max-errors", "stop once so many have failed"):argname("<count>"):convert(arg_types.whole)
  parser:option("--error-rate", "stop when more than this share fails [50%]"):argname("<share>")
    :convert(arg_types.share)
  parser:flag("--allow-irreversible", "do also what can't be undone")
end

--- The notes of the help.
run_plan.notes = [[
Ctrl-C finishes what is in flight and ends; SIGUSR1 or `extcontacts pause`
holds it, SIGUSR1 again or `extcontacts resume` lets it go on.  What failed
is in PLAN.errors.csv, what was done in PLAN.journal.]]

local function options_of(given)
  return {
    on_conflict = given.on_conflict,
    concurrency = given.concurrency or 4,
    limit = given.limit,
    max_errors = given.max_errors,
    error_rate = given.error_rate,
    allow_irreversible = given.allow_irreversible or nil,
    retry_failed = given.retry_failed or nil,
  }
end

-- The client for the run: a rate that was asked for is used up.
local function connect(given, context)
  return context:connect { options = given.rate and { rate = given.rate, reserve = 0 } or nil }
end

-- Runs with signals deferred, so that what is in flight can end.
local function with_signals(context, options, path, run)
  local pause = require "extcontacts.fix.pause"
  local told, held_by_signal = false, 0
  local listener = core.signal.listen()
  core.signal.defer(true)
  function options.interrupted()
    local signal = core.signal.pending()
    if signal and not told then
      told = true
      context:say "finishing what is in flight; once more ends it at once"
    end
    return signal ~= nil
  end
  local next_look, held = 0, false
  function options.paused()
    if core.signal.heard() ~= held_by_signal then
      held_by_signal = core.signal.heard()
      pause.set(path, not pause.is_set(path))
      next_look = 0
    end
    local now = core.engine.now()
    if now >= next_look then
      next_look, held = now + 0.25, pause.is_set(path)
    end
    return held
  end
  local results = { pcall(run) }
  core.signal.defer(false)
  if listener then
    listener:release()
  end
  if not results[1] then
    error(results[2], 0)
  end
  return results[2], results[3]
end

local REASONS = {
  limit = "stopped at the limit",
  max_errors = "stopped: too many have failed",
  error_rate = "stopped: too large a share fails",
  conflict = "stopped at a conflict",
  auth = "stopped: credentials or permissions don't do",
  try_later = "stopped: the server gives no answers",
  interrupted = "interrupted",
  io = "stopped: a file can't be written",
  failed = "stopped",
}

local function tell(context, path, result)
  local function line(count, text, colour)
    if count > 0 then
      local number = ("%8d"):format(count)
      context:out(colour and context:paint("stdout", colour, number) or number, "  ", text, "\n")
    end
  end
  context:out(("%d changes in the plan\n"):format(result.total))
  line(result.applied, "done", "green")
  line(result.diverged, "of these the server made something else of what was sent", "yellow")
  line(result.unchanged, "were so already")
  line(result.conflicts, "in conflict: changed by someone else, left alone", "yellow")
  line(result.failed, "failed", "red")
  line(result.unknown, "sent, but it can't be told whether it arrived", "red")
  line(result.not_started, "not taken up")
  local name = plan_text.quoted(path)
  if result.stopped then
    local why = result.stopped ~= "interrupted" and result.err -- that one call was is no news
    context:say("%s%s", REASONS[result.stopped] or result.stopped, why and " (" .. tostring(why) .. ")" or "")
  end
  if result.errors_path then
    context:say("%s has the reasons; put the values right and plan set_fields with it",
      result.errors_path)
  end
  if result.not_started > 0 or result.unknown > 0 then
    context:say("go on with:  extcontacts resume %s", name)
  elseif result.applied > 0 then
    context:say("look at it with:  extcontacts verify %s", name)
    context:say("take it back with:  extcontacts undo %s", name)
  end
end

--- Runs a plan.
---@param given table
---@param context table
---@param how "apply"|"resume"
---@return integer|nil exit code
---@return extcontacts.Error|nil
function run_plan.run(given, context, how)
  local fix = require "extcontacts.fix"
  local client = connect(given, context)
  local options = options_of(given)
  local view = progress_bar.new(context, client)
  function options.on_progress(state)
    view:show(state)
  end
  local result, err = with_signals(context, options, given.plan, function()
    return fix[how](client, given.plan, options)
  end)
  view:clear()
  if not result then
    return nil, err
  end
  tell(context, given.plan, result)
  return exit.of_run(result)
end

return run_plan
