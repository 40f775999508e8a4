--- `extcontacts call`: any operation, its arguments and options as the table
-- has them, its answer as it came.

local body = require "extcontacts.cli.body"
local exit = require "extcontacts.cli.exit"
local models = require "extcontacts.models"
local operation = require "extcontacts.cli.operation"
local output = require "extcontacts.cli.output"

local command = {
  summary = "call any of the 47 operations",
  description = [[
Calls an operation by its short or canonical name. Its arguments stand in the
specified order, without the body, which comes by --body.]],
  example = [[
extcontacts call lookup.reverse +13175550100
extcontacts call contacts.list --q smith --page-size 50 --expand externalOrganization
extcontacts call organizations.trustor.set ORGANIZATION_ID TRUSTOR_ID
extcontacts call contacts.list --help]],
}

-- The model of the records in an answer, and whether there may be several.
local function shape_of(row)
  local model = models[row.returns]
  local entities = model and model.by_wire.entities
  if entities then
    return entities.type, true
  end
  return row.returns, false
end

--- Declares arguments and options.
---@param parser table
---@param row extcontacts.Operation|nil
function command.declare(parser, row)
  operation.declare(parser, "call", row)
  if not row or row.body_model then
    body.setup(parser, row and row.body_model)
  end
  output.setup(parser, row and (shape_of(row)))
  if not row or row.method == "DELETE" then
    parser:flag("--yes", "don't ask before a DELETE")
  end
  parser:flag("--dry-run", "show the request and send nothing")
end

local function write_value(given, context, row, value)
  if type(value) ~= "table" then
    return -- an empty answer
  end
  local model, several = shape_of(row)
  several = several and (given.csv or given.ndjson or #given.fields > 0)
    and type(value.entities) == "table"
  local writer = output.open(context, given, several and model or row.returns, several)
  for _, record in ipairs(several and value.entities or { value }) do
    writer:put(record)
  end
  writer:finish()
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
  if row.method == "DELETE" and not context:confirm(("Send %s?"):format(row.short), given.yes) then
    exit.fail("some_failed", "nothing was sent")
  end
  write_value(given, context, row, operation.call(context, row, arguments, count))
end

return operation.command("call", command)
