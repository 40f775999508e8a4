--- The most frequent of many texts, counted in bounded memory (Misra and Gries).
-- Counts are exact while there are few texts; after that each may be too low by at most
-- `missed`, which is stated.  Pure.

local json = require "extcontacts.base.json"

local frequent = {}

--- Counts as a list, the most frequent first; equally frequent ones by their texts.
---@param counts table<string, integer>
---@param limit integer|nil entries at most
---@return { value: string, count: integer }[]
function frequent.sorted(counts, limit)
  local list = json.array {}
  for text, count in pairs(counts) do
    list[#list + 1] = { value = text, count = count }
  end
  table.sort(list, function(a, b)
    if a.count ~= b.count then
      return a.count > b.count
    end
    return a.value < b.value
  end)
  for index = #list, (limit or #list) + 1, -1 do
    list[index] = nil
  end
  return list
end

---@class extcontacts.data_profile.Frequent
---@field missed integer by how much a count may be too low; 0 if all are exact
local Frequent = {}
Frequent.__index = Frequent

--- Creates an empty count.
---@param most integer texts that are kept once there are too many; up to twice as many are counted
---@return extcontacts.data_profile.Frequent
function frequent.new(most)
  return setmetatable({ most = most, counts = {}, size = 0, missed = 0 }, Frequent)
end

-- Subtracts the median count from all, which drops about half of the texts.
local function prune(self)
  local list = {}
  for _, count in pairs(self.counts) do
    list[#list + 1] = count
  end
  table.sort(list)
  local median = list[#list - self.most]
  self.missed = self.missed + median
  self.size = 0
  for text, count in pairs(self.counts) do
    local rest = count > median and count - median or nil
    self.counts[text] = rest
    self.size = self.size + (rest and 1 or 0)
  end
end

--- Counts a text.
---@param text string
function Frequent:add(text)
  local count = self.counts[text]
  if not count then
    self.size = self.size + 1
  end
  self.counts[text] = (count or 0) + 1
  if self.size > 2 * self.most then
    prune(self)
  end
end

--- The most frequent texts.
---@param limit integer
---@return { value: string, count: integer }[]
function Frequent:top(limit)
  return frequent.sorted(self.counts, limit)
end

return frequent
