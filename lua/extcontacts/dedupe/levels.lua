--- The levels of agreement of each kind of field, as csrc/ec_levels.c returns them:
-- their names, their words, and what they say about a pair.  A weight is the logarithm
-- to base 2 of how much more often the level occurs in pairs of one person than in
-- other pairs.  Data only.

local levels = {}

---@class extcontacts.dedupe.Field
---@field name string
---@field kind string of csrc/ec_levels.h
---@field levels string|nil its levels, if they are not those of the kind
---@field rows table<integer, extcontacts.dedupe.Level>|nil its own levels

---@class extcontacts.dedupe.Level
---@field name string
---@field words string|nil for people; nil if it says nothing for the pair
---@field weight number bits, without any data of the account
---@field least number the lowest weight that the account's data can give
---@field most number the highest

local function level(name, weight, least, most, words)
  return { name = name, weight = weight, least = least, most = most, words = words }
end

local UNKNOWN = level("unknown", 0, 0, 0)

--- The levels by kind of field, from 0.
---@type table<string, table<integer, extcontacts.dedupe.Level>>
levels.by_kind = {
  given = {
    level("same", 9, 7, 11, "same first name"),
    level("equivalent", 7, 5, 9, "equivalent first names"),
    level("initial", 2, 0, 3, "first name and its initial"),
    level("near", 6, 4, 8, "similar first names"),
    level("far", 2, 0, 3),
    level("different", -6, -9, -4),
    level("same_common", 6.5, 5, 8, "same first name"),
    level("swapped", 6, 5, 8, "first and last name swapped"),
    level("variant", 5, 4, 6, "forms of one first name"),
    level("nickname", 7, 5, 9, "first name and nickname"),
  },
  family = {
    level("same", 10, 8, 12, "same last name"),
    level("equivalent", 8, 6, 10, "equivalent last names"),
    level("shared_part", 5, 3, 6, "a last name in common"),
    level("near", 7, 5, 9, "similar last names"),
    level("far", 2, 0, 3),
    level("different", -5, -7, -3),
    level("same_common", 7, 5, 9, "same last name"),
    level("swapped", 6, 5, 8),
  },
  middle = {
    level("compatible", 1.5, 1, 3, "same middle name"),
    level("different", -3, -5, -2),
  },
  suffix = {
    level("same", 2, 2, 2, "same suffix"),
    level("one_sided", -1, -1, -1),
    level("different", -20, -20, -20),
  },
  emails = {
    level("same", 16, 13, 17, "same e-mail address"),
    level("same_household", 9, 7, 10, "same e-mail address, which other people have as well"),
    level("same_role", 4, 2, 5, "same shared mailbox"),
    level("near", 10, 8, 12, "similar e-mail addresses"),
    level("same_user", 6, 4, 8, "same e-mail user name"),
    level("different", -2, -3, -0.5),
    level("neither", 0, 0, 0),
  },
  phones = {
    level("same", 14, 12, 16, "same phone number"),
    level("same_household", 9, 7, 10, "same phone number of a home"),
    level("same_public", 3, 2, 4, "same phone number of many"),
    level("near", 7, 4, 8, "similar phone numbers"),
    level("different", -1, -2, 0),
    level("same_household_only", 5, 4, 6, "same phone number of a home or company"),
    level("same_work", 9, 7, 10, "same phone number at work"),
    level("neither", 0, 0, 0),
  },
  ids = {
    level("same", 18, 16, 18, "same external id"),
    level("different", -1, -1, 0),
  },
  date = {
    level("same", 13, 11, 14, "same date of birth"),
    level("near", 9, 7, 10, "similar dates of birth"),
    level("partly_same", 3, 2, 4, "dates of birth with two parts in common"),
    level("different", -6, -9, -4),
  },
  address = {
    level("same", 10, 8, 11, "same address"),
    level("near", 8, 6, 9, "similar addresses"),
    level("same_place", 2, 1, 3, "same place"),
    level("different", -1.5, -3, -0.5),
    level("other_unit", 2, 0, 2, "another unit of the same house"),
  },
  domains = {
    level("same", 12, 9, 13, "same website"),
    level("different", -1, -2, 0),
  },
  -- An organization's own name, where `title` is that of a contact's organization.
  organization_name = {
    level("same", 11, 9, 13, "same name"),
    level("near", 8, 6, 10, "similar names"),
    level("far", 4, 2, 6, "names with words in common"),
    level("different", -6, -8, -4),
  },
  title = {
    level("same", 5, 2, 8, "same organization"),
    level("near", 4, 2, 7, "similar organizations"),
    level("far", 1, 0, 3),
    level("different", -1, -2, 0),
  },
}

for _, list in pairs(levels.by_kind) do
  list[0] = UNKNOWN
end

--- The kinds of fields, for a matcher.
---@param fields extcontacts.dedupe.Field[]
---@return string[]
function levels.kinds(fields)
  local kinds = {}
  for index, field in ipairs(fields) do
    kinds[index] = field.kind
  end
  return kinds
end

--- The levels of a field.
---@param field extcontacts.dedupe.Field
---@return table<integer, extcontacts.dedupe.Level>
function levels.rows(field)
  return field.rows or levels.by_kind[field.levels or field.kind]
end

--- The levels of a pattern by the names of the fields.
---@param fields extcontacts.dedupe.Field[]
---@param pattern string
---@return table<string, extcontacts.dedupe.Level>
function levels.of(fields, pattern)
  local out = {}
  for index, field in ipairs(fields) do
    out[field.name] = levels.rows(field)[pattern:byte(index) - 48]
  end
  return out
end

return levels
