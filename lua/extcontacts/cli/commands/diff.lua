--- `extcontacts diff`: what changed on the server since a snapshot.

local connection = require "extcontacts.cli.connection"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local label = require "extcontacts.record.label"
local limit_option = require "extcontacts.cli.limit_option"
local listings = require "extcontacts.cli.listings"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local printable = require "extcontacts.base.printable"
local record_diff = require "extcontacts.record.diff"
local record_text = require "extcontacts.cli.record_text"
local snapshot = require "extcontacts.snapshot"
local snapshot_filter = require "extcontacts.snapshot.filter"
local where_option = require "extcontacts.cli.where_option"

local command = {
  name = "diff",
  takes = { snapshot = "snapshot" },
  summary = "show what changed since a snapshot",
  description = [[
Read all records and compare them with a snapshot. What the server sets or
rewrites is not compared: its own fields, the formatting of phone numbers, and
spaces at the start or end of a text. A deleted record that exists again with
the same content is unchanged, although its id is new. With a filtered
snapshot, only the records in it are compared, and created records are not
reported.]],
  examples = [[
extcontacts diff before.ndjson
extcontacts diff before.ndjson --only contacts --ndjson | jq .id
extcontacts diff before.ndjson --where 'address.countryCode == "GB"'
extcontacts diff before.ndjson --detailed-exitcode    # exits with 5 if anything changed]],
  next_steps = [[
Each changed record is written with its fields before and after; the totals go
to standard error. `extcontacts restore SNAPSHOT` plans how to restore it.]],
  exit_codes = { 0, 1, 2, 3, { 5, "differences found (with --detailed-exitcode)" }, 75, 130 },
  connects = true,
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("snapshot", "snapshot written by `extcontacts export`")
  listings.declare(argparser, "compare")
  where_option.declare(argparser, "show only the records", "holds in the snapshot or on the server")
  limit_option.declare(argparser, "changed records")
  output_format.declare(argparser, { "text", "json", "ndjson" }, "text", {
    json = "write a JSON array of the changed records", ndjson = "write one line of JSON per changed record" })
  listings.declare_batch(argparser)
  connection.declare_same_organization(argparser, "snapshot")
  argparser:flag("--detailed-exitcode", "exit with 5 if there are differences")
end

-- A value on one line.
local function shown(value)
  local text = record_diff.text(value)
  return text == nil and "(none)" or printable.line(assert(core.json.encode(text)))
end

local COLOURS = { changed = "yellow", created = "green", deleted = "red" }

local function write_text(ctx, change)
  local reference = change.reference
  ctx:out(ctx:paint("stdout", COLOURS[change.change], change.change), " ",
    record_text.record(reference.kind, reference.id, label.of(reference.kind, change.after or change.before)), "\n")
  if change.reason then
    ctx:out("  ", printable.line(change.reason .. (change.other and ": " .. change.other or "")), "\n")
  end
  for _, field in ipairs(change.diff or {}) do
    ctx:out("  ", printable.line(record_diff.name(field.path)), ": ", shown(field.before), " -> ", shown(field.after),
      "\n")
  end
end

local function as_json(change)
  local reference = change.reference
  return {
    change = change.change,
    kind = reference.kind,
    id = reference.id,
    owner = reference.owner,
    diff = change.diff and core.json.array(change.diff),
    reason = change.reason,
    other = change.other,
  }
end

local function unchanged(counts)
  local again = counts.recreated > 0 and (" (%d recreated with new ids)"):format(counts.recreated) or ""
  local others = counts.unselected and (", %d not selected"):format(counts.unselected) or ""
  return ("%d unchanged%s%s"):format(counts.same + counts.recreated, again, others)
end

--- Compares.
---@param args table
---@param ctx table
---@return integer|nil exit code
function command.run(args, ctx)
  local writer = output_format.of(args) and output_format.of(args) ~= "text"
    and output.open(ctx, { output = output_format.of(args) }, nil, true) or nil
  local counts, count = { changed = 0, created = 0, deleted = 0 }, limit_option.counter(args)
  local mark
  local all, err = snapshot.compare(ctx:connect(), args.snapshot, {
    only = listings.selected(args),
    where = args.where,
    on_open = function(opened)
      mark = opened.header.filter
      if mark then
        ctx:inform("%s is filtered: it contains only %s. Created records are not reported.", args.snapshot,
          snapshot_filter.describe(mark))
      end
    end,
    same_organization = args.same_organization,
    batch = args.batch,
    on_record = listings.counter(ctx),
    on_change = function(change)
      ctx:progress(nil)
      counts[change.change] = counts[change.change] + 1
      if writer then
        writer:put(as_json(change))
      else
        write_text(ctx, change)
      end
      count()
    end,
  })
  ctx:progress(nil)
  if not all and not limit_option.is_reached(err) then
    return nil, err
  elseif writer then
    writer:finish()
  end
  ctx:inform("%d changed, %s%d deleted, %s", counts.changed, mark and "" or ("%d created, "):format(counts.created),
    counts.deleted, all and unchanged(all) or "stopped: --limit reached")
  if args.detailed_exitcode and counts.changed + counts.created + counts.deleted > 0 then
    return exit.codes.pending
  end
end

return command
