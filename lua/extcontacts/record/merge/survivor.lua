--- Which of several duplicate records survives, and the order in which the others
-- complete it; and the order by which a merge on the server chooses values.  Pure.
--
-- The survivor is the record that comes first by these rules, each of which decides
-- when those before it do not:
--   type       curated, then identified, then ephemeral; organizations have no type
--   complete   the most filled fields; custom fields and parts of an address count each
--   oldest     the earliest creation date
--   id         the smallest id, so that the result does not depend on the order read

local core = require "extcontacts.core"
local models = require "extcontacts.api.models"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local survivor = {}

---@alias extcontacts.record.SurvivorRule "type"|"complete"|"oldest"|"id"

local null = core.json.null

-- A contact without a type is one of an API without types, where people made all.
local TYPE_ORDER = { Curated = 1, Identified = 3, Ephemeral = 4 }
local OTHER_TYPE = 2

-- Fields that say nothing about the person.
local UNCOUNTED = { schema = true, division = true, identifiers = true }
-- Objects whose parts are fields of their own.
local COUNTED_BY_PART = { address = true, customFields = true }

--- Whether a value says something: it is not null, blank or an empty object.
---@param value any
---@return boolean
function survivor.is_filled(value)
  if type(value) == "string" then
    return texts.trim(value) ~= ""
  elseif type(value) == "table" then
    return next(value) ~= nil
  end
  return value ~= nil and value ~= null
end

--- Counts the filled fields of a record that can be written.
---@param record table
---@param kind "contact"|"organization"|nil default `contact`
---@return integer
function survivor.filled(record, kind)
  local count = 0
  for _, field in ipairs(models[types.by_name[kind or "contact"].model].fields) do
    local name = field.wire
    if not (field.read_only or types.owned[name] or UNCOUNTED[name]) then
      local value = record[name]
      local is_parted = COUNTED_BY_PART[name] and type(value) == "table"
      for _, part in pairs(is_parted and value or { value }) do
        count = count + (survivor.is_filled(part) and 1 or 0)
      end
    end
  end
  return count
end

--- The place of a contact's type: curated contacts come first.
---@param record table
---@return integer
function survivor.type_rank(record)
  return TYPE_ORDER[record.type] or OTHER_TYPE
end

-- The facts about a record by which it is ordered; the smaller value comes first.
local function facts_of(record, kind)
  local created = type(record.createDate) == "string" and record.createDate or "9999"
  return {
    record = record,
    { "type", survivor.type_rank(record) },
    { "complete", -survivor.filled(record, kind) },
    { "oldest", created },
    { "id", tostring(record.id) },
  }
end

-- Whether one record comes before another, and the rule that decides.
local function compare(a, b)
  for index = 1, #a do
    local left, right = a[index][2], b[index][2]
    if left ~= right then
      return left < right, a[index][1]
    end
  end
  return false
end

--- Orders records: the survivor first, then the others in the order in which they
-- complete it.
---@param records table[] not changed
---@param kind "contact"|"organization"|nil default `contact`
---@return table[] ordered
---@return extcontacts.record.SurvivorRule|nil rule the one that put the survivor before the second
function survivor.order(records, kind)
  local list = {}
  for index, record in ipairs(records) do
    list[index] = facts_of(record, kind)
  end
  table.sort(list, function(a, b)
    return (compare(a, b))
  end)
  local rule = list[2] and select(2, compare(list[1], list[2])) or nil
  for index, facts in ipairs(list) do
    list[index] = facts.record
  end
  return list, rule
end

--- When a record was modified last; "" if it does not say so.
---@param record table
---@return string
function survivor.modified(record)
  return type(record.modifyDate) == "string" and record.modifyDate or ""
end

--- Orders contacts as a merge on the server does: the one modified last first.
---@param contacts table[] not changed
---@return table[] ordered
---@return integer latest how many were modified at the same, latest time: which of them counts is not known
function survivor.latest_first(contacts)
  local list, place = {}, {}
  for index, contact in ipairs(contacts) do
    list[index], place[contact] = contact, index
  end
  table.sort(list, function(a, b)
    if survivor.modified(a) ~= survivor.modified(b) then
      return survivor.modified(a) > survivor.modified(b)
    end
    return place[a] < place[b]
  end)
  local latest = 1
  while list[latest + 1] and survivor.modified(list[latest + 1]) == survivor.modified(list[1]) do
    latest = latest + 1
  end
  return list, latest
end

return survivor
