--- `extcontacts profile`: what the records contain, before anything is fixed.  The
-- connection option --profile is something else: a section of the configuration file.

local arg_types = require "extcontacts.cli.arg_types"
local atomic_lines = require "extcontacts.base.atomic_lines"
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local parser = require "extcontacts.cli.parser"
local progress_bar = require "extcontacts.cli.progress_bar"
local record_sources = require "extcontacts.cli.record_sources"
local table_options = require "extcontacts.cli.table_options"
local texts = require "extcontacts.base.text"
local where_option = require "extcontacts.cli.where_option"

local command = {
  name = "profile",
  summary = "show what the data contains before you decide what to fix",
  connects = true,
  description = [[
Read contacts, organizations or a file, and show what they contain. Nothing is
changed. For each field, the profile shows how many records have it, the
number of distinct values, the longest value, examples, and invalid values. It
also shows phone numbers by country, e-mail domains, shared identifiers, what
the server would reject at the next update, contacts that expire soon, and the
ready-made fixes that would change something, with the command to plan each.

A file is a snapshot, a file with one JSON object per line, a CSV file, or an
XLSX workbook. A column that matches no field is shown as one of its own.

--sample N reads fewer records and states the sampling error. From a scan it
takes the first N records, which saves requests but is not random; from a file
it takes a random sample.

Memory use is bounded: up to 4,096 distinct values per field are counted
exactly, more are estimated. docs/data-profile.md describes what is counted,
and the errors.]],
  examples = [[
extcontacts profile
extcontacts profile --html profile.html --phone-region DE
extcontacts profile contacts --sample 10000
extcontacts profile --where 'address.countryCode == "GB"' --json >gb.json
extcontacts profile organizations
extcontacts profile customers.csv
extcontacts profile kunden.csv --encoding windows-1252]],
  next_steps = [[
Plan a fix that would help with the command below it, and review the plan:
nothing changes before `extcontacts apply`. `extcontacts lint` lists the
records that the server would reject, `extcontacts duplicates` the duplicates.]],
  exit_codes = { 0, 1, 2, 3, 75, 130 },
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("source", "contacts, organizations, a snapshot, a file with one JSON object per "
    .. "line, a CSV file, or a workbook [contacts]"):args "?", { "contacts", "organizations" })
  argparser:option("--kind", "what the records of a file are: contact or organization [contact]"):argname("KIND")
    :choices { "contact", "organization" }
  table_options.declare(argparser)
  where_option.declare(argparser, "read only the records")
  argparser:option("--sample", "read only N records, and state the sampling error"):argname("N")
    :convert(arg_types.range(1, 2 ^ 31))
  argparser:option("--phone-region", "country of national phone numbers, such as DE, for records without a country")
    :argname("CODE")
  output_format.declare(argparser, { "text", "json" }, "text",
    { json = "write the profile as one JSON document; docs/data-profile.md documents it" })
  argparser:option("--html", "also write the profile as an HTML page with charts"):argname("FILE")
end

-- Calls a function with a source, which is closed in any case.  The function raises
-- nothing but error objects.
local function with_source(source, fn)
  local result, err = errors.catch(fn, source)
  source.close()
  return result, err
end

-- Rows of a file that are named because they can't be read.
local NAMED = 3

-- The number of records of a file for which the condition holds.
local function count(opened, test)
  return assert(with_source(opened, function(source)
    local total = 0
    for record in source.next_record do
      total = total + ((not test or test(record)) and 1 or 0)
    end
    return total
  end))
end

-- A file for --html must be one that can be written: reading takes time.
local function check_html(args)
  if args.html and args.html == args.source then
    exit.usage "--html names the file that is read; name another file"
  elseif args.html then
    assert(atomic_lines.write(args.html)):abandon()
  end
end

local function region_of(args)
  local regions = require "extcontacts.tidy.phones"
  local region = args.phone_region and args.phone_region:upper()
  if region and not regions.is_region(region) then
    exit.usage("--phone-region: " .. regions.unknown_region(region))
  end
  return region
end

local function make(args, ctx)
  local name = args.source or "contacts"
  local is_file = name ~= "contacts" and name ~= "organizations"
  local kind = name == "organizations" and "organization" or args.kind or "contact"
  local region, test = region_of(args), where_option.test(args, kind)
  local function open()
    return record_sources.open(ctx, name, { kind = args.kind, of_table = table_options.of(args) })
  end
  local total = is_file and args.sample and count(open(), test) or nil
  local bar = progress_bar.new(ctx, { noun = "record", verb = "read" })
  local left_out
  local profile, err = with_source(open(), function(source)
    left_out = source.left_out
    return require("extcontacts.data_profile").make(source.next_record, {
      kind = kind, client = not is_file and ctx:connect() or nil, where = args.where, sample = args.sample,
      total = total, phone_region = region, source = name, columns = source.columns,
      on_record = function(records)
        bar:show(records)
      end,
    })
  end)
  return profile, err, left_out or {}
end

--- Profiles the records.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  check_html(args)
  local profile, err, left_out = make(args, ctx)
  ctx:progress(nil)
  if not profile then
    return nil, err
  end
  if args.html then
    assert(require("extcontacts.data_profile").write_html(profile, args.html))
  end
  if #left_out > 0 then
    ctx:say("%s %s not counted: %s%s", texts.plural(#left_out, "row"), texts.noun(#left_out, "is", "are"),
      table.concat(left_out, "; ", 1, math.min(#left_out, NAMED)), #left_out > NAMED and "; …" or "")
  end
  if output_format.of(args) == "json" then
    output.document(ctx, profile)
  else
    require("extcontacts.cli.data_profile_text").write(ctx, profile)
  end
  if args.html then
    ctx:inform("wrote the page %s; open it in a browser", args.html)
  end
  return exit.codes.ok
end

return command
