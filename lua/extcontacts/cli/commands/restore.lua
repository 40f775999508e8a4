--- `extcontacts restore`: plans to bring back what a snapshot holds.

local arg_values = require "extcontacts.cli.arg_values"
local diff = require "extcontacts.cli.commands.diff"
local exit = require "extcontacts.cli.exit"
local export = require "extcontacts.cli.commands.export"
local plan_text = require "extcontacts.cli.plan_text"
local skipped = require "extcontacts.fix.skipped"
local snapshot = require "extcontacts.snapshot"
local suggest = require "extcontacts.base.suggest"

local command = {
  name = "restore",
  summary = "plan to bring back what a snapshot holds",
  description = [[
Reads all records, compares them with a snapshot and writes a plan: records
that were changed since get their old fields back, records that were deleted
are created again (with another id), and with --delete-created those that were
created since are deleted. Nothing is written on the server until the plan is
applied; it can be undone like any other.]],
  example = [[
extcontacts restore before.ndjson --only contacts -o restore.plan
extcontacts apply restore.plan]],
  connects = true,
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser:argument("snapshot", "a file that export wrote")
  parser:option("-o --output", "the plan's file [SNAPSHOT.plan]"):argname("PLAN")
  export.declare_only(parser)
  parser:option("--id", "this record alone; may be given again, or several by commas"):argname("ID"):count("*")
    :target("ids")
  parser:flag("--delete-created", "delete what was created since the snapshot")
  parser:flag("--detailed-exitcode", "end with code 5 where the plan has changes")
end

local function listed(counts)
  local parts = {}
  for _, name in ipairs(suggest.keys(counts)) do
    parts[#parts + 1] = ("%d %s"):format(counts[name], (name:gsub("_", " ")))
  end
  return table.concat(parts, ", ")
end

--- Plans.
---@param given table
---@param context table
---@return integer|nil exit code
function command.run(given, context)
  local output = given.output or given.snapshot .. ".plan"
  local ids = arg_values.list(given.ids)
  local totals, err = snapshot.plan_restore(context:connect(), given.snapshot, {
    output = output,
    only = export.only(given),
    ids = #ids > 0 and ids or nil,
    delete_created = given.delete_created,
    on_record = diff.counter(context),
  })
  context:progress(nil)
  if not totals then
    return nil, err
  end
  if next(totals.skipped) then
    plan_text.skipped(context, skipped.path(output))
  end
  if totals.changes == 0 then
    context:say("%s: nothing to change%s", output, next(totals.skipped) and " (" .. listed(totals.skipped) .. ")" or "")
    return
  end
  context:say("%s: %s%s", output, listed(totals.operations),
    next(totals.skipped) and "; left: " .. listed(totals.skipped) or "")
  context:say("`extcontacts apply %s` carries it out", output)
  return given.detailed_exitcode and exit.codes.pending or exit.codes.ok
end

return command
