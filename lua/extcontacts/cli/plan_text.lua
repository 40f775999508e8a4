--- A plan as text: its changes as a coloured diff, and its totals.

local approval = require "extcontacts.fix.approval"
local clients = require "extcontacts.client"
local dependents = require "extcontacts.fix.dependents"
local diff = require "extcontacts.record.diff"
local identity = require "extcontacts.fix.identity"
local json = require "extcontacts.base.json"
local notices = require "extcontacts.fix.notices"
local output = require "extcontacts.cli.output"
local printable = require "extcontacts.base.printable"
local record_text = require "extcontacts.cli.record_text"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local write_choice = require "extcontacts.fix.write_choice"

local plan_text = {}

local shown = record_text.value

-- Bytes of a field's name.
local WIDEST = 100
-- People whom a prompt names.
local MOST_PEOPLE = 20
-- Bytes of a warning or reason.
local LONGEST = 500

local SIGNS = { update = "~", create = "+", delete = "-", erase = "!", merge = "&", promote = "^" }
local COLOURS = { update = "yellow", create = "green", delete = "red", erase = "red", merge = "red", promote = "red" }

--- Writes one change.
---@param ctx table
---@param change extcontacts.fix.Change
function plan_text.change(ctx, change)
  local function paint(colour, text)
    return ctx:paint("stdout", colour, text)
  end
  ctx:out(paint(COLOURS[change.op], SIGNS[change.op] .. " " .. change.op .. " "),
    paint("bold", record_text.subject(change)), "\n")
  for _, field in ipairs(change.diff or {}) do
    local before, after = shown(field.before), shown(field.after)
    ctx:out("    ", printable.line(diff.name(field.path), WIDEST), "\n")
    if before then
      ctx:out(paint("red", "      - " .. before), "\n")
    end
    if after then
      ctx:out(paint("green", "      + " .. after), "\n")
    end
  end
  for _, loss in ipairs(change.lost or {}) do
    local text = ("    x %s of %s is lost: %s"):format(diff.name(loss.path), loss.id, shown(loss.value) or "")
    ctx:out(paint("red", printable.line(text, LONGEST)), "\n")
  end
  if change.dependents then
    ctx:out("    with ", dependents.describe(change.dependents.counts), "\n")
  end
  for _, warning in ipairs(change.warnings or {}) do
    ctx:out(paint("yellow", "    ! " .. printable.line(warning.text, LONGEST)), "\n")
  end
end

-- Names by their counts, the largest first.
local function by_count(counts)
  local names = {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    if counts[a] ~= counts[b] then
      return counts[a] > counts[b]
    end
    return a < b
  end)
  return names
end

--- Operations with their counts: `{ "update 7 contacts", "create 1 contact" }`.
---@param counts table<string, integer> by "contact.update"
---@return string[]
function plan_text.operations(counts)
  local list = {}
  for index, name in ipairs(by_count(counts)) do
    local kind, op = name:match "^(.*)%.(.*)$"
    list[index] = op .. " " .. texts.plural(counts[name], (kind:gsub("_", " ")))
  end
  return list
end

-- Code → the noun for one warning and for several.
local WARNINGS = {
  cleared = { "cleared field", "cleared fields" },
  limit = { "value that the server rejects", "values that the server rejects" },
  type = { "value of the wrong type, which the server rejects", "values of the wrong type, which the server rejects" },
  unknown = { "unknown field, which the server ignores", "unknown fields, which the server ignores" },
  required = { "missing required field", "missing required fields" },
  custom_field = { "custom field that the server rejects", "custom fields that the server rejects" },
  unchecked = { "record with unchecked custom fields", "records with unchecked custom fields" },
  not_searchable = { "phone number that searches do not find", "phone numbers that searches do not find" },
  not_moved = { "record of which something can't be moved", "records of which something can't be moved" },
  dependents = { "record whose notes, relationships or links can't be read",
    "records whose notes, relationships or links can't be read" },
  fix = { "warning from the fix", "warnings from the fix" },
}

--- What undo does with changes that are partly reversible.
plan_text.PARTLY = "partly reversible: undo deletes created records and recreates deleted ones with new ids"

local CLASSES = {
  reversible = "reversible",
  partly_reversible = plan_text.PARTLY,
  irreversible = "irreversible",
}

-- What a plan deletes along with records, and what undo can't restore of them.
local function write_dependents(ctx, totals)
  local deletes, erases = 0, 0
  for name, count in pairs(totals.operations) do
    deletes = deletes + (name:find "%.delete$" and count or 0)
    erases = erases + (name:find "%.erase$" and count or 0)
  end
  if totals.dependents then
    ctx:out(("The deleted records have %s.\n"):format(dependents.describe(totals.dependents)))
  end
  for kind, count in pairs(totals.moves or {}) do
    ctx:out(("%s moved to another division: a copy with a new id is created there, and the old record is deleted\n"
      .. "last. Conversations and other data that refer to the old ids stay with them.\n"):format(
      texts.plural(count, kind) .. (count == 1 and " is" or " are")))
  end
  if deletes > 0 then
    ctx:out("Undo recreates deleted records, their notes and their relationships, and links contacts again. It cannot\n"
      .. "restore their ids, their dates, and the conversations and other data that refer to the old ids.\n")
  end
  if erases > 0 and totals.dependents then
    ctx:out "Undo cannot restore an erased record or what belongs to it.\n"
  end
  if totals.operations["contact.promote"] then
    ctx:out "Undo cannot reverse a promotion: a promoted contact stays curated and does not expire.\n"
  end
end

-- A section of the totals, the largest count first.
local function write_counts(ctx, title, counts, describe)
  local names = by_count(counts)
  if #names == 0 then
    return
  end
  ctx:out(title, ":\n")
  for _, name in ipairs(names) do
    ctx:out(("  %8d  %s\n"):format(counts[name], printable.line(describe and describe(name) or name, LONGEST)))
  end
end

--- Writes what a reviewer must know; before everything else.
---@param ctx table
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
function plan_text.notices(ctx, plan)
  for _, notice in ipairs(notices.of(plan)) do
    ctx:out(ctx:paint("stdout", "yellow", "! " .. printable.line(notice, LONGEST)), "\n")
  end
end

--- Writes the totals.
---@param ctx table
---@param totals extcontacts.fix.Totals
function plan_text.totals(ctx, totals)
  ctx:out(("%s (%s read%s)\n"):format(texts.plural(totals.changes, "change"), texts.plural(totals.records, "record"),
    totals.unselected and (", %d not selected"):format(totals.unselected) or ""))
  local operations = plan_text.operations(totals.operations)
  if #operations > 0 then
    ctx:out("Operations:\n  ", table.concat(operations, "\n  "), "\n")
  end
  write_counts(ctx, "Fields", totals.fields)
  write_counts(ctx, "Undo", totals.classes, function(name)
    return CLASSES[name] or name
  end)
  write_dependents(ctx, totals)
  write_counts(ctx, "Warnings", totals.warnings, function(code)
    local nouns = WARNINGS[code]
    return nouns and texts.noun(totals.warnings[code], nouns[1], nouns[2]) or code
  end)
  write_counts(ctx, "Skipped", totals.skipped)
end

local HOW = {
  auto = "bulk updates, because no update only fills empty fields, or too many do",
  bulk = "bulk updates; an edit made since the record was read is lost",
  patch = "a PATCH for each update; an edit is lost only if it is of a planned field that was not empty",
  put = "a PUT for each update; an edit made since the record was read is lost",
}

local function how(estimate)
  if estimate.name == "auto" and estimate.patches > 0 then
    return ("%s by PATCH, which overwrites no edit; the others in bulk"):format(
      texts.plural(estimate.patches, "update"))
  end
  return HOW[estimate.name]
end

--- Writes how many requests and minutes the plan takes under each choice of --write.
---@param ctx table
---@param totals extcontacts.fix.Totals
---@param client extcontacts.Client
---@param size integer|nil records per request
function plan_text.requests(ctx, totals, client, size)
  if totals.changes == 0 then
    return
  end
  local allowance = clients.allowance(client)
  ctx:out(allowance and ("Requests to apply it, and minutes at %.0f requests per minute:\n"):format(allowance)
    or "Requests to apply it:\n")
  for _, estimate in ipairs(write_choice.estimates(totals, size)) do
    ctx:out(("  %8d%s  --write %-5s  %s\n"):format(estimate.requests,
      allowance and ("  %6.1f"):format(estimate.requests / allowance) or "", estimate.name, how(estimate)))
  end
end

--- What a person confirms: the plan's name, what it does, how far undo reaches, and the
-- digits that identify it.
---@param path string
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@return string several lines
function plan_text.summary(path, plan)
  local totals = plan.totals
  local out = { ("%s (%s, SHA-256 %s)\n"):format(printable.line(plan.header.name, WIDEST), printable.line(path),
    approval.short(totals.sha256)) }
  for _, notice in ipairs(notices.of(plan)) do
    out[#out + 1] = ("  ! %s\n"):format(printable.line(notice, LONGEST))
  end
  for _, operation in ipairs(plan_text.operations(totals.operations)) do
    out[#out + 1] = ("  %s\n"):format(operation)
  end
  local names, erases = require("extcontacts.fix.people").names(path), totals.operations["contact.erase"] or 0
  local listed = suggest.keys(names)
  for index = 1, math.min(#listed, MOST_PEOPLE) do
    out[#out + 1] = ("    erases %s (%s)\n"):format(printable.line(names[listed[index]], WIDEST), listed[index])
  end
  if #listed == 0 and erases > 0 then
    out[#out + 1] = "    their names are not known: the list of people beside the plan is missing\n"
  elseif #listed > MOST_PEOPLE then
    out[#out + 1] = ("    and %d more: `extcontacts show` lists them\n"):format(math.max(erases, #listed) - MOST_PEOPLE)
  end
  for _, name in ipairs(by_count(totals.classes)) do
    out[#out + 1] = ("  %d %s\n"):format(totals.classes[name], CLASSES[name] or name)
  end
  return table.concat(out)
end

--- Keeps the first changes of a plan.
---@param most integer
---@return fun(ctx: table) show
---@return fun(change: extcontacts.fix.Change) on_change
function plan_text.first(most)
  local first, count = {}, 0
  return function(ctx)
    for _, change in ipairs(first) do
      plan_text.change(ctx, change)
    end
    if #first > 0 then
      ctx:out(count > #first and ("… and %d more\n"):format(count - #first) or "", "\n")
    end
  end, function(change)
    count = count + 1
    if count <= most then
      first[count] = change
    end
  end
end

--- Names the file with a plan's skipped records.
---@param ctx table
---@param path string
function plan_text.skipped(ctx, path)
  ctx:inform("%s lists the skipped records and the reasons", path)
end

--- Names the command that applies this plan and no other.  A plan that was made with an access token
-- needs an option if the server does not say which organization it belongs to.
---@param ctx table
---@param path string
---@param totals extcontacts.fix.Totals
function plan_text.hint_apply(ctx, path, totals)
  local digits = approval.short(totals.sha256)
  local connection = identity.of(ctx:connect())
  if connection and (connection.organization or connection.client) then
    return ctx:hint("Apply", "apply", path, "--expect", digits)
  end
  ctx:say "an access token does not show its organization; make sure that you apply the plan to the same one"
  ctx:hint("Apply", "apply", path, "--expect", digits, "--same-organization")
end

--- Writes what was planned as JSON.
---@param ctx table
---@param path string of the plan
---@param totals extcontacts.fix.Totals
---@param more table|nil further fields
function plan_text.document(ctx, path, totals, more)
  local document = { plan = path, totals = totals }
  for name, value in pairs(more or {}) do
    document[name] = value
  end
  output.document(ctx, document)
end

--- Ends a command that wrote a plan: its totals, the review page if asked for,
-- and what to do next.
---@param ctx table
---@param plan extcontacts.fix.Plan
---@param html string|nil path of the page
---@param is_json boolean|nil whether to write the totals as JSON
---@return true|nil
---@return extcontacts.Error|nil
function plan_text.conclude(ctx, plan, html, is_json)
  if is_json then
    plan_text.document(ctx, plan.path, plan.totals, { skipped_file = plan.skipped_path, html = html,
      mistake = plan.mistake, files = plan.output_paths and json.array(plan.output_paths) })
  else
    plan_text.totals(ctx, plan.totals)
    plan_text.requests(ctx, plan.totals, ctx:connect())
  end
  if plan.mistake then
    ctx:say("warning: %s", plan.mistake)
  end
  if html then
    local page, err = require("extcontacts.fix").report(plan.path, html)
    if not page then
      return nil, err
    end
    ctx:inform("wrote the review page %s; open it in a browser", html)
  end
  for _, path in ipairs(plan.output_paths or {}) do
    ctx:inform("the fix wrote %s", path)
  end
  if plan.skipped_path then
    plan_text.skipped(ctx, plan.skipped_path)
  end
  if plan.changes > 0 then
    ctx:inform("wrote the plan %s; nothing has changed on the server", plan.path)
    plan_text.hint_apply(ctx, plan.path, plan.totals)
  end
  return true
end

return plan_text
