--- `extcontacts create`: makes one record.

local body = require "extcontacts.cli.body"
local models = require "extcontacts.api.models"
local operation = require "extcontacts.cli.operation"
local output = require "extcontacts.cli.output"

local command = {
  summary = "create a record",
  description = "Creates a record and writes it as the server made it.",
  example = [[
extcontacts create contacts --set firstName=Ann --set lastName=Lee --set workPhone=+13175550100
extcontacts create contacts --body contact.json --dry-run]],
}

--- Declares arguments and options.
---@param parser table
---@param row extcontacts.Operation|nil
function command.declare(parser, row)
  operation.declare(parser, "create", row)
  body.setup(parser, row and row.body_model)
  output.setup(parser, row and row.returns)
  parser:flag("--dry-run", "show the request and send nothing")
end

--- Creates it.
---@param given table
---@param context table
---@param row extcontacts.Operation
function command.run(given, context, row)
  local arguments, count = operation.arguments(row, given, {
    body = body.compose(given, context, models[row.body_model]),
  })
  if given.dry_run then
    operation.show(context, row, arguments, count)
    return
  end
  local made = operation.call(context, row, arguments, count)
  local writer = output.open(context, given, row.returns, false)
  if type(made) == "table" then
    writer:put(made)
  end
  writer:finish()
end

return operation.command("create", command)
