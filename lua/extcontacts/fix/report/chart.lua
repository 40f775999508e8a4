--- The chart of a plan's report: changes by field, as bars and as a table.  Pure.

local bars = require "extcontacts.fix.report.bars"
local html = require "extcontacts.fix.report.html"
local labels = require "extcontacts.fix.report.labels"
local texts = require "extcontacts.base.text"

local chart = {}

-- The first fields get a bar; the table has all of them.
local MOST_BARS = 20

local PARTS = { "set", "changed", "cleared" }

local function row_of(tally)
  local parts = {}
  for index, part in ipairs(PARTS) do
    parts[index] = { class = part, value = tally[part] }
  end
  return { label = tally.label, text = html.number(tally.count), parts = parts }
end

local function legend(tallies)
  local entries = {}
  for index, part in ipairs(PARTS) do
    local total = 0
    for _, tally in ipairs(tallies) do
      total = total + tally[part]
    end
    entries[index] = { class = part, label = labels.parts[part], total = total }
  end
  return bars.legend(entries)
end

local function as_table(tallies)
  local out = { '<details><summary>Show as a table</summary><div class="scroll" tabindex="0" role="region" '
    .. 'aria-label="Changes by field"><table class="plain"><thead><tr><th scope="col">Record</th>'
    .. '<th scope="col">Field</th><th scope="col">Set</th><th scope="col">Changed</th>'
    .. '<th scope="col">Cleared</th><th scope="col">Total</th></tr></thead><tbody>' }
  for _, tally in ipairs(tallies) do
    out[#out + 1] = ('<tr><td>%s</td><th scope="row"><code>%s</code></th><td>%s</td><td>%s</td><td>%s</td>'
      .. "<td>%s</td></tr>"):format(html.text(labels.kind(tally.kind)), html.text(tally.path),
      html.number(tally.set), html.number(tally.changed), html.number(tally.cleared),
      html.number(tally.count))
  end
  out[#out + 1] = "</tbody></table></div></details>"
  return table.concat(out)
end

--- Returns the chart; "" if no field changes.
---@param tallies extcontacts.fix.FieldTally[] the most frequent first
---@return string
function chart.html(tallies)
  if #tallies == 0 then
    return ""
  end
  local shown = math.min(#tallies, MOST_BARS)
  local rows = {}
  for index = 1, shown do
    rows[index] = row_of(tallies[index])
  end
  local out = { legend(tallies), bars.svg("chart", "Changes by field", rows, tallies[1].count) }
  if #tallies > shown then
    local more = #tallies - shown
    out[#out + 1] = ('<p class="note">The table has %s more %s.</p>'):format(html.number(more),
      texts.noun(more, "field"))
  end
  out[#out + 1] = as_table(tallies)
  return table.concat(out)
end

return chart
