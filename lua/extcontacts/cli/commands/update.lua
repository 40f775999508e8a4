--- `extcontacts update`: reads records, changes fields and writes them back, since
-- the API only replaces whole records.

local body = require "extcontacts.cli.body"
local canonical = require "extcontacts.record.canonical"
local clearing = require "extcontacts.record.clearing"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local exit = require "extcontacts.cli.exit"
local id = require "extcontacts.record.normalize.id"
local limit_option = require "extcontacts.cli.limit_option"
local models = require "extcontacts.api.models"
local operation_args = require "extcontacts.cli.operation_args"
local operation_calls = require "extcontacts.cli.operation_calls"
local operation_command = require "extcontacts.cli.operation_command"
local operations = require "extcontacts.api.operations"
local outcome = require "extcontacts.api.outcome"
local output = require "extcontacts.cli.output"
local records = require "extcontacts.record"
local several = require "extcontacts.cli.several"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local null = core.json.null

local command = {
  summary = "change fields of records",
  usage = "<resource> <id>...",
  description = [[
Change fields of one or more records. The API replaces whole records, so
this command reads each record, merges --body, --set and --clear into it, and
writes it back. Fields that you do not name keep their values; null clears a
field. Pass - to read the ids from standard input: one id per line, or one
JSON object with an id per line. Several records get the same changes.

If --body contains the id or modifyDate of the record it was read from, they
must still match: this keeps you from overwriting someone else's change.]],
  examples = [[
extcontacts update contacts ID --set title=CTO --set address.city=Oslo --clear otherEmail
extcontacts update contacts ID --set title=CTO --dry-run
extcontacts update contacts - --clear otherEmail <ids.txt
extcontacts get contacts ID >c.json; $EDITOR c.json; extcontacts update contacts ID --body c.json]],
  next_steps = [[
The record is written as the server stored it. If nothing changes, nothing is
sent. Several records are read and written with bulk requests where the API
has them; each one that the API refuses is reported, and the command exits
with 1. To be able to review, resume and undo changes, plan a fix
(`extcontacts plan --help`).]],
  exit_codes = { 0, 1, 2, 3, { 4, "conflict: the record changed after --body was read" }, 75, 130 },
}

-- Fields that a write leaves to the server.
local SERVER_FIELDS = { id = true, selfUri = true, createDate = true, modifyDate = true }

--- Declares arguments and options.
---@param argparser table
---@param row extcontacts.Operation|nil
function command.declare(argparser, row)
  operation_args.declare(argparser, "update", row, { several = true })
  body.setup(argparser, row and row.body_model, true)
  argparser:flag("--replace", "send --body as the whole record; rejected if this clears a field that --clear does "
    .. "not name")
  limit_option.declare(argparser, "records")
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

-- The operation that reads what `row` updates.
local function get_of(row)
  return operations.find((row.short:gsub("update$", "get")))
end

-- The records that have to be written, of those with the given ids.  The others are
-- handed to `on_same`, and those that do not exist are reported.
local function changed(ctx, row, args, ids, state, patch, on_same)
  local name, model, get = operation_args.last_id(row), models[row.body_model], get_of(row)
  local many = operation_calls.many(ctx, get, {})
  local next_current = many and many(ids) or function()
    local record_id = ids()
    if record_id then
      return record_id, operation_calls.try(ctx, get, operation_args.bind(get, args, { [name] = record_id }, {}))
    end
  end
  return function()
    while not state.fatal do
      local record_id, current, err = next_current()
      if record_id == nil then
        return nil
      elseif err then
        if outcome.is_absent(err) then
          state:fail(record_id, err)
        else
          state.fatal = err
        end
      else
        local new = compose(model, current, patch, args)
        if not is_stored(model, new, current) then
          new.id = current.id
          return new
        end
        on_same(current)
      end
    end
  end
end

local function update_several(args, ctx, row, patch, ids)
  if args.replace then
    exit.usage "--replace takes one record; pass one id"
  elseif patch and (patch.id ~= nil or patch.modifyDate ~= nil) then
    exit.usage "--body was read from one record; remove its id and modifyDate to change several records"
  elseif args.body == "-" then
    exit.usage "--body - takes one id; pass the changes with --set, or --body FILE"
  end
  local name = operation_args.last_id(row)
  local next_id, report = operation_calls.ids(ctx, ids, args.limit)
  local state = several.new(ctx, output.open(ctx, args, row.returns, true))
  local same = 0
  local source = changed(ctx, row, args, next_id, state, patch, function()
    same = same + 1
  end)
  local many = not args.dry_run and operation_calls.many(ctx, row, args)
  local function single()
    local new = source()
    if not new then
      return nil
    end
    local written = {}
    for field, value in pairs(new) do
      written[field] = value
    end
    written.id = nil
    local arguments, count = operation_args.bind(row, args, { body = written, [name] = new.id })
    if args.dry_run then
      operation_calls.show(ctx, row, arguments, count)
      return new, true
    end
    return new, operation_calls.try(ctx, row, arguments, count)
  end
  for record, updated, err in many and many(source) or single do
    if err then
      state:fail(record.id, err)
    else
      state:put(updated)
    end
  end
  local failed
  if args.dry_run then
    failed = state.failed > 0
    if state.fatal then
      error(state.fatal, 0)
    end
  else
    if same > 0 then
      ctx:inform("no changes to %s", texts.plural(same, "record"))
    end
    failed = state:finish "updated"
  end
  return (failed or report.unreadable > 0) and exit.codes.some_failed or exit.codes.ok
end

--- Reads, changes and writes back.
---@param args table
---@param ctx table
---@param row extcontacts.Operation
---@return integer|nil exit code
function command.run(args, ctx, row)
  local model = models[row.body_model]
  local name = operation_args.last_id(row)
  local ids = name and args[name]
  local patch = body.read(args, ctx)
  if not patch and #args.set == 0 and #args.clear == 0 then
    exit.usage "no change given; pass --set FIELD=VALUE, --clear FIELD or --body FILE"
  elseif ids and (#ids > 1 or ids[1] == "-") then
    return update_several(args, ctx, row, patch, ids)
  end
  local one = name and { [name] = ids[1] } or nil
  local get = get_of(row)
  local current = operation_calls.call(ctx, get, operation_args.bind(get, args, one, {}))
  if patch then
    check_origin(patch, current)
  end
  local new = compose(model, current, patch, args)
  local writer = output.open(ctx, args, row.returns, false)
  if is_stored(model, new, current) then
    ctx:inform "no changes; nothing was sent"
    writer:put(current)
    writer:finish()
    return nil
  end
  local arguments, count = operation_args.bind(row, args, { body = new, [name or "id"] = ids and ids[1] })
  if args.dry_run then
    operation_calls.show(ctx, row, arguments, count)
    return nil
  end
  local value = operation_calls.call(ctx, row, arguments, count)
  if type(value) == "table" then
    writer:put(value)
  end
  writer:finish()
  return nil
end

return operation_command.new("update", command)
