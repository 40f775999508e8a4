--- `extcontacts get`: reads records by id.

local exit = require "extcontacts.cli.exit"
local limit_option = require "extcontacts.cli.limit_option"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local outcome = require "extcontacts.api.outcome"
local output = require "extcontacts.cli.output"

local command = {
  summary = "read records by id",
  usage = "<resource> <id>...",
  description = [[
Read one or more records by id. Pass - to read the ids from standard input:
one id per line, or one JSON object with an id per line.]],
  examples = [[
extcontacts get contacts 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11
extcontacts get contacts ID --fields id,lastName,workPhone.e164 --csv
extcontacts scan contacts --fields id | extcontacts get contacts - --ndjson
extcontacts get contacts --help    # with the options of this resource]],
  next_steps = [[
On a terminal, one record is shown with all its fields, and several as a table
(--fields selects the columns). Otherwise, one record is written as indented
JSON, several as one line of JSON each; --output chooses the format.
Several contacts, organizations, notes or relationships are read with bulk
requests, unless an option such as --expand needs a request for each.
An id that does not exist or can't be read is reported on standard error; the
other records are still read, and the command exits with 1. An id that appears
twice, such as once in capitals, is read once.]],
}

--- Declares arguments and options.
---@param argparser table
---@param row extcontacts.Operation|nil
function command.declare(argparser, row)
  operation_args.declare(argparser, "get", row, { several = true })
  limit_option.declare(argparser, "records")
  output.setup(argparser, row and row.returns, output.TABLE)
  argparser:flag("--dry-run", "print the requests without sending them")
end

-- Reads what has no id: the settings.
local function get_one(args, ctx, row)
  local arguments, count = operation_args.bind(row, args)
  if args.dry_run then
    operation_calls.show(ctx, row, arguments, count)
  else
    local writer = output.open(ctx, args, row.returns, false, true)
    writer:put(operation_calls.call(ctx, row, arguments, count))
    writer:finish()
  end
  return exit.codes.ok
end

--- Reads and writes the records.  One that does not exist does not stop the
-- others.
---@param args table
---@param ctx table
---@param row extcontacts.Operation
---@return integer exit code
function command.run(args, ctx, row)
  local name = operation_args.last_id(row)
  if not name then
    return get_one(args, ctx, row)
  end
  local several = #args[name] > 1 or args[name][1] == "-"
  local writer = not args.dry_run and output.open(ctx, args, row.returns, several, true)
  local failed
  local next_id, report = operation_calls.ids(ctx, args[name], args.limit)
  local function put(id, record, err)
    if record then
      writer:put(record)
    elseif several and outcome.is_absent(err) then
      ctx:say("%s: %s", id, tostring(err))
      failed = true
    else
      if writer then
        writer:flush()
      end
      error(err, 0)
    end
  end
  local many = several and writer and operation_calls.many(ctx, row, args)
  if many then
    for id, record, err in many(next_id) do
      put(id, record, err)
    end
    next_id = function() end
  end
  for id in next_id do
    local arguments, count = operation_args.bind(row, args, { [name] = id })
    if args.dry_run then
      operation_calls.show(ctx, row, arguments, count)
    else
      put(id, operation_calls.try(ctx, row, arguments, count))
    end
  end
  if writer then
    writer:finish()
  end
  return (failed or report.unreadable > 0) and exit.codes.some_failed or exit.codes.ok
end

return operation_command.new("get", command)
