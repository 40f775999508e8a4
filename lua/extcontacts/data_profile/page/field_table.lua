--- The fields on a profile's page: one row each, with a bar of how many records have it.
-- Pure.

local html = require "extcontacts.fix.report.html"
local sentences = require "extcontacts.data_profile.sentences"
local texts = require "extcontacts.base.text"

local number = sentences.number

local function width(part, whole)
  return ("%.2f%%"):format(whole > 0 and 100 * part / whole or 0)
end

-- Filled, and of that invalid; then null and blank.
local function bar(field, records)
  local invalid = math.min(field.invalid_total, field.filled)
  local valid, empty = field.filled - invalid, field.null + field.blank
  local out = { '<svg width="100%" height="10" aria-hidden="true"><rect class="track" width="100%" height="10" ',
    'rx="3"/>' }
  local at = 0
  for _, part in ipairs { { "filled", valid }, { "invalid", invalid }, { "blank-bar", empty } } do
    if part[2] > 0 then
      out[#out + 1] = ('<rect class="%s" x="%s" width="%s" height="10"/>'):format(part[1], width(at, records),
        width(part[2], records))
      at = at + part[2]
    end
  end
  return table.concat(out) .. "</svg>"
end

local function share_cell(field, records)
  local notes = {}
  for _, name in ipairs { "null", "blank" } do
    notes[#notes + 1] = field[name] > 0 and name .. " " .. number(field[name]) or nil
  end
  return ('<td class="share" data-label="filled">%s%s%s</td>'):format(html.text(sentences.percent(field)),
    #notes > 0 and ' <span class="note">' .. table.concat(notes, ", ") .. "</span>" or "", bar(field, records))
end

local function distinct_cell(field)
  local text = number(field.distinct)
  if not field.distinct_exact then
    text = ("about %s ±%.1f %%"):format(text, 100 * field.distinct_error)
  end
  return '<td class="count" data-label="distinct">' .. text .. "</td>"
end

local function examples_cell(field)
  local out = {}
  for index, entry in ipairs(sentences.examples(field)) do
    out[index] = ("<span><bdi>%s</bdi>%s</span>"):format(html.text(entry.value),
      entry.count and ' <span class="note">' .. number(entry.count) .. "</span>" or "")
  end
  return '<td class="examples" data-label="examples">' .. table.concat(out, " ") .. "</td>"
end

local function problems_of(field, invalid)
  local out = {}
  for _, entry in ipairs(invalid) do
    if entry.field == field.field then
      out[#out + 1] = ('<span class="problem">%s %s</span>'):format(number(entry.count), html.text(entry.text))
    end
  end
  return table.concat(out)
end

local function row(field, records, invalid)
  local is = {}
  is[1] = field.invalid_total > 0 and "invalid" or nil
  is[#is + 1] = not field.known and "unknown" or nil
  local mark = field.known and "" or ' <span class="note">no field of the API</span>'
  return table.concat {
    '<tr data-is="', table.concat(is, " "), '"><th scope="row"><code>', html.text(field.field), "</code>", mark,
    problems_of(field, invalid), "</th>", share_cell(field, records), distinct_cell(field),
    '<td class="count" data-label="longest">', number(field.longest or 0), "</td>", examples_cell(field), "</tr>\n",
  }
end

local FILTERS = [[
<form id="filters" class="filters" role="search" autocomplete="off" hidden>
<div><label for="words">Search</label><input id="words" name="words" type="search"></div>
<div><label for="show">Show</label><select id="show" name="show"><option value="">all fields</option>
<option value="invalid">fields with invalid values</option>
<option value="unknown">fields that the API does not have</option></select></div>
<div><button type="reset">Clear filters</button></div></form>
<p id="status" class="status" role="status"></p>
]]

local LEGEND = '<ul class="legend"><li><svg width="12" height="12" aria-hidden="true"><rect class="filled" width="12" '
  .. 'height="12" rx="3"/></svg> filled</li><li><svg width="12" height="12" aria-hidden="true"><rect class="invalid" '
  .. 'width="12" height="12" rx="3"/></svg> invalid</li><li><svg width="12" height="12" aria-hidden="true">'
  .. '<rect class="blank-bar" width="12" height="12" rx="3"/></svg> null or blank</li></ul>\n'

--- Returns the section.
---@param profile extcontacts.data_profile.Profile
---@return string
return function(profile)
  local out = { '<section aria-labelledby="f"><h2 id="f" tabindex="-1">Fields</h2>\n', FILTERS, LEGEND,
    '<table class="plain fields" id="fields"><thead><tr><th scope="col">Field</th><th scope="col">Filled</th>'
    .. '<th scope="col">Distinct</th><th scope="col">Longest</th><th scope="col">Examples</th></tr></thead><tbody>\n' }
  local invalid = sentences.invalid(profile)
  local empty = {}
  for _, field in ipairs(profile.fields) do
    if field.filled + field.null + field.blank + field.invalid_total > 0 then
      out[#out + 1] = row(field, profile.records, invalid)
    else
      empty[#empty + 1] = "<code>" .. html.text(field.field) .. "</code>"
    end
  end
  out[#out + 1] = "</tbody></table>\n"
  if #empty > 0 then
    out[#out + 1] = ("<details><summary>%s never filled</summary><p>%s</p></details>\n"):format(
      texts.plural(#empty, "field"), table.concat(empty, ", "))
  end
  if profile.left_off > 0 then
    out[#out + 1] = ('<p class="note">%s values of further fields are not counted.</p>\n'):format(
      number(profile.left_off))
  end
  return table.concat(out) .. "</section>\n"
end
