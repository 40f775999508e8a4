--- `extcontacts move`: plans how to move records to another division.

local arg_values = require "extcontacts.cli.arg_values"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local id_reader = require "extcontacts.record.normalize.id"
local make_plan = require "extcontacts.cli.make_plan"
local operation_calls = require "extcontacts.cli.operation_calls"
local parser = require "extcontacts.cli.parser"
local plan_file = require "extcontacts.cli.plan_file"
local record_sources = require "extcontacts.cli.record_sources"

local command = {
  name = "move",
  summary = "plan how to move contacts or organizations to another division",
  connects = true,
  description = [[
Write a plan that moves records to another division. The API can't change the
division of a record, so the plan creates a copy in the other division, with
the notes and relationships of the record and the contacts that are linked to
it, and deletes the old record last, once its copy is complete. Nothing
changes on the server until the plan is applied.

The records are those of a scan (contacts, organizations), or those in a file:
a snapshot, a CSV file with the column id, a file with one JSON object per
line, or one id per line. With -, the ids come from standard input.

A move gives each record a new id; the journal of the plan maps the old ids to
the new ones. Conversations and other data that refer to the old id stay with
it, creation dates are reset, and the copy of a contact is curated.

A record is skipped if an identifier would be lost: one that no field holds,
such as a cookie, or one that another contact also has and would receive. So
is a contact into which others were merged.]],
  examples = [[
extcontacts move contacts --to-division DIVISION_ID --from-division DIVISION_ID
extcontacts move ids.txt --to-division DIVISION_ID -o move.plan --html move.html
extcontacts move organizations --search acme --to-division DIVISION_ID
extcontacts move contacts --where 'address.city == "Oslo"' --to-division ID
extcontacts move customers.csv --to-division DIVISION_ID --limit 10 --show 50
extcontacts scan contacts --fields id | extcontacts move - --to-division DIVISION_ID]],
  next_steps = [[
Review the plan, then run `extcontacts apply PLAN`; after an interruption,
`extcontacts resume PLAN`. PLAN.skipped.csv lists the records that are not
moved, with the reasons. `extcontacts undo PLAN` plans how to recreate the
records in their old division, with new ids.]],
  exit_codes = make_plan.exit_codes,
}

local KINDS = { contacts = "contact", organizations = "organization" }

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  parser.completes(argparser:argument("source", "contacts, organizations, a file, or - for ids on standard input"),
    { ":files", "contacts", "organizations" })
  argparser:option("--to-division", "id of the division to move to; required"):argname("ID")
  argparser:option("--from-division", "move only the records that a scan returns for this division"):argname("ID")
  argparser:option("--search", "move only the records that a search finds, at most 1,000"):argname("WORDS")
  argparser:option("--kind", "what the ids of a file are: contact or organization [contact]"):argname("KIND")
    :choices { "contact", "organization" }
  argparser:option("--allow-loss", "move records even if identifiers of these types are lost (comma-separated), such "
    .. "as Cookie or Phone; all means any type"):argname("TYPES"):count("*"):target("allow_loss")
  plan_file.declare(argparser, "move.plan")
  make_plan.setup(argparser, "move", "records to move")
end

local function division_of(text, option)
  if not text then
    exit.usage(option .. " is required: the id of a division")
  end
  return id_reader.read(text) or exit.usage(("%s: '%s' is not a valid id"):format(option, text))
end

-- The records of a scan or a search.
local function listed(args, listing)
  local fix = require "extcontacts.fix"
  local from = args.from_division and division_of(args.from_division, "--from-division")
  if args.kind and args.kind ~= KINDS[listing] then
    exit.usage(("--kind %s contradicts %s"):format(args.kind, listing))
  elseif args.search then
    return fix.search(listing, args.search, from and { division_ids = { from } } or nil)
  end
  return fix.scan(listing, from and { division_id = from } or nil)
end

local function collected(next_id)
  local ids = {}
  for id in next_id do
    ids[#ids + 1] = id
  end
  return ids
end

local function ids_of_snapshot(ctx, path, kind)
  local source = record_sources.open(ctx, path, { kind = kind })
  local ids = collected(function()
    local record = source.next_record()
    return record and record.id
  end)
  source.close()
  return ids
end

local function source_of(args, ctx)
  local fix, name = require "extcontacts.fix", args.source
  if name == "-" and args.ids == "-" then
    exit.usage "standard input can be read once: name a file in --ids, or in place of -"
  elseif KINDS[name] then
    return listed(args, name)
  elseif args.from_division or args.search then
    exit.usage("--from-division and --search need contacts or organizations as the source")
  end
  local options = { kind = args.kind or "contact" }
  if name == "-" then
    return fix.ids(collected((operation_calls.ids(ctx, { "-" }))), options)
  elseif not files.exists(name) then
    exit.usage(("cannot read %s; expected contacts, organizations, a file, or -"):format(name))
  end
  local kind = record_sources.file_type(name)
  if kind == "snapshot" then
    return fix.ids(ids_of_snapshot(ctx, name, options.kind), options)
  end
  return fix[kind](name, options)
end

-- What may be lost, as `fix.move` takes it.
local function allowed_loss(args)
  local types = arg_values.list(args.allow_loss)
  for _, name in ipairs(types) do
    if name == "all" then
      return true
    end
  end
  return #types > 0 and types or nil
end

--- Plans.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local fix = require "extcontacts.fix"
  local division = division_of(args.to_division, "--to-division")
  local action = fix.move(division, { allow_loss = allowed_loss(args) })
  local definition, err = fix.define {
    name = "move to division " .. division,
    source = source_of(args, ctx),
    change = function()
      return action
    end,
  }
  if not definition then
    return nil, err
  end
  return make_plan.run(args, ctx, definition, plan_file.path(args, ctx, "move.plan"))
end

return command
