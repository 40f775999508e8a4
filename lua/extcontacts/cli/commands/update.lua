--- `extcontacts update`: reads a record, changes fields of it and puts it
-- back whole, since the API replaces whole records.

local body = require "extcontacts.cli.body"
local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local models = require "extcontacts.api.models"
local operation = require "extcontacts.cli.operation"
local operations = require "extcontacts.api.operations"
local output = require "extcontacts.cli.output"
local records = require "extcontacts.record"

local null = core.json.null

local command = {
  summary = "change fields of a record",
  description = [[
The API replaces whole records, so this reads the record, merges into it what
--body, --set and --clear say, and puts it back: fields not named stay
as they are, null clears one. A --body that was read before (with its id and
modifyDate) is refused when it is of another record or the record was changed
since.]],
  example = [[
extcontacts update contacts ID --set title=CTO --clear otherEmail
extcontacts get contacts ID >c.json; $EDITOR c.json; extcontacts update contacts ID --body c.json]],
}

-- Fields a record has that a write leaves to the server.
local SERVERS = { id = true, selfUri = true, createDate = true, modifyDate = true }

--- Declares arguments and options.
---@param parser table
---@param row extcontacts.Operation|nil
function command.declare(parser, row)
  operation.declare(parser, "update", row)
  body.setup(parser, row and row.body_model, true)
  parser:flag("--replace", "--body is the whole record: refused where it would clear a field that --clear "
    .. "does not name")
  output.setup(parser, row and row.returns)
  parser:flag("--dry-run", "read the record and show the request, but write nothing")
end

-- Whether a body that was read earlier still is about the record at hand.
local function check_origin(given_body, current)
  if type(given_body.id) == "string" and type(current.id) == "string" and given_body.id ~= current.id then
    exit.usage "the id in --body is of another record"
  end
  local seen, now = given_body.modifyDate, current.modifyDate
  if type(seen) == "string" and type(now) == "string" and seen ~= now then
    exit.fail("conflict", ("the record was changed at %s, after --body was read (%s); read it again")
      :format(now, seen))
  end
end

-- The body without what only the server sets.
local function stripped(model, record)
  local out = records.writable(model.name, record)
  for name in pairs(SERVERS) do
    out[name] = nil
  end
  return out
end

local function replaced(model, current, given_body, given)
  local new = stripped(model, given_body)
  local cleared = body.fields(model, {}, given.clear)
  body.merge(new, cleared, model)
  local lost = body.lost(stripped(model, current), new, model)
  if #lost > 0 then
    exit.usage(("--replace would clear %s; leave --replace out to keep them, or clear them with --clear")
      :format(table.concat(lost, ", ")))
  end
  return body.merge(new, body.fields(model, given.set), model)
end

-- The record to put, and whether it is another than the current one.
local function compose(model, current, given_body, given)
  if given.replace then
    if not given_body then
      exit.usage "--replace needs the record: --body FILE"
    end
    return replaced(model, current, given_body, given)
  end
  local new = records.writable(model.name, current)
  if given_body then
    body.merge(new, stripped(model, given_body), model)
  end
  return body.merge(new, body.fields(model, given.set, given.clear), model)
end

-- A record as a text that is equal where nothing would change.
local function text_of(model, record)
  local out = stripped(model, record)
  for key, value in pairs(out) do
    if value == null then
      out[key] = nil
    end
  end
  return canonical.text(out)
end

--- Reads, changes and puts back.
---@param given table
---@param context table
---@param row extcontacts.Operation
function command.run(given, context, row)
  local model = models[row.body_model]
  local given_body = body.read(given, context)
  if not given_body and #given.set == 0 and #given.clear == 0 then
    exit.usage "say what to change: --set FIELD=VALUE, --clear FIELD or --body FILE"
  end
  local reading = operations.by_short[row.short:gsub("update$", "get")]
  local current = operation.call(context, reading, operation.arguments(reading, given, nil, {}))
  if given_body then
    check_origin(given_body, current)
  end
  local new = compose(model, current, given_body, given)
  local writer = output.open(context, given, row.returns, false)
  if text_of(model, new) == text_of(model, current) then
    context:say("nothing to change")
    writer:put(current)
    writer:finish()
    return
  end
  local arguments, count = operation.arguments(row, given, { body = new })
  if given.dry_run then
    operation.show(context, row, arguments, count)
    return
  end
  local value = operation.call(context, row, arguments, count)
  if type(value) == "table" then
    writer:put(value)
  end
  writer:finish()
end

return operation.command("update", command)
