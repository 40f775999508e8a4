--- Data profiles: what contacts or organizations contain, before anybody decides what to
-- fix.  Not to be confused with the connection profiles of the configuration file.
--
-- This room owns what is counted, in bounded memory and with stated errors, and the page
-- that shows it.  What is valid belongs to `record`; what a fix would change, to the fix;
-- what is compared of duplicates, to `dedupe`.

local collector = require "extcontacts.data_profile.collector"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local option_rules = require "extcontacts.base.options"
local phone_regions = require "extcontacts.record.normalize.phone_regions"
local result = require "extcontacts.data_profile.result"
local sample = require "extcontacts.data_profile.sample"
local where = require "extcontacts.record.where"

local data_profile = {}

---@class extcontacts.data_profile.Options
---@field kind "contact"|"organization"|nil default `contact`
---@field client extcontacts.Client|nil reads the schemas of custom fields; without it they are not checked
---@field where string|nil condition on the records, see docs/where.md
---@field sample integer|nil records to read: the first ones, or with `total` a random choice
---@field total integer|nil records that there are, of those for which the condition holds
---@field phone_region string|nil ISO 3166, `DE`, of phone numbers of records without a country
---@field columns string[]|nil of a file: further fields, in whose order they are shown
---@field source string|nil where the records come from, for people
---@field now number|nil seconds since 1970; default: by the server's clock, or this one's
---@field on_record fun(records: integer)|nil

local OPTIONS = {
  kind = { "string", choices = { "contact", "organization" } },
  client = { "table" }, where = { "string" },
  sample = { "number", least = 1, whole = true }, total = { "number", least = 0, whole = true },
  phone_region = { "string" }, columns = { "table" }, source = { "string" }, now = { "number" },
  on_record = { "function" },
}

-- The records for which a condition holds.
local function selected(next_record, test)
  return not test and next_record or function()
    local record
    repeat
      record = next_record()
    until not record or test(record)
    return record
  end
end

local function read_all(of, next_record, options, condition)
  next_record = selected(next_record, condition and condition.test)
  if options.sample and options.total then
    next_record, of.sample = sample.random(next_record, options.sample, options.total)
  elseif options.sample then
    next_record, of.sample = sample.first(next_record, options.sample)
  end
  for record in next_record do
    of:add(record)
    if options.sample and of.records == math.floor(options.sample / 2) then
      of:mark_half()
    end
    if options.on_record then
      options.on_record(of.records)
    end
  end
end

local function collect(next_record, options, condition)
  local of = collector.new(options)
  local done, err = errors.catch(function()
    read_all(of, next_record, options, condition)
    return true
  end)
  of.fixes:close()
  if not done then
    error(err, 0)
  end
  return result.of(of, { source = options.source, where = options.where, phone_region = options.phone_region,
    created = dates.text(options.now) })
end

--- Profiles records.  If reading fails, there is no profile: none shows a part of the
-- records as if it were all.  Raises on misuse.
---@param next_record fun(): table|nil iterator over records; it raises error objects
---@param options extcontacts.data_profile.Options|nil
---@return extcontacts.data_profile.Profile|nil
---@return extcontacts.Error|nil
function data_profile.make(next_record, options)
  options = options or {}
  local misuse = option_rules.problem(options, OPTIONS)
    or options.phone_region and not phone_regions.by_name[options.phone_region]
    and ("unknown phone_region '%s'; use a country's two letters from ISO 3166, such as DE"):format(
      options.phone_region) or nil
  if misuse then
    error(misuse, 2)
  end
  local condition, err
  if options.where then
    condition, err = where.read(options.kind or "contact", options.where)
    if not condition then
      return nil, err
    end
  end
  return errors.catch(collect, next_record, options, condition)
end

--- Writes a profile as one HTML page without external resources.  The page contains
-- personal data and only its owner can read it.
---@param profile extcontacts.data_profile.Profile
---@param path string replaced when the page is complete
---@return true|nil
---@return extcontacts.Error|nil
function data_profile.write_html(profile, path)
  return require("extcontacts.data_profile.page").write(profile, path)
end

return data_profile
