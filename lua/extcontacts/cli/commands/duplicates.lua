--- `extcontacts duplicates`: which records are probably the same, with reasons.

local arg_types = require "extcontacts.cli.arg_types"
local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local parser = require "extcontacts.cli.parser"
local texts = require "extcontacts.base.text"

local command = {
  name = "duplicates",
  summary = "find records that are probably the same person or organization",
  connects = true,
  description = [[
Find contacts or organizations that are probably the same, and write them as
clusters with the reasons. Nothing is changed.

The records are those of a scan (contacts, organizations), of a snapshot, or
of a file with one JSON object per line. Records with something in common are
compared field by field. Each field adds or removes weight: a rare agreement,
such as a phone number, weighs more than a common one. The account's own data
adjusts the weights.

A cluster's decision is `merge` if every two of its records go together with
certainty, and `review` if a person should decide. Relatives, twins, father
and son, shared mailboxes and switchboards are not proposed for merging.]],
  examples = [[
extcontacts duplicates
extcontacts duplicates before.ndjson --clusters clusters.csv --pairs pairs.csv
extcontacts scan contacts --ndjson >all.ndjson && extcontacts duplicates all.ndjson
extcontacts duplicates organizations --never never.csv]],
  next_steps = [[
Check clusters.csv: a row for each record, with the cluster's decision and the
survivor. A cluster for review can contain a cluster to merge and further
records. List records that are not duplicates in the file of --never.]],
  exit_codes = { 0, 1, 2, 3, 75, 130 },
}

local KINDS = { contacts = "contact", organizations = "organization" }

local probability = arg_types.share

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("source", "contacts, organizations, a snapshot, or a file with one JSON object "
    .. "per line [contacts]"):args "?", { "contacts", "organizations" })
  argparser:option("--kind", "what the records of a file are: contact or organization [contact]"):argname("KIND")
    :choices { "contact", "organization" }
  argparser:option("--clusters", "where to write the clusters [clusters.csv]"):argname("FILE")
  argparser:option("--pairs", "also write each pair with the weights of its fields"):argname("FILE")
  argparser:option("--threshold", "probability from which a pair is merged [0.99]"):argname("P"):convert(probability)
  argparser:option("--review", "probability from which a pair is reviewed [0.4]"):argname("P"):convert(probability)
  argparser:option("--never", "pairs and records that are no duplicates: a CSV file with the column ids")
    :argname("FILE")
  argparser:option("--phone-region", "country of phone numbers without a country code, such as DE"):argname("CODE")
  argparser:option("--birth-field", "custom field with the date of birth [by its name]"):argname("NAME")
end

------------------------------------------------------------------- reading --

-- The objects of a file, one a line.
local function lines_of(path)
  local core = require "extcontacts.core"
  local next_line, err, close = atomic_lines.texts(path)
  if not next_line then
    error(err, 0)
  end
  return function()
    while true do
      local line, number = next_line()
      if not line then
        close()
        return nil
      elseif line:find "%S" then
        local record, problem = core.json.decode(line)
        if type(record) ~= "table" then
          errors.raise_invalid(("%s: line %d is not a JSON object%s"):format(path, number,
            problem and ": " .. problem or ""))
        elseif type(record.id) ~= "string" or record.id == "" then
          errors.raise_invalid(("%s: line %d has no id"):format(path, number))
        end
        return record
      end
    end
  end, close
end

local function is_snapshot(path)
  local handle = io.open(path, "rb")
  local start = handle and handle:read(4096) or ""
  if handle then
    handle:close()
  end
  return start:find('"extcontacts_snapshot"', 1, true) ~= nil
end

local function records_of_snapshot(path, listing)
  local snapshot, err = require("extcontacts.snapshot.reader").open(path)
  if not snapshot then
    error(err, 0)
  elseif not snapshot:has(listing) then
    snapshot:close()
    errors.raise_invalid(("%s contains no %s; export them"):format(path, listing))
  end
  local next_entry = snapshot:entries(listing)
  return function()
    local entry = next_entry()
    return entry and entry.record
  end, function()
    snapshot:close()
  end
end

-- The iterator over the records, what closes it, and the kind of the records.
local function open_source(args, ctx)
  local source = args.source or "contacts"
  if KINDS[source] then
    local client = ctx:connect()
    local iterator = source == "contacts" and client:scan_contacts() or client:scan_organizations()
    return function()
      return iterator()
    end, function()
      iterator:close()
    end, KINDS[source]
  elseif not files.exists(source) then
    exit.usage(("cannot read %s; expected contacts, organizations, or the path of a snapshot or NDJSON file")
      :format(source))
  end
  local kind = args.kind or "contact"
  if is_snapshot(source) then
    local next_record, close = records_of_snapshot(source, kind .. "s")
    return next_record, close, kind
  end
  local next_record, close = lines_of(source)
  return next_record, close, kind
end

------------------------------------------------------------------- writing --

local function write_csv(path, columns, each)
  local writer, err = atomic_lines.write(path)
  if not writer then
    error(err, 0)
  end
  local done
  done, err = errors.catch(function()
    errors.check_io(writer:put(texts.BOM .. csv.line(columns, #columns)))
    each(function(values)
      assert(writer:put(csv.line(values, #columns)))
    end)
    assert(writer:finish())
    return true
  end)
  if not done then
    writer:abandon()
    error(err, 0)
  end
end

local function summarize(ctx, result, kind)
  local counts = { merge = { clusters = 0, records = 0 }, review = { clusters = 0, records = 0 } }
  for _, cluster in ipairs(result.clusters) do
    local count = counts[cluster.decision]
    count.clusters, count.records = count.clusters + 1, count.records + #cluster.members
  end
  ctx:say("%s compared: %s", texts.plural(result.records, kind), texts.plural(result.candidates, "pair"))
  for _, decision in ipairs { "merge", "review" } do
    ctx:out(("%-6s  %s, %s\n"):format(decision, texts.plural(counts[decision].clusters, "cluster"),
      texts.plural(counts[decision].records, "record")))
  end
  for _, skipped in ipairs(result.skipped) do
    ctx:say("skipped %s too large to compare by %s (%s); other keys were used",
      texts.plural(skipped.blocks, "block"), skipped.kind, texts.plural(skipped.records, "record"))
  end
end

local PARTS = { records = "%d records read", pairs = "comparing: part %d of %d" }

--- Finds the duplicates.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local dedupe = require "extcontacts.dedupe"
  local report = require "extcontacts.dedupe.report"
  local never, err
  if args.never then
    never, err = require("extcontacts.dedupe.never").read(args.never)
    if not never then
      return nil, err
    end
  end
  return errors.catch(function()
    local next_record, close, kind = open_source(args, ctx)
    local result, problem = dedupe.find(next_record, {
      kind = kind, threshold = args.threshold, review = args.review, never = never,
      region = args.phone_region and args.phone_region:upper(), birth_field = args.birth_field,
      on_progress = function(step, done, total)
        ctx:progress(PARTS[step]:format(done, total))
      end,
    })
    close()
    ctx:progress(nil)
    if not result then
      error(problem, 0)
    end
    local path = args.clusters or "clusters.csv"
    local done, failure = errors.catch(function()
      write_csv(path, report.cluster_columns(kind), function(put)
        report.each_cluster_row(result, kind, put)
      end)
      if args.pairs then
        write_csv(args.pairs, report.pair_columns(result.fields), function(put)
          report.each_pair_row(result, put)
        end)
      end
      summarize(ctx, result, kind)
      ctx:out("clusters: ", path, "\n", args.pairs and "pairs: " .. args.pairs .. "\n" or "")
      return true
    end)
    result:close()
    if not done then
      error(failure, 0)
    end
    return exit.codes.ok
  end)
end

return command
