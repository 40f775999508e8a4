--- Horizontal bars of several parts, as an SVG whose texts keep their size at any page
-- width.  Pure.

local html = require "extcontacts.fix.report.html"

local bars = {}

local ROW, BAR_TOP, BAR = 46, 24, 12 -- pixels

---@class extcontacts.fix.BarRow
---@field label string
---@field text string what stands at the end of the row, `1,204`
---@field parts { class: string, value: number }[] from the left; classes of the page's style

local function percent(part, whole)
  return ("%.3f%%"):format(100 * part / whole)
end

local function bar(out, row, index, most)
  local top, at = index * ROW, 0
  local function put(...)
    out[#out + 1] = table.concat { ... }
  end
  put('<text x="0" y="', top + 15, '">', html.text(row.label), "</text>")
  put('<text x="100%" y="', top + 15, '" text-anchor="end" class="count">', html.text(row.text), "</text>")
  put('<rect class="track" x="0" y="', top + BAR_TOP, '" width="100%" height="', BAR, '" rx="3"/>')
  for _, part in ipairs(row.parts) do
    if part.value > 0 then
      put('<rect class="', part.class, '" x="', percent(at, most), '" y="', top + BAR_TOP, '" width="',
        percent(part.value, most), '" height="', BAR, '"/>')
      at = at + part.value
    end
  end
end

--- Returns the chart.
---@param id string of the element, unique in the page
---@param title string
---@param rows extcontacts.fix.BarRow[]
---@param most number the value of a full bar
---@return string
function bars.svg(id, title, rows, most)
  local out, texts = { ('<svg class="chart" width="100%%" height="%d" role="img" aria-labelledby="%s-title %s-desc">'
    .. '<title id="%s-title">%s</title>'):format(#rows * ROW, id, id, id, html.text(title)) }, {}
  for index, row in ipairs(rows) do
    texts[index] = row.label .. " " .. row.text
  end
  out[2] = ('<desc id="%s-desc">%s</desc>'):format(id, html.text(table.concat(texts, ", ")))
  for index, row in ipairs(rows) do
    bar(out, row, index - 1, math.max(most, 1))
  end
  out[#out + 1] = "</svg>"
  return table.concat(out)
end

--- Returns the meaning of the parts' colours.
---@param entries { class: string, label: string, total: integer }[] those without a total are left out
---@return string
function bars.legend(entries)
  local out = {}
  for _, entry in ipairs(entries) do
    if entry.total > 0 then
      out[#out + 1] = ('<li><svg width="12" height="12" aria-hidden="true"><rect class="%s" width="12" height="12" '
        .. 'rx="3"/></svg> %s <b>%s</b></li>'):format(entry.class, entry.label, html.number(entry.total))
    end
  end
  return '<ul class="legend">' .. table.concat(out) .. "</ul>"
end

return bars
