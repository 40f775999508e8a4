--- `extcontacts list`, `scan` and `search`: read records page by page and write
-- them as they arrive.

local arg_types = require "extcontacts.cli.arg_types"
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local field_selection = require "extcontacts.cli.field_selection"
local ids_option = require "extcontacts.cli.ids_option"
local limit_option = require "extcontacts.cli.limit_option"
local matches = require "extcontacts.cli.matches"
local models = require "extcontacts.api.models"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local output = require "extcontacts.cli.output"
local progress_bar = require "extcontacts.cli.progress_bar"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"
local verbs = require "extcontacts.cli.verbs"
local where_option = require "extcontacts.cli.where_option"

local unpack = compat.unpack

local NOT_LISTED = "not in the listing"

-- Parameters that have options of our own: their names differ from row to row,
-- and `limit` is a scan's page size.
local PAGING = { page_size = true, page_number = true, limit = true, cursor = true, after = true, q = true }

-- The parameters without an option: those of paging, if there are pages.
local function hidden_of(row)
  return row and row.iterator and PAGING or nil
end

local function page_size_of(row)
  return row.by_name.limit or row.by_name.page_size
end

-- The model of a row's records.
local function entities_of(row)
  return models[row.returns].by_wire.entities.type
end

local function declare(argparser, verb, row)
  operation_args.declare(argparser, verb, row, { hidden = hidden_of(row) })
  if verb == "search" then
    argparser:argument("text", "keywords to search for"):args "+"
  end
  if not row or row.iterator then
    limit_option.declare(argparser, "records")
    local size = row and page_size_of(row)
    local doc, convert = "records per request", arg_types.whole
    if size and size.min and size.max then
      doc, convert = doc .. (" (%d to %d)"):format(size.min, size.max), arg_types.range(size.min, size.max)
    end
    argparser:option("--page-size", doc):argname("N"):convert(convert)
    argparser:option("--from", "resume where an earlier run stopped; that run prints the token"):argname("TOKEN")
  end
  if verb ~= "scan" and (not row or row.paging == "page") then
    argparser:flag("--allow-partial", "exit with 0 after the first 1,000 records, even if there are more")
  end
  where_option.declare(argparser, "write only the records")
  ids_option.declare(argparser, "write only the records")
  output.setup(argparser, row and entities_of(row), output.TABLE)
  argparser:flag("--dry-run", "print the first request without sending it")
end

-- The command line that scans what a row lists.
local function scan_for(row)
  local _, by_word = verbs.words "scan"
  for word, scan in pairs(by_word) do
    if scan.iterator == row.instead and word == verbs.word("scan", scan) then
      return "extcontacts scan " .. word
    end
  end
end

local function raise(err, row)
  if type(err) == "string" then
    if err:find("option 'from'", 1, true) then
      exit.usage "--from: invalid token; copy it from the message of the earlier run"
    end
    exit.usage((err:gsub("^.-:%d+: ", ""):gsub("^[%w_]+: ", "")))
  elseif errors.is_error(err) and err.code == "page_window" then
    exit.fail("some_failed", ("incomplete: a listing returns at most 1,000 records; run `%s` to read all of them, "
      .. "or pass --allow-partial to accept the first 1,000"):format(scan_for(row)))
  end
  error(err, 0)
end

-- The test of --where and --ids together, and the fields that it reads besides the id.
local function test_of(args, row, chosen)
  local condition, fields = where_option.test(args, entities_of(row))
  condition = condition or matches.all
  local is_chosen = chosen and chosen:test()
  return is_chosen and function(record)
    return is_chosen(record) and condition(record)
  end or condition, fields
end

-- The listing whose records --ids names, if they can be read without it.
local function listing_by_ids(row, options, args)
  local listing = row.short:match "^(%w+)%.scan$" or row.short:match "^(%w+)%.list$"
  return not next(options) and not args.from and types.listings[listing] and listing or nil
end

-- Writes the records with the ids for which the condition holds; returns the ids without a
-- record.
local function write_by_ids(listing, chosen, args, ctx, row)
  local condition = where_option.test(args, entities_of(row)) or matches.all
  local reader = require("extcontacts.fix.source.by_ids").open(ctx:connect(), listing, chosen.ids)
  local writer = output.open(ctx, args, entities_of(row), true, true)
  local ok, err = pcall(function()
    for record in function() return reader:next() end do
      if not matches.write(writer, { record }, condition, args.limit) then
        return
      end
    end
  end)
  reader:close()
  if not ok then
    raise(err, row)
  end
  writer:finish()
  return reader.absent
end

-- Writes page after page.  Only complete pages are written, so the resume token
-- matches the last record written.  Returns whether it has read all of them.
local function write_pages(iterator, writer, ctx, row, test, most)
  -- Records that appear on a terminal are progress enough.
  local bar = not ctx:is_terminal "stdout" and progress_bar.new(ctx, { noun = "record", verb = "written" }) or nil
  local token
  local ok, result = pcall(function()
    for page in iterator:pages() do
      local goes_on
      if iterator.raw then
        goes_on = matches.write_texts(writer, page, test, most)
      else
        goes_on = matches.write(writer, page.entities, test, most, iterator.options.completable and iterator)
      end
      writer:flush()
      ctx:flush()
      token = iterator:resume_token()
      if bar then
        bar.total = type(page.total) == "number" and math.min(page.total, most or math.huge) or nil
        bar:show(writer.count)
      end
      if not goes_on then
        iterator:close()
        return false
      end
    end
    return true
  end)
  if ok then
    return result
  end
  local err = result
  if errors.is_error(err) and token and writer.count > 0 and err.code ~= "page_window" then
    ctx:say("stopped after %s. To resume, add: --from '%s'", texts.plural(writer.count, "record"), token)
  end
  raise(err, row)
end

local function options_of(row, args)
  local options = operation_args.options(row, args, hidden_of(row))
  if args.page_size then
    options[page_size_of(row).name] = args.page_size
  end
  if args.text then
    options.q = table.concat(args.text, " ")
  end
  return options
end

local function run(args, ctx, row)
  local chosen = ids_option.read(args, ctx)
  local test, tested = test_of(args, row, chosen)
  local options = options_of(row, args)
  local arguments, count = operation_args.bind(row, args, nil, options)
  local listing = chosen and listing_by_ids(row, options, args)
  if args.dry_run and listing then
    local by_ids = require "extcontacts.fix.source.by_ids"
    return operation_calls.show_request(ctx, by_ids.first_request(listing, chosen.ids))
  elseif args.dry_run then
    return operation_calls.show(ctx, row, arguments, count)
  elseif listing then
    return chosen:finish(ctx, write_by_ids(listing, chosen, args, ctx, row))
  elseif not row.iterator then
    local response = operation_calls.call(ctx, row, arguments, count)
    local writer = output.open(ctx, args, entities_of(row), true, true)
    matches.write(writer, response.entities ~= core.json.null and response.entities or {}, test)
    writer:finish()
    return chosen and chosen:finish(ctx, chosen:unseen(), NOT_LISTED)
  end
  -- With a condition, the limit is on the records that are written.
  options.max_items = not (args.where or args.ids) and args.limit or nil
  options.from, options.allow_partial = args.from, args.allow_partial
  local is_raw = output.takes_texts(ctx, args, true)
  options.fields = field_selection.decoded(row, args.fields, tested, is_raw)
  -- The condition needs its fields.
  options.raw = is_raw and (options.fields ~= nil or #(tested or {}) == 0) or nil
  if options.raw and row.paging == "cursor" and not options.fields and test == matches.all then
    options.raw = "lines"
  end
  if not options.fields and not options.raw then
    options.fields = field_selection.deciding(row, tested, chosen ~= nil)
    options.completable = options.fields and true or nil
  end
  if next(options) then
    count = #row.positional + 1
    arguments[count] = options
  end
  local client = ctx:connect()
  local opened, iterator = pcall(client[row.iterator], client, unpack(arguments, 1, count))
  if not opened then
    raise(iterator, row)
  end
  local writer = output.open(ctx, args, entities_of(row), true, true)
  local is_complete = write_pages(iterator, writer, ctx, row, test, args.limit)
  writer:finish()
  return chosen and chosen:finish(ctx, is_complete and chosen:unseen() or nil, NOT_LISTED)
end

local function command(verb, fields)
  fields.declare = function(argparser, row)
    declare(argparser, verb, row)
  end
  fields.run = run
  return operation_command.new(verb, fields)
end

return {
  list = command("list", {
    summary = "list up to 1,000 records",
    usage = "<resource> [<id>]",
    description = [[
List the records of a resource. The API returns at most the first 1,000
records of a listing; use `extcontacts scan` to read all of them. Resources
that belong to a record, such as contacts.notes, require its id.]],
    examples = [[
extcontacts list organizations --sort-order name:asc --csv --fields id,name
extcontacts list contacts.notes 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11
extcontacts list contacts --help    # with the options of this resource]],
    next_steps = [[
On a terminal, records are shown as a table that fits its width; in a pipe or
a file, as one line of JSON each. --output chooses the format, and --fields
the columns. If there are more than 1,000 records, the command names the scan
to use instead and exits with 1.]],
  }),
  scan = command("scan", {
    summary = "read every record, without a limit",
    usage = "<resource>",
    description = [[
Read all records of a resource, in no particular order. The API has no filter
for this: --where selects among the records that have been read. With --ids,
only these records are read, by bulk requests.]],
    examples = [[
extcontacts scan contacts >contacts.ndjson
extcontacts scan contacts --csv --fields id,lastName,workEmail --limit 100
extcontacts scan contacts --where 'empty(workEmail)' --fields id
extcontacts scan contacts --ids ids.csv --csv >some.csv]],
    next_steps = [[
On a terminal, records are shown as a table that fits its width; in a pipe or
a file, as one line of JSON each. --output chooses the format, and --fields
the columns. Records are written as they arrive, so memory use does not grow
with their number. A scan that fails or is interrupted prints the --from
option that resumes it.]],
  }),
  search = command("search", {
    summary = "search contacts or organizations by keyword",
    usage = "<resource> <text>...",
    description = [[
Search contacts or organizations by keyword. The API defines which fields are
searched; there is no query syntax. To find a contact by its phone number or
e-mail address, use `extcontacts call lookup.reverse`.]],
    examples = [[
extcontacts search contacts smith --limit 5 --json
extcontacts search organizations "acme corporation" --fields id,name]],
    next_steps = [[
On a terminal, matches are shown as a table that fits its width; in a pipe or
a file, as one line of JSON each. --output chooses the format, and --fields
the columns. If there are more than 1,000 matches, the command exits with 1;
use more specific keywords.]],
  }),
}
