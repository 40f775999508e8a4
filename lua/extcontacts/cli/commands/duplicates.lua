--- `extcontacts duplicates`: which records are probably the same, with reasons.

local arg_types = require "extcontacts.cli.arg_types"
local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local ids_option = require "extcontacts.cli.ids_option"
local json = require "extcontacts.base.json"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local parser = require "extcontacts.cli.parser"
local progress_bar = require "extcontacts.cli.progress_bar"
local record_sources = require "extcontacts.cli.record_sources"
local texts = require "extcontacts.base.text"
local where_option = require "extcontacts.cli.where_option"

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

A cluster's decision is `merge` if its pairs reach the threshold and no two of
its records disagree, and `review` if a person should decide. Rules keep
relatives, twins, father and son, and people who share a mailbox or a
switchboard from being merged; docs/duplicates.md has the measured precision.

--html writes a page on which a person decides: the records of each cluster
side by side, the record that results, and every value that is lost. The page
saves the decisions as a CSV file.]],
  examples = [[
extcontacts duplicates
extcontacts duplicates --html review.html
extcontacts duplicates before.ndjson --clusters clusters.csv --pairs pairs.csv
extcontacts scan contacts --ndjson >all.ndjson && extcontacts duplicates all.ndjson
extcontacts duplicates organizations --never never.csv
extcontacts duplicates --from server --clusters platform.csv]],
  next_steps = [[
Check clusters.csv: a row for each record, with the cluster's decision and the
survivor. A cluster for review can contain a cluster to merge and further
records. Plan: extcontacts plan merge_duplicates --set clusters=clusters.csv
List records that are not duplicates in the file of --never.]],
  exit_codes = { 0, 1, 2, 3, 75, 130 },
}

local probability = arg_types.share
-- Where the clusters are written by default.
local CLUSTERS = "clusters.csv"

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("source", "contacts, organizations, a snapshot, or a file with one JSON object "
    .. "per line [contacts]"):args "?", { "contacts", "organizations" })
  argparser:option("--kind", "what the records of a file are: contact or organization [contact]"):argname("KIND")
    :choices { "contact", "organization" }
  argparser:option("--from", "server: review the clusters that the platform has found"):argname("SOURCE")
    :choices { "server" }
  argparser:option("--clusters", "where to write the clusters [clusters.csv]"):argname("FILE")
  argparser:option("--pairs", "also write each pair with the weights of its fields"):argname("FILE")
  argparser:option("--html", "also write a page on which to review the clusters and decide"):argname("FILE")
  where_option.declare(argparser, "compare only the records")
  ids_option.declare(argparser, "compare only the records")
  argparser:option("--threshold", "probability from which a pair is merged [0.99]"):argname("P"):convert(probability)
  argparser:option("--review", "probability from which a pair is reviewed [0.4]"):argname("P"):convert(probability)
  argparser:option("--never", "CSV file with ids of records that are not duplicates [the account's list]")
    :argname("FILE")
  argparser:option("--rules", "JSON file with thresholds, weights and fields to ignore; see docs/duplicates.md")
    :argname("FILE")
  argparser:option("--phone-region", "country of national phone numbers, such as DE, for records without a country")
    :argname("CODE")
  argparser:option("--birth-field", "custom field with the date of birth [found by its name]"):argname("NAME")
  output_format.declare(argparser, { "text", "json" }, "text", { json = "write the summary as one JSON document" })
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

-- The never-merge list: the file that is named, or the account's own, if it has one.
local function read_never(args, ctx, source)
  local never = require "extcontacts.dedupe.never"
  local path = args.never
  if not path and source.account then
    path = require("extcontacts.fix.account_files").path(source.account, never.FILE, ctx.getenv)
    path = path and files.exists(path) and path or nil
  end
  return path and assert(never.read(path)), path
end

-- The numbers of a result.
local function totals_of(result)
  local totals = { records = result.records, pairs = result.candidates,
    merge = { clusters = 0, records = 0 }, review = { clusters = 0, records = 0 } }
  for _, cluster in ipairs(result.clusters) do
    local count = totals[cluster.decision]
    count.clusters, count.records = count.clusters + 1, count.records + #cluster.members
  end
  return totals
end

local function summarize(ctx, result, source, paths)
  local totals = totals_of(result)
  if source.scan then
    ctx:inform("the platform's scan of %s: %s, %d of them merged or in the queue", tostring(source.scan.completed),
      texts.plural(source.scan.clusters, "cluster"), source.scan.merged)
  end
  ctx:inform("%s compared: %s", texts.plural(totals.records, source.kind), texts.plural(totals.pairs, "pair"))
  if result.repeated > 0 then
    ctx:inform("%s read again: the first one counts", texts.plural(result.repeated, "record"))
  end
  for _, skipped in ipairs(result.skipped) do
    ctx:inform("skipped %s too large to compare by %s (%s); they are compared by other keys",
      texts.plural(skipped.blocks, "block"), skipped.kind, texts.plural(skipped.records, "record"))
  end
  if paths.never then
    ctx:inform("ruled out by %s: not proposed", paths.never)
  end
  return totals
end

local function write_totals(ctx, totals, paths)
  for _, decision in ipairs { "merge", "review" } do
    local count = totals[decision]
    ctx:out(("%-6s  %s, %s\n"):format(decision, texts.plural(count.clusters, "cluster"),
      texts.plural(count.records, "record")))
  end
  for _, name in ipairs { "clusters", "pairs", "html" } do
    if paths[name] then
      ctx:out(name, ": ", paths[name], "\n")
    end
  end
end

local function write_json(ctx, totals, paths, skipped)
  totals.files, totals.skipped = paths, json.array(skipped)
  output.document(ctx, totals)
end

-- The records of --ids for which --where holds.
local function selected(source, chosen, condition)
  local is_chosen, next_record = chosen and chosen:test(), source.next_record
  return function()
    local record
    repeat
      record = next_record()
    until not record or (not is_chosen or is_chosen(record)) and (not condition or condition.test(record))
    return record
  end
end

local function find(args, ctx, source, rules, next_record)
  local never, never_path = read_never(args, ctx, source)
  local bar = progress_bar.new(ctx, { noun = "record", verb = "read" })
  local region = args.phone_region or rules.phone_region
  local result, err = require("extcontacts.dedupe").find(next_record, {
    kind = source.kind, threshold = args.threshold or rules.threshold, review = args.review or rules.review,
    never = never, region = region and region:upper(), birth_field = args.birth_field or rules.birth_field,
    block_size = rules.block_size, ignore = rules.ignore, weights = rules.weights,
    group_of = source.scan and source.scan.group_of,
    on_progress = function(step, done, total)
      if step == "records" then
        bar:show(done)
      else
        ctx:progress(("comparing: part %d of %d"):format(done, total))
      end
    end,
  })
  ctx:progress(nil)
  if not result then
    error(err, 0)
  end
  return result, never_path
end

-- Writes the files; returns their paths.
local function write_files(args, result, kind)
  local report = require "extcontacts.dedupe.report"
  local paths = { clusters = args.clusters or CLUSTERS, pairs = args.pairs, html = args.html }
  write_csv(paths.clusters, report.cluster_columns(kind), function(put)
    report.each_cluster_row(result, kind, put)
  end)
  if paths.pairs then
    write_csv(paths.pairs, report.pair_columns(result.fields), function(put)
      report.each_pair_row(result, put)
    end)
  end
  if paths.html then
    local source = args.from and "the platform's clusters" or args.source
    assert(require("extcontacts.dedupe.review_page").write(result, paths.html, { kind = kind, source = source }))
  end
  return paths
end

-- Calls a function that raises nothing but error objects, and in any case another one
-- after it; returns what the first one does.
local function with_cleanup(cleanup, fn, ...)
  local result, second = errors.catch(fn, ...)
  cleanup()
  if result == nil then
    error(second, 0)
  end
  return result, second
end

local function check_probabilities(args, rules)
  local defaults = require("extcontacts.dedupe").defaults
  local threshold = args.threshold or rules.threshold or defaults.threshold
  local review = args.review or rules.review or defaults.review
  if review > threshold then
    exit.usage(("--review %g is above --threshold %g; pairs below the threshold are reviewed"):format(review,
      threshold))
  end
end

local function kind_of(args)
  return args.source == "organizations" and "organization" or args.kind or "contact"
end

-- The settings of --rules.
local function read_rules(args)
  return args.rules and assert(require("extcontacts.dedupe").read_rules(args.rules, kind_of(args))) or {}
end

-- The files must be different ones, and places where a file can be written: a scan takes
-- time, and none must replace what is read.
local function check_paths(args)
  local option_of = { [args.source or "contacts"] = "what is read" }
  for _, option in ipairs { "never", "rules" } do
    if args[option] then
      option_of[args[option]] = "the file of --" .. option
    end
  end
  for _, option in ipairs { "clusters", "pairs", "html" } do
    local path = args[option] or option == "clusters" and CLUSTERS or nil
    if path and option_of[path] then
      exit.usage(("--%s: %s is also %s; name another file"):format(option, path, option_of[path]))
    elseif path then
      option_of[path] = "the file of --" .. option
      assert(atomic_lines.write(path)):abandon()
    end
  end
end

--- Finds the duplicates.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  check_paths(args)
  local rules = read_rules(args)
  check_probabilities(args, rules)
  local chosen = ids_option.read(args, ctx)
  local condition = where_option.read(args, kind_of(args))
  local source = record_sources.open(ctx, args.source or "contacts", {
    kind = args.kind, from = args.from, ids = chosen and chosen.ids, condition = condition,
  })
  local next_record = selected(source, chosen, condition)
  local result, never_path = with_cleanup(source.close, find, args, ctx, source, rules, next_record)
  local paths = with_cleanup(function()
    result:close()
  end, write_files, args, result, source.kind)
  paths.never = never_path
  local totals = summarize(ctx, result, source, paths)
  if output_format.of(args) == "json" then
    write_json(ctx, totals, paths, result.skipped)
  else
    write_totals(ctx, totals, paths)
  end
  return chosen and chosen:finish(ctx, chosen:unseen(), "no such record") or exit.codes.ok
end

return command
