--- The sentences of a profile, for text and page.  Pure.

local html = require "extcontacts.fix.report.html"
local texts = require "extcontacts.base.text"

local sentences = {}

--- A whole number with thousands separators.
---@param value integer
---@return string
function sentences.number(value)
  return html.number(value)
end

local number = sentences.number

-- "about" for an estimate.
local function counted(value, exact)
  return (exact and "" or "about ") .. number(value)
end

local function with_noun(value, singular, plural)
  return number(value) .. " " .. texts.noun(value, singular, plural)
end

--- A share in percent; 0 and 100 mean none and all.
---@param share number
---@return string
function sentences.share(share)
  local value = 100 * share
  if share > 0 and value < 0.05 then
    return "< 0.1 %"
  elseif share < 1 and value >= 99.95 then
    return "> 99.9 %"
  end
  return ("%.1f %%"):format(value)
end

--- How many records have a field, in percent; in a sample with the error.
---@param field table
---@return string
function sentences.percent(field)
  local text = sentences.share(field.share)
  if field.interval then
    local error = math.max(field.interval[2] - field.share, field.share - field.interval[1])
    text = text .. (" ±%.1f"):format(100 * error)
  end
  return text
end

--- The heading.
---@param profile extcontacts.data_profile.Profile
---@return string
function sentences.heading(profile)
  local out = "Data profile of " .. with_noun(profile.records, profile.kind)
  if profile.source and profile.source ~= profile.kind .. "s" then
    out = out .. " of " .. profile.source
  end
  return out .. (profile.where and " where " .. profile.where or "")
end

--- What a sample means.
---@param profile extcontacts.data_profile.Profile
---@return string[]
function sentences.sampling(profile)
  local sample = profile.sample
  if not sample then
    return {}
  elseif sample.complete then
    return { "The sample has all records: there is no sampling error." }
  end
  local out = {}
  if sample.method == "random" then
    out[1] = ("A random sample of %s records. Shares are within ±%.1f percentage points, at 95 %% confidence."):format(
      number(sample.of), 100 * sample.error)
  else
    out[1] = ("The first records of the scan. If their order were random, shares would be within ±%.1f percentage "
      .. "points, at 95 %% confidence. It may not be: records that come later can differ in other ways."):format(
      100 * sample.error)
  end
  if #sample.differing > 0 then
    out[2] = "The two halves of the sample differ more than chance explains, so the error is larger than stated: "
      .. table.concat(sample.differing, ", ")
  end
  out[#out + 1] = "All counts are those of the sample."
  return out
end

local RULES = {
  spreadsheet = "damaged by a spreadsheet or a program, such as #N/A",
  phone = "not one readable phone number",
  type = "of another type than the field",
  date = "not a date with its time",
  required = "required, but missing or blank",
  length = "too many characters, or none",
  email = "not an e-mail address",
  entries = "too many entries",
  custom_field = "does not match the schema of the custom fields",
  schema = "schema of the custom fields missing or unknown",
}

--- What a rule says.
---@param rule string
---@return string
function sentences.rule(rule)
  return (RULES[rule] or rule) .. " (" .. rule .. ")"
end

-- Values with counts that are shown.
local SHOWN = 5

--- What a field's values look like: the most frequent ones with their counts if they occur
-- repeatedly, else some of them.
---@param field table
---@return { value: string, count: integer|nil }[]
function sentences.examples(field)
  local out, values = {}, field.values
  if values and values[1].count > 1 then
    for index = 1, math.min(#values, SHOWN) do
      out[index] = values[index]
    end
    return out
  end
  for index, example in ipairs(field.examples) do
    out[index] = { value = example }
  end
  return out
end

--- The fields with invalid values.
---@param profile extcontacts.data_profile.Profile
---@return { field: string, rule: string, count: integer, text: string }[] the most frequent first
function sentences.invalid(profile)
  local list = {}
  for _, field in ipairs(profile.fields) do
    for rule, count in pairs(field.invalid) do
      list[#list + 1] = { field = field.field, rule = rule, count = count, text = sentences.rule(rule) }
    end
  end
  table.sort(list, function(a, b)
    if a.count ~= b.count then
      return a.count > b.count
    end
    return a.field .. " " .. a.rule < b.field .. " " .. b.rule
  end)
  return list
end

--- The identifiers that records share.
---@param profile extcontacts.data_profile.Profile
---@return string[]
function sentences.shared(profile)
  local out = {}
  for index, entry in ipairs(profile.shared) do
    out[index] = ("%s: %s of %s different ones in more than one record, %s times in all%s"):format(entry.identifier,
      counted(entry.shared, entry.exact), counted(entry.values, entry.exact),
      counted(entry.occurrences, entry.exact), entry.error and (" (±%.1f %%)"):format(100 * entry.error) or "")
  end
  return out
end

--- What the server would reject.
---@param profile extcontacts.data_profile.Profile
---@return string[]
function sentences.rejected(profile)
  local rejected = profile.rejected
  local out = { ("%s, whatever else changes in them. An update replaces the whole record."):format(
    with_noun(rejected.records, "record")) }
  for _, entry in ipairs(rejected.rules) do
    out[#out + 1] = ("%s  %s: %s"):format(number(entry.records), entry.field, sentences.rule(entry.rule))
  end
  for _, entry in ipairs(rejected.unchecked) do
    out[#out + 1] = ("not checked in %s: %s"):format(with_noun(entry.count, "record"), entry.value)
  end
  return rejected.records == 0 and #out == 1 and { "none" } or out
end

--- When contacts expire.
---@param profile extcontacts.data_profile.Profile
---@return string[]
function sentences.expiring(profile)
  local out = {}
  if not profile.expiring then
    return out
  end
  for _, entry in ipairs(profile.expiring.within) do
    if entry.contacts > 0 then
      out[#out + 1] = ("within %d days: %s"):format(entry.days, with_noun(entry.contacts, "contact"))
    end
  end
  for _, entry in ipairs(profile.expiring.unknown) do
    out[#out + 1] = ("%s: %s"):format(with_noun(entry.count, "contact"), entry.value)
  end
  return #out > 0 and out or { "none within 60 days" }
end

--- What to know about the count of a fix.
---@param entry table
---@return string
function sentences.fix_details(entry)
  local parts = { entry.note }
  if entry.skipped > 0 then
    parts[#parts + 1] = "skips " .. with_noun(entry.skipped, "value")
  end
  if entry.failed then
    parts[#parts + 1] = "can't take " .. with_noun(entry.failed, "record")
  end
  return table.concat(parts, "; ")
end

--- A fix in one line.
---@param entry table
---@return string
function sentences.fix(entry)
  local parts, details = {}, sentences.fix_details(entry)
  parts[1] = entry.records and (entry.exact and "" or "at most ") .. with_noun(entry.records, "record") or nil
  parts[#parts + 1] = details ~= "" and details or nil
  return entry.fix .. ": " .. table.concat(parts, "; ")
end

--- What the counts of the fixes leave out.
---@param profile extcontacts.data_profile.Profile
---@return string[]
function sentences.fix_notes(profile)
  local out = {}
  local count = profile.phones_without_country or 0
  if count > 0 then
    out[1] = ("%s %s a phone number that the server does not recognise and no country; name one with --phone-region "
      .. "to count what phones_e164 would change"):format(with_noun(count, "contact"), texts.noun(count, "has", "have"))
  end
  if profile.source and profile.source ~= profile.kind .. "s" and #profile.fixes > 0 then
    out[#out + 1] = "The commands read the records of the account. The counts are those of this file."
  end
  return out
end

return sentences
