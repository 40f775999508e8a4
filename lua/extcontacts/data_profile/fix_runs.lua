--- Which ready-made fixes would help: each is tried on the records, with the options and
-- the condition of the command that plans exactly these changes.

local blank = require "extcontacts.record.normalize.blank"
local frequent = require "extcontacts.data_profile.frequent"
local helpful_fixes = require "extcontacts.data_profile.helpful_fixes"
local shell = require "extcontacts.base.shell"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local fix_runs = {}

--- Days from now within which expiring contacts are counted.
fix_runs.DAYS = { 7, 14, 30, 60 }
-- Those of the fix that is suggested.
local SUGGESTED_DAYS = 14
-- The fix wants one, though the country of each contact decides.
local ANY_REGION = "US"

---@class extcontacts.data_profile.FixRuns
local FixRuns = {}
FixRuns.__index = FixRuns

--- Prepares the fixes.
---@param kind "contact"|"organization"
---@param options { region: string|nil, where: string|nil, now: fun(): number }
---@return extcontacts.data_profile.FixRuns
function fix_runs.new(kind, options)
  local self = setmetatable({ kind = kind, options = options, runs = {}, expiring = {}, no_country = 0,
    assumed = 0, countries = {} }, FixRuns)
  if kind == "contact" then
    self.tidy = self:load("tidy_names_emails", {})
    -- Without a region, only contacts with a country count, whose own country decides.
    self.phones = self:load("phones_e164", { address = "use", region = options.region or ANY_REGION })
    for index, days in ipairs(fix_runs.DAYS) do
      self.expiring[index] = self:load("keep_expiring", { days = days, how = "promote" })
    end
  end
  return self
end

function FixRuns:load(name, set)
  local run = helpful_fixes.new(name, set, self.options.now)
  self.runs[#self.runs + 1] = run
  return run
end

-- Tries the fix for phone numbers.
function FixRuns:try_phones(record, country)
  local text = type(record.address) == "table" and record.address.countryCode
  local has_country = type(text) == "string" and not blank.is(text)
  if country then
    self.countries[country] = (self.countries[country] or 0) + 1
  end
  if not has_country and not self.options.region then
    self.no_country = self.no_country + 1
  elseif self.phones:try(self.kind, record) and not has_country then
    self.assumed = self.assumed + 1
  end
end

--- Tries the fixes on a record.
---@param record table not changed
---@param country string|nil of its address
---@param has_open_phones boolean whether the server does not recognise one of its phone numbers
function FixRuns:add(record, country, has_open_phones)
  if self.kind ~= "contact" then
    return
  end
  self.tidy:try(self.kind, record)
  if has_open_phones then
    self:try_phones(record, country)
  end
  -- A contact that expires within 60 days may expire within fewer.
  for index = #self.expiring, 1, -1 do
    if not self.expiring[index]:try(self.kind, record) then
      break
    end
  end
end

-- Two conditions in one; either may be nil.
local function both(a, b)
  return a and b and ("(%s) and (%s)"):format(a, b) or a or b
end

-- The command that plans a fix.
function FixRuns:command(name, set, where)
  local words = { "extcontacts", "plan", name }
  for _, option in ipairs(suggest.keys(set)) do
    words[#words + 1] = "--set"
    words[#words + 1] = shell.word(option .. "=" .. tostring(set[option]))
  end
  where = both(self.options.where, where)
  if where then
    words[#words + 1] = "--where"
    words[#words + 1] = shell.word(where)
  end
  return table.concat(words, " ")
end

--- The command that finds the duplicates among all records.
---@return string
function FixRuns:duplicates_command()
  local words = "extcontacts duplicates" .. (self.kind == "organization" and " organizations" or "")
    .. " --html review.html"
  return words .. (self.options.where and " --where " .. shell.word(self.options.where) or "")
end

-- An entry of the result; nil if the fix would change nothing.
function FixRuns:entry(run, where, note)
  if run.records == 0 then
    return nil
  end
  local values = 0
  for _, count in pairs(run.skipped) do
    values = values + count
  end
  return { fix = run.name, records = run.records, exact = true, failed = run.failed > 0 and run.failed or nil,
    skipped = values, command = self:command(run.name, run.set, where), note = note }
end

-- The entry for phone numbers.
function FixRuns:phone_entry()
  local region, run = self.options.region, self.phones
  if region then
    return self:entry(run, nil, self.assumed > 0 and ("%s without a country, assumed to be in %s"):format(
      texts.plural(self.assumed, "contact"), region) or nil)
  end
  local first = frequent.sorted(self.countries, 1)[1]
  run.set.region = first and first.value or run.set.region
  return self:entry(run, "not empty(address.countryCode)", "contacts with a country, whose numbers are read as that "
    .. "country dials them")
end

--- The result: the fixes that would change something.
---@return table[]
function FixRuns:result()
  local out = {}
  if self.kind == "contact" then
    out[1] = self:entry(self.tidy)
    out[#out + 1] = self:phone_entry()
    for index, days in ipairs(fix_runs.DAYS) do
      if days == SUGGESTED_DAYS then
        out[#out + 1] = self:entry(self.expiring[index], nil, "irreversible: promoted contacts stay curated; without "
          .. "how=promote, the fix only lists them")
      end
    end
  end
  return out
end

--- Ends the fixes, which may have started something.
function FixRuns:close()
  for _, run in ipairs(self.runs) do
    run:close()
  end
end

--- The contacts that will probably expire, by days from now.
---@return { days: integer, contacts: integer }[] empty for organizations
---@return table<string, integer> unknown contacts whose date of expiry is not known, by reason
function FixRuns:expiring_contacts()
  local out = {}
  for index, run in ipairs(self.expiring) do
    out[index] = { days = fix_runs.DAYS[index], contacts = run.records }
  end
  local last = self.expiring[#self.expiring]
  return out, last and last.skipped or {}
end

return fix_runs
