--- The skipped records in a plan's report: the first rows of PLAN.skipped.csv.  Pure.

local html = require "extcontacts.fix.report.html"
local texts = require "extcontacts.base.text"

local COLUMNS = { { "reason", "Reason" }, { "name", "Name" }, { "values", "Values" }, { "row", "Row" }, { "id", "Id" } }

--- Returns the section; "" if nothing is skipped.
---@param rows table<string, string>[]
---@param total integer skipped records, with those that are not in `rows`
---@return string
return function(rows, total)
  if total == 0 then
    return ""
  end
  local out = { ('<section aria-labelledby="s"><h2 id="s">%s skipped %s</h2>'):format(html.number(total),
    texts.noun(total, "record")) }
  if #rows > 0 then
    out[#out + 1] = '<div class="scroll" tabindex="0" role="region" aria-label="Skipped records"><table class="plain">'
      .. "<thead><tr>"
    for _, column in ipairs(COLUMNS) do
      out[#out + 1] = ('<th scope="col">%s</th>'):format(column[2])
    end
    out[#out + 1] = "</tr></thead><tbody>"
  end
  for _, row in ipairs(rows) do
    out[#out + 1] = "<tr>"
    for _, column in ipairs(COLUMNS) do
      out[#out + 1] = ("<td>%s</td>"):format(html.text(row[column[1]] or ""))
    end
    out[#out + 1] = "</tr>\n"
  end
  out[#out + 1] = #rows > 0 and "</tbody></table></div>" or ""
  if #rows < total then
    out[#out + 1] = ('<p class="note">%s</p>'):format(#rows == 0 and "The list of the skipped records is missing."
      or ("The list beside the plan has %s more."):format(html.number(total - #rows)))
  end
  out[#out + 1] = "</section>\n"
  return table.concat(out)
end
