--- `extcontacts diff`: what has changed on the server since a snapshot.

local core = require "extcontacts.core"
local exit = require "extcontacts.cli.exit"
local export = require "extcontacts.cli.commands.export"
local fix_diff = require "extcontacts.record.diff"
local snapshot = require "extcontacts.snapshot"

local command = {
  name = "diff",
  summary = "show what has changed since a snapshot",
  description = [[
Reads all records and compares them with a snapshot, in the form that counts
when a fix compares: what the server owns and the way it writes phone numbers
is left out.]],
  example = [[
extcontacts diff before.ndjson
extcontacts diff before.ndjson --only contacts --ndjson | jq .id]],
  connects = true,
}

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser:argument("snapshot", "a file that export wrote")
  export.declare_only(parser)
  parser:flag("--ndjson", "a line of JSON for each record")
  parser:flag("--detailed-exitcode", "end with code 5 where there are differences")
end

-- A value on a line: control characters and what a terminal takes for more
-- than text are escaped.
local function shown(value)
  local text = fix_diff.text(value)
  return text == nil and "(none)" or (assert(core.json.encode(text)):gsub("\194[\128-\159]", "?"))
end

local COLOURS = { changed = "yellow", created = "green", deleted = "red" }

local function write_text(context, change)
  local reference = change.reference
  context:out(context:paint("stdout", COLOURS[change.change], change.change), " ",
    (reference.kind:gsub("_", " ")), " ", reference.id, "\n")
  for _, one in ipairs(change.diff or {}) do
    context:out("  ", fix_diff.name(one.path), ": ", shown(one.before), " -> ", shown(one.after), "\n")
  end
end

local function write_json(context, change)
  local reference = change.reference
  context:out(assert(core.json.encode({
    change = change.change,
    kind = reference.kind,
    id = reference.id,
    owner = reference.owner,
    diff = change.diff and core.json.array(change.diff),
  }, { sort_keys = true })), "\n")
end

--- Progress for a comparison.
---@param context table
---@return fun(listing: string, count: integer)
function command.counter(context)
  return function(listing, count)
    if count % 200 == 0 then
      context:progress(("%d %s"):format(count, listing))
    end
  end
end

--- Compares.
---@param given table
---@param context table
---@return integer|nil exit code
function command.run(given, context)
  local counts, err = snapshot.compare(context:connect(), given.snapshot, {
    only = export.only(given),
    on_record = command.counter(context),
    on_change = function(change)
      context:progress(nil)
      if given.ndjson then
        write_json(context, change)
      else
        write_text(context, change)
      end
    end,
  })
  context:progress(nil)
  if not counts then
    return nil, err
  end
  context:say("%d changed, %d created, %d deleted, %d as they were", counts.changed, counts.created,
    counts.deleted, counts.same)
  if given.detailed_exitcode and counts.changed + counts.created + counts.deleted > 0 then
    return exit.codes.pending
  end
end

return command
