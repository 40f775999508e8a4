--- Clusters that others have found, such as the platform: each is to be merged if every
-- two of its records go together by our rules and weights, and for review otherwise.

local clusters = require "extcontacts.dedupe.clusters"

local given = {}

-- All pairs of a cluster, with verdicts.
local function pairs_of(members, verdict_of)
  local edges = {}
  for i = 1, #members do
    for j = i + 1, #members do
      edges[#edges + 1] = verdict_of(members[i], members[j])
    end
  end
  return edges
end

-- Those that our method would link.
local function links_of(edges, linking)
  local links = {}
  for _, edge in ipairs(edges) do
    if edge.verdict.most ~= "none" and edge.verdict.probability >= linking.review then
      links[#links + 1] = edge
    end
  end
  return links
end

local function weakest(edges)
  local least, reason = 1, nil
  for _, edge in ipairs(edges) do
    least = math.min(least, edge.verdict.most == "none" and 0 or edge.verdict.probability)
    reason = reason or edge.verdict.most ~= "merge" and edge.verdict.reason or nil
  end
  return least, reason
end

---@class extcontacts.dedupe.GivenLinking: extcontacts.dedupe.Linking
---@field review number the probability from which a pair is linked
---@field is_never fun(a: integer, b: integer): boolean
---@field verdict_of fun(a: integer, b: integer): extcontacts.dedupe.Edge

--- Decides on the clusters.
---@param groups integer[][] numbers of the records of each
---@param linking extcontacts.dedupe.GivenLinking
---@return extcontacts.dedupe.Cluster[]
---@return extcontacts.dedupe.Edge[] all pairs
function given.decide(groups, linking)
  local out, all = {}, {}
  for _, members in ipairs(groups) do
    table.sort(members)
    local edges, ruled_out = pairs_of(members, linking.verdict_of), 0
    for _, edge in ipairs(edges) do
      ruled_out = ruled_out + (linking.is_never(edge.a, edge.b) and 1 or 0)
      all[#all + 1] = edge
    end
    local found = clusters.build(links_of(edges, linking), linking)[1]
    if found and found.decision == "merge" and #found.members == #members then
      out[#out + 1] = found
    elseif ruled_out < #edges then
      local probability, reason = weakest(edges)
      out[#out + 1] = { decision = "review", members = members, probability = probability,
        reason = ruled_out > 0 and "a person has ruled out two of the records" or reason }
    end
  end
  return out, all
end

return given
