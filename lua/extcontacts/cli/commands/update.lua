--- `extcontacts update`: reads a record, changes fields and writes it back, since
-- the API only replaces whole records.

local body = require "extcontacts.cli.body"
local canonical = require "extcontacts.record.canonical"
local clearing = require "extcontacts.record.clearing"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local exit = require "extcontacts.cli.exit"
local id = require "extcontacts.record.normalize.id"
local models = require "extcontacts.api.models"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local operations = require "extcontacts.api.operations"
local output = require "extcontacts.cli.output"
local records = require "extcontacts.record"
local types = require "extcontacts.record.types"

local null = core.json.null

local command = {
  summary = "change fields of a record",
  usage = "<resource> <id>",
  description = [[
Change fields of a record. The API replaces whole records, so this command
reads the record, merges --body, --set and --clear into it, and writes it
back. Fields that you do not name keep their values; null clears a field.

If --body contains the id or modifyDate of the record it was read from, they
must still match: this keeps you from overwriting someone else's change.]],
  examples = [[
extcontacts update contacts ID --set title=CTO --set address.city=Oslo --clear otherEmail
extcontacts update contacts ID --set title=CTO --dry-run
extcontacts get contacts ID >c.json; $EDITOR c.json; extcontacts update contacts ID --body c.json]],
  next_steps = [[
The record is written as the server stored it. If nothing changes, nothing is
sent. To change many records, and to be able to undo it, plan a fix
(`extcontacts plan --help`).]],
  exit_codes = { 0, 1, 2, 3, { 4, "conflict: the record changed after --body was read" }, 75, 130 },
}

-- Fields that a write leaves to the server.
local SERVER_FIELDS = { id = true, selfUri = true, createDate = true, modifyDate = true }

--- Declares arguments and options.
---@param argparser table
---@param row extcontacts.Operation|nil
function command.declare(argparser, row)
  operation_args.declare(argparser, "update", row)
  body.setup(argparser, row and row.body_model, true)
  argparser:flag("--replace", "send --body as the whole record; rejected if this clears a field that --clear does "
    .. "not name")
  argparser:flag("--dry-run", "read the record and print the request without sending it")
  output.setup(argparser, row and row.returns)
end

-- Rejects a body that was read from another record, or before its last change.
local function check_origin(patch, current)
  if type(patch.id) == "string" and type(current.id) == "string" and id.key(patch.id) ~= id.key(current.id) then
    exit.usage(("--body has the id of another record: %s"):format(patch.id))
  end
  local seen, now = patch.modifyDate, current.modifyDate
  if type(seen) == "string" and type(now) == "string" and seen ~= now then
    exit.fail("conflict", ("the record changed at %s, after --body was read (%s); read it again and "
      .. "repeat the edit"):format(now, seen))
  end
end

-- A record without the fields that the server sets.
local function stripped(model, record)
  local out = records.writable(model.name, record)
  for name in pairs(SERVER_FIELDS) do
    out[name] = nil
  end
  return out
end

local function replaced(model, current, patch, args)
  local new = stripped(model, patch)
  local cleared = body.fields(model, {}, args.clear)
  body.merge(new, cleared, model)
  local lost = body.lost(stripped(model, current), new, model)
  if #lost > 0 then
    exit.usage(("--replace would clear %s; omit --replace to keep them, or name them with --clear")
      :format(table.concat(lost, ", ")))
  end
  return body.merge(new, body.fields(model, args.set), model)
end

-- The record to write.
local function compose(model, current, patch, args)
  if args.replace then
    if not patch then
      exit.usage "--replace requires --body FILE with the whole record"
    end
    return replaced(model, current, patch, args)
  end
  local new = records.writable(model.name, current)
  if patch then
    body.merge(new, stripped(model, patch), model)
  end
  new = body.merge(new, body.fields(model, args.set, args.clear), model)
  return clearing.within(model, current, new)
end

-- A text that is equal for two records if a write would change nothing.
local function text_of(model, record)
  local out = stripped(model, record)
  for key, value in pairs(out) do
    if value == null then
      out[key] = nil
    end
  end
  return canonical.text(out)
end

-- Whether a write would change nothing.  The server trims texts and rewrites phone
-- numbers.
local function is_stored(model, new, current)
  if not core.json.encode(new) then
    return false -- sending it reports the field
  end
  for _, of in pairs(types.by_name) do
    if of.model == model.name then
      return #diff.remaining(of.name, new, current) == 0
    end
  end
  return text_of(model, new) == text_of(model, current)
end

--- Reads, changes and writes back.
---@param args table
---@param ctx table
---@param row extcontacts.Operation
function command.run(args, ctx, row)
  local model = models[row.body_model]
  local patch = body.read(args, ctx)
  if not patch and #args.set == 0 and #args.clear == 0 then
    exit.usage "no change given; pass --set FIELD=VALUE, --clear FIELD or --body FILE"
  end
  local get = operations.find((row.short:gsub("update$", "get")))
  local current = operation_calls.call(ctx, get, operation_args.bind(get, args, nil, {}))
  if patch then
    check_origin(patch, current)
  end
  local new = compose(model, current, patch, args)
  local writer = output.open(ctx, args, row.returns, false)
  if is_stored(model, new, current) then
    ctx:say "no changes; nothing was sent"
    writer:put(current)
    writer:finish()
    return
  end
  local arguments, count = operation_args.bind(row, args, { body = new })
  if args.dry_run then
    operation_calls.show(ctx, row, arguments, count)
    return
  end
  local value = operation_calls.call(ctx, row, arguments, count)
  if type(value) == "table" then
    writer:put(value)
  end
  writer:finish()
end

return operation_command.new("update", command)
