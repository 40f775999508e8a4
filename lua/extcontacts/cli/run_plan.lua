--- What `extcontacts apply` and `extcontacts resume` share: the options, the run
-- with its signals, and the summary.

local arg_types = require "extcontacts.cli.arg_types"
local clients = require "extcontacts.client"
local connection = require "extcontacts.cli.connection"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local limit_option = require "extcontacts.cli.limit_option"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local plan_text = require "extcontacts.cli.plan_text"
local progress_bar = require "extcontacts.cli.progress_bar"
local remains = require "extcontacts.cli.remains"
local run_text = require "extcontacts.cli.run_text"
local texts = require "extcontacts.base.text"
local write_choice = require "extcontacts.fix.write_choice"

local run_plan = {}

-- Seconds between two checks for the pause file.
local CHECK_EVERY = 0.25

--- Declares the option that ties a command to one plan.
---@param argparser table
---@param verb string
function run_plan.declare_expect(argparser, verb)
  argparser:option("--expect", verb .. " only the plan whose SHA-256 is this, or begins with these digits (12 or "
    .. "more); `extcontacts show` prints it"):argname("SHA")
end

--- Declares arguments and options.
---@param argparser table
function run_plan.setup(argparser)
  argparser:argument("plan", "plan written by `extcontacts plan`, `undo` or `restore`")
  argparser:option("--on-conflict", "what to do with a record that changed since the plan was made: skip it; fail, "
    .. "which skips it and stops; or rebase, which applies the planned fields to the new version [skip]")
    :argname("MODE"):choices { "skip", "fail", "rebase" }
  argparser:option("--batch", "most changes per request, from 1 to 50; auto uses 50; 1 reads and writes each record "
    .. "with separate requests [auto]"):argname("N"):convert(arg_types.word_or("auto", arg_types.range(1, 50)))
  argparser:option("--write", "how updates are written. bulk: up to 50 whole records per request; patch: each by a "
    .. "PATCH of the planned fields only, which never overwrites a value that someone else has entered into an empty "
    .. "field; put: each whole record by a PUT; auto: patch for updates that only fill empty fields, if the plan "
    .. "has at most 2,000 of them, otherwise bulk [auto]"):argname("HOW"):choices { "auto", "bulk", "patch", "put" }
  argparser:option("--concurrency", "batches in flight at a time; with --batch 1, changes [2; with --batch 1, 4]")
    :argname("N"):convert(arg_types.whole)
  argparser:option("--rate", "requests per minute, with no share reserved for other programs [as configured, with "
    .. "a reserve]"):argname("N"):convert(arg_types.whole)
  limit_option.declare(argparser, "changes")
  argparser:option("--max-errors", "stop after N failed changes"):argname("N"):convert(arg_types.whole)
  argparser:option("--error-rate", "stop when more than this share of the changes fails [50%]"):argname("SHARE")
    :convert(arg_types.share)
  run_plan.declare_expect(argparser, "apply")
  connection.declare_same_organization(argparser, "plan")
  argparser:flag("--allow-irreversible", "also apply changes that cannot be undone")
  output_format.declare(argparser, { "text", "json" }, "text")
end

--- The last parts of the help.
run_plan.next_steps = [[
Ctrl-C finishes the current requests and stops; `extcontacts resume PLAN`
continues later. `extcontacts pause PLAN` (or the signal SIGUSR1) pauses the
run, and `extcontacts resume PLAN` (or SIGUSR1 again) continues it.

PLAN.journal records every change. PLAN.errors.csv lists the changes that
failed, with reasons and values; correct the values and plan the file with the
ready-made fix set_fields. `extcontacts verify PLAN` checks the result, and
`extcontacts undo PLAN` plans how to undo what is reversible.]]
run_plan.exit_codes = { 0, { 1, "some changes failed" }, 2, 3, { 4, "some changes were in conflict" }, 75, 130 }

local function options_of(args)
  return {
    on_conflict = args.on_conflict,
    batch = args.batch,
    write = args.write,
    concurrency = args.concurrency or args.batch == 1 and 4 or nil,
    limit = args.limit,
    max_errors = args.max_errors,
    error_rate = args.error_rate,
    allow_irreversible = args.allow_irreversible or nil,
    expect = args.expect,
    retry_failed = args.retry_failed or nil,
    same_organization = args.same_organization,
    moved = args.moved or nil,
  }
end

--- The client for the run; a rate that was asked for is used without a reserve.
---@param args table
---@param ctx table
---@return extcontacts.Client
function run_plan.connect(args, ctx)
  return ctx:connect { options = args.rate and { rate = args.rate, reserve = 0 } or nil }
end

-- Runs with signals deferred, so that the requests in flight can finish.  After the
-- first signal there is no more progress: a second one ends the process at once, and
-- would leave it on the terminal.
local function with_signals(ctx, options, path, progress, run)
  local pause = require "extcontacts.fix.pause"
  local announced, signals_seen = false, 0
  local listener = core.signal.listen()
  core.signal.defer(true)
  function options.interrupted()
    local signal = core.signal.pending()
    if signal and not announced then
      announced = true
      progress.is_over = true
      ctx:say "finishing the current requests; press Ctrl-C again to stop now"
    end
    return signal ~= nil
  end
  local next_check, paused = 0, false
  function options.paused()
    if core.signal.heard() ~= signals_seen then
      signals_seen = core.signal.heard()
      pause.set(path, not pause.is_set(path))
      next_check = 0
    end
    local now = core.engine.now()
    if now >= next_check then
      next_check, paused = now + CHECK_EVERY, pause.is_set(path)
    end
    return paused
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

-- Says how far undo can reverse what was applied; returns whether it can at all.
local function say_undo(ctx, result)
  local irreversible, partly = result.classes.irreversible or 0, result.classes.partly_reversible or 0
  if irreversible > 0 then
    ctx:inform("%s cannot be undone", texts.plural(irreversible, "applied change"))
  end
  if partly > 0 then
    ctx:inform("%s %s %s", texts.plural(partly, "applied change"), texts.noun(partly, "is", "are"), plan_text.PARTLY)
  end
  return irreversible < result.applied
end

--- Writes the outcome as JSON.
---@param ctx table
---@param path string of the plan
---@param result extcontacts.fix.Result|table
function run_plan.write_json(ctx, path, result)
  local document = { plan = path, stopped = result.stopped, error = result.err and tostring(result.err),
    errors_file = result.errors_path }
  for _, name in ipairs { "total", "applied", "diverged", "unchanged", "conflicts", "failed", "unknown", "not_started" }
  do
    document[name] = result[name] or 0
  end
  output.document(ctx, document)
end

-- Writes the outcome, and what to do next.
local function conclude(ctx, args, result)
  local path, vouched = args.plan, args.same_organization and "--same-organization" or nil
  if output_format.of(args) == "json" then
    run_plan.write_json(ctx, path, result)
  else
    ctx:out(texts.plural(result.total, "change"), " in the plan\n")
    run_text.counts(ctx, result)
  end
  if result.stopped and result.stopped ~= "interrupted" then -- the end of the command reports a signal
    ctx:say("%s%s", run_text.stopped(result.stopped), result.err and " (" .. tostring(result.err) .. ")" or "")
  end
  run_text.refused_bulk(ctx, result)
  local can_retry = result.failed + result.conflicts > 0
  if result.errors_path then
    ctx:say("%s lists the changes that were not applied, with the reasons.%s", result.errors_path,
      can_retry and " Correct the values in it to retry them." or "")
  end
  if result.errors_path and can_retry then
    ctx:hint("Retry", "plan", "set_fields", "--set", "csv=" .. result.errors_path)
  end
  if result.not_started > 0 or result.unknown > 0 then
    ctx:hint("Resume", "resume", path, vouched)
  elseif result.applied > 0 then
    local can_undo = say_undo(ctx, result)
    ctx:hint("Check", "verify", path, vouched)
    if can_undo then
      ctx:hint("Undo", "undo", path, vouched)
    end
    if (result.classes.irreversible or 0) > 0 then
      remains.say(ctx, path)
    end
  end
end

-- What goes wrong, beside the progress.
local function problems_of(client, counts)
  local parts = {}
  if counts.failed > 0 then
    parts[#parts + 1] = ("%d failed"):format(counts.failed)
  end
  if counts.conflict > 0 then
    parts[#parts + 1] = texts.plural(counts.conflict, "conflict")
  end
  if counts.unknown > 0 then
    parts[#parts + 1] = ("%d unknown"):format(counts.unknown)
  end
  local stats = client:stats()
  if stats.throttled > 0 then
    parts[#parts + 1] = "rate-limited " .. texts.plural(stats.throttled, "time")
  end
  if stats.store and stats.store.problem then
    parts[#parts + 1] = "store unavailable"
  end
  return parts
end

-- The requests that a plan takes as it is going to be written.
local function requests_of(args, totals)
  for _, estimate in ipairs(write_choice.estimates(totals, tonumber(args.batch))) do
    if estimate.name == (args.write or "auto") then
      return estimate.requests
    end
  end
end

-- Shows the progress of a run; with the plan's totals, also how long it takes.
local function progress_of(ctx, client, args, totals)
  local allowance = clients.allowance(client)
  local requests = totals and requests_of(args, totals)
  local progress, bar = {}, nil
  if requests and allowance and requests > allowance and not args.limit then
    ctx:inform("%s", progress_bar.estimate(requests, allowance))
  end
  function progress.show(run)
    if progress.is_over then
      return
    elseif not bar then
      local before = run.settled - run.run
      bar = progress_bar.new(ctx, {
        noun = "change", total = args.limit and math.min(run.total, before + args.limit) or run.total,
        done = before, requests = requests, allowance = allowance, at_once = true,
      })
    end
    bar:show(run.settled, problems_of(client, run.counts), run.paused)
  end
  return progress
end

-- Adds the plan to the history; without it, the plan is applied all the same.
local function record(ctx, path)
  local added, err = require("extcontacts.fix.history").add(path, ctx.getenv)
  if not added then
    ctx:say("the history does not list this plan: %s", err.message)
  end
end

--- Runs a plan.
---@param args table
---@param ctx table
---@param name "apply"|"resume"
---@param totals extcontacts.fix.Totals|nil of the plan
---@return integer|nil exit code
---@return extcontacts.Error|nil
function run_plan.run(args, ctx, name, totals)
  local fix = require "extcontacts.fix"
  local client = run_plan.connect(args, ctx)
  local options = options_of(args)
  local progress, shows = progress_of(ctx, client, args, totals), ctx:shows_progress()
  local is_recorded = false
  function options.on_progress(run)
    if not is_recorded then
      is_recorded = true
      record(ctx, args.plan)
    end
    if shows then
      progress.show(run)
    end
  end
  local result, err = with_signals(ctx, options, args.plan, progress, function()
    return fix[name](client, args.plan, options)
  end)
  ctx:progress(nil)
  if not result then
    return nil, err
  end
  conclude(ctx, args, result)
  return exit.of_run(result)
end

return run_plan
