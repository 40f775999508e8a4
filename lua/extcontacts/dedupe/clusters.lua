--- Clusters: records that are one, and records that a person should compare.  Pure and
-- deterministic.
--
-- A link is not enough to join two clusters: no record of one may disagree with a
-- record of the other.  A chain A~B~C whose ends are two people never becomes one.

local clusters = {}

-- Records that may become one without a person's decision; the platform's limit for a
-- merge is 25 a call.
clusters.MOST_MERGED = 25

---@class extcontacts.dedupe.Edge
---@field a integer
---@field b integer
---@field pattern string
---@field verdict extcontacts.dedupe.Verdict

---@class extcontacts.dedupe.Cluster
---@field decision "merge"|"review"
---@field members integer[] in the order of the records
---@field probability number of its weakest link
---@field edges extcontacts.dedupe.Edge[] between its members
---@field reason string|nil why a person has to decide

-- The strongest first; those of one strength by the order of the ids, so that the order
-- in which records are read does not matter.
local function by_strength(rank_of)
  return function(x, y)
    if x.verdict.bits ~= y.verdict.bits then
      return x.verdict.bits > y.verdict.bits
    end
    local x_first, x_last, y_first, y_last = rank_of(x.a), rank_of(x.b), rank_of(y.a), rank_of(y.b)
    x_first, x_last = math.min(x_first, x_last), math.max(x_first, x_last)
    y_first, y_last = math.min(y_first, y_last), math.max(y_first, y_last)
    return x_first < y_first or x_first == y_first and x_last < y_last
  end
end

-- A partition of records, each of which is first a cluster of its own.
local function new_partition()
  local members = {} -- of a cluster, by each of its records
  local partition = {}
  function partition.of(index)
    members[index] = members[index] or { index }
    return members[index]
  end
  function partition.join(x, y)
    if #x < #y then
      x, y = y, x
    end
    for _, index in ipairs(y) do
      x[#x + 1] = index
      members[index] = x
    end
    return x
  end
  return partition
end

-- Whether all records of two clusters go together.
local function agree(x, y, may_join)
  for _, a in ipairs(x) do
    for _, b in ipairs(y) do
      if not may_join(a, b) then
        return false
      end
    end
  end
  return true
end

-- The clusters with more than one record, in the order of their first ones.
local function collect(partition, edges)
  local seen, out = {}, {}
  for _, edge in ipairs(edges) do
    local members = partition.of(edge.a)
    if #members > 1 and not seen[members] then
      seen[members] = true
      out[#out + 1] = members
    end
  end
  for _, members in ipairs(out) do
    table.sort(members)
  end
  return out
end

---@class extcontacts.dedupe.Linking
---@field rank_of fun(index: integer): integer a record's place in the order of the ids
---@field threshold number the probability from which a pair is merged
---@field may_merge fun(a: integer, b: integer): boolean whether two records may be in one merged cluster
---@field may_review fun(a: integer, b: integer): boolean whether a person may be asked about both together

--- Builds the clusters.
---@param edges extcontacts.dedupe.Edge[] pairs at or above the review threshold; sorted in place
---@param linking extcontacts.dedupe.Linking
---@return extcontacts.dedupe.Cluster[]
function clusters.build(edges, linking)
  table.sort(edges, by_strength(linking.rank_of))
  local merged, reviewed = new_partition(), {}
  local out, weakest = {}, {}
  for _, edge in ipairs(edges) do
    local x, y = merged.of(edge.a), merged.of(edge.b)
    local joins = edge.verdict.most == "merge" and edge.verdict.probability >= linking.threshold
    if x ~= y then
      if joins and agree(x, y, linking.may_merge) then
        local least = math.min(weakest[x] or 1, weakest[y] or 1, edge.verdict.probability)
        weakest[merged.join(x, y)] = least
      else
        reviewed[#reviewed + 1] = edge
      end
    end
  end
  for _, members in ipairs(collect(merged, edges)) do
    local is_small = #members <= clusters.MOST_MERGED
    out[#out + 1] = { decision = is_small and "merge" or "review", members = members, probability = weakest[members],
      reason = not is_small and "more than 25 records" or nil }
  end
  -- Clusters for review contain the merged ones whole: they are what would become one.
  local groups = new_partition()
  for _, cluster in ipairs(out) do
    for place = 2, #cluster.members do
      groups.join(groups.of(cluster.members[1]), groups.of(cluster.members[place]))
    end
  end
  local links, least = {}, {}
  for _, edge in ipairs(reviewed) do
    local x, y = groups.of(edge.a), groups.of(edge.b)
    if x == y then
      least[x] = math.min(least[x] or 1, edge.verdict.probability)
    elseif merged.of(edge.a) ~= merged.of(edge.b) then
      if agree(x, y, linking.may_review) then
        local value = math.min(least[x] or 1, least[y] or 1, edge.verdict.probability)
        least[groups.join(x, y)] = value
        links[#links + 1] = edge
      else
        local pair = { edge.a, edge.b }
        table.sort(pair)
        out[#out + 1] = { decision = "review", members = pair, probability = edge.verdict.probability,
          reason = edge.verdict.reason or "other records of the clusters disagree" }
      end
    end
  end
  for _, members in ipairs(collect(groups, links)) do
    out[#out + 1] = { decision = "review", members = members, probability = least[members] }
  end
  return out
end

return clusters
