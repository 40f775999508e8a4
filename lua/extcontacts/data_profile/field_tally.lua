--- What the values of one field are: how many, how many distinct ones, the longest,
-- examples, and which rules they break.  Its size is bounded.  Pure.

local blank = require "extcontacts.record.normalize.blank"
local core = require "extcontacts.core"
local distinct = require "extcontacts.data_profile.distinct"
local frequent = require "extcontacts.data_profile.frequent"
local texts = require "extcontacts.base.text"

local field_tally = {}

local null = core.json.null

-- Distinct values up to which their number is exact; beyond it, the error is at most 4.4 %
-- (95 %).  98 KB for a field with more.
local EXACT = 4096
-- Distinct values up to which each one is counted, and the bytes of such a value.
local MOST_COUNTED, LONGEST_COUNTED = 50, 80
local EXAMPLES, LONGEST_EXAMPLE = 3, 160

---@class extcontacts.data_profile.FieldTally
---@field name string
---@field node extcontacts.data_profile.Node|nil nil for a field that no model has
---@field filled integer
---@field null integer
---@field blank integer blank texts, empty lists and objects
---@field invalid table<string, integer> records, by the rule that they break
---@field longest integer characters
---@field longest_id string|nil of the record that has the longest value
---@field examples string[]
---@field counts table<string, integer>|nil by value; nil once there are too many
local FieldTally = {}
FieldTally.__index = FieldTally

--- Creates a tally.
---@param name string
---@param node extcontacts.data_profile.Node|nil
---@return extcontacts.data_profile.FieldTally
function field_tally.new(name, node)
  return setmetatable({ name = name, node = node, filled = 0, null = 0, blank = 0, invalid = {}, longest = 0,
    examples = {}, counts = {}, size = 0 }, FieldTally)
end

local function is_blank(value)
  if type(value) == "string" then
    return not value:find "^[!-~]" and blank.is(value)
  end
  return type(value) == "table" and next(value) == nil
end

-- A value as a text: JSON for a list or object.
local function text_of(value)
  if type(value) == "string" then
    return value
  elseif type(value) == "number" and value % 1 == 0 and math.abs(value) < 2 ^ 53 then
    return ("%d"):format(value)
  end
  return core.json.encode(value, { sort_keys = true }) or tostring(value)
end

local function is_example(examples, text)
  for _, other in ipairs(examples) do
    if other == text then
      return true
    end
  end
end

function FieldTally:add_example(text)
  local cut = texts.cut(text, LONGEST_EXAMPLE)
  if not is_example(self.examples, cut) then
    self.examples[#self.examples + 1] = cut
  end
end

-- Counts a value by itself, as long as there are few.
function FieldTally:count_value(text)
  local counts = self.counts
  if counts[text] then
    counts[text] = counts[text] + 1
  elseif self.size == MOST_COUNTED or #text > LONGEST_COUNTED then
    self.counts = nil
  else
    counts[text], self.size = 1, self.size + 1
  end
end

--- Counts a value.
---@param value any not absent
---@param id string|nil of its record
---@return boolean filled
function FieldTally:add(value, id)
  if value == null then
    self.null = self.null + 1
    return false
  elseif is_blank(value) then
    self.blank = self.blank + 1
    return false
  end
  self.filled = self.filled + 1
  local text = text_of(value)
  if #text > self.longest then
    local length = texts.length(text)
    if length > self.longest then
      self.longest, self.longest_id = length, id
    end
  end
  self.values = self.values or distinct.new(EXACT)
  self.values:add(text)
  if #self.examples < EXAMPLES then
    self:add_example(text)
  end
  if self.counts then
    self:count_value(text)
  end
  return true
end

--- Counts a record whose value breaks a rule.
---@param rule string
function FieldTally:add_invalid(rule)
  self.invalid[rule] = (self.invalid[rule] or 0) + 1
end

--- The distinct values.
---@return extcontacts.data_profile.Distinct
function FieldTally:distinct()
  return distinct.read(self.values or distinct.new(1))
end

--- The values with their counts, the most frequent first; nil if there are too many.
---@return { value: string, count: integer }[]|nil
function FieldTally:values_by_count()
  local list = self.counts and frequent.sorted(self.counts)
  return list and #list > 0 and list or nil
end

return field_tally
