--- The charts of a profile's page: phone numbers by country, e-mail domains, and when
-- contacts expire.  Each has its numbers as a table, too.  Pure.

local bars = require "extcontacts.fix.report.bars"
local html = require "extcontacts.fix.report.html"
local phones = require "extcontacts.data_profile.phones"
local sentences = require "extcontacts.data_profile.sentences"

local charts = {}

-- Bars of one chart.
local MOST = 20

local number = sentences.number

local MEANINGS = {
  recognised = "recognised by the server", international = "with a country code, not recognised",
  national = "no country code", unreadable = "unreadable",
}

local function section(id, title, ...)
  return ('<section aria-labelledby="%s"><h2 id="%s">%s</h2>\n'):format(id, id, title) .. table.concat { ... }
    .. "</section>\n"
end

-- A table that opens on request.
local function as_table(name, columns, rows)
  local out = { '<details><summary>Show as a table</summary><div class="scroll" tabindex="0" role="region" ',
    'aria-label="', html.attribute(name), '"><table class="plain"><thead><tr>' }
  for _, column in ipairs(columns) do
    out[#out + 1] = '<th scope="col">' .. column .. "</th>"
  end
  out[#out + 1] = "</tr></thead><tbody>"
  for _, row in ipairs(rows) do
    out[#out + 1] = '<tr><th scope="row">' .. html.text(row[1]) .. "</th>"
    for index = 2, #row do
      out[#out + 1] = '<td class="count">' .. number(row[index]) .. "</td>"
    end
    out[#out + 1] = "</tr>\n"
  end
  return table.concat(out) .. "</tbody></table></div></details>\n"
end

local function more(list)
  return #list > MOST and ('<p class="note">The table has %s more.</p>\n'):format(number(#list - MOST)) or ""
end

local function phone_rows(list, name)
  local rows, cells = {}, {}
  for index, entry in ipairs(list) do
    local parts, row = {}, { entry[name] }
    for at, class in ipairs(phones.classes) do
      parts[at], row[at + 1] = { class = class, value = entry[class] }, entry[class]
    end
    row[#row + 1] = entry.total
    rows[index], cells[index] = { label = entry[name], text = number(entry.total), parts = parts }, row
  end
  return rows, cells
end

local function first(rows)
  local out = {}
  for index = 1, math.min(#rows, MOST) do
    out[index] = rows[index]
  end
  return out
end

--- Phone numbers; "" without one.
---@param found table
---@return string
function charts.phones(found)
  if found.total == 0 then
    return ""
  end
  local entries, columns = {}, { "Country" }
  for index, class in ipairs(phones.classes) do
    entries[index] = { class = class, label = MEANINGS[class], total = found[class] }
    columns[index + 1] = class:gsub("^%l", string.upper)
  end
  columns[#columns + 1] = "Total"
  local rows, cells = phone_rows(found.by_country, "country")
  local field_rows, field_cells = phone_rows(found.by_field, "field")
  local reasons = {}
  for index, entry in ipairs(found.reasons) do
    reasons[index] = ("<li>%s: %s</li>"):format(html.text(entry.value), number(entry.count))
  end
  return section("p", "Phone numbers by country", bars.legend(entries),
    bars.svg("phones", "Phone numbers by country", first(rows), found.by_country[1].total), more(rows),
    as_table("Phone numbers by country", columns, cells), "<h3>By field</h3>",
    bars.svg("phone-fields", "Phone numbers by field", field_rows, found.by_field[1].total),
    as_table("Phone numbers by field", { "Field", columns[2], columns[3], columns[4], columns[5], "Total" },
      field_cells),
    #reasons > 0 and "<h3>Why numbers are unreadable</h3><ul>" .. table.concat(reasons) .. "</ul>" or "")
end

-- One bar for each count.
local function counts_chart(id, title, list, label_of, count_of)
  local rows, cells, most = {}, {}, 0
  for index, entry in ipairs(list) do
    local label, count = label_of(entry), count_of(entry)
    most = math.max(most, count)
    rows[index] = { label = label, text = number(count), parts = { { class = "count-bar", value = count } } }
    cells[index] = { label, count }
  end
  return bars.svg(id, title, first(rows), most), cells, more(rows)
end

--- E-mail domains; "" without an address.
---@param found table|nil
---@return string
function charts.emails(found)
  if not found or found.total == 0 then
    return ""
  end
  local chart, cells, rest = counts_chart("domains", "E-mail addresses by domain", found.domains, function(entry)
    return entry.value
  end, function(entry)
    return entry.count
  end)
  local note = ("%s addresses, %s of them unreadable, %s of other domains."):format(number(found.total),
    number(found.unreadable), number(found.other_domains))
  if found.missed > 0 then
    note = note .. (" Each count may be too low by up to %s."):format(number(found.missed))
  end
  return section("e", "E-mail addresses by domain", '<p class="note">', note, "</p>", chart, rest,
    as_table("E-mail addresses by domain", { "Domain", "Addresses" }, cells))
end

--- When contacts expire; "" for organizations.
---@param found table|nil
---@return string
function charts.expiring(found)
  if not found or found.within[#found.within].contacts == 0 then
    return ""
  end
  local chart, cells = counts_chart("expiring", "Contacts that expire", found.within, function(entry)
    return ("within %d days"):format(entry.days)
  end, function(entry)
    return entry.contacts
  end)
  return section("x", "Contacts that expire", '<p class="note">An estimate from modifyDate: the API does not report '
    .. "the last interaction.</p>", chart, as_table("Contacts that expire", { "Days", "Contacts" }, cells))
end

return charts
