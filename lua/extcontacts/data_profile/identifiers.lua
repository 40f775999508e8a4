--- Identifiers that several records share, in the forms in which `extcontacts duplicates`
-- compares them.  They show how many duplicates to expect; which records are duplicates
-- is for that command to decide.  Pure.

local dedupe_types = require "extcontacts.dedupe.types"
local distinct = require "extcontacts.data_profile.distinct"

local identifiers = {}

-- Identifiers of one kind up to which the counts are exact.  Beyond it, a part of them is
-- counted, 1.5 MB in any case.
local EXACT = 65536

-- The kinds of keys that are counted, by their letters in `dedupe`.  Two records with the
-- same name are often different people.
local LETTERS, NAMES = { "a", "d", "c", "j" }, "j"

---@class extcontacts.data_profile.Identifiers
local Identifiers = {}
Identifiers.__index = Identifiers

--- Creates an empty count.
---@param kind "contact"|"organization"
---@param region string|nil of phone numbers without a country code
---@return extcontacts.data_profile.Identifiers
function identifiers.new(kind, region)
  local self = { kind = kind, options = { region = region }, counters = {} }
  for _, letter in ipairs(LETTERS) do
    self.counters[letter] = distinct.new(EXACT)
  end
  return setmetatable(self, Identifiers)
end

--- Counts the identifiers of a record, each once.
---@param record table
function Identifiers:add(record)
  local _, keys = dedupe_types[self.kind].read(record, self.options)
  for index, key in ipairs(keys) do
    local counter = self.counters[key:sub(1, 1)]
    local is_new = counter ~= nil
    for earlier = 1, is_new and index - 1 or 0 do
      is_new = is_new and keys[earlier] ~= key
    end
    if is_new then
      counter:add(key)
    end
  end
end

--- The result.
---@return table[] one for each kind of identifier that occurs
function Identifiers:result()
  local list = {}
  for _, letter in ipairs(LETTERS) do
    local counts = distinct.read(self.counters[letter])
    if counts.values > 0 then
      list[#list + 1] = { identifier = dedupe_types[self.kind].key_names[letter], values = counts.values,
        shared = counts.repeated, occurrences = counts.occurrences, exact = counts.exact,
        error = counts.repeated_error, is_strong = letter ~= NAMES }
    end
  end
  return list
end

return identifiers
