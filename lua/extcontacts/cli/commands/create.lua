--- `extcontacts create`: creates records.

local body = require "extcontacts.cli.body"
local exit = require "extcontacts.cli.exit"
local limit_option = require "extcontacts.cli.limit_option"
local models = require "extcontacts.api.models"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local output = require "extcontacts.cli.output"
local several = require "extcontacts.cli.several"

local command = {
  summary = "create records",
  usage = "<resource>",
  description = [[
Create a record from --body, from --set, or from both: --set overrides fields
of --body. A phone number is set by its text, a reference by its id.

With --lines, create one record from each line of a file of JSON objects, with
bulk requests where the API has them.]],
  examples = [[
extcontacts create contacts --set firstName=Ann --set lastName=Lee --set workPhone=+13175550100
extcontacts create contacts --body contact.json --dry-run
extcontacts create contacts --lines contacts.ndjson --set title=Guest
extcontacts create contacts.notes CONTACT_ID --set noteText='Prefers e-mail'
extcontacts ops contacts.create    # with the fields of a contact]],
  next_steps = [[
The record is written as the server stored it, with its new id. Running the
command again creates a second record. With --lines, each line that is not a
record or that the API refuses is reported, the others are created, and the
command exits with 1. To create contacts from a spreadsheet, and to be able to
review, resume and undo it, use `extcontacts import`.]],
}

--- Declares arguments and options.
---@param argparser table
---@param row extcontacts.Operation|nil
function command.declare(argparser, row)
  operation_args.declare(argparser, "create", row)
  body.setup(argparser, row and row.body_model)
  argparser:option("--lines", "create a record from each line of this file of JSON objects, or - for standard input; "
    .. "--set applies to all of them"):argname("FILE")
  limit_option.declare(argparser, "records of --lines")
  argparser:flag("--dry-run", "print the request without sending it")
  output.setup(argparser, row and row.returns)
end

-- Creates the records of --lines.
local function create_lines(args, ctx, row)
  if args.body then
    exit.usage "--lines and --body don't go together; pass one of them"
  end
  local model, labels = models[row.body_model], {}
  local fields = body.fields(model, args.set)
  local state = several.new(ctx, output.open(ctx, args, row.returns, true))
  local next_record, count = several.lines(ctx, args.lines, state), 0
  local function source()
    local record, label = nil, nil
    if not state.fatal and count ~= args.limit then
      record, label = next_record()
    end
    if record then
      count = count + 1
      record = body.merge(record, fields, model)
      labels[record] = label
    end
    return record
  end
  local many = not args.dry_run and operation_calls.many(ctx, row, args)
  local function single()
    local record = source()
    if record and args.dry_run then
      operation_calls.show(ctx, row, operation_args.bind(row, args, { body = record }))
      return record, true
    elseif record then
      return record, operation_calls.try(ctx, row, operation_args.bind(row, args, { body = record }))
    end
  end
  for record, created, err in many and many(source) or single do
    if err then
      state:fail(labels[record], err)
    else
      state:put(created)
    end
    labels[record] = nil
  end
  if args.dry_run then
    return state.failed > 0 and exit.codes.some_failed or exit.codes.ok
  end
  return state:finish "created" and exit.codes.some_failed or exit.codes.ok
end

--- Creates it, or them.
---@param args table
---@param ctx table
---@param row extcontacts.Operation
---@return integer|nil exit code
function command.run(args, ctx, row)
  if args.lines then
    return create_lines(args, ctx, row)
  end
  local arguments, count = operation_args.bind(row, args, {
    body = body.compose(args, ctx, models[row.body_model]),
  })
  if args.dry_run then
    operation_calls.show(ctx, row, arguments, count)
    return nil
  end
  local created = operation_calls.call(ctx, row, arguments, count)
  local writer = output.open(ctx, args, row.returns, false)
  if type(created) == "table" then
    writer:put(created)
  end
  writer:finish()
  return nil
end

return operation_command.new("create", command)
