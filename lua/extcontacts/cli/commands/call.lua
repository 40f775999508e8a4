--- `extcontacts call`: any operation, its arguments and options as the table
-- has them, its answer as it came.

local body = require "extcontacts.cli.body"
local exit = require "extcontacts.cli.exit"
local models = require "extcontacts.api.models"
local operation = require "extcontacts.cli.operation"
local output = require "extcontacts.cli.output"

local command = {
  summary = "call any operation",
  description = [[
Calls an operation by its short or canonical name. Its arguments stand in the
specified order, without the body, which comes by --body.]],
  example = [[
extcontacts call lookup.reverse +13175550100
extcontacts call contacts.list --q smith --page-size 50 --expand externalOrganization
extcontacts call organizations.trustor.set ORGANIZATION_ID TRUSTOR_ID
extcontacts call contacts.list --help]],
}

-- The model of the records in an answer that is a listing.
local function listed_in(row)
  local model = models[row.returns]
  local entities = model and model.by_wire.entities
  return entities and entities.type
end

--- Declares arguments and options.
---@param parser table
---@param row extcontacts.Operation|nil
function command.declare(parser, row)
  operation.declare(parser, "call", row)
  if not row or row.body_model then
    body.setup(parser, row and row.body_model)
  end
  output.setup(parser, row and (listed_in(row) or row.returns))
  if not row or row.effect == "delete" then
    parser:flag("--yes", "don't ask before a DELETE")
  end
  parser:flag("--dry-run", "show the request and send nothing")
end

--- Calls it.
---@param given table
---@param context table
---@param row extcontacts.Operation
function command.run(given, context, row)
  local model = models[row.body_model]
  local arguments, count = operation.arguments(row, given, {
    body = model and body.compose(given, context, model),
  })
  if given.dry_run then
    operation.show(context, row, arguments, count)
    return
  end
  if row.effect == "delete" and not context:confirm(("Send %s?"):format(row.short), given.yes) then
    exit.fail("some_failed", "nothing was sent")
  end
  output.answer(context, given, operation.call(context, row, arguments, count), row.returns, listed_in(row))
end

return operation.command("call", command)
