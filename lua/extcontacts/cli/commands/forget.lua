--- `extcontacts forget`: removes what plans, journals and snapshots still say about people
-- who were erased.

local exit = require "extcontacts.cli.exit"
local json = require "extcontacts.base.json"
local output = require "extcontacts.cli.output"
local output_format = require "extcontacts.cli.output_format"
local printable = require "extcontacts.base.printable"
local texts = require "extcontacts.base.text"

local command = {
  name = "forget",
  summary = "remove erased people from plans, journals and snapshots",
  description = [[
Remove what plans, journals and snapshots still contain about people, after
they were erased on the server. The people are those with the given ids, or
those of an erasure: its plan, journal or proof, or a list of ids. The files
are those in the current folder, in the folders named with --in, and those of
the plans in the history. Incomplete copies of such files, left by a run that
was interrupted, are removed, too.

Each file is replaced by one that is valid without these lines: a snapshot
loses the records; a plan and its journal keep a line without personal data.
An undo then skips the person. Nothing is sent to the server. The lines of the
erasure itself contain only the id, and are kept as evidence.

Finally, all files are searched for the ids, e-mail addresses and phone
numbers of the people. Those that still contain one are listed, and so are
compressed files, which are not searched.]],
  examples = [[
extcontacts forget erase.plan --dry-run
extcontacts forget erase.plan
extcontacts forget CONTACT_ID --in backups --in /srv/plans -y
extcontacts forget erase.plan.proof.csv --json]],
  next_steps = [[
A plan that is not finished is not rewritten: resume it, or delete it if it
has not been applied. Delete pages and other files that are listed at the end.]],
  exit_codes = { 0, { 1, "a file still contains data about the people" }, 2, 130 },
}

--- Declares arguments and options.
---@param argparser table
function command.setup(argparser)
  argparser:argument("who", "id of an erased record, or plan, journal, proof or list of an erasure"):args "+"
  argparser:option("--in", "also examine the files in this folder; can be repeated"):argname("FOLDER"):count("*")
    :target("folders")
  argparser:flag("--dry-run", "list the files and how many of their lines are about the people; change nothing")
  argparser:flag("-y --yes", "rewrite the files without asking for confirmation")
  output_format.declare(argparser, { "text", "json" }, "text")
end

local function folders_of(args)
  local list = { "" }
  for _, folder in ipairs(args.folders) do
    list[#list + 1] = folder:gsub("/*$", "") .. "/"
  end
  return list
end

local KINDS = { plan = "line", journal = "line", list = "row", snapshot = "record" }

local function write_found(ctx, found)
  for _, file in ipairs(found:concerned()) do
    ctx:out(("%s: %s%s\n"):format(printable.line(file.path, 4096), texts.plural(file.lines, KINDS[file.kind]),
      file.problem and "; not rewritten: " .. printable.line(file.problem, 500) or ""))
  end
  for _, file in ipairs(found:leftovers()) do
    ctx:out(("%s: left by a run that was interrupted\n"):format(printable.line(file.path, 4096)))
  end
end

-- Names the files that can't be examined, and those that still contain something.
local function write_proof(ctx, found, count)
  for _, file in ipairs(found.files) do
    if file.removed then
      local noun = KINDS[file.kind]
      ctx:out(("%s: %sremoved\n"):format(printable.line(file.path, 4096),
        noun and texts.plural(file.removed, noun) .. " " or ""))
    end
  end
  for _, file in ipairs(found.files) do
    if file.left then
      ctx:out(("%s still contains %s\n"):format(printable.line(file.path, 4096),
        printable.line(table.concat(file.left, ", "), 1000)))
    elseif file.problem then
      ctx:out(("%s: %s\n"):format(printable.line(file.path, 4096), printable.line(file.problem, 500)))
    end
  end
  ctx:out(("searched %s for %s: %s\n"):format(texts.plural(#found.files, "file"),
    "the ids, e-mail addresses and phone numbers of " .. texts.plural(#found.names, "person", "people"),
    count == 0 and "none is left" or ("%s still %s one"):format(texts.plural(count, "file"),
      texts.noun(count, "contains", "contain"))))
end

-- Whether more than the ids in the lines of an erasure is left.
local function is_incomplete(found)
  local ids = {}
  for _, id in ipairs(found.names) do
    ids[id:lower()] = true
  end
  for _, file in ipairs(found.files) do
    if file.lines > 0 and not file.removed or file.problem then
      return true
    end
    for _, term in ipairs(file.left or {}) do
      if not ids[term] then
        return true
      end
    end
  end
  return false
end

local function write_json(ctx, found, count)
  output.document(ctx, { people = json.array(found.names), files = json.array(found.files), containing = count })
end

--- Forgets.
---@param args table
---@param ctx table
---@return integer|nil exit code
---@return extcontacts.Error|nil
function command.run(args, ctx)
  local forget = require "extcontacts.snapshot.forget"
  local ids, err = forget.ids(args.who)
  local found
  if ids then
    found, err = forget.find(ids, folders_of(args), ctx.getenv)
  end
  if not found then
    return nil, err
  elseif #ids == 0 then
    exit.usage "these files name nobody who was erased"
  end
  local concerned = #found:concerned() + #found:leftovers()
  local is_json = output_format.of(args) == "json"
  if not is_json then
    write_found(ctx, found)
  end
  if concerned > 0 and not args.dry_run then
    if not ctx:confirm(("Remove %s from %s? This cannot be undone."):format(texts.plural(#ids, "person", "people"),
      texts.plural(concerned, "file")), args.yes) then
      ctx:say "cancelled; nothing was removed"
      return exit.codes.ok
    end
    local ok
    ok, err = found:run()
    if not ok then
      return nil, err
    end
  end
  local count = found:search()
  if is_json then
    write_json(ctx, found, count)
  else
    write_proof(ctx, found, count)
  end
  return (args.dry_run or not is_incomplete(found)) and exit.codes.ok or exit.codes.some_failed
end

return command
