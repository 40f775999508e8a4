--- Weights of evidence (Fellegi and Sunter): how often each level occurs in random
-- pairs (u) and, by expectation maximization, in pairs of one person (m).  The account's
-- data moves a weight within the bounds of `levels`; small accounts keep the defaults.
-- Pure and deterministic.

local levels = require "extcontacts.dedupe.levels"
local suggest = require "extcontacts.base.suggest"

local weights = {}

-- Pairs that the default weights count as, against those of the account.
local DEFAULT_PAIRS = 200
local ITERATIONS = 20
-- Duplicate pairs per record that are expected at least and at most.
local FEWEST, MOST = 0.001, 3
-- Anchors find this share of the duplicates, about.
local ANCHOR_SHARE = 0.7

---@class extcontacts.dedupe.Weights
---@field fields extcontacts.dedupe.Field[]
---@field rules table
---@field prior number bits: the odds that two random records are one
---@field weights table<integer, table<integer, number>> by field and level
---@field known table<string, extcontacts.dedupe.Verdict> by pattern
local Weights = {}
Weights.__index = Weights

---@class extcontacts.dedupe.Verdict
---@field bits number odds that the pair is one, as a logarithm to base 2
---@field probability number
---@field most "merge"|"review"|"none" what it may become by the rules
---@field reason string|nil of `most`

local function log2(x)
  return math.log(x) / math.log(2)
end

local function probability_of(bits)
  return bits > 60 and 1 or bits < -60 and 0 or 1 / (1 + 2 ^ -bits)
end

--- What a pair is, by its pattern.
---@param pattern string
---@return extcontacts.dedupe.Verdict
function Weights:verdict(pattern)
  local verdict = self.known[pattern]
  if not verdict then
    local bits = self.prior
    for index = 1, #self.fields do
      bits = bits + self.weights[index][pattern:byte(index) - 48]
    end
    local most, reason = self.rules.most(levels.of(self.fields, pattern))
    verdict = { bits = bits, probability = probability_of(bits), most = most, reason = reason }
    self.known[pattern] = verdict
  end
  return verdict
end

local function total_of(counts)
  local total = 0
  for _, count in pairs(counts) do
    total = total + count
  end
  return total
end

-- The share of each level among patterns, by field; `share_of(pattern, count)` is what a
-- pattern counts.
local function level_counts(fields, counts, share_of)
  local out = {}
  for index = 1, #fields do
    out[index] = {}
  end
  for _, pattern in ipairs(suggest.keys(counts)) do
    local share = share_of(pattern, counts[pattern])
    for index = 1, share > 0 and #fields or 0 do
      local level = pattern:byte(index) - 48
      out[index][level] = (out[index][level] or 0) + share
    end
  end
  return out
end

-- The pairs of which a field says something.
local function known_of(counted, kinds)
  local known = 0
  for level, count in pairs(counted) do
    known = (kinds[level].least ~= 0 or kinds[level].most ~= 0) and known + count or known
  end
  return known
end

-- The weights by the share of each level in matches and in random pairs, both
-- smoothed towards the default.
local function estimate(self, matches, random)
  for index, field in ipairs(self.fields) do
    local kinds = levels.rows(field)
    local matched, drawn = known_of(matches[index], kinds), known_of(random[index], kinds)
    for level = 1, #kinds do
      local row = kinds[level]
      -- Half an occurrence stands for a level that was not seen.
      local u = ((random[index][level] or 0) + 0.5) / (drawn + 1)
      local m = ((matches[index][level] or 0) + 0.5) / (matched + 1)
      local seen = matched / (matched + DEFAULT_PAIRS)
      -- Random pairs that are too few to have shown the level say nothing about it.
      local weight = (random[index][level] or 0) > 0 and log2(m / u) or math.max(row.weight, log2(m / u))
      weight = seen * weight + (1 - seen) * row.weight
      self.weights[index][level] = math.max(row.least, math.min(row.most, weight))
    end
  end
end

--- Estimates the weights.
---@param fields extcontacts.dedupe.Field[]
---@param rules table `contact_rules`, `organization_rules`
---@param tally table<string, number> the patterns of the candidate pairs, and their counts
---@param sample table<string, number> those of random pairs
---@param records integer
---@return extcontacts.dedupe.Weights
function weights.estimate(fields, rules, tally, sample, records)
  local self = setmetatable({ fields = fields, rules = rules, prior = 0, weights = {}, known = {} }, Weights)
  local learnable, anchors = {}, 0
  for index, field in ipairs(fields) do
    self.weights[index] = { [0] = 0 }
    for level, row in ipairs(levels.rows(field)) do
      self.weights[index][level] = row.weight
    end
  end
  for pattern, count in pairs(tally) do
    local by_field = levels.of(fields, pattern)
    if rules.most(by_field) ~= "none" then
      learnable[pattern] = count
    end
    anchors = anchors + (rules.is_anchor(by_field) and count or 0)
  end
  local pairs_in_all = math.max(1, records * (records - 1) / 2)
  -- Anchors bound what the iterations may take for duplicates.
  local expected = math.max(records * FEWEST, math.min(records * MOST, anchors / ANCHOR_SHARE), 1)
  self.prior = log2(expected / pairs_in_all)
  self.expected, self.anchors = expected, anchors
  local random = level_counts(fields, sample, function(_, count)
    return count
  end)
  for _ = 1, anchors >= DEFAULT_PAIRS / 4 and total_of(sample) > 0 and ITERATIONS or 0 do
    self.known = {}
    local matches = level_counts(fields, learnable, function(pattern, count)
      return count * self:verdict(pattern).probability
    end)
    estimate(self, matches, random)
  end
  self.known = {}
  return self
end

return weights
