--- `extcontacts history`: the plans that were applied on this machine.

local limit_option = require "extcontacts.cli.limit_option"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local printable = require "extcontacts.base.printable"

local command = {
  name = "history",
  summary = "list the plans that were applied on this machine",
  description = [[
List the plans that were applied, resumed or undone by this user on this
machine, the latest first: when, by whom, how many changes, and whether they
have been undone. The list contains only the paths of the plans; everything
else is read from the plans and their journals. A plan that was moved or
deleted since is listed as missing.]],
  examples = [[
extcontacts history
extcontacts history --limit 5
extcontacts history --json | jq -r '.[] | select(.undo == "possible") | .plan']],
  next_steps = [[
`extcontacts show PLAN` shows a plan, `extcontacts status PLAN` its progress,
and `extcontacts undo PLAN` plans how to undo it.]],
}

-- Plans that are listed by default.
local SHOWN = 20
-- Digits of the digest of an OAuth client's id.
local CLIENT_DIGITS = 8

--- Declares options.
---@param argparser table
function command.setup(argparser)
  limit_option.declare(argparser, "plans [20]")
  output_format.declare(argparser, { "text", "json" }, "text", { json = "write one JSON array" })
end

local UNDO = {
  none = "nothing to undo", possible = "not undone", partly = "partly undone", done = "undone",
  irreversible = "irreversible",
}

local function problems_of(counts)
  local count = counts.failed + counts.conflict + counts.unknown
  return count > 0 and (", %d not applied"):format(count) or ""
end

local function write_entry(ctx, entry)
  ctx:out(ctx:paint("stdout", "bold", printable.line(entry.plan, 4096)), "\n")
  if entry.problem then
    ctx:out("  ", ctx:paint("stdout", "yellow", printable.line(entry.problem, 500)), "\n")
    return
  end
  ctx:out(("  %s\n"):format(printable.line(entry.name, 100)))
  ctx:out(("  %s: %d of %d applied%s; %s\n"):format(entry.state, entry.counts.applied, entry.changes,
    problems_of(entry.counts), UNDO[entry.undo]))
  local user = entry.system_user and " by " .. printable.line(entry.system_user, 100) or ""
  local client = entry.client and ", OAuth client " .. entry.client:sub(1, CLIENT_DIGITS) or ""
  ctx:out(("  last run %s%s%s\n"):format(entry.last_run or entry.started, user, client))
  if entry.undoes then
    ctx:out("  undoes ", printable.line(entry.undoes, 4096), "\n")
  end
end

--- Lists them.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local entries, err = require("extcontacts.fix.history").list { limit = args.limit or SHOWN, getenv = ctx.getenv }
  if not entries then
    return nil, err
  elseif output_format.of(args) == "json" then
    output.document(ctx, entries)
    return
  end
  for _, entry in ipairs(entries) do
    write_entry(ctx, entry)
  end
  if #entries == 0 then
    ctx:say "no plan has been applied on this machine yet"
  end
end

return command
