--- The rows of a plan's report: one group per change, one row per field with its
-- value before and after.  Pure.

local dependents = require "extcontacts.fix.dependents"
local diff = require "extcontacts.record.diff"
local html = require "extcontacts.fix.report.html"
local label = require "extcontacts.record.label"
local labels = require "extcontacts.fix.report.labels"
local value_html = require "extcontacts.fix.report.value_html"

local change_rows = {}

-- `is_filtered`: whether the filter by field finds the row.  It finds changed
-- fields, not those that are deleted with their record.
local function field_row(out, difference, is_filtered)
  local before, after = value_html.cells(difference.before, difference.after)
  out[#out + 1] = ('<tr><th scope="row"%s>%s</th><td class="before">%s</td><td class="after">%s</td></tr>\n'):format(
    is_filtered and (' data-path="%s"'):format(html.attribute(diff.name(difference.path))) or "",
    html.text(labels.field(difference.path)), before, after)
end

local function name_of(change)
  local name = label.of_change(change)
  return name or change.owner and ("of %s %s"):format(change.kind:match "^%a+", change.owner) or nil
end

-- The list of warnings, and their codes for the filter.
local function warnings_html(warnings)
  local items, codes = {}, {}
  for index, warning in ipairs(warnings or {}) do
    items[index] = ("<li>%s</li>"):format(html.text(warning.text))
    codes[index] = tostring(warning.code)
  end
  local list = #items > 0 and '<ul class="warnings">' .. table.concat(items) .. "</ul>" or ""
  return list, table.concat(codes, " ")
end

-- The list of values that are lost.
local function lost_html(lost)
  local items = {}
  for index, loss in ipairs(lost or {}) do
    items[index] = ("<li>%s of <code>%s</code> is lost: %s</li>"):format(html.text(labels.field(loss.path)),
      html.text(loss.id), html.text(diff.text(loss.value) or ""))
  end
  return #items > 0 and '<ul class="lost">' .. table.concat(items) .. "</ul>" or ""
end

local ERASED = "The record will be deleted permanently. A plan keeps no copy of a record that it erases, so its "
  .. "fields are not shown; the name is deleted when the plan has been applied."

--- Returns a change's group of rows.
---@param change extcontacts.fix.Change
---@return string
function change_rows.html(change)
  local warnings, codes = warnings_html(change.warnings)
  local name, kind = name_of(change), labels.kind(change.kind)
  local id = change.ids and table.concat(change.ids, ", ") or change.id
  local out = { ('<tbody id="c%d" data-op="%s" data-warnings="%s">\n'):format(change.n,
    html.attribute(change.kind .. "." .. change.op), html.attribute(codes)) }
  out[2] = ('<tr class="record"><th scope="rowgroup" colspan="3"><a class="number" href="#c%d">%s</a> '
    .. '<span class="op %s">%s %s</span> %s%s%s</th></tr>\n'):format(change.n, html.number(change.n),
    html.attribute(change.op), labels.verbs[change.op] or html.text(change.op), html.text(kind),
    name and '<span class="who">' .. html.text(name) .. "</span> " or "",
    id and "<code>" .. html.text(id) .. "</code>" or "", lost_html(change.lost) .. warnings)
  local is_delete = change.op == "delete"
  local differences = is_delete and diff.between(change.kind, change.before or {}, {}) or change.diff
  for _, difference in ipairs(differences or {}) do
    field_row(out, difference, not is_delete)
  end
  if change.dependents then
    out[#out + 1] = ('<tr><td colspan="3" class="note">Deleted or unlinked with it: %s</td></tr>\n'):format(
      html.text(dependents.describe(change.dependents.counts)))
  end
  if change.forgotten then
    out[#out + 1] = '<tr><td colspan="3" class="note">The person was forgotten: the plan has no data of this change.'
      .. "</td></tr>\n"
  end
  if change.op == "erase" then
    out[#out + 1] = '<tr><td colspan="3" class="note">' .. ERASED .. "</td></tr>\n"
  end
  out[#out + 1] = "</tbody>\n"
  return table.concat(out)
end

return change_rows
