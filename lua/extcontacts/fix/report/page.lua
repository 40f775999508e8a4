--- The page around a report's rows: what the plan is, its totals, the controls
-- above the rows, and what forbids the page to ask for anything.  Pure.

local base64 = require "extcontacts.base.base64"
local chart = require "extcontacts.fix.report.chart"
local core = require "extcontacts.core"
local html = require "extcontacts.fix.report.html"
local rows = require "extcontacts.fix.report.rows"
local script = require "extcontacts.fix.report.script"
local style = require "extcontacts.fix.report.style"

local page = {}

local text, attribute, number = html.text, html.attribute, html.number

local UNDO = {
  update = "can be undone",
  create = "undone by a delete",
  delete = "undone, but under another id",
  erase = "can't be undone",
}

local WARNINGS = {
  cleared = "A field that has a value is emptied.",
  limit = "A value breaks a documented limit; the server would refuse the record.",
  type = "A value is of another type than its field; the server would refuse the record.",
  unknown = "A field looks like another one mistyped; the server would pass it over.",
  required = "A required field is empty; the server would refuse the record.",
  not_searchable = "A phone number that can't be made out, so that no search finds it.",
  fix = "The fix points something out.",
}

local function sorted(counts)
  local keys = {}
  for key in pairs(counts) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    if counts[a] ~= counts[b] then
      return counts[a] > counts[b]
    end
    return a < b
  end)
  return keys
end

local function sum(counts)
  local total = 0
  for _, count in pairs(counts) do
    total = total + count
  end
  return total
end

local function plural(count, one, many)
  return number(count) .. " " .. (count == 1 and one or many)
end

local function operation_name(key)
  local kind, op = key:match "^(.*)%.(%a+)$"
  return (rows.verbs[op] or op) .. " " .. rows.kind_name(kind), op
end

---------------------------------------------------------------------- head --

-- Only this style and this script run, and nothing is fetched or sent.
local function policy()
  local function source(content)
    local digest = core.hash.sha256(content):gsub("%x%x", function(pair)
      return string.char(tonumber(pair, 16))
    end)
    return "'sha256-" .. base64.encode(digest) .. "'"
  end
  return ("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'"):format(
    source(style), source(script))
end

local function source_words(source)
  local what = source.listing or source.kind and rows.kind_name(source.kind) .. " records" or "records"
  local out = ({ scan = "all %s", list = "a listing of %s", csv = "%s named in a CSV file",
    ndjson = "%s named in an NDJSON file", ids = "%s of a list", each = "%s that the fix finds" })[source.type]
  out = out and out:format(what) or what
  if source.options and next(source.options) ~= nil then
    out = out .. ", " .. core.json.encode(source.options, { sort_keys = true })
  end
  return out .. (source.path and ": " .. source.path or "")
end

local function facts(header, totals)
  local out = {}
  local function fact(name, markup)
    out[#out + 1] = "<dt>" .. name .. "</dt><dd>" .. markup .. "</dd>"
  end
  local function digest(value)
    return value and "<code>" .. text(value) .. "</code>" or nil
  end
  fact("Planned by", text(header.by))
  fact("Planned at", ('<time datetime="%s">%s</time>'):format(attribute(header.created),
    text((tostring(header.created):gsub("T", " "):gsub("Z$", " UTC")))))
  fact("Server", text(header.server))
  local source = header.source
  if type(source) == "table" then
    fact("Records", text(source_words(source)))
    if source.sha256 then
      fact("That file's SHA-256", digest(source.sha256))
    end
  end
  local fix = type(header.fix) == "table" and header.fix or {}
  if fix.path then
    fact("Fix", text(fix.path))
  end
  if fix.sha256 then
    fact("The fix's SHA-256", digest(fix.sha256))
  end
  if header.undoes then
    fact("Takes back the plan", digest(header.undoes))
  end
  local options = header.options or {}
  local names = {}
  for name in pairs(options) do
    names[#names + 1] = name
  end
  table.sort(names)
  for index, name in ipairs(names) do
    names[index] = text(name .. " = " .. tostring(options[name]))
  end
  if #names > 0 then
    fact("Options", table.concat(names, "<br>"))
  end
  fact("The plan's SHA-256", digest(totals.sha256))
  return '<dl class="facts">' .. table.concat(out) .. "</dl>"
end

local function verdict(totals)
  local classes = totals.classes
  local irreversible, deletes = classes.irreversible or 0, 0
  for key, count in pairs(totals.operations) do
    if key:find "%.delete$" then
      deletes = deletes + count
    end
  end
  local partly = (classes.partly_reversible or 0) - deletes
  if totals.changes == 0 then
    return "good", "Nothing would be changed."
  end
  local parts = { plural(totals.changes, "change", "changes") .. "." }
  if irreversible > 0 then
    parts[#parts + 1] = ("%s can't be undone: %s and no copy is kept."):format(
      irreversible == totals.changes and "They" or number(irreversible),
      irreversible == 1 and "the record is deleted" or "the records are deleted")
  end
  if deletes > 0 then
    parts[#parts + 1] = ("%s deleted, which an undo makes again under %s."):format(
      plural(deletes, "record is", "records are"), deletes == 1 and "another id" or "other ids")
  end
  if partly > 0 then
    parts[#parts + 1] = ("%s created, which an undo deletes."):format(plural(partly, "record is", "records are"))
  end
  if irreversible == 0 and deletes == 0 and partly == 0 then
    parts[#parts + 1] = "All of them can be undone."
  elseif (classes.reversible or 0) > 0 then
    parts[#parts + 1] = "The others can be undone."
  end
  return irreversible > 0 and "bad" or deletes > 0 and "warn" or "good", table.concat(parts, " ")
end

--- The page up to the totals.
local function head(header, totals)
  local kind, words = verdict(totals)
  return table.concat {
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta http-equiv="Content-Security-Policy" content="', attribute(policy()), '">\n',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
    '<meta name="generator" content="extcontacts">\n',
    "<title>Plan: ", text(header.name), "</title>\n<style>", style, "</style>\n</head>\n<body>\n",
    '<a class="skip" href="#changes">Skip to the changes</a>\n',
    '<header>\n<p class="eyebrow">Plan for approval · nothing is changed yet</p>\n<h1>', text(header.name), "</h1>\n",
    '<p class="verdict ', kind, '">', words, "</p>\n", facts(header, totals), "\n</header>\n<main>\n",
  }
end

-------------------------------------------------------------------- totals --

local function tiles(totals)
  local out = {}
  local function tile(count, label)
    out[#out + 1] = ("<li><b>%s</b>%s</li>"):format(number(count), label)
  end
  tile(totals.changes, "changes")
  tile(totals.records or 0, "records read")
  tile(sum(totals.warnings or {}), "warnings")
  tile(sum(totals.skipped or {}), "left for a person")
  return '<ul class="tiles">' .. table.concat(out) .. "</ul>"
end

local function operations_table(totals, classes_of)
  local out = { '<table class="plain"><thead><tr><th scope="col" class="count">Count</th><th scope="col">'
    .. 'Operation</th><th scope="col">Undo</th></tr></thead><tbody>' }
  for _, key in ipairs(sorted(totals.operations)) do
    local class = classes_of[key] or "reversible"
    local name, op = operation_name(key)
    out[#out + 1] = ('<tr><td class="count">%s</td><th scope="row">%s</th><td><span class="tag %s">%s</span></td></tr>')
      :format(number(totals.operations[key]), text(name), attribute(class), text(UNDO[op] or class))
  end
  return #out > 1 and "<h3>By operation</h3>" .. table.concat(out) .. "</tbody></table>" or ""
end

local function counted(title, column, counts, words)
  if not counts or next(counts) == nil then
    return ""
  end
  local out = { ('<h3>%s</h3><table class="plain"><thead><tr><th scope="col" class="count">Count</th>'
    .. '<th scope="col">%s</th></tr></thead><tbody>'):format(title, column) }
  for _, key in ipairs(sorted(counts)) do
    out[#out + 1] = ('<tr><td class="count">%s</td><th scope="row">%s</th></tr>'):format(number(counts[key]),
      text(words and words[key] or key))
  end
  return table.concat(out) .. "</tbody></table>"
end

--- The page before the rows.
---@param summary { header: table, totals: table, tallies: table[], classes_of: table, shown: integer }
---@return string
function page.before(summary)
  local totals = summary.totals
  local out = { head(summary.header, totals),
    '<section aria-labelledby="t"><h2 id="t">What would be done</h2>', tiles(totals),
    operations_table(totals, summary.classes_of),
    counted("Warnings", "Meaning", totals.warnings, WARNINGS),
    counted("Left for a person", "Reason", totals.skipped), "</section>\n" }
  local drawn = chart.html(summary.tallies)
  if drawn ~= "" then
    out[#out + 1] = '<section aria-labelledby="f"><h2 id="f">Changes by field</h2>' .. drawn .. "</section>\n"
  end
  out[#out + 1] = page.controls(summary)
  return table.concat(out)
end

------------------------------------------------------------------ controls --

local function choice(name, label, all, entries)
  local out = { ('<div><label for="%s">%s</label><select id="%s" name="%s"><option value="">%s</option>'):format(
    name, label, name, name, all) }
  for _, entry in ipairs(entries) do
    out[#out + 1] = ('<option value="%s">%s</option>'):format(attribute(entry[1]), text(entry[2]))
  end
  return table.concat(out) .. "</select></div>"
end

-- Above the rows: what is shown of how much, the filters, the table's head.
function page.controls(summary)
  local totals, fields, operations = summary.totals, {}, {}
  local warnings = { { "*", "any" }, { "-", "none" } }
  local kinds = {}
  for _, tally in ipairs(summary.tallies) do
    kinds[tally.kind] = true
  end
  local several = next(kinds) ~= nil and next(kinds, (next(kinds))) ~= nil
  for index, tally in ipairs(summary.tallies) do
    fields[index] = { tally.kind .. "." .. tally.path,
      tally.label .. (several and ", " .. rows.kind_name(tally.kind) or "") }
  end
  for index, key in ipairs(sorted(totals.operations)) do
    operations[index] = { key, (operation_name(key)) }
  end
  for _, code in ipairs(sorted(totals.warnings or {})) do
    warnings[#warnings + 1] = { code, WARNINGS[code] or code }
  end
  local out = { '<section aria-labelledby="changes"><h2 id="changes" tabindex="-1">Every change</h2>' }
  if summary.shown < totals.changes then
    out[1] = ('<section aria-labelledby="changes"><h2 id="changes" tabindex="-1">%s of %s changes</h2>'
      .. '<p class="note">The totals above are of all. The page shows the first %s, and of the rest those with a '
      .. "warning and those that delete; the plan file has every one.</p>"):format(number(summary.shown),
      number(totals.changes), number(summary.first))
  end
  if totals.changes == 0 then
    return out[1] .. "<p>There are none.</p></section>"
  end
  out[#out + 1] = '<form id="filters" class="filters" role="search" autocomplete="off" hidden>'
    .. '<div><label for="words">Search</label><input id="words" name="words" type="search"></div>'
    .. choice("field", "Field", "all fields", fields) .. choice("op", "Operation", "all operations", operations)
    .. choice("warning", "Warnings", "with and without", warnings)
    .. '<div><button type="reset">Show all</button></div></form>'
    .. '<noscript><p class="note">Searching needs scripts; every change is below.</p></noscript>'
    .. '<p id="status" class="status" role="status"></p>\n'
  out[#out + 1] = '<table class="changes" id="rows"><caption>Every change with the values before and after</caption>'
    .. '<thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>\n'
  return table.concat(out)
end

--- The page after the rows.
---@param summary table as of `page.before`
---@return string
function page.after(summary)
  return table.concat {
    summary.totals.changes > 0 and "</table></section>\n" or "",
    '<div class="sign"><span>Approved by</span><span>Date</span><span>Signature</span></div>\n</main>\n',
    "<footer><p>Applying the plan does exactly this; a record that someone changed in the meantime is left alone. ",
    "The plan is known by its SHA-256 above: a plan with another one is another plan.</p>",
    "<p>This page holds personal data. Keep it where the plan is kept, and delete it with it.</p></footer>\n",
    "<script>", script, "</script>\n</body>\n</html>\n",
  }
end

return page
