--- `extcontacts request`: any endpoint of the platform, by method and path.

local arg_values = require "extcontacts.cli.arg_values"
local body = require "extcontacts.cli.body"
local exit = require "extcontacts.cli.exit"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local output = require "extcontacts.cli.output"
local raw_request = require "extcontacts.api.raw_request"

local command = {
  name = "request",
  summary = "send a request to any endpoint",
  connects = true,
  description = [[
Send a request to any endpoint of the platform, for endpoints that are not
among the operations. Authentication, rate limiting, retries and errors work
as for operations. The path starts with / and can contain a query, so that
the links in a response (nextUri) can be followed.]],
  examples = [[
extcontacts request GET /api/v2/externalcontacts/contacts/ID/identifiers
extcontacts request GET /api/v2/externalcontacts/externalsources --query limit=50 --ndjson
extcontacts request POST /api/v2/externalcontacts/bulk/contacts --body ids.json --repeatable
extcontacts request PATCH /api/v2/externalcontacts/contacts/ID --body - --dry-run]],
  next_steps = [[
The response is written as the server sent it. A POST or PATCH whose response
is lost may have taken effect; it is not retried unless you pass --repeatable.]],
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("method", "one of " .. table.concat(raw_request.methods, ", ")):choices(raw_request.methods)
  argparser:argument("path", "path that starts with /api/v2/, percent-encoded")
  operation_args.declare_query(argparser, "add a query parameter; the value is encoded for you; can be repeated")
  body.setup(argparser)
  argparser:flag("--repeatable", "allow retries: sending the request twice has the same effect as sending it once")
  argparser:flag("-y --yes", "send a DELETE without asking for confirmation")
  argparser:flag("--dry-run", "print the request without sending it")
  output.setup(argparser)
end

--- Sends it.
---@param args table
---@param ctx table
function command.run(args, ctx)
  local options = { query = arg_values.pairs(args.query, "--query"), repeatable = args.repeatable }
  if args.body or #args.set > 0 then
    options.body = body.merge(body.read(args, ctx) or {}, body.fields(nil, args.set))
  end
  if args.path:find "[{}]" then
    exit.usage "the path contains '{' or '}'; replace the placeholder with a percent-encoded value"
  end
  local row, problem = raw_request.bind(args.method, args.path, options)
  if not row then
    exit.usage((problem:gsub("^request: ", "")))
  elseif args.dry_run then
    operation_calls.show_request(ctx, raw_request.NAME, args.method, args.path, options)
    return
  elseif row.effect == "delete" and not ctx:confirm(("Send DELETE %s?"):format(row.path), args.yes) then
    exit.fail("some_failed", "cancelled; nothing was sent")
  end
  local value, err = ctx:connect():request(args.method, args.path, options)
  if err then
    error(err, 0)
  end
  output.answer(ctx, args, value, nil, true)
end

return command
