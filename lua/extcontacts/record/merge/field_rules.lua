--- Which of several values a field keeps when duplicates become one record.  A value of a
-- curated contact comes before one of an identified contact, and ephemeral ones come
-- last: calls and chats create those.  Among values of one type, by field:
--   longest       given names, and the name of an organization: the most letters.  One that
--                 is the last name of the result comes last: the names were swapped
--   most recent   other fields: the value of the record modified last.  An older address
--                 comes first if it has all parts of the newer one, and more
--   any           opting out of surveys: true if one of the records says so
-- `combine` joins phone numbers, e-mail addresses, lists and custom fields.  Pure.

local name = require "extcontacts.record.normalize.name"
local survivor = require "extcontacts.record.merge.survivor"

local field_rules = {}

---@alias extcontacts.record.FieldRule "longest"|"most recent"|"any"

--- By field; `most recent` for the others.
---@type table<string, extcontacts.record.FieldRule>
field_rules.by_field = { firstName = "longest", middleName = "longest", name = "longest", surveyOptOut = "any" }

-- Characters of a name in the form in which names are compared.
local function length_of(value)
  return type(value) == "string" and select(2, name.key(value):gsub("[^\128-\191]", "")) or 0
end

local RANK = {
  longest = function(value)
    return -length_of(value)
  end,
  any = function(value)
    return value == true and 0 or 1
  end,
}

local function is_same_part(a, b)
  if type(a) == "string" and type(b) == "string" then
    return name.key(a) == name.key(b)
  end
  return a == b
end

-- Whether an address has all parts of another one, and more.
local function contains(longer, shorter)
  local more = 0
  for _, value in pairs(longer) do
    more = more + (survivor.is_filled(value) and 1 or 0)
  end
  for key, value in pairs(shorter) do
    if survivor.is_filled(value) then
      more = more - 1
      if not is_same_part(longer[key], value) then
        return false
      end
    end
  end
  return more > 0
end

-- Puts an address that contains the first one before it.
local function fullest_first(list)
  for index = 2, #list do
    local first, other = list[1].record.address, list[index].record.address
    if first and type(first) == "table" and type(other) == "table" and contains(other, first) then
      table.insert(list, 1, table.remove(list, index))
    end
  end
end

local GIVEN = { firstName = true, middleName = true }

-- By source: whether its given name is the last name of the result.
local function swapped(wire, sources)
  local kept
  for _, source in ipairs(field_rules.order("lastName", sources)) do
    kept = kept or survivor.is_filled(source.record.lastName) and source.record.lastName or nil
  end
  local is_swapped = {}
  for _, source in ipairs(sources) do
    is_swapped[source] = kept ~= nil and is_same_part(source.record[wire], kept)
  end
  return is_swapped
end

--- Orders the sources of a field: the one whose value it keeps comes first.
---@param wire string name of the field
---@param sources extcontacts.record.MergeSource[] the survivor first; not changed
---@return extcontacts.record.MergeSource[]
function field_rules.order(wire, sources)
  local rank = RANK[field_rules.by_field[wire]]
  local list, ranks, places = {}, {}, {}
  local is_swapped = GIVEN[wire] and swapped(wire, sources) or {}
  for index, source in ipairs(sources) do
    list[index], places[source] = source, index
    ranks[source] = rank and rank(source.record[wire]) or 0
  end
  table.sort(list, function(a, b)
    -- What the caller sets has no id, and comes first.
    if (a.id == nil) ~= (b.id == nil) then
      return a.id == nil
    elseif is_swapped[a] ~= is_swapped[b] then
      return is_swapped[b]
    end
    local left, right = survivor.type_rank(a.record), survivor.type_rank(b.record)
    if left ~= right then
      return left < right
    elseif ranks[a] ~= ranks[b] then
      return ranks[a] < ranks[b]
    end
    left, right = survivor.modified(a.record), survivor.modified(b.record)
    if left ~= right then
      return left > right
    end
    return places[a] < places[b]
  end)
  if wire == "address" then
    local filled = {}
    for _, source in ipairs(list) do
      filled[#filled + 1] = survivor.is_filled(source.record.address) and source or nil
    end
    fullest_first(filled)
    return filled
  end
  return list
end

return field_rules
