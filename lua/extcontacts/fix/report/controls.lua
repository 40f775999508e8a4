--- What stands above the rows of a plan's report: how many changes are shown, the
-- filters, and the head of the table.  Pure.

local html = require "extcontacts.fix.report.html"
local labels = require "extcontacts.fix.report.labels"
local totals_html = require "extcontacts.fix.report.totals"

local function choice(name, label, all, entries)
  local out = { ('<div><label for="%s">%s</label><select id="%s" name="%s"><option value="">%s</option>'):format(
    name, label, name, name, all) }
  for _, entry in ipairs(entries) do
    out[#out + 1] = ('<option value="%s">%s</option>'):format(html.attribute(entry[1]), html.text(entry[2]))
  end
  return table.concat(out) .. "</select></div>"
end

local SELECTED = '<p class="note">Only changes of records for which this condition holds: <code>%s</code>. The totals '
  .. "above cover all changes.</p>"
local FIRST = '<p class="note">The totals above cover all changes. This page shows the first %s, and up to as many of '
  .. "the others that delete a record or have a warning. The plan file contains every change.</p>"

local function heading(summary)
  local total = summary.totals.changes
  local title, note = "All changes", ""
  if summary.shown < total then
    title = ("%s of %s changes"):format(html.number(summary.shown), html.number(total))
    note = summary.where and SELECTED:format(html.text(summary.where)) or FIRST:format(html.number(summary.first))
  end
  return ('<section aria-labelledby="changes"><h2 id="changes" tabindex="-1">%s</h2>%s'):format(title, note)
end

-- The fields that change; with the records' type if there are several types.
local function field_choices(tallies)
  local kinds, count = {}, 0
  for _, tally in ipairs(tallies) do
    count = count + (kinds[tally.kind] and 0 or 1)
    kinds[tally.kind] = true
  end
  local entries = {}
  for index, tally in ipairs(tallies) do
    entries[index] = { tally.kind .. "." .. tally.path,
      tally.label .. (count > 1 and ", " .. labels.kind(tally.kind) or "") }
  end
  return entries
end

local function filters(summary)
  local operations, warnings = {}, { { "*", "with a warning" }, { "-", "without a warning" } }
  for index, key in ipairs(totals_html.sorted(summary.totals.operations)) do
    operations[index] = { key, (labels.operation(key)) }
  end
  for _, code in ipairs(totals_html.sorted(summary.totals.warnings or {})) do
    warnings[#warnings + 1] = { code, labels.warnings[code] or code }
  end
  return '<form id="filters" class="filters" role="search" autocomplete="off" hidden>'
    .. '<div><label for="words">Search</label><input id="words" name="words" type="search"></div>'
    .. choice("field", "Field", "all fields", field_choices(summary.tallies))
    .. choice("op", "Operation", "all operations", operations)
    .. choice("warning", "Warnings", "with or without", warnings)
    .. '<div><button type="reset">Clear filters</button></div></form>'
    .. '<noscript><p class="note">Search and filters need JavaScript. Every change is listed below.</p></noscript>'
    .. '<p id="status" class="status" role="status"></p>\n'
end

local TABLE_HEAD = '<table class="changes" id="rows"><caption>Every change, with the values before and after</caption>'
  .. '<thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>\n'

--- Returns the section up to the rows; all of it if there are no changes.
---@param summary extcontacts.fix.ReportSummary
---@return string html
return function(summary)
  if summary.totals.changes == 0 then
    return heading(summary) .. "<p>There are no changes.</p></section>"
  end
  return heading(summary) .. filters(summary) .. TABLE_HEAD
end
