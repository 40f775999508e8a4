--- `extcontacts lint`: which records the server would reject at their next update.

local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local limit_option = require "extcontacts.cli.limit_option"
local operation_calls = require "extcontacts.cli.operation_calls"
local outcome = require "extcontacts.api.outcome"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local parser = require "extcontacts.cli.parser"
local printable = require "extcontacts.base.printable"
local progress_bar = require "extcontacts.cli.progress_bar"
local snapshot_format = require "extcontacts.snapshot.format"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"
local where_option = require "extcontacts.cli.where_option"

local command = {
  name = "lint",
  summary = "find records that the server would reject at their next update",
  connects = true,
  usage = "[<resource> [<id>...]]",
  description = [[
Check records against the server's rules and report those that it would reject
at their next update, by rule. An update replaces the whole record, so one
invalid field makes the server reject any change to it, such as an agent's
correction or a fix. Nothing is written.

The records are those of a scan, of a snapshot (--snapshot), or those with the
given ids; pass - to read the ids from standard input.

Rules:
  required      a field that the record must have is missing or blank
  length        a text has too many characters, or none
  email         a text is not an e-mail address
  entries       a list has too many entries
  type, date    a value is not of the field's type
  custom_field  a custom field does not match its schema
  schema        the schema of the custom fields is missing or does not exist]],
  examples = [[
extcontacts lint
extcontacts lint contacts --csv --bom >rejected.csv
extcontacts lint contacts 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11
extcontacts scan contacts --fields id | extcontacts lint contacts - --ndjson
extcontacts lint --snapshot before.ndjson --offline]],
  next_steps = [[
Each line names a record, the field and the rule; the totals by rule go to
standard error. The column id of the CSV file can be the key of a fix: correct
the fields with `extcontacts plan set_fields` or a fix of your own, then run
lint again.]],
  exit_codes = { 0, { 1, "the server would reject some records, or some ids can't be read" }, 2,
    { 3, "credentials rejected, or a permission is missing, also to check custom fields" }, 75, 130 },
}

-- The columns of CSV, and the fields of JSON.
local COLUMNS = "kind,id,owner,field,rule,problem"

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("resource", "records to check: "
    .. table.concat(snapshot_format.listings, ", ") .. " [all]"):args "?", snapshot_format.listings)
  argparser:argument("id", "id of a record, or - for standard input"):args "*"
  argparser:option("--snapshot", "check the records of a snapshot"):argname("FILE")
  where_option.declare(argparser, "check only the records")
  argparser:flag("--offline", "check a snapshot without a connection, and so without its custom fields")
  connection.declare_same_organization(argparser, "snapshot")
  limit_option.declare(argparser, "problems")
  output.setup(argparser, nil, "text", { "text", "table", "json", "ndjson", "csv" })
end

-- Reads the records with the ids, by bulk requests.  A note's address says whether it
-- belongs to a contact or an organization.
local function records_of(ctx, listing, next_id, report)
  local kind = types.listings[listing].kind or "contact_note"
  return require("extcontacts.fix.source").each(kind, function(client)
    local results = client[listing]:get_many(next_id)
    return function()
      for id, record, err in results do
        if record then
          return record
        elseif not outcome.is_absent(err) then
          error(err, 0)
        end
        ctx:say("%s: %s", id, tostring(err))
        report.absent = true
      end
    end
  end)
end

-- The records to check, as options of `rejections.find`.
local function selection(args, ctx)
  local listing = args.resource
  if listing and not types.listings[listing] then
    exit.usage(suggest.unknown("resource", listing, snapshot_format.listings))
  elseif #args.id == 0 then
    return { snapshot = args.snapshot, only = listing and { listing } or nil }, {}
  elseif args.snapshot then
    exit.usage "ids cannot be combined with --snapshot"
  end
  local next_id, report = operation_calls.ids(ctx, args.id)
  return { source = records_of(ctx, listing, next_id, report) }, report
end

-- Writes the records as lines of text.
local function text_writer(ctx)
  return {
    put = function(_, found)
      ctx:out(ctx:paint("stdout", "yellow", (found.kind:gsub("_", " "))), " ", printable.line(found.id), "  ",
        printable.line(found.problem), " (", found.rule, ")\n")
    end,
    finish = function() end,
  }
end

local function writer_of(args, ctx)
  local format = output_format.of(args)
  if (format == "csv" or format == "table") and #args.fields == 0 then
    args.fields = { COLUMNS }
  end
  local is_text = format == "text" or not format and #args.fields == 0
  return is_text and text_writer(ctx) or output.open(ctx, args, nil, true)
end

-- Writes the totals by rule.
local function summarize(ctx, totals)
  ctx:inform("the server would reject %d of %s at the next update", totals.rejected,
    texts.plural(totals.records, "record"))
  for _, rule in ipairs(ctx:is_quiet() and {} or suggest.keys(totals.rules)) do
    for _, field in ipairs(suggest.keys(totals.rules[rule])) do
      ctx:note(("  %-13s %-25s %d\n"):format(rule, printable.line(field), totals.rules[rule][field]))
    end
  end
  for _, reason in ipairs(suggest.keys(totals.unchecked)) do
    ctx:say("the custom fields of %s were not checked: %s", texts.plural(totals.unchecked[reason], "record"), reason)
  end
end

--- Checks the records.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local options, report = selection(args, ctx)
  if args.offline and not args.snapshot then
    exit.usage "--offline requires --snapshot"
  end
  local writer = writer_of(args, ctx)
  local bar = progress_bar.new(ctx, { noun = "record", verb = "checked" })
  local count_problem = limit_option.counter(args)
  options.same_organization, options.where = args.same_organization, args.where
  options.on_rejection = function(found)
    ctx:progress(nil)
    writer:put(found)
    count_problem()
  end
  options.on_record = function(count)
    bar:show(count)
  end
  local totals, err = require("extcontacts.tidy.rejections").find(not args.offline and ctx:connect() or nil, options)
  ctx:progress(nil)
  if limit_option.is_reached(err) then
    writer:finish()
    ctx:inform "stopped: --limit reached"
    return exit.codes.some_failed
  elseif not totals then
    return nil, err
  end
  writer:finish()
  summarize(ctx, totals)
  if totals.rejected > 0 or report.absent or (report.unreadable or 0) > 0 then
    return exit.codes.some_failed
  end
  return next(totals.unchecked) and not args.offline and exit.codes.auth or exit.codes.ok
end

return command
