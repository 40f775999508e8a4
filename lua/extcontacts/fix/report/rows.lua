--- The rows of a plan's report: a group for each change, a row for each field
-- with its value before and after.  Pure.

local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local html = require "extcontacts.fix.report.html"
local texts = require "extcontacts.base.text"
local word_diff = require "extcontacts.fix.report.word_diff"

local rows = {}

local null = core.json.null

-- Of a text that is the same on both sides so many bytes are shown at each of
-- its ends, of a changed one so many in all.
local MOST_SAME, MOST_CHANGED = 160, 4000

rows.verbs = { update = "Change", create = "Create", delete = "Delete", erase = "Erase" }

--- `organization_note` → "organization note".
function rows.kind_name(kind)
  return (kind:gsub("_", " "))
end

local WORDS = { Email = "e-mail", Url = "URL", Id = "ID", Ids = "IDs", Sms = "SMS" }

-- A wire name in words: `workEmail` → "work e-mail".
local function in_words(name)
  local spaced = name:gsub("(%l)(%u)", "%1 %2")
  spaced = spaced:gsub("%a+", function(word)
    return WORDS[word] or (word:find "^%u%l*$" and word:lower()) or word
  end)
  return spaced
end

--- What people call the field at a path.
---@param path string[]
---@return string
function rows.label(path)
  local first = in_words(path[1]):gsub("^%l", string.upper)
  if path[1] == "customFields" and path[2] then
    return "Custom field " .. table.concat(path, ".", 2)
  elseif path[2] then
    local rest = {}
    for index = 2, #path do
      rest[#rest + 1] = in_words(path[index])
    end
    return first .. ": " .. table.concat(rest, ", ")
  end
  return first
end

local function present(value)
  return value ~= nil and value ~= null
end

-- A value as people read it.  Unlike `diff.text`, two phones that differ never
-- look alike.
local function value_text(value)
  if not present(value) then
    return nil
  elseif type(value) == "table" and (present(value.display) or present(value.e164)) then
    local out = present(value.display) and diff.text(value) or tostring(value.e164)
    if present(value.e164) and value.e164 ~= value.display then
      out = out .. " = " .. tostring(value.e164)
    end
    return out .. (value.acceptsSMS == true and ", accepts SMS" or "")
  elseif type(value) == "table" and type(value.id) == "string" and type(value.name) == "string" then
    return value.name .. " (" .. value.id .. ")"
  elseif type(value) == "table" and type(value.id) == "string" then
    return value.id
  end
  return diff.text(value)
end

-- The longest beginning or end of a text that has at most so many bytes and
-- does not cut a character.
local function beginning(text, size)
  while size > 0 and (text:byte(size + 1) or 0) >= 128 and text:byte(size + 1) < 192 do
    size = size - 1
  end
  return text:sub(1, size)
end

local function ending(text, size)
  local from = #text - size + 1
  while from <= #text and text:byte(from) >= 128 and text:byte(from) < 192 do
    from = from + 1
  end
  return text:sub(from)
end

local function omitted(text)
  local count = texts.length(text)
  return ('<span class="omitted">… %s characters …</span>'):format(html.number(count))
end

local function same_html(text)
  if #text <= 3 * MOST_SAME then
    return html.text(text)
  end
  local head, tail = beginning(text, MOST_SAME), ending(text, MOST_SAME)
  return html.text(head) .. omitted(text:sub(#head + 1, -#tail - 1)) .. html.text(tail)
end

local function changed_html(text, tag)
  local rest = ""
  if #text > MOST_CHANGED then
    local head = beginning(text, MOST_CHANGED)
    text, rest = head, omitted(text:sub(#head + 1))
  end
  return ("<%s>%s</%s>"):format(tag, html.text(text, true), tag) .. rest
end

local function side_html(pieces, tag)
  local out = {}
  for index, piece in ipairs(pieces) do
    out[index] = piece.changed and changed_html(piece.text, tag) or same_html(piece.text)
  end
  return table.concat(out)
end

local NONE = '<span class="none">%s</span>'

-- The two cells of a value.
local function cells(before, after)
  before, after = value_text(before), value_text(after)
  if before and after then
    if before == after then
      return html.text(before), html.text(after) .. ' <span class="none">(other details)</span>'
    end
    local left, right = word_diff.compare(before, after)
    return side_html(left, "del"), side_html(right, "ins")
  end
  return before and changed_html(before, "del") or NONE:format("nothing"),
    after and changed_html(after, "ins") or NONE:format("nothing")
end

-- The filter by field finds the rows that have a path: what changes, not what
-- goes with its record.
local function field_row(out, one, goes)
  local before, after = cells(one.before, one.after)
  out[#out + 1] = ('<tr><th scope="row"%s>%s</th><td class="before">%s</td><td class="after">%s</td></tr>\n'):format(
    goes and "" or (' data-path="%s"'):format(html.attribute(diff.name(one.path))),
    html.text(rows.label(one.path)), before, after)
end

local function joined(...)
  local parts = {}
  for index = 1, select("#", ...) do
    local part = select(index, ...)
    if type(part) == "string" and part:find "%S" then
      parts[#parts + 1] = part
    end
  end
  return #parts > 0 and table.concat(parts, " ") or nil
end

local function name_of(change)
  local record = change.before or change.after or {}
  if change.kind == "contact" then
    return joined(record.firstName, record.middleName, record.lastName)
  elseif change.kind == "organization" then
    return joined(record.name)
  elseif change.kind == "relationship" then
    return joined(record.relationship)
  end
  return change.owner and ("of %s %s"):format(change.kind:match "^%a+", change.owner) or nil
end

local function warnings_html(warnings)
  local out, codes = {}, {}
  for _, warning in ipairs(warnings or {}) do
    out[#out + 1] = ("<li>%s</li>"):format(html.text(warning.text))
    codes[#codes + 1] = tostring(warning.code)
  end
  return #out > 0 and '<ul class="warnings">' .. table.concat(out) .. "</ul>" or "", table.concat(codes, " ")
end

local ERASED = "The record would be deleted for good. A plan keeps no copy of what it erases, so its "
  .. "fields are not shown."

--- A change's group of rows.
---@param change extcontacts.fix.Change
---@return string
function rows.html(change)
  local warnings, codes = warnings_html(change.warnings)
  local name, kind = name_of(change), rows.kind_name(change.kind)
  local out = { ('<tbody id="c%d" data-op="%s" data-warnings="%s">\n'):format(change.n,
    html.attribute(change.kind .. "." .. change.op), html.attribute(codes)) }
  out[2] = ('<tr class="record"><th scope="rowgroup" colspan="3"><a class="number" href="#c%d">%s</a> '
    .. '<span class="op %s">%s %s</span> %s%s%s</th></tr>\n'):format(change.n, html.number(change.n),
    html.attribute(change.op), rows.verbs[change.op] or html.text(change.op), html.text(kind),
    name and '<span class="who">' .. html.text(name) .. "</span> " or "",
    change.id and "<code>" .. html.text(change.id) .. "</code>" or "", warnings)
  local differences, goes = change.diff, change.op == "delete"
  if goes then
    differences = diff.between(change.kind, change.before or {}, {})
  end
  for _, one in ipairs(differences or {}) do
    field_row(out, one, goes)
  end
  if change.op == "erase" then
    out[#out + 1] = '<tr><td colspan="3" class="note">' .. ERASED .. "</td></tr>\n"
  end
  out[#out + 1] = "</tbody>\n"
  return table.concat(out)
end

return rows
