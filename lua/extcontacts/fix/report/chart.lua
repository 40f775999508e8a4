--- The chart of a plan's report: changes by field, as an SVG whose texts keep
-- their size at any page width, and as a table.  Pure.

local html = require "extcontacts.fix.report.html"
local labels = require "extcontacts.fix.report.labels"
local texts = require "extcontacts.base.text"

local chart = {}

-- The first fields get a bar; the table has all of them.
local MOST_BARS = 20
local ROW, BAR_TOP, BAR = 46, 24, 12 -- pixels

local PARTS = { "set", "changed", "cleared" }

local function percent(part, whole)
  return ("%.3f%%"):format(100 * part / whole)
end

local function bar(out, tally, row, most)
  local top = row * ROW
  local at = 0
  local function put(...)
    out[#out + 1] = table.concat { ... }
  end
  put('<text x="0" y="', top + 15, '">', html.text(tally.label), "</text>")
  put('<text x="100%" y="', top + 15, '" text-anchor="end" class="count">', html.number(tally.count), "</text>")
  put('<rect class="track" x="0" y="', top + BAR_TOP, '" width="100%" height="', BAR, '" rx="3"/>')
  for _, part in ipairs(PARTS) do
    if tally[part] > 0 then
      put('<rect class="', part, '" x="', percent(at, most), '" y="', top + BAR_TOP, '" width="',
        percent(tally[part], most), '" height="', BAR, '"/>')
      at = at + tally[part]
    end
  end
end

local function legend(tallies)
  local out = {}
  for _, part in ipairs(PARTS) do
    local total = 0
    for _, tally in ipairs(tallies) do
      total = total + tally[part]
    end
    if total > 0 then
      out[#out + 1] = ('<li><svg width="12" height="12" aria-hidden="true"><rect class="%s" width="12" height="12" '
        .. 'rx="3"/></svg> %s <b>%s</b></li>'):format(part, labels.parts[part], html.number(total))
    end
  end
  return '<ul class="legend">' .. table.concat(out) .. "</ul>"
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
  local out = { legend(tallies), ('<svg class="chart" width="100%%" height="%d" role="img" aria-labelledby="'
    .. 'chart-title chart-desc"><title id="chart-title">Changes by field</title>'):format(shown * ROW) }
  local counts = {}
  for index = 1, shown do
    counts[index] = tallies[index].label .. " " .. html.number(tallies[index].count)
  end
  out[#out + 1] = '<desc id="chart-desc">' .. html.text(table.concat(counts, ", ")) .. "</desc>"
  for index = 1, shown do
    bar(out, tallies[index], index - 1, tallies[1].count)
  end
  out[#out + 1] = "</svg>"
  if #tallies > shown then
    local more = #tallies - shown
    out[#out + 1] = ('<p class="note">The table has %s more %s.</p>'):format(html.number(more),
      texts.noun(more, "field"))
  end
  out[#out + 1] = as_table(tallies)
  return table.concat(out)
end

return chart
