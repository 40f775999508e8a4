--- A data profile as text: one table per subject, for a terminal.

local printable = require "extcontacts.base.printable"
local sentences = require "extcontacts.data_profile.sentences"
local texts = require "extcontacts.base.text"

local data_profile_text = {}

-- Columns of a line, and of a field's name.
local WIDTH, NAME = 110, 32
-- Entries of a list; the JSON has more.
local LISTED = 12

local number, percent = sentences.number, sentences.percent

-- Characters, as far as a terminal shows one column for each.
local function padded(text, width)
  return text .. (" "):rep(width - texts.length(text))
end

local function right(text, width)
  return (" "):rep(width - texts.length(text)) .. text
end

-- A foreign text on one line.
local function short(text, width)
  local line = printable.line(text)
  if texts.length(line) <= width then
    return line
  end
  local cut, count = {}, 0
  for character in line:gmatch "[%z\1-\127\194-\244][\128-\191]*" do
    count = count + 1
    if count == width then
      break
    end
    cut[count] = character
  end
  return table.concat(cut) .. "…"
end

local Writer = {}
Writer.__index = Writer

function Writer:line(...)
  self.ctx:out((table.concat { ... }:gsub("%s+$", "")), "\n")
end

function Writer:title(...)
  self.ctx:out("\n", self.ctx:paint("stdout", "bold", table.concat { ... }), "\n")
end

-- How many of a list are not shown.
function Writer:more(count, noun, nouns)
  if count > 0 then
    self:line("  … ", texts.plural(count, "more " .. noun, "more " .. nouns), "; see --json or --html")
  end
end

local function examples_of(field, width)
  local parts = {}
  for index, entry in ipairs(sentences.examples(field)) do
    parts[index] = printable.line(entry.value) .. (entry.count and (" (%s)"):format(number(entry.count)) or "")
  end
  return short(table.concat(parts, ", "), width)
end

local function distinct_of(field)
  return (field.distinct_exact and "" or "about ") .. number(field.distinct)
end

local function is_used(field)
  return field.filled + field.null + field.blank > 0
end

-- The fields without a value; an object without any by its own name.
local function never_filled(profile)
  local used, known, names = {}, {}, {}
  for _, field in ipairs(profile.fields) do
    local first = field.field:match "^[^.]+"
    used[first] = used[first] or is_used(field)
  end
  for _, field in ipairs(profile.fields) do
    local first = field.field:match "^[^.]+"
    local name = used[first] and field.field or first
    if not is_used(field) and not known[name] then
      known[name] = true
      names[#names + 1] = printable.line(name)
    end
  end
  return names
end

-- Names after a label, on as many lines as it takes.
function Writer:wrapped(label, names)
  local line = label
  for index, name in ipairs(names) do
    local item = name .. (index < #names and ", " or "")
    if texts.length(line) + texts.length(item) > WIDTH then
      self:line(line)
      line = (" "):rep(#label)
    end
    line = line .. item
  end
  if #names > 0 then
    self:line(line)
  end
end

function Writer:fields(profile)
  self:title "Fields"
  local share = profile.sample and not profile.sample.complete and 15 or 9
  self:line("  ", padded("field", NAME), right("filled", share), right("distinct", 15), right("longest", 9), "  ",
    "examples (records)")
  for _, field in ipairs(profile.fields) do
    if is_used(field) then
      local line = "  " .. padded(short(field.field, NAME - 1), NAME) .. right(percent(field), share)
        .. right(distinct_of(field), 15) .. right(number(field.longest or 0), 9) .. "  "
      self:line(line, examples_of(field, WIDTH - texts.length(line)))
    end
  end
  self:wrapped("  never filled: ", never_filled(profile))
  if profile.left_off > 0 then
    self:line("  ", texts.plural(profile.left_off, "value"), " of further fields not counted")
  end
end

function Writer:invalid(profile)
  local list = sentences.invalid(profile)
  if #list > 0 then
    self:title "Invalid values"
    for index = 1, math.min(#list, LISTED) do
      local entry = list[index]
      self:line("  ", padded(short(entry.field, NAME - 1), NAME), right(number(entry.count), 9), "  ", entry.text)
    end
    self:more(#list - LISTED, "kind", "kinds")
  end
end

function Writer:phones(phones)
  if phones.total == 0 then
    return
  end
  self:title("Phone numbers: ", number(phones.total))
  local classes = { "recognised", "international", "national", "unreadable" }
  local function row(name, counts)
    local cells = {}
    for index, class in ipairs(classes) do
      cells[index] = right(type(counts[class]) == "number" and number(counts[class]) or counts[class], 15)
    end
    self:line("  ", padded(name, 12), table.concat(cells))
  end
  row("country", { recognised = "recognised", international = "international", national = "national",
    unreadable = "unreadable" })
  row("all", phones)
  for index = 1, math.min(#phones.by_country, LISTED) do
    row(phones.by_country[index].country, phones.by_country[index])
  end
  self:more(#phones.by_country - LISTED, "country", "countries")
  for index = 1, math.min(#phones.reasons, 5) do
    self:line("  unreadable: ", right(number(phones.reasons[index].count), 9), "  ", phones.reasons[index].value)
  end
end

function Writer:emails(emails)
  if not emails or emails.total == 0 then
    return
  end
  self:title("E-mail addresses: ", number(emails.total), ", unreadable: ", number(emails.unreadable))
  local shown = 0
  for index = 1, math.min(#emails.domains, LISTED) do
    local entry = emails.domains[index]
    shown = shown + entry.count
    self:line("  ", padded(short(entry.value, NAME - 1), NAME), right(number(entry.count), 9))
  end
  local others = emails.total - emails.unreadable - shown
  if others > 0 then
    self:line("  ", padded("other domains", NAME), right(number(others), 9))
  end
end

function Writer:list(title, list)
  if #list > 0 then
    self:title(title)
    for _, sentence in ipairs(list) do
      self:line("  ", printable.line(sentence))
    end
  end
end

function Writer:fixes(profile)
  self:title "Ready-made fixes that would help"
  for index = 1, math.min(#profile.fixes, LISTED) do
    local entry = profile.fixes[index]
    self:line("  ", sentences.fix(entry))
    self:line("    ", entry.command)
  end
  self:more(#profile.fixes - LISTED, "fix", "fixes")
  if #profile.fixes == 0 then
    self:line "  none"
  end
  for _, sentence in ipairs(sentences.fix_notes(profile)) do
    self:line("  ", sentence)
  end
end

--- Writes a profile on standard output.
---@param ctx table
---@param profile extcontacts.data_profile.Profile
function data_profile_text.write(ctx, profile)
  local self = setmetatable({ ctx = ctx }, Writer)
  ctx:out(ctx:paint("stdout", "bold", sentences.heading(profile)), "\n")
  for _, sentence in ipairs(sentences.sampling(profile)) do
    self:line(sentence)
  end
  if profile.records == 0 then
    return
  end
  self:fields(profile)
  self:invalid(profile)
  self:phones(profile.phones)
  self:emails(profile.emails)
  self:list("Shared identifiers (candidates for duplicates)", sentences.shared(profile))
  self:list("Rejected by the server at the next update", sentences.rejected(profile))
  self:list("Expiring contacts (estimate from modifyDate)", sentences.expiring(profile))
  self:fixes(profile)
end

return data_profile_text
