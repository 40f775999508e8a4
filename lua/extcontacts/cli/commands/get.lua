--- `extcontacts get`: reads records by their ids.

local exit = require "extcontacts.cli.exit"
local operation = require "extcontacts.cli.operation"
local output = require "extcontacts.cli.output"

local command = {
  summary = "read records by their ids",
  description = [[
Reads records by their ids; - takes ids from standard input, a line each, or
lines of JSON with an id.]],
  example = [[
extcontacts get contacts 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11
extcontacts scan contacts --fields id | extcontacts get contacts - --ndjson]],
}

--- Declares arguments and options.
---@param parser table
---@param row extcontacts.Operation|nil
function command.declare(parser, row)
  operation.declare(parser, "get", row, { several = true })
  output.setup(parser, row and row.returns)
  parser:flag("--dry-run", "show the requests and send none")
end

--- Reads and writes them.  A record that can't be read does not keep the
-- others from it.
---@param given table
---@param context table
---@param row extcontacts.Operation
---@return integer exit code
function command.run(given, context, row)
  local name = operation.last(row)
  local several = #given[name] > 1 or given[name][1] == "-"
  local writer = not given.dry_run and output.open(context, given, row.returns, several)
  local failed
  for id in operation.ids(context, given[name]) do
    local arguments, count = operation.arguments(row, given, { [name] = id })
    if given.dry_run then
      operation.show(context, row, arguments, count)
    else
      local record, err = operation.try(context, row, arguments, count)
      if record then
        writer:put(record)
      elseif several and err.status == 404 then
        context:say("%s: %s", id, tostring(err))
        failed = true
      else
        error(err, 0)
      end
    end
  end
  if writer then
    writer:finish()
  end
  return failed and exit.codes.some_failed or exit.codes.ok
end

return operation.command("get", command)
