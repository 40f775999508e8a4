--- `extcontacts export`: writes a snapshot.

local arg_values = require "extcontacts.cli.arg_values"
local exit = require "extcontacts.cli.exit"
local format = require "extcontacts.snapshot.format"
local parser_of = require "extcontacts.cli.parser"
local snapshot = require "extcontacts.snapshot"

local command = {
  name = "export",
  summary = "write a snapshot of all records to a file",
  description = [[
Writes all organizations, contacts, relationships and notes to a file, a line
of JSON each, readable by its owner alone. The file appears under its name
when it is complete. The same command goes on with an export that was
interrupted, however that happened.]],
  example = [[
extcontacts export before.ndjson
extcontacts export contacts.ndjson --only contacts,notes]],
  connects = true,
}

--- Declares --only.
---@param parser table
function command.declare_only(parser)
  local only = parser:option("--only", "these listings alone: " .. table.concat(format.listings, ", "))
    :argname("LIST"):count("*")
  parser_of.completes(only, format.listings)
end

--- The listings of --only; a wrong one ends the command.
---@param given table
---@return string[]|nil
function command.only(given)
  local names = arg_values.list(given.only)
  local _, misuse = format.wanted(names)
  if misuse then
    exit.usage("--only: " .. misuse)
  end
  return #names > 0 and names or nil
end

--- Declares arguments and options.
---@param parser table
function command.setup(parser)
  parser:argument("file", "the snapshot")
  command.declare_only(parser)
  parser:flag("--restart", "begin anew where an earlier export was interrupted")
  parser:flag("--overwrite", "replace a snapshot of that name, once the new one is complete")
end

local function summary(header)
  local parts = {}
  for index, section in ipairs(header.sections) do
    parts[index] = ("%d %s"):format(section.count, section.listing)
  end
  return table.concat(parts, ", ")
end

--- Writes it.
---@param given table
---@param context table
function command.run(given, context)
  local header, err = snapshot.export(context:connect(), given.file, {
    only = command.only(given),
    restart = given.restart,
    overwrite = given.overwrite,
    on_page = function(progress)
      if progress.resumed then
        context:say("going on with %s at %d %s", given.file, progress.count, progress.listing)
      elseif progress.expired then
        context:say("the cursor has expired, reading all %s again", progress.listing)
      end
      context:progress(("%s: %d %s"):format(given.file, progress.count, progress.listing))
    end,
  })
  context:progress(nil)
  if not header then
    if err.kind ~= "invalid" and err.kind ~= "io" then
      context:say("%s is not complete; the same command goes on with it", given.file)
    end
    return nil, err
  end
  context:say("%s: %s", given.file, summary(header))
end

return command
