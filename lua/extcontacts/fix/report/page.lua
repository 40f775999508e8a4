--- The page around the rows of a plan's report.  Pure.

local chart = require "extcontacts.fix.report.chart"
local controls = require "extcontacts.fix.report.controls"
local document = require "extcontacts.fix.report.document"
local facts = require "extcontacts.fix.report.facts"
local html = require "extcontacts.fix.report.html"
local script = require "extcontacts.fix.report.script"
local style = require "extcontacts.fix.report.style"
local totals_html = require "extcontacts.fix.report.totals"
local verdict = require "extcontacts.fix.report.verdict"

local page = {}

local function document_of(header)
  return { title = "Plan: " .. header.name, style = style, script = script }
end

local function head(header, totals)
  local level, sentence = verdict(totals)
  return table.concat {
    document.head(document_of(header)),
    '<a class="skip" href="#changes">Skip to the changes</a>\n',
    '<header>\n<p class="eyebrow">Plan for approval · nothing has been changed yet</p>\n<h1>',
    html.text(header.name), "</h1>\n",
    '<p class="verdict ', level, '">', sentence, "</p>\n", facts(header, totals), "\n</header>\n<main>\n",
  }
end

--- Returns the page up to the rows.
---@param summary extcontacts.fix.ReportSummary
---@return string
function page.before(summary)
  local drawn = chart.html(summary.tallies)
  return table.concat {
    head(summary.header, summary.totals),
    totals_html.section(summary.totals, summary.classes),
    drawn ~= "" and '<section aria-labelledby="f"><h2 id="f">Changes by field</h2>' .. drawn .. "</section>\n" or "",
    controls(summary),
  }
end

--- Returns the page after the rows.
---@param summary extcontacts.fix.ReportSummary
---@return string
function page.after(summary)
  return table.concat {
    summary.totals.changes > 0 and "</table></section>\n" or "",
    '<div class="sign"><span>Approved by</span><span>Date</span><span>Signature</span></div>\n</main>\n',
    "<footer><p>Applying the plan makes exactly these changes. By default it skips records that were changed in the ",
    "meantime and reports them as conflicts. The SHA-256 of the plan identifies it: another digest means another ",
    "plan.</p>",
    "<p>This page contains personal data. Store it with the plan and delete it with the plan.</p></footer>\n",
    document.tail(document_of(summary.header)),
  }
end

return page
