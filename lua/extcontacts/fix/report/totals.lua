--- The totals of a plan's report: changes, records, warnings and skipped records,
-- with the reasons.  Pure.

local html = require "extcontacts.fix.report.html"
local labels = require "extcontacts.fix.report.labels"
local texts = require "extcontacts.base.text"

local totals_html = {}

--- Returns the keys of counts, the most frequent first.
---@param counts table<string, integer>
---@return string[]
function totals_html.sorted(counts)
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
  for _, count in pairs(counts or {}) do
    total = total + count
  end
  return total
end

local function tiles(totals)
  local out = {}
  local function tile(count, label)
    out[#out + 1] = ("<li><b>%s</b>%s</li>"):format(html.number(count), label)
  end
  local records, warnings = totals.records or 0, sum(totals.warnings)
  tile(totals.changes, texts.noun(totals.changes, "change"))
  tile(records, texts.noun(records, "record") .. " read")
  tile(warnings, texts.noun(warnings, "warning"))
  tile(sum(totals.skipped), "skipped")
  return '<ul class="tiles">' .. table.concat(out) .. "</ul>"
end

local TABLE = '<h3>%s</h3><table class="plain"><thead><tr><th scope="col" class="count">Count</th>%s</tr></thead>'
  .. "<tbody>%s</tbody></table>"
local COLUMN = '<th scope="col">%s</th>'
local COUNT = '<td class="count">%s</td><th scope="row">%s</th>'

local function operations_table(totals, classes)
  local out = {}
  for _, key in ipairs(totals_html.sorted(totals.operations)) do
    local class = classes[key] or "reversible"
    local name, op = labels.operation(key)
    out[#out + 1] = "<tr>" .. COUNT:format(html.number(totals.operations[key]), html.text(name))
      .. ('<td><span class="tag %s">%s</span></td></tr>'):format(html.attribute(class),
        html.text(labels.undo[op] or class))
  end
  return #out > 0
    and TABLE:format("By operation", COLUMN:format "Operation" .. COLUMN:format "Undo", table.concat(out)) or ""
end

-- `names`: the texts for the keys of `counts`; default: the keys themselves.
local function counts_table(title, column, counts, names)
  local out = {}
  for _, key in ipairs(totals_html.sorted(counts or {})) do
    out[#out + 1] = "<tr>" .. COUNT:format(html.number(counts[key]), html.text(names and names[key] or key)) .. "</tr>"
  end
  return #out > 0 and TABLE:format(title, COLUMN:format(column), table.concat(out)) or ""
end

--- Returns the section.
---@param totals extcontacts.fix.Totals
---@param classes table<string, string> by operation
---@return string
function totals_html.section(totals, classes)
  return table.concat {
    '<section aria-labelledby="t"><h2 id="t">Summary</h2>', tiles(totals), operations_table(totals, classes),
    counts_table("Warnings", "Meaning", totals.warnings, labels.warnings),
    counts_table("Skipped", "Reason", totals.skipped), "</section>\n",
  }
end

return totals_html
