--- The page around the rows of a plan's report.  Pure.

local chart = require "extcontacts.fix.report.chart"
local controls = require "extcontacts.fix.report.controls"
local document = require "extcontacts.fix.report.document"
local facts = require "extcontacts.fix.report.facts"
local html = require "extcontacts.fix.report.html"
local notices = require "extcontacts.fix.notices"
local script = require "extcontacts.fix.report.script"
local shell = require "extcontacts.base.shell"
local skipped_rows = require "extcontacts.fix.report.skipped_rows"
local style = require "extcontacts.fix.report.style"
local texts = require "extcontacts.base.text"
local totals_html = require "extcontacts.fix.report.totals"
local verdict = require "extcontacts.fix.report.verdict"

local page = {}

local function document_of(header)
  return { title = "Plan: " .. header.name, style = style, script = script }
end

local function notices_list(summary)
  local items = {}
  for index, text in ipairs(notices.of(summary)) do
    items[index] = "<li>" .. html.text(text) .. "</li>"
  end
  return #items > 0 and '<ul class="verdict warn assumptions">' .. table.concat(items) .. "</ul>\n" or ""
end

-- How far the plan has been applied.
local function state(progress, total)
  if not progress then
    return "Plan for approval · nothing has been changed yet"
  end
  return ("This plan has been applied · %s of %s %s applied"):format(html.number(progress.applied),
    html.number(total), texts.noun(total, "change"))
end

local function head(summary)
  local header, totals = summary.header, summary.totals
  local level, sentence = verdict(totals)
  return table.concat {
    document.head(document_of(header)),
    '<a class="skip" href="#changes">Skip to the changes</a>\n',
    '<header>\n<p class="eyebrow">', state(summary.progress, totals.changes), "</p>\n<h1>",
    html.text(header.name), "</h1>\n", facts.origin(header),
    '<p class="verdict ', level, '">', sentence, "</p>\n", notices_list(summary), "</header>\n<main>\n",
  }
end

-- What the approver passes on, the digests, and the lines to sign on paper.
local function approval_section(summary)
  local totals, name = summary.totals, summary.path:match "[^/]*$"
  local command = ("extcontacts apply %s --expect %s"):format(shell.word(name), totals.sha256)
  return table.concat {
    '<section aria-labelledby="a"><h2 id="a">Approval</h2>\n',
    totals.changes > 0 and not summary.progress and '<p>This command applies this plan and no other:</p>\n<p><code '
      .. 'class="command">' .. html.text(command) .. "</code></p>\n" or "",
    facts.digests(summary.header, totals),
    '<div class="sign"><span>Approved by</span><span>Date</span><span>Signature</span></div>\n</section>\n',
  }
end

--- Returns the page up to the rows.
---@param summary extcontacts.fix.ReportSummary
---@return string
function page.before(summary)
  local drawn = chart.html(summary.tallies)
  return table.concat {
    head(summary),
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
    skipped_rows(summary.skipped, summary.skipped_count),
    '<section aria-labelledby="o"><h2 id="o">Where the plan comes from</h2>', facts.list(summary.header),
    "</section>\n", approval_section(summary), "</main>\n",
    "<footer><p>Applying the plan makes exactly these changes. By default it skips records that were changed in the ",
    "meantime and reports them as conflicts. The SHA-256 of the plan identifies it: another digest means another ",
    "plan.</p>",
    "<p>This page contains personal data. Store it with the plan and delete it with the plan.</p></footer>\n",
    document.tail(document_of(summary.header)),
  }
end

return page
