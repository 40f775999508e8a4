--- `extcontacts list`, `scan` and `search`: records page after page, written
-- as they come.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local models = require "extcontacts.api.models"
local operation = require "extcontacts.cli.operation"
local output = require "extcontacts.cli.output"

local unpack = compat.unpack

-- How many, and how many at a time: not asked by the rows' own names, which
-- differ (`limit` is a scan's page size).
local PAGING = { page_size = true, page_number = true, limit = true, cursor = true, q = true }

local function page_size_of(row)
  return row.by_name.limit or row.by_name.page_size
end

-- The model of a row's records.
local function entities_of(row)
  return models[row.returns].by_wire.entities.type
end

local function declare(parser, verb, row)
  operation.declare(parser, verb, row, { hidden = PAGING })
  if verb == "search" then
    parser:argument("text", "words to look for"):args "+"
  end
  output.setup(parser, row and entities_of(row))
  if not row or row.iterator then
    parser:option("--limit", "stop after so many records"):argname("N"):convert(operation.count)
    local size = row and page_size_of(row)
    local range = size and size.max and (" (%d to %d)"):format(size.min, size.max) or ""
    parser:option("--page-size", "records a request asks for" .. range)
      :argname("N"):convert(operation.count)
    parser:option("--from", "go on where an earlier run says it stopped"):argname("TOKEN")
  end
  if not row or row.paging == "page" then
    parser:flag("--allow-partial", "end at 1,000 records, the most a listing reaches, without a failure")
  end
  parser:flag("--dry-run", "show the first request and send none")
end

-- The scan to use instead of a listing, as a command line.
local function instead_of(row)
  local _, by_word = operation.words "scan"
  for word, scan in pairs(by_word) do
    if scan.iterator == row.instead and word == operation.word("scan", scan) then
      return "extcontacts scan " .. word
    end
  end
end

local function raise(err, row)
  if type(err) == "string" then
    exit.usage((err:gsub("^.-:%d+: ", ""):gsub("^[%w_]+: ", "")))
  elseif errors.is_error(err) and err.code == "page_window" then
    exit.fail("some_failed", ("there are more, but a listing reaches only the first 1,000 records; `%s` reads "
      .. "them all, --allow-partial takes what there is"):format(instead_of(row)))
  end
  error(err, 0)
end

-- Writes page after page.  What is written was received whole, so that the
-- token tells exactly where to go on.
local function write_pages(iterator, writer, context, row)
  local ok, err = pcall(function()
    for page in iterator:pages() do
      for _, record in ipairs(page.entities) do
        writer:put(record)
      end
      context:flush()
    end
  end)
  if ok then
    return
  end
  if errors.is_error(err) and writer.count > 0 and err.code ~= "page_window" then
    context:say("stopped after %d records; go on with --from '%s'", writer.count, iterator:resume_token())
  end
  raise(err, row)
end

local function options_of(row, given)
  local options = operation.options(row, given, PAGING)
  if given.page_size then
    options[page_size_of(row).name] = given.page_size
  end
  if given.text then
    options.q = table.concat(given.text, " ")
  end
  return options
end

local function run(given, context, row)
  local options = options_of(row, given)
  local arguments, count = operation.arguments(row, given, nil, options)
  if given.dry_run then
    operation.show(context, row, arguments, count)
    return
  end
  if not row.iterator then
    local value = operation.call(context, row, arguments, count)
    local writer = output.open(context, given, entities_of(row), true)
    for _, record in ipairs(value.entities ~= core.json.null and value.entities or {}) do
      writer:put(record)
    end
    writer:finish()
    return
  end
  options.max_items, options.from, options.allow_partial = given.limit, given.from, given.allow_partial
  if next(options) then
    count = #row.positional + 1
    arguments[count] = options
  end
  local client = context:connect()
  local made, iterator = pcall(client[row.iterator], client, unpack(arguments, 1, count))
  if not made then
    raise(iterator, row)
  end
  local writer = output.open(context, given, entities_of(row), true)
  write_pages(iterator, writer, context, row)
  writer:finish()
end

local function command(verb, summary, example)
  return operation.command(verb, {
    summary = summary,
    example = example,
    declare = function(parser, row)
      declare(parser, verb, row)
    end,
    run = run,
  })
end

return {
  list = command("list", "list records, at most the first 1,000", [[
extcontacts list organizations --sort-order name:asc --csv --fields id,name
extcontacts list contacts.notes 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11]]),
  scan = command("scan", "read all records, however many there are", [[
extcontacts scan contacts >contacts.ndjson
extcontacts scan contacts --csv --fields id,lastName,workEmail,workPhone.e164 | head]]),
  search = command("search", "search contacts or organizations by words", [[
extcontacts search contacts smith --limit 5 --json]]),
}
