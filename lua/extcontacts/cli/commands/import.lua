--- `extcontacts import`: plans changes of contacts from a spreadsheet.

local arg_values = require "extcontacts.cli.arg_values"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local header_map = require "extcontacts.record.header_map"
local make_plan = require "extcontacts.cli.make_plan"
local mapping_text = require "extcontacts.cli.mapping_text"
local output_format = require "extcontacts.cli.output_format"
local parser = require "extcontacts.cli.parser"
local plan_file = require "extcontacts.cli.plan_file"
local record_sources = require "extcontacts.cli.record_sources"
local shell = require "extcontacts.base.shell"
local table_options = require "extcontacts.cli.table_options"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local command = {
  name = "import",
  summary = "plan changes of contacts from a CSV or XLSX file",
  connects = true,
  declares = { ["--region"] = true },
  description = [[
Read a spreadsheet and write a plan: the contacts that its rows change, and
with --create those that they create. Nothing changes on the server until the
plan is applied. docs/import.md describes all rules.

Columns are mapped by their names, in English, German, French or Spanish, or
as Outlook, Google, Salesforce and HubSpot write them; the table that is
printed first shows the field of each. A column with another name must be
mapped with --map or left out with --ignore-column.

A row belongs to the contact that has its e-mail address, phone number,
external id or id. An empty cell changes nothing. A row that is ambiguous, or
has a cell that can't be read, is rejected as a whole: FILE.rejected.csv has
these rows with the reasons. Correct them there and import that file.]],
  examples = [[
extcontacts import kunden.csv --region DE
extcontacts import kunden.csv --region DE --create --create-organizations
extcontacts import leads.xlsx --sheet Mai --create --match email
extcontacts import list.csv --map "Kto=lastName" --ignore-column Notes
extcontacts import list.csv --only-fill --html list.html -o list.plan
extcontacts import kunden.csv.rejected.csv --region DE]],
  next_steps = [[
Review the plan, then run `extcontacts apply PLAN`; `extcontacts undo PLAN`
plans how to reverse it. To read a file that `extcontacts export` wrote, use
`extcontacts restore`.]],
  exit_codes = make_plan.exit_codes,
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("file", "CSV file, or XLSX workbook"), { ":files" })
  argparser:option("--map", "field of a column, such as \"Firma=externalOrganization.name\"; can be repeated")
    :argname("COLUMN=FIELD"):count("*"):target("map")
  argparser:option("--map-file", "file with one COLUMN=FIELD per line; a line without a field ignores the column")
    :argname("FILE"):target("map_file")
  argparser:option("--ignore-column", "do not import this column; can be repeated"):argname("NAME"):count("*")
    :target("ignore")
  argparser:option("--match", "comma-separated identifiers that find the contact, in this order: email, phone, "
    .. "externalId, id [all that have columns]"):argname("LIST"):count("*"):target("match")
  argparser:mutex(
    argparser:flag("--update", "change existing contacts, and reject other rows [default]"),
    argparser:flag("--create", "also create contacts that do not exist"))
  argparser:option("--region", "country of phone numbers without a country code, such as DE; a region id or domain "
    .. "selects the server, as for other commands"):argname("COUNTRY"):count("0-2")
  argparser:flag("--create-organizations", "create the organizations that do not exist"):target("create_organizations")
  argparser:option("--external-source", "id of the external source of external ids"):argname("ID")
    :target("external_source")
  argparser:mutex(
    argparser:flag("--only-fill", "never change a field that has a value"):target("only_fill"),
    argparser:flag("--clear-empty", "an empty cell clears its field"):target("clear_empty"))
  argparser:option("--matching", "how contacts are found: auto (whichever takes fewer requests), scan, or lookup "
    .. "[auto]"):argname("HOW"):choices { "auto", "scan", "lookup" }
  table_options.declare(argparser)
  argparser:option("--rejected", "file for the rejected rows [FILE.rejected.csv]"):argname("FILE")
  plan_file.declare(argparser, "the file's name with .plan")
  make_plan.setup(argparser, "change", "changes")
end

-- The country of numbers.  Any other value is the region of the server.
local function take_country(args)
  local country, server
  for _, text in ipairs(type(args.region) == "table" and args.region or { args.region }) do
    if #text == 2 then
      country = text:upper()
    else
      server = text
    end
  end
  args.region = server
  return country
end

-- "COLUMN=FIELD" as both; a column's name may contain "=".
local function split_pair(text, option)
  local name, field = text:match "^(.*)=([^=]*)$"
  if not name or texts.trim(name) == "" then
    exit.usage(("%s '%s': expected COLUMN=FIELD"):format(option, text))
  end
  return texts.trim(name), texts.trim(field)
end

-- The fields by column, and the columns to ignore.
local function mapping_of(args)
  local map, ignore = {}, {}
  local function add(text, option)
    local name, field = split_pair(text, option)
    if field == "" then
      ignore[#ignore + 1] = name
    else
      map[name] = field
    end
  end
  if args.map_file then
    local text = files.read(args.map_file) or exit.usage("cannot read " .. args.map_file)
    for line in texts.without_bom(text):gmatch "[^\r\n]+" do
      if line:find "%S" then
        add(line, args.map_file)
      end
    end
  end
  for _, pair in ipairs(args.map) do
    add(pair, "--map")
  end
  for _, name in ipairs(args.ignore) do
    ignore[#ignore + 1] = name
  end
  return map, ignore
end

-- Names the options that a command lacks for its unknown columns.
local function refuse_unknown(columns)
  local parts, words = {}, {}
  for index, column in ipairs(columns) do
    parts[index] = ("'%s'%s"):format(column.name, column.hint and (" (%s)"):format(column.hint) or "")
    words[index] = "--ignore-column " .. shell.word(column.name)
  end
  local first = shell.word(columns[1].name .. "=FIELD")
  exit.usage(("no field is known for %s %s; map %s, as in --map %s, or add %s"):format(
    texts.noun(#columns, "column"), table.concat(parts, ", "), #columns == 1 and "it" or "each", first,
    table.concat(words, " ")))
end

-- Shows the mapping, and ends the command if it is not complete.
local function check(args, ctx, import, opened, options)
  if output_format.of(args) ~= "json" then
    mapping_text.write(ctx, opened.columns)
  end
  local unknown = header_map.unknown(opened.columns)
  if #opened.problems > 0 then
    exit.usage(("%s: %s (--map, --ignore-column)"):format(opened.path, table.concat(opened.problems, "; ")))
  elseif #unknown > 0 then
    refuse_unknown(unknown)
  end
  local problem = import.problem(opened, options)
  if problem then
    exit.usage(("%s: %s"):format(opened.path, problem))
  end
end

-- Rejects files that other commands read.
local function check_kind(path)
  if not files.exists(path) then
    exit.usage(types.listings[path] and ("import reads a spreadsheet; to write %s to a file, run: "
      .. "extcontacts export %s.ndjson --only %s"):format(path, path, path) or ("cannot read %s"):format(path))
  end
  local kind = record_sources.file_type(path)
  if kind == "snapshot" then
    exit.usage(path .. " is a snapshot, which `extcontacts export` wrote; use `extcontacts restore` to go back to it")
  elseif kind == "ndjson" then
    exit.usage(path .. " contains JSON objects, not a table; docs/fix.md describes fixes that read such files")
  end
end

-- Shows what the plan does before it has changes.
local function progress(ctx, options)
  local now, next_at = core.engine.now, 0
  function options.on_matching(facts)
    ctx:say("%s, matched by %s", texts.plural(facts.rows, "row"),
      require("extcontacts.fix.import.matching_text").of(facts))
  end
  if ctx:shows_progress() then
    function options.on_contact(count, facts)
      if now() >= next_at then
        next_at = now() + 0.2
        ctx:progress(("%d%s contacts scanned"):format(count, facts.contacts and " of " .. facts.contacts or ""))
      end
    end
  end
end

--- Plans.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local import = require "extcontacts.fix.import"
  local path = plan_file.path(args, ctx, args.file:match "[^/]*$":gsub("%.[^.]*$", "") .. ".plan")
  check_kind(args.file)
  local map, ignore = mapping_of(args)
  local match = arg_values.list(args.match)
  local of_table, rejected = table_options.of(args), nil
  local options = {
    map = map, ignore = ignore, match = #match > 0 and match or nil, create = args.create,
    region = take_country(args), create_organizations = args.create_organizations,
    external_source = args.external_source, only_fill = args.only_fill, clear_empty = args.clear_empty,
    matching = args.matching, sheet = of_table.sheet, separator = of_table.separator, encoding = of_table.encoding,
    rejected = args.rejected,
    on_rejected = function(rows)
      rejected = rows
    end,
  }
  local misuse = import.misuse(options)
  if misuse then
    exit.usage((misuse:gsub("^options? ", ""):gsub("'([%w_]+)'", function(name)
      return options[name] ~= nil and "--" .. name:gsub("_", "-") or nil
    end)))
  end
  local opened = import.open(args.file, options)
  check(args, ctx, import, opened, options)
  progress(ctx, options)
  local code, err = make_plan.run(args, ctx, import.define(opened, options), path)
  if rejected and rejected.count > 0 then
    ctx:say("%s; correct and import them: %s", texts.plural(rejected.count, "rejected row"), rejected.path)
  end
  if rejected and rejected.backup then
    ctx:say("the rejected rows of an earlier import are now in %s", rejected.backup)
  end
  return code, err
end

return command
