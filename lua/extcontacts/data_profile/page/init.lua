--- A data profile as one HTML page.

local atomic_lines = require "extcontacts.base.atomic_lines"
local charts = require "extcontacts.data_profile.page.charts"
local document = require "extcontacts.fix.report.document"
local errors = require "extcontacts.base.errors"
local field_table = require "extcontacts.data_profile.page.field_table"
local html = require "extcontacts.fix.report.html"
local script = require "extcontacts.data_profile.page.script"
local sentences = require "extcontacts.data_profile.sentences"
local style = require "extcontacts.data_profile.page.style"
local texts = require "extcontacts.base.text"

local page = {}

local number = sentences.number

-- Fixes that are shown at once.
local FIRST_FIXES = 8

local function facts(profile)
  local out = {}
  local function fact(name, value)
    out[#out + 1] = value and ("<dt>%s</dt><dd>%s</dd>"):format(name, html.text(value)) or nil
  end
  fact("Source", profile.source)
  fact("Condition", profile.where)
  fact("Read at", (profile.created:gsub("T", " "):gsub("Z$", " UTC")))
  fact("Region of phone numbers", profile.phone_region)
  return '<dl class="facts">' .. table.concat(out) .. "</dl>\n"
end

local function tiles(profile)
  local used, invalid = 0, 0
  for _, field in ipairs(profile.fields) do
    used = used + (field.filled > 0 and 1 or 0)
    invalid = invalid + field.invalid_total
  end
  local out = {}
  local function tile(count, label)
    out[#out + 1] = ("<li><b>%s</b>%s</li>"):format(number(count), label)
  end
  tile(profile.records, texts.noun(profile.records, "record"))
  tile(used, texts.noun(used, "field") .. " filled")
  tile(invalid, texts.noun(invalid, "invalid value"))
  tile(profile.rejected.records, "rejected at the next update")
  tile(#profile.fixes, texts.noun(#profile.fixes, "fix", "fixes") .. " would help")
  return '<section aria-labelledby="s"><h2 id="s">Summary</h2><ul class="tiles">' .. table.concat(out)
    .. "</ul></section>\n"
end

local function notes(list)
  local out = {}
  for index, sentence in ipairs(list) do
    out[index] = '<p class="note">' .. html.text(sentence) .. "</p>\n"
  end
  return table.concat(out)
end

local TABLE = '<table class="plain fixes"><thead><tr><th scope="col">Fix</th><th scope="col">Records</th>'
  .. '<th scope="col">Plan it with</th></tr></thead><tbody>\n'

local function fix_row(entry)
  return ('<tr><th scope="row">%s</th><td class="count" data-label="records">%s</td><td>%s<code class="command">%s'
    .. "</code></td></tr>\n"):format(html.text(entry.fix),
    entry.records and (entry.exact and "" or "at most ") .. number(entry.records) or "–",
    html.text(sentences.fix_details(entry)), html.text(entry.command))
end

-- The rows from one to another as a table.
local function fix_table(entries, from, to)
  local out = {}
  for index = from, math.min(to, #entries) do
    out[#out + 1] = fix_row(entries[index])
  end
  return TABLE .. table.concat(out) .. "</tbody></table>\n"
end

local function fixes(profile)
  local list, out = profile.fixes, { '<section aria-labelledby="r"><h2 id="r">Ready-made fixes that would help</h2>\n' }
  if #list == 0 then
    out[2] = "<p>None of the ready-made fixes would change a record.</p>"
  else
    out[2] = fix_table(list, 1, FIRST_FIXES)
  end
  if #list > FIRST_FIXES then
    out[3] = ("<details><summary>%s more</summary>%s</details>\n"):format(number(#list - FIRST_FIXES),
      fix_table(list, FIRST_FIXES + 1, #list))
  end
  return table.concat(out) .. notes(sentences.fix_notes(profile)) .. "</section>\n"
end

local function list_section(id, title, list)
  if #list == 0 then
    return ""
  end
  local out = {}
  for index, sentence in ipairs(list) do
    out[index] = "<li>" .. html.text(sentence) .. "</li>"
  end
  return ('<section aria-labelledby="%s"><h2 id="%s">%s</h2><ul>'):format(id, id, title) .. table.concat(out)
    .. "</ul></section>\n"
end

--- Returns the page.
---@param profile extcontacts.data_profile.Profile
---@return string
function page.html(profile)
  local of = { title = sentences.heading(profile), style = style, script = script }
  return table.concat {
    document.head(of),
    '<a class="skip" href="#f">Skip to the fields</a>\n',
    '<header>\n<p class="eyebrow">Data profile · nothing has been changed</p>\n<h1>',
    html.text(number(profile.records) .. " " .. texts.noun(profile.records, profile.kind)), "</h1>\n",
    profile.sample and not profile.sample.complete and '<p class="verdict warn">'
      .. html.text(sentences.sampling(profile)[1]) .. "</p>\n" or "",
    facts(profile), "</header>\n<main>\n", tiles(profile),
    profile.sample and notes(sentences.sampling(profile)) or "",
    profile.records > 0 and fixes(profile) .. field_table(profile) .. charts.phones(profile.phones)
      .. charts.emails(profile.emails)
      .. list_section("d", "Shared identifiers: candidates for duplicates", sentences.shared(profile))
      .. list_section("j", "Rejected by the server at the next update", sentences.rejected(profile))
      .. charts.expiring(profile.expiring) or "<p>There are no records.</p>\n",
    "</main>\n<footer><p>This page contains personal data. Delete it when it is no longer needed.</p></footer>\n",
    document.tail(of),
  }
end

--- Writes the page; only its owner can read it.
---@param profile extcontacts.data_profile.Profile
---@param path string replaced when the page is complete
---@return true|nil
---@return extcontacts.Error|nil
function page.write(profile, path)
  local file, err = atomic_lines.write(path)
  if not file then
    return nil, err
  end
  local _, problem = errors.catch(function()
    assert(file:put(page.html(profile)))
    assert(file:finish())
  end)
  file:abandon()
  if problem then
    return nil, problem
  end
  return true
end

return page
