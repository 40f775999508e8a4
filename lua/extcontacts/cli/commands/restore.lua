--- `extcontacts restore`: plans how to restore a snapshot.

local arg_values = require "extcontacts.cli.arg_values"
local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local listings = require "extcontacts.cli.listings"
local make_plan = require "extcontacts.cli.make_plan"
local output_format = require "extcontacts.cli.output_format"
local plan_file = require "extcontacts.cli.plan_file"
local plan_text = require "extcontacts.cli.plan_text"
local skipped = require "extcontacts.fix.skipped"
local snapshot = require "extcontacts.snapshot"
local suggest = require "extcontacts.base.suggest"
local where_option = require "extcontacts.cli.where_option"

local command = {
  name = "restore",
  takes = { snapshot = "snapshot" },
  summary = "plan how to restore a snapshot",
  description = [[
Compare all records with a snapshot and write a plan that restores it: changed
records get their old field values back, and deleted records are recreated
with new ids. A record that exists again with the same content, after an
earlier restore or an undo, is not recreated, and neither is one that was
erased: by a plan whose journal is beside the snapshot or the new plan, or by
those named with --erased. With --delete-created, the plan also deletes the
records created since the snapshot; this does not work with
a filtered snapshot. Nothing changes on the server.]],
  examples = [[
extcontacts restore before.ndjson
extcontacts restore before.ndjson --only contacts -o restore.plan
extcontacts restore before.ndjson --erased erasures/march.plan.proof.csv
extcontacts restore before.ndjson --id CONTACT_ID --id CONTACT_ID]],
  next_steps = [[
Run `extcontacts apply PLAN` to apply the plan, and `extcontacts undo PLAN` to
undo it. PLAN.skipped.csv lists the records that the plan does not restore,
with the reasons.]],
  exit_codes = { 0, 1, 2, 3, { 5, "the plan contains changes (with --detailed-exitcode)" }, 75, 130 },
  connects = true,
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("snapshot", "snapshot written by `extcontacts export`")
  plan_file.declare(argparser, "SNAPSHOT.plan")
  listings.declare(argparser, "restore")
  argparser:option("--id", "restore only the records with these comma-separated ids; can be repeated")
    :argname("IDS"):count("*"):target("ids")
  where_option.declare(argparser, "restore only the records", "holds in the snapshot")
  argparser:flag("--delete-created", "delete the records created since the snapshot")
  argparser:flag("--allow-copies", "recreate a deleted record even if a similar one was created since the snapshot")
  argparser:option("--erased", "leave out the records of an erasure: its plan, journal, proof or list; can be "
    .. "repeated"):argname("FILE"):count("*")
  listings.declare_batch(argparser)
  connection.declare_same_organization(argparser, "snapshot")
  make_plan.declare_force(argparser)
  argparser:flag("--detailed-exitcode", "exit with 5 if the plan contains changes")
end

local function summary(ops, skips)
  local parts = { #ops > 0 and table.concat(ops, ", ") or "no changes" }
  for _, reason in ipairs(suggest.keys(skips)) do
    parts[#parts + 1] = ("skipped %d (%s)"):format(skips[reason], reason)
  end
  return table.concat(parts, "; ")
end

--- Plans.
---@param args table
---@param ctx table
---@return integer|nil exit code
function command.run(args, ctx)
  local path = plan_file.path(args, ctx, args.snapshot .. ".plan")
  local ids = arg_values.list(args.ids)
  local totals, err = snapshot.plan_restore(ctx:connect(), args.snapshot, {
    output = path,
    only = listings.selected(args),
    ids = #ids > 0 and ids or nil,
    where = args.where,
    force = args.force,
    delete_created = args.delete_created,
    allow_copies = args.allow_copies,
    erased = #args.erased > 0 and args.erased or nil,
    same_organization = args.same_organization,
    batch = args.batch,
    on_record = listings.counter(ctx),
  })
  ctx:progress(nil)
  if not totals then
    return nil, err
  end
  ctx:inform("wrote the plan %s: %s", path, summary(plan_text.operations(totals.operations), totals.skipped))
  if output_format.of(args) == "json" then
    plan_text.document(ctx, path, totals)
  end
  if next(totals.skipped) then
    plan_text.skipped(ctx, skipped.path(path))
  end
  if totals.changes == 0 then
    return
  end
  plan_text.hint_apply(ctx, path, totals)
  return args.detailed_exitcode and exit.codes.pending or exit.codes.ok
end

return command
