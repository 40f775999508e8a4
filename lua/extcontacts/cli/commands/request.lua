--- `extcontacts request`: any endpoint of the platform, by method and path.

local arg_values = require "extcontacts.cli.arg_values"
local body = require "extcontacts.cli.body"
local exit = require "extcontacts.cli.exit"
local operation = require "extcontacts.cli.operation"
local output = require "extcontacts.cli.output"
local raw_request = require "extcontacts.api.raw_request"

local command = {
  name = "request",
  summary = "call an endpoint that is not among the operations",
  connects = true,
  description = [[
Sends a request to any endpoint of the platform, with the token, the rate, the
repeats and the errors of the operations. Its path begins with /; a query may
stand behind it, so that the links of an answer (nextUri) can be followed.]],
  example = [[
extcontacts request GET /api/v2/externalcontacts/contacts/ID/identifiers
extcontacts request GET /api/v2/externalcontacts/externalsources --query limit=50 --ndjson
extcontacts request POST /api/v2/externalcontacts/bulk/contacts --body ids.json --repeatable
extcontacts request PATCH /api/v2/externalcontacts/contacts/ID --body - --dry-run]],
  notes = [[
A POST or PATCH whose answer was lost may have been carried out. It is not
sent again, unless --repeatable says that this would do no harm.]],
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser:argument("method", table.concat(raw_request.methods, ", ")):choices(raw_request.methods)
  parser:argument("path", "begins with /api/v2/, percent-encoded")
  operation.declare_query(parser, "a parameter of the query, to be encoded; may be given again")
  body.setup(parser)
  parser:flag("--repeatable", "sending it twice does what sending it once does")
  output.setup(parser)
  parser:flag("--yes", "don't ask before a DELETE")
  parser:flag("--dry-run", "show the request and send nothing")
end

--- Sends it.
---@param given table
---@param context table
function command.run(given, context)
  local options = { query = arg_values.pairs(given.query, "--query"), repeatable = given.repeatable }
  if given.body or #given.set > 0 then
    options.body = body.merge(body.read(given, context) or {}, body.fields(nil, given.set))
  end
  if given.path:find "[{}]" then
    exit.usage "the path must not have '{' and '}': put the values themselves there, percent-encoded"
  end
  local row, problem = raw_request.bind(given.method, given.path, options)
  if not row then
    exit.usage((problem:gsub("^request: ", "")))
  elseif given.dry_run then
    operation.show_request(context, raw_request.NAME, given.method, given.path, options)
    return
  elseif row.effect == "delete" and not context:confirm(("Send DELETE %s?"):format(row.path), given.yes) then
    exit.fail("some_failed", "nothing was sent")
  end
  local value, err = context:connect():request(given.method, given.path, options)
  if err then
    error(err, 0)
  end
  output.answer(context, given, value, nil, true)
end

return command
