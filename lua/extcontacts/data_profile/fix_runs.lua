--- Which ready-made fixes would help: each is tried on the records, with the options and
-- the condition of the command that plans exactly these changes.

local helpful_fixes = require "extcontacts.data_profile.helpful_fixes"
local phone_region = require "extcontacts.record.phone_region"
local shell = require "extcontacts.base.shell"
local suggest = require "extcontacts.base.suggest"

local fix_runs = {}

--- Days from now within which expiring contacts are counted.
fix_runs.DAYS = { 7, 14, 30, 60 }
-- Those of the fix that is suggested.
local SUGGESTED_DAYS = 14

---@class extcontacts.data_profile.FixRuns
local FixRuns = {}
FixRuns.__index = FixRuns

--- Prepares the fixes.
---@param kind "contact"|"organization"
---@param options { region: string|nil, where: string|nil, now: fun(): number }
---@return extcontacts.data_profile.FixRuns
function fix_runs.new(kind, options)
  local self = setmetatable({ kind = kind, options = options, runs = {}, expiring = {}, no_country = 0 },
    FixRuns)
  if kind == "contact" then
    self.tidy = self:load("tidy_names_emails", {})
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

-- Tries the fix for phone numbers, which starts a process to check them and is loaded for
-- the first number.  The contact's own country decides; the region is that of contacts
-- without one.
function FixRuns:try_phones(record)
  self.phones = self.phones or self:load("phones_e164", { address = "use", region = self.options.region })
  local is_changed = self.phones:try(self.kind, record)
  if not is_changed and not self.options.region and select(2, phone_region.country(record)) == "none" then
    self.no_country = self.no_country + 1
  end
end

--- Tries the fixes on a record.
---@param record table not changed
---@param has_open_phones boolean whether the server does not recognise one of its phone numbers
function FixRuns:add(record, has_open_phones)
  if self.kind ~= "contact" then
    return
  end
  self.tidy:try(self.kind, record)
  if has_open_phones then
    self:try_phones(record)
  end
  -- A contact that expires within 60 days may expire within fewer.
  for index = #self.expiring, 1, -1 do
    if not self.expiring[index]:try(self.kind, record) then
      break
    end
  end
end

--- The command that plans a fix.
---@param name string
---@param set table<string, any>
---@return string
function FixRuns:command(name, set)
  local words = { "extcontacts", "plan", name }
  for _, option in ipairs(suggest.keys(set)) do
    words[#words + 1] = "--set"
    words[#words + 1] = shell.word(option .. "=" .. tostring(set[option]))
  end
  if self.options.where then
    words[#words + 1] = "--where"
    words[#words + 1] = shell.word(self.options.where)
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
function FixRuns:entry(run, note)
  if run.records == 0 then
    return nil
  end
  local values = 0
  for _, count in pairs(run.skipped) do
    values = values + count
  end
  return { fix = run.name, records = run.records, exact = true, failed = run.failed > 0 and run.failed or nil,
    skipped = values, command = self:command(run.name, run.set), note = note }
end

-- The entry for phone numbers, with what it takes for granted.
function FixRuns:phone_entry()
  if not self.phones then
    return nil
  end
  local note = "numbers are read as the contact's own country dials them"
  for _, text in ipairs(self.phones.assumptions) do
    note = note .. "; " .. text
  end
  return self:entry(self.phones, note)
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
        out[#out + 1] = self:entry(self.expiring[index], "irreversible: promoted contacts stay curated; without "
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
