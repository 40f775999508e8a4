--- `extcontacts status`: the progress of a plan.

local arg_types = require "extcontacts.cli.arg_types"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local printable = require "extcontacts.base.printable"
local record_text = require "extcontacts.cli.record_text"
local run_text = require "extcontacts.cli.run_text"
local shell = require "extcontacts.base.shell"
local texts = require "extcontacts.base.text"

local command = {
  name = "status",
  takes = { plan = "plan" },
  summary = "show the progress of a plan",
  description = [[
Show how far a plan has been applied, from the plan and its journal. Sends no
request, so it can be used while the plan is being applied.]],
  examples = [[
extcontacts status tidy.plan
extcontacts status tidy.plan --json | jq .counts]],
}

--- Declares argument and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("plan", "plan to examine")
  argparser:option("--show", "number of records to list that were not applied [10]"):argname("N")
    :convert(arg_types.count)
  output_format.declare(argparser, { "text", "json" }, "text")
end

-- Records that are listed by default.
local SHOWN = 10

local STATES = {
  planned = "not started",
  running = "running",
  paused = "paused",
  stopped = "stopped",
  complete = "complete",
}

-- State → the command to run next.
local NEXT = { planned = "apply", running = "pause", paused = "resume", stopped = "resume", complete = "verify" }

-- State of a change → how it is named here.
local PROBLEMS = { failed = "failed", conflict = "conflict", unknown = "unknown" }

-- Names the records of the first changes that were not applied.
local function print_problems(ctx, found)
  local listed = found.problems or {}
  for _, problem in ipairs(listed) do
    ctx:out("    ", ctx:paint("stdout", "yellow", PROBLEMS[problem.state]), " ", problem.op, " ",
      record_text.record(problem.kind, problem.id, problem.label), "\n")
  end
  local counts = found.counts or {}
  local total = (counts.failed or 0) + (counts.conflict or 0) + (counts.unknown or 0)
  if total > #listed then
    ctx:out(("    … and %d more\n"):format(total - #listed))
  end
end

local function print_text(ctx, path, found)
  local header = found.header
  ctx:out(ctx:paint("stdout", "bold", printable.line(path)), ": ", STATES[found.state], "\n")
  local by = header.by ~= "unknown" and " by " .. header.by or ""
  local owner = require("extcontacts.fix.identity").text(header)
  owner = owner and (" (%s)"):format(owner) or ""
  ctx:out("  ", printable.line(header.name), "\n  ",
    printable.line(("planned at %s%s for %s%s"):format(header.created, by, header.server, owner)), "\n")
  if found.started then
    ctx:out(("  started at %s, %s so far\n"):format(found.started, texts.plural(found.runs, "run")))
  end
  if found.last_stop and found.state == "stopped" then
    ctx:out(("  last run %s (%s)\n"):format(run_text.stopped(found.last_stop.reason), found.last_stop.at))
  end
  if found.copied then
    ctx:out("  the journal is a copy: the original may have continued since\n")
  end
  local counts = found.counts or {}
  ctx:out(("  %s in the plan\n"):format(texts.plural(found.totals.changes, "change")))
  run_text.counts(ctx, {
    applied = counts.applied,
    unchanged = counts.unchanged,
    conflicts = counts.conflict,
    failed = counts.failed,
    unknown = counts.unknown,
    open = found.open,
    not_started = found.not_started,
  })
  print_problems(ctx, found)
  if found.errors_path then
    ctx:out("  failed changes and reasons: ", printable.line(found.errors_path), "\n")
  end
  ctx:out("  next: extcontacts ", NEXT[found.state], " ", shell.word(path), "\n")
end

--- Shows it.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local found, err = require("extcontacts.fix").status(args.plan, { problems = args.show or SHOWN })
  if not found then
    return nil, err
  end
  if output_format.of(args) == "json" then
    output.document(ctx, found)
  else
    print_text(ctx, args.plan, found)
  end
end

return command
