--- `extcontacts status`: how a plan stands.

local plan_text = require "extcontacts.cli.plan_text"

local command = {
  name = "status",
  summary = "tell how a plan stands",
  description = "Reads the plan and its journal; asks no server.",
  example = "extcontacts status tidy.plan",
}

--- Declares argument and options.
---@param parser table
function command.setup(parser)
  parser:argument("plan", "the plan")
  parser:flag("--json", "print one JSON object instead of text")
end

local SENTENCES = {
  planned = "planned, nothing is done yet",
  running = "being applied at this moment",
  paused = "held; `extcontacts resume` lets it go on",
  stopped = "stopped; `extcontacts resume` goes on",
  complete = "complete",
}

local LINES = {
  { "applied", "done" },
  { "unchanged", "were so already" },
  { "conflict", "in conflict" },
  { "failed", "failed" },
  { "unknown", "sent, but it can't be told whether it arrived" },
}

local function print_text(context, path, found)
  local header = found.header
  context:out(context:paint("stdout", "bold", path), ": ", SENTENCES[found.state], "\n")
  context:out(("  %s\n  planned at %s by %s for %s\n"):format(header.name, header.created, header.by,
    header.server))
  if found.started then
    context:out(("  begun at %s, %d %s\n"):format(found.started, found.runs, found.runs == 1 and "run" or "runs"))
  end
  if found.last_stop and found.state == "stopped" then
    context:out(("  last stopped at %s: %s\n"):format(found.last_stop.at, found.last_stop.reason))
  end
  context:out(("%8d  changes in the plan\n"):format(found.totals.changes))
  for _, line in ipairs(LINES) do
    local count = found.counts and found.counts[line[1]] or 0
    if count > 0 then
      context:out(("%8d  %s\n"):format(count, line[2]))
    end
  end
  if found.open > 0 then
    context:out(("%8d  in flight, or cut off: resume finds out\n"):format(found.open))
  end
  if found.not_started > 0 then
    context:out(("%8d  not taken up\n"):format(found.not_started))
  end
  if found.errors_path then
    context:out("  what failed is in ", plan_text.quoted(found.errors_path), "\n")
  end
end

--- Tells.
---@param given table
---@param context table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(given, context)
  local found, err = require("extcontacts.fix").status(given.plan)
  if not found then
    return nil, err
  end
  if given.json then
    context:out(assert(require("extcontacts.base.json").encode(found, { sort_keys = true })), "\n")
  else
    print_text(context, given.plan, found)
  end
end

return command
