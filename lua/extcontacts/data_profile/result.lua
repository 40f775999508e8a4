--- The profile as data, from what was collected.  docs/data-profile.md documents it.  Pure.

local frequent = require "extcontacts.data_profile.frequent"
local json = require "extcontacts.base.json"
local samples = require "extcontacts.data_profile.sample"
local texts = require "extcontacts.base.text"

local result = {}

-- Values of a field with few distinct ones that are listed.
local MOST_VALUES = 10

---@class extcontacts.data_profile.Profile
---@field data_profile integer version of the shape
---@field kind "contact"|"organization"
---@field source string|nil
---@field where string|nil
---@field created string
---@field records integer
---@field sample extcontacts.data_profile.Sample|nil
---@field fields table[]
---@field left_off integer values of further fields
---@field phones table
---@field emails table|nil
---@field shared table[]
---@field rejected table
---@field expiring table|nil
---@field fixes table[]

local function interval_of(count, of)
  if not of.sample or of.sample.complete then
    return nil
  end
  local low, high = samples.interval(count, of.records, of.sample.of)
  return json.array { low, high }
end

local function total_of(counts)
  local total = 0
  for _, count in pairs(counts) do
    total = total + count
  end
  return total
end

local function field_of(tally, of)
  local values, node = tally:distinct(), tally.node
  local list = tally:values_by_count()
  for index = #(list or {}), MOST_VALUES + 1, -1 do
    list[index] = nil
  end
  return {
    field = tally.name, known = node ~= nil or tally.name:find "^customFields%." ~= nil,
    read_only = node and node.read_only or false,
    filled = tally.filled, null = tally.null, blank = tally.blank,
    absent = of.records - tally.filled - tally.null - tally.blank,
    share = of.records > 0 and tally.filled / of.records or 0, interval = interval_of(tally.filled, of),
    distinct = math.min(values.values, tally.filled), distinct_exact = values.exact, distinct_error = values.error,
    longest = tally.longest > 0 and tally.longest or nil, longest_id = tally.longest_id,
    examples = json.array(tally.examples), values = list and json.array(list) or nil,
    invalid = tally.invalid, invalid_total = total_of(tally.invalid),
  }
end

local function rejected_of(of)
  local rules = {}
  for index, entry in ipairs(frequent.sorted(of.rules)) do
    local rule, field = entry.value:match "^([^\t]*)\t(.*)$"
    rules[index] = { rule = rule, field = field, records = entry.count }
  end
  return { records = of.rejected, interval = interval_of(of.rejected, of), rules = json.array(rules),
    unchecked = json.array(frequent.sorted(of.unchecked)) }
end

-- Those whose schema has a newer version among the records.
local function older_schemas(of, entries)
  for id, versions in pairs(of.schemas) do
    local newest, records = 0, 0
    for version in pairs(versions) do
      newest = math.max(newest, version)
    end
    for version, count in pairs(versions) do
      records = records + (version < newest and count or 0)
    end
    if records > 0 then
      local set = { schema = id }
      if of.kind == "organization" then
        set.kind = "organization"
      end
      entries[#entries + 1] = { fix = "rename_custom_fields", records = records, exact = false, skipped = 0,
        command = of.fixes:command("rename_custom_fields", set),
        note = ("older versions of the schema than %d; the fix skips records that do not fit the new one"):format(
          newest) }
    end
  end
  return entries
end

-- What finds the duplicates, if records share more than a name.
local function duplicates_entry(of, shared)
  local parts = {}
  for _, entry in ipairs(shared) do
    if entry.shared > 0 and entry.is_strong then
      parts[#parts + 1] = texts.plural(entry.shared, "shared " .. entry.identifier,
        "shared " .. (entry.identifier:gsub("ss$", "sse") .. "s"))
    end
  end
  if #parts == 0 then
    return nil
  end
  return { fix = "merge_duplicates", exact = false, skipped = 0, command = of.fixes:duplicates_command(),
    note = table.concat(parts, ", ") .. "; the command finds which of the records are duplicates" }
end

-- The model's fields, then the columns of a file in their order, then others by name.
local function in_order(of)
  local list, others = {}, {}
  for index, tally in ipairs(of.order) do
    local target = index <= of.listed and list or others
    target[#target + 1] = tally
  end
  table.sort(others, function(a, b)
    return a.name < b.name
  end)
  for _, tally in ipairs(others) do
    list[#list + 1] = tally
  end
  return list
end

-- The fields whose two halves differ.
local function drift_of(of)
  local names = {}
  for _, tally in ipairs(of.half and of.order or {}) do
    if samples.differs(tally.filled_in_half or 0, tally.filled, of.half, of.records) then
      names[#names + 1] = tally.name
    end
  end
  return names
end

local function sample_of(of)
  local sample = of.sample
  if not sample then
    return nil
  end
  local low, high = samples.interval(math.floor(of.records / 2), of.records, sample.of)
  return { method = sample.method, size = sample.size, of = sample.of, complete = sample.complete,
    error = sample.complete and 0 or (high - low) / 2,
    differing = json.array(sample.complete and {} or drift_of(of)) }
end

--- The result of a collector.
---@param of extcontacts.data_profile.Collector
---@param header table source, where, created, phone_region
---@return extcontacts.data_profile.Profile
function result.of(of, header)
  local fields = {}
  for index, tally in ipairs(in_order(of)) do
    fields[index] = field_of(tally, of)
  end
  local shared, fixes = of.identifiers:result(), {}
  fixes[1] = duplicates_entry(of, shared)
  older_schemas(of, fixes)
  for _, entry in ipairs(of.fixes:result()) do
    fixes[#fixes + 1] = entry
  end
  local expiring, unknown = of.fixes:expiring_contacts()
  return {
    data_profile = 1, kind = of.kind, source = header.source, where = header.where, created = header.created,
    phone_region = header.phone_region, records = of.records, sample = sample_of(of),
    fields = json.array(fields), left_off = of.left_off,
    phones = of.phones:result(), emails = of.emails and of.emails:result() or nil,
    shared = json.array(shared), rejected = rejected_of(of),
    expiring = of.kind == "contact" and { within = json.array(expiring),
      unknown = json.array(frequent.sorted(unknown)) } or nil,
    fixes = json.array(fixes),
    phones_without_country = of.kind == "contact" and of.fixes.no_country or nil,
  }
end

return result
