--- Finds duplicates: candidates from blocks of records with something in common,
-- compared field by field (csrc/ec_matcher.c), weighed by how rare it is to agree, and
-- grouped into clusters to merge or to review.  Nothing is changed.  The room owns what
-- two records have to have in common to be one.
--
-- Memory: about 300 bytes per record, and the pairs that are found.  The records
-- themselves are kept in a temporary file.

local clusters = require "extcontacts.dedupe.clusters"
local core = require "extcontacts.core"
local decisions = require "extcontacts.dedupe.decisions"
local errors = require "extcontacts.base.errors"
local given = require "extcontacts.dedupe.given"
local levels = require "extcontacts.dedupe.levels"
local never = require "extcontacts.dedupe.never"
local option_rules = require "extcontacts.base.options"
local reading = require "extcontacts.dedupe.reading"
local recheck = require "extcontacts.dedupe.recheck"
local resolve = require "extcontacts.dedupe.resolve"
local rules_file = require "extcontacts.dedupe.rules_file"
local spool = require "extcontacts.base.spool"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.dedupe.types"
local weights = require "extcontacts.dedupe.weights"

local dedupe = {}

-- Records of one block at most.
local CAP = 100
-- Random pairs at most, and the seed that makes them the same in every run.
local SAMPLE, SEED = 200000, 16
local THRESHOLD, REVIEW = 0.99, 0.4

---@class extcontacts.dedupe.Options
---@field kind "contact"|"organization"|nil default `contact`
---@field threshold number|nil probability from which a pair is merged; default 0.99
---@field review number|nil probability from which a pair is reviewed; default 0.4
---@field never extcontacts.dedupe.NeverList|nil pairs and records that are not duplicates
---@field region string|nil ISO 3166 in upper case, `DE`, of phone numbers without a country code
---@field birth_field string|nil name of the custom field with the date of birth
---@field block_size integer|nil records of one block at most; larger ones are skipped; default 100
---@field ignore string[]|nil names of fields that are not compared
---@field weights table<string, table<string, number>>|nil bits by field and level, instead of those that the account's
--- data gives
---@field group_of (fun(record: table): any)|nil the cluster in which others have found a record; only these clusters
--- are decided on, and nothing else is searched
---@field on_progress fun(step: "records"|"pairs", done: integer, total: integer|nil)|nil

local OPTIONS = {
  kind = { "string", choices = { "contact", "organization" } },
  threshold = { "number", least = 0, most = 1 },
  review = { "number", least = 0, most = 1 },
  never = { "table" },
  region = { "string" },
  birth_field = { "string" },
  block_size = { "number", least = 2, whole = true },
  ignore = { "table" },
  weights = { "table" },
  group_of = { "function" },
  on_progress = { "function" },
}

-- What is wrong with options that are right one by one.
local function conflict_of(options)
  local threshold, review = options.threshold or THRESHOLD, options.review or REVIEW
  if review > threshold then
    return ("review (%g) is above threshold (%g); pairs are reviewed below the threshold"):format(review, threshold)
  end
end

---@class extcontacts.dedupe.Result
---@field records integer
---@field repeated integer records that were read again, by their ids; the first of each counts
---@field candidates integer pairs that were compared
---@field skipped { kind: string, blocks: integer, records: integer }[] blocks that were too large
---@field clusters extcontacts.dedupe.Cluster[]
---@field edges extcontacts.dedupe.Edge[] all pairs from the review threshold on
---@field weights extcontacts.dedupe.Weights
local Result = {}
Result.__index = Result

--- A record by its number.
---@param index integer
---@return table
function Result:record(index)
  return self.spool:at(index)
end

--- Whether a pair is merged: both records are in one merged cluster.
---@param edge extcontacts.dedupe.Edge
---@return "merge"|"review"
function Result:decision(edge)
  if not self.merged_into then
    self.merged_into = {}
    for _, cluster in ipairs(self.clusters) do
      for _, index in ipairs(cluster.decision == "merge" and cluster.members or {}) do
        self.merged_into[index] = cluster
      end
    end
  end
  local cluster = self.merged_into[edge.a]
  return cluster ~= nil and cluster == self.merged_into[edge.b] and "merge" or "review"
end

--- Calls `visit(a, b)` for each pair that was compared.
---@param visit fun(a: integer, b: integer)
function Result:each_candidate(visit)
  for part = 1, core.matcher.PARTS do
    local found = self.matcher:pairs(part, {})
    for at = 1, #found, 3 do
      visit(found[at], found[at + 1])
    end
  end
end

--- Releases the temporary file and the memory.
function Result:close()
  self.spool:close()
  self.matcher:close()
end

local function skipped_of(blocks, records, key_names)
  local out = {}
  for _, letter in ipairs(suggest.keys(blocks)) do
    out[#out + 1] = { kind = key_names[letter], blocks = blocks[letter], records = records[letter] }
  end
  return out
end

-- The weights are estimated from some parts of the pairs, if there are many; the parts
-- are spread evenly over all.
local ALL_BELOW, EVERY_PART = 20000, 4

-- The patterns of the candidates, and their counts.
local function tally(self)
  local total, step = {}, self.records > ALL_BELOW and EVERY_PART or 1
  for part = 1, core.matcher.PARTS, step do
    for pattern, count in pairs(self.matcher:tally(part)) do
      total[pattern] = (total[pattern] or 0) + count * step
    end
  end
  return total
end

-- Adds the pairs of copies that share no block.
local function add_copies(self, is_passed)
  local missing = {}
  for _, pair in ipairs(self.copies) do
    missing[pair[1]] = pair[2]
  end
  for _, edge in ipairs(self.edges) do
    if missing[edge.a] == edge.b then
      missing[edge.a] = nil
    end
  end
  local copies = self.copies
  self.copies, self.last_with = nil, nil
  for _, pair in ipairs(copies) do
    local a, b = pair[1], pair[2]
    local pattern = missing[a] and self.matcher:compare(a, b)
    if pattern and not is_passed(pattern) and not self:is_never(a, b) then
      self.candidates = self.candidates + 1
      self.edges[#self.edges + 1] = { a = a, b = b, pattern = pattern, verdict = self.weights:verdict(pattern) }
    end
  end
end

-- The pairs that are merged or reviewed.
local function find_edges(self, counts, options)
  local passed, parts = {}, core.matcher.PARTS
  local review = options.review or REVIEW
  local function is_passed(pattern)
    local verdict = self.weights:verdict(pattern)
    return verdict.most == "none" or verdict.probability < review
  end
  for pattern in pairs(counts) do
    passed[pattern] = is_passed(pattern) or nil
  end
  for part = 1, parts do
    local found, visited = self.matcher:pairs(part, passed)
    self.candidates = self.candidates + visited
    for at = 1, #found, 3 do
      local a, b, pattern = found[at], found[at + 1], found[at + 2]
      if not is_passed(pattern) and not self:is_never(a, b) then
        self.edges[#self.edges + 1] = { a = a, b = b, pattern = pattern, verdict = self.weights:verdict(pattern) }
      end
    end
    if options.on_progress then
      options.on_progress("pairs", part, parts)
    end
  end
  add_copies(self, is_passed)
end

--- Whether a person has ruled out that two records are one.
---@param a integer
---@param b integer
---@return boolean
function Result:is_never(a, b)
  local list = self.never
  return list ~= nil and not list:is_empty() and list:has(self:record(a).id, self:record(b).id)
end

-- Records of a cluster of which all pairs are kept.
local ALL_PAIRS = 100

-- Adds to each cluster the pairs between its members; to a large one, those of
-- neighbours and those with the first one.
local function add_edges(self)
  for _, cluster in ipairs(self.clusters) do
    cluster.edges = {}
    local members = cluster.members
    for i = 1, #members do
      local last = (i == 1 or #members <= ALL_PAIRS) and #members or math.min(i + 1, #members)
      for j = i + 1, last do
        local pattern = self.matcher:compare(members[i], members[j])
        table.insert(cluster.edges, { a = members[i], b = members[j], pattern = pattern,
          verdict = self.weights:verdict(pattern) })
      end
    end
  end
end

local function run(self, next_record, options)
  reading.records(self, next_record, options)
  local blocks, in_blocks = self.matcher:finish(options.block_size or CAP)
  self.skipped = skipped_of(blocks, in_blocks, self.type.key_names)
  local counts = tally(self)
  self.weights = weights.estimate(self.fields, self.type.rules, counts,
    self.matcher:sample(math.min(SAMPLE, self.records * 50), SEED),
    self.records)
  if not self.groups then
    find_edges(self, counts, options)
  end
  local review = options.review or REVIEW
  local function verdict_of(a, b)
    return self.weights:verdict(self.matcher:compare(a, b))
  end
  local linking = {
    threshold = options.threshold or THRESHOLD,
    review = review,
    rank_of = function(index)
      return self.matcher:rank(index)
    end,
    may_merge = function(a, b)
      local verdict = verdict_of(a, b)
      return verdict.probability >= review and self.type.rules.may_share_cluster(verdict.most, verdict.reason)
        and not self:is_never(a, b)
    end,
    may_review = function(a, b)
      return verdict_of(a, b).most ~= "none" and not self:is_never(a, b)
    end,
    is_never = function(a, b)
      return self:is_never(a, b)
    end,
    verdict_of = function(a, b)
      local pattern = self.matcher:compare(a, b)
      return { a = a, b = b, pattern = pattern, verdict = self.weights:verdict(pattern) }
    end,
  }
  if self.groups then
    self.clusters, self.edges = given.decide(self.groups, linking)
    self.candidates = #self.edges
  else
    self.clusters = clusters.build(self.edges, linking)
  end
  add_edges(self)
end

--- Finds the duplicates among records.  Raises on misuse.
---@param next_record fun(): table|nil iterator over records with an id
---@param options extcontacts.dedupe.Options|nil
---@return extcontacts.dedupe.Result|nil
---@return extcontacts.Error|nil
function dedupe.find(next_record, options)
  options = options or {}
  local kind = options.kind or "contact"
  local misuse = option_rules.problem(options, OPTIONS) or conflict_of(options) or rules_file.problem(options, kind)
  if misuse then
    error(misuse, 2)
  end
  local fields = rules_file.fields(kind, options.weights)
  local self = setmetatable({ type = types[kind], fields = fields, records = 0, repeated = 0, candidates = 0,
    edges = {}, never = options.never, matcher = core.matcher.new(levels.kinds(fields)), spool = spool.new() }, Result)
  local ok, err = errors.catch(function()
    run(self, next_record, options)
    return true
  end)
  if not ok then
    self:close()
    return nil, err
  end
  return self
end

--- What becomes of the records of a cluster; see `dedupe.resolve`.
dedupe.resolve = resolve.records

--- Name of the never-merge list that belongs to an account.
dedupe.NEVER_FILE = never.FILE

--- Adds lists of ids to a never-merge list, which is created if it is missing; see `never.append`.
dedupe.rule_out = never.append

--- Reads the clusters and the decisions of a review; see `decisions.read`.
dedupe.read_decisions = decisions.read

--- Reads the file of `--rules`; see `rules_file.read`.
dedupe.read_rules = rules_file.read

--- Whether records still go together by the rules; see `recheck.problem`.
dedupe.recheck = recheck.problem

--- The thresholds that apply unless others are passed.
dedupe.defaults = { threshold = THRESHOLD, review = REVIEW }

dedupe.levels = levels.of

return dedupe
