--- `extcontacts call`: any operation, with the arguments and options of its row
-- in the operation table, and the response as the server sent it.

local body = require "extcontacts.cli.body"
local effects = require "extcontacts.api.effects"
local exit = require "extcontacts.cli.exit"
local models = require "extcontacts.api.models"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local output = require "extcontacts.cli.output"
local params = require "extcontacts.api.params"

local command = {
  summary = "call an operation by name",
  usage = "<operation> [<argument>...]",
  description = [[
Call any operation of the API by its short or canonical name. Pass its
arguments in the specified order; --body and --set provide the body.]],
  examples = [[
extcontacts call lookup.reverse +13175550100
extcontacts call contacts.list --q smith --page-size 50 --expand externalOrganization
extcontacts call organizations.trustor.set ORGANIZATION_ID TRUSTOR_ID
extcontacts call contacts.list --help    # with the options of this operation]],
  next_steps = [[
The response is written as the server sent it; an empty response writes
nothing. `extcontacts ops` lists the operations, and `extcontacts ops NAME`
describes one with its arguments, permissions and fields.]],
}

-- The model of the records in a response that is a listing.
local function listed_in(row)
  local model = models[row.returns]
  local entities = model and model.by_wire.entities
  return entities and entities.type
end

-- The body from the command line; nil if the operation has none, or does without.
local function body_of(args, ctx, row)
  local param, model = operation_args.body(row), models[row.body_model]
  if param and (param.required or args.body or #args.set > 0) then
    return body.compose(args, ctx, model)
  end
end

-- Operations whose effect can't be undone ask first.
local CONFIRMED = { delete = true, merge = true }

--- Declares arguments and options.
---@param argparser table
---@param row extcontacts.Operation|nil
function command.declare(argparser, row)
  operation_args.declare(argparser, "call", row)
  if not row or row.body_model then
    body.setup(argparser, row and row.body_model)
  end
  if not row or CONFIRMED[row.effect] then
    argparser:flag("-y --yes", "delete or merge without asking for confirmation")
  end
  argparser:flag("--dry-run", "print the request without sending it")
  output.setup(argparser, row and (listed_in(row) or row.returns))
end

-- What the call does; for some operations that depends on its arguments.
local function effect_of(row, arguments, count)
  return row.varies and effects.row_of(row, assert(params.bind(row, count, arguments))).effect or row.effect
end

--- Calls it.
---@param args table
---@param ctx table
---@param row extcontacts.Operation
function command.run(args, ctx, row)
  local arguments, count = operation_args.bind(row, args, { body = body_of(args, ctx, row) })
  if args.dry_run then
    operation_calls.show(ctx, row, arguments, count)
    return
  end
  if CONFIRMED[effect_of(row, arguments, count)] and not ctx:confirm(("Send %s?"):format(row.short), args.yes) then
    exit.fail("some_failed", "cancelled; nothing was sent")
  end
  local response = operation_calls.call(ctx, row, arguments, count)
  output.answer(ctx, args, response, row.returns, listed_in(row))
end

return operation_command.new("call", command)
