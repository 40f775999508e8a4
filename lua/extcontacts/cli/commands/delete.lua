--- `extcontacts delete`: deletes records by their ids, after asking.

local errors = require "extcontacts.base.errors"
local exit = require "extcontacts.cli.exit"
local operation = require "extcontacts.cli.operation"

local command = {
  summary = "delete records by their ids",
  description = [[
Deletes records by their ids; - takes ids from standard input, a line each, or
lines of JSON with an id. There is no way back: for more than a few records,
or to be able to undo it, plan a fix.]],
  example = [[
extcontacts delete contacts 5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11
extcontacts delete contacts - --yes <ids.txt]],
}

--- Declares arguments and options.
---@param parser table
---@param row extcontacts.Operation|nil
function command.declare(parser, row)
  operation.declare(parser, "delete", row, { several = true })
  parser:flag("--yes", "don't ask")
  parser:flag("--dry-run", "show the requests and send none")
end

-- All ids, so that the question names their number.
local function collect(context, given_ids)
  local ids, seen = {}, {}
  for id in operation.ids(context, given_ids) do
    if not seen[id] then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  return ids
end

--- Deletes them.  What is wrong with one record does not keep the others; what
-- would be wrong with each of them ends the command.
---@param given table
---@param context table
---@param row extcontacts.Operation
---@return integer exit code
function command.run(given, context, row)
  local name = operation.last(row)
  local ids = collect(context, given[name])
  local word = operation.word("delete", row)
  if not given.dry_run and not context:confirm(("Delete %d of %s?"):format(#ids, word), given.yes) then
    exit.fail("some_failed", "nothing was deleted")
  end
  local deleted, failed = 0, 0
  for _, id in ipairs(ids) do
    local arguments, count = operation.arguments(row, given, { [name] = id })
    if given.dry_run then
      operation.show(context, row, arguments, count)
    else
      local _, err = operation.try(context, row, arguments, count)
      if not err then
        deleted = deleted + 1
      elseif #ids > 1 and errors.is_error(err) and err.kind == "http" and not err.retryable then
        failed = failed + 1
        context:say("%s: %s", id, tostring(err))
      else
        if deleted > 0 then
          context:say("deleted %d of %d, the last one before %s", deleted, #ids, id)
        end
        error(err, 0)
      end
    end
  end
  if not given.dry_run then
    context:say("deleted %d of %d", deleted, #ids)
  end
  return failed > 0 and exit.codes.some_failed or exit.codes.ok
end

return operation.command("delete", command)
