--- `extcontacts delete`: deletes records by id, after asking for confirmation.

local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local json = require "extcontacts.base.json"
local limit_option = require "extcontacts.cli.limit_option"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local progress_bar = require "extcontacts.cli.progress_bar"
local texts = require "extcontacts.base.text"
local verbs = require "extcontacts.cli.verbs"

local command = {
  summary = "delete records by id",
  usage = "<resource> <id>...",
  description = [[
Delete one or more records by id, after asking for confirmation. Pass - to
read the ids from standard input: one id per line, or one JSON object with an
id per line.

You cannot undo this. For more than a few records, plan a fix that deletes
them: its plan can be reviewed, and undo recreates the records.]],
  examples = [[
extcontacts delete contacts 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11
extcontacts delete contacts - --dry-run <ids.txt
extcontacts delete contacts - --yes <ids.txt]],
  next_steps = [[
The command reports each record that the API refuses to delete and each line
without a readable id, deletes the others, and exits with 1. Any other failure
stops it; it then reports how many records it has deleted. Several records are
deleted with bulk requests where the API has them.]],
}

--- Declares arguments and options.
---@param argparser table
---@param row extcontacts.Operation|nil
function command.declare(argparser, row)
  operation_args.declare(argparser, "delete", row, { several = true })
  argparser:flag("-y --yes", "delete without asking for confirmation")
  limit_option.declare(argparser, "records")
  argparser:flag("--dry-run", "print the requests without sending them")
  output_format.declare(argparser, { "text", "json" }, "text")
end

-- Reads all ids first, so that the question names their number.
local function collect(ctx, given_ids, limit)
  local next_id, report = operation_calls.ids(ctx, given_ids, limit)
  local ids = {}
  for id in next_id do
    ids[#ids + 1] = id
  end
  return ids, report.unreadable
end

-- Deletes records until `is_over()`, and returns each id with its result: with bulk
-- requests if there are several and the API has them.  Those under way are completed.
local function each(ctx, row, args, ids, is_over)
  local name, index = operation_args.last_id(row), 0
  local function next_id()
    index = index + 1
    return not is_over() and ids[index] or nil
  end
  local many = #ids > 1 and operation_calls.many(ctx, row, args)
  if many then
    return many(next_id)
  end
  return function()
    local id = next_id()
    if id then
      local arguments, count = operation_args.bind(row, args, { [name] = id })
      return id, operation_calls.try(ctx, row, arguments, count)
    end
  end
end

--- Deletes the records.  A failure that concerns one record does not stop the
-- others; any other failure ends the command.
---@param args table
---@param ctx table
---@param row extcontacts.Operation
---@return integer exit code
function command.run(args, ctx, row)
  local name = operation_args.last_id(row)
  local ids, unreadable = collect(ctx, args[name], args.limit)
  local question = ("Delete %s (%s)?"):format(texts.plural(#ids, "record"), verbs.word("delete", row))
  if not args.dry_run and not ctx:confirm(question, args.yes) then
    exit.fail("some_failed", "cancelled; nothing was deleted")
  end
  if args.dry_run then
    for _, id in ipairs(ids) do
      operation_calls.show(ctx, row, operation_args.bind(row, args, { [name] = id }))
    end
    return unreadable > 0 and exit.codes.some_failed or exit.codes.ok
  end
  local bar = progress_bar.new(ctx, { noun = "record", total = #ids })
  local deleted, failed, refused, fatal = 0, 0, json.array {}, nil
  for id, _, err in each(ctx, row, args, ids, function()
    return fatal ~= nil
  end) do
    bar:show(deleted + failed)
    if not err then
      deleted = deleted + 1
    elseif #ids > 1 and errors.is_error(err) and err.kind == "http" and not err.retryable then
      failed = failed + 1
      refused[failed] = { id = id, message = tostring(err) }
      ctx:say("%s: %s", id, tostring(err))
    else
      fatal = fatal or { id = id, err = err }
    end
  end
  if fatal then
    if deleted > 0 then
      ctx:say("deleted %d of %s; %s failed", deleted, texts.plural(#ids, "record"), fatal.id)
    end
    error(fatal.err, 0)
  end
  if output_format.of(args) == "json" then
    output.document(ctx, { deleted = deleted, failed = failed, unreadable = unreadable, errors = refused })
  end
  ctx:inform("deleted %d of %s", deleted, texts.plural(#ids, "record"))
  return failed + unreadable > 0 and exit.codes.some_failed or exit.codes.ok
end

return operation_command.new("delete", command)
