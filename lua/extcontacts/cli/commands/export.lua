--- `extcontacts export`: writes a snapshot.

local connection = require "extcontacts.cli.connection"
local exit = require "extcontacts.cli.exit"
local files = require "extcontacts.base.files"
local ids_option = require "extcontacts.cli.ids_option"
local listings = require "extcontacts.cli.listings"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local server_export = require "extcontacts.cli.server_export"
local shell = require "extcontacts.base.shell"
local snapshot = require "extcontacts.snapshot"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"
local where_option = require "extcontacts.cli.where_option"

local command = {
  name = "export",
  summary = "save all records to a snapshot file",
  description = [[
Save all organizations, contacts, relationships and notes to a snapshot: one
NDJSON file that only you can read. It appears under its name once it is
complete. If an export stops for any reason, run the same command again to
resume it.

With --where or --ids, the snapshot contains only the selected records, and
the notes and relationships of selected contacts and organizations. Its header
records the filter; diff and restore then consider only the records in the
snapshot.

With --server the platform writes the file: one type of records, in the
platform's own format, which diff and restore cannot read. It needs few
requests, and a filter on ModifyDate reads only what has changed.]],
  examples = [[
extcontacts export before.ndjson
extcontacts export contacts.ndjson --only contacts,notes
extcontacts export daily.ndjson --overwrite
extcontacts export uk.ndjson --where 'address.countryCode == "GB"'
extcontacts export few.ndjson --ids ids.csv --only contacts
extcontacts export changed.csv --server --filter 'ModifyDate>=2026-11-01T00:00:00Z'
extcontacts export changed.csv --server --job ID]],
  next_steps = [[
`extcontacts diff FILE` shows what has changed since the snapshot, and
`extcontacts restore FILE` plans how to restore it.]],
  connects = true,
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("file", "snapshot to write")
  listings.declare(argparser, "export")
  where_option.declare(argparser, "export only the records")
  ids_option.declare(argparser, "export only the records")
  argparser:flag("--restart", "start over instead of resuming an interrupted export")
  connection.declare_same_organization(argparser, "unfinished export")
  argparser:flag("--overwrite", "replace an existing file once the new one is complete")
  server_export.declare(argparser)
  output_format.declare(argparser, { "text", "json" }, "text")
end

local NOUNS = { organizations = "organization", contacts = "contact", relationships = "relationship", notes = "note" }

local function summary(header)
  local parts = {}
  for index, section in ipairs(header.sections) do
    local noun = NOUNS[section.listing] or section.listing
    parts[index] = section.read and ("%d of %s"):format(section.count, texts.plural(section.read, noun))
      or texts.plural(section.count, noun)
  end
  return table.concat(parts, ", ")
end

-- Ends the command for the name of a listing, or of a file that people import.
local function check_path(path)
  local word = shell.word(path)
  if types.listings[path] then
    exit.usage(("export takes the file to write: extcontacts export %s.ndjson --only %s"):format(path, path))
  end
  local ending = path:lower():match "%.(%w+)$"
  if ending ~= "csv" and ending ~= "tsv" and ending ~= "xlsx" then
    return
  elseif files.exists(path) then
    exit.usage(("%s exists; did you mean import? extcontacts import %s"):format(path, word))
  end
  exit.usage(("export writes a snapshot, one JSON object per line: name it %s.ndjson; to write CSV, use --server, or "
    .. "extcontacts scan contacts --csv >%s"):format(path:sub(1, -#ending - 2), word))
end

--- Writes it.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  server_export.check(args)
  if args.server then
    return server_export.run(args, ctx)
  end
  check_path(args.file)
  local chosen, count, absent = ids_option.read(args, ctx), listings.counter(ctx), nil
  local header, err = snapshot.export(ctx:connect(), args.file, {
    only = listings.selected(args),
    where = args.where,
    ids = chosen and chosen.ids,
    restart = args.restart,
    overwrite = args.overwrite,
    same_organization = args.same_organization,
    on_page = function(progress)
      if progress.resumed then
        ctx:inform("resuming %s after %d %s", args.file, progress.count, progress.listing)
      elseif progress.expired then
        ctx:say("the cursor has expired; reading the %s again from the start", progress.listing)
      end
      count(progress.listing, progress.read or progress.count)
    end,
    on_absent = function(ids)
      absent = ids
    end,
  })
  ctx:progress(nil)
  if not header then
    if err.kind ~= "invalid" and err.kind ~= "io" then
      ctx:say("%s is incomplete. To resume, run the same command again.", args.file)
    end
    return nil, err
  end
  if output_format.of(args) == "json" then
    local records = {}
    for _, section in ipairs(header.sections) do
      records[section.listing] = section.count
    end
    output.document(ctx, { file = args.file, records = records, filter = header.filter })
  end
  ctx:inform("exported %s to %s", summary(header), args.file)
  return chosen and chosen:finish(ctx, absent, "no such record in the snapshot")
end

return command
