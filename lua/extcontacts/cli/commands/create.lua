--- `extcontacts create`: creates one record.

local body = require "extcontacts.cli.body"
local models = require "extcontacts.api.models"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local output = require "extcontacts.cli.output"

local command = {
  summary = "create a record",
  usage = "<resource>",
  description = [[
Create a record from --body, from --set, or from both: --set overrides fields
of --body. A phone number is set by its text, a reference by its id.]],
  examples = [[
extcontacts create contacts --set firstName=Ann --set lastName=Lee --set workPhone=+13175550100
extcontacts create contacts --body contact.json --dry-run
extcontacts create contacts.notes CONTACT_ID --set noteText='Prefers e-mail'
extcontacts ops contacts.create    # with the fields of a contact]],
  next_steps = [[
The record is written as the server stored it, with its new id. Running the
command again creates a second record. To create records from a spreadsheet,
use the ready-made fix set_fields (`extcontacts fixes set_fields`).]],
}

--- Declares arguments and options.
---@param argparser table
---@param row extcontacts.Operation|nil
function command.declare(argparser, row)
  operation_args.declare(argparser, "create", row)
  body.setup(argparser, row and row.body_model)
  argparser:flag("--dry-run", "print the request without sending it")
  output.setup(argparser, row and row.returns)
end

--- Creates it.
---@param args table
---@param ctx table
---@param row extcontacts.Operation
function command.run(args, ctx, row)
  local arguments, count = operation_args.bind(row, args, {
    body = body.compose(args, ctx, models[row.body_model]),
  })
  if args.dry_run then
    operation_calls.show(ctx, row, arguments, count)
    return
  end
  local created = operation_calls.call(ctx, row, arguments, count)
  local writer = output.open(ctx, args, row.returns, false)
  if type(created) == "table" then
    writer:put(created)
  end
  writer:finish()
end

return operation_command.new("create", command)
