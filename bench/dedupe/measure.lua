-- How good clusters are: pairs, B³ and blocking, against the known truth.

local measure = {}

local function ratio(part, whole)
  return whole > 0 and part / whole or 1
end

--- The number of pairs of records of one person.
---@param person_of any[] by record
---@return integer
function measure.true_pairs(person_of)
  local sizes, count = {}, 0
  for _, person in ipairs(person_of) do
    sizes[person] = (sizes[person] or 0) + 1
    count = count + sizes[person] - 1
  end
  return count
end

--- Precision and recall of the pairs within clusters.
---@param clusters { members: integer[], decision: string }[]
---@param person_of any[]
---@param decisions table<string, boolean> the clusters that count
---@return { precision: number, recall: number, f1: number, right: integer, wrong: integer }
function measure.pairs(clusters, person_of, decisions)
  local seen, right, wrong = {}, 0, 0
  for _, cluster in ipairs(clusters) do
    local members = decisions[cluster.decision] and cluster.members or {}
    for i = 1, #members do
      for j = i + 1, #members do
        local key = members[i] .. "|" .. members[j]
        if not seen[key] and person_of[members[i]] == person_of[members[j]] then
          right = right + 1
        elseif not seen[key] then
          wrong = wrong + 1
        end
        seen[key] = true
      end
    end
  end
  local precision, recall = ratio(right, right + wrong), ratio(right, measure.true_pairs(person_of))
  return { precision = precision, recall = recall, f1 = ratio(2 * precision * recall, precision + recall),
    right = right, wrong = wrong }
end

--- B³: the mean over the records of the share of a record's cluster that is the same
-- person, and of the share of the person that is in the cluster.
---@param clusters { members: integer[], decision: string }[]
---@param person_of any[]
---@return { precision: number, recall: number, f1: number }
function measure.b_cubed(clusters, person_of)
  local sizes, precision, recall = {}, 0, 0
  for _, person in ipairs(person_of) do
    sizes[person] = (sizes[person] or 0) + 1
  end
  local clustered = {}
  for _, cluster in ipairs(clusters) do
    local members = cluster.decision == "merge" and cluster.members or {}
    for _, a in ipairs(members) do
      local same = 0
      clustered[a] = true
      for _, b in ipairs(members) do
        same = same + (person_of[a] == person_of[b] and 1 or 0)
      end
      precision, recall = precision + same / #members, recall + same / sizes[person_of[a]]
    end
  end
  for index, person in ipairs(person_of) do
    if not clustered[index] then
      precision, recall = precision + 1, recall + 1 / sizes[person]
    end
  end
  precision, recall = ratio(precision, #person_of), ratio(recall, #person_of)
  return { precision = precision, recall = recall, f1 = ratio(2 * precision * recall, precision + recall) }
end

--- Pairs completeness, the share of the true pairs that are candidates, and the
-- reduction ratio, the share of all pairs that are not.
---@param result extcontacts.dedupe.Result
---@param person_of any[]
---@return { completeness: number, reduction: number }
function measure.blocking(result, person_of)
  local found = 0
  result:each_candidate(function(a, b)
    found = found + (person_of[a] == person_of[b] and 1 or 0)
  end)
  return { completeness = ratio(found, measure.true_pairs(person_of)),
    reduction = 1 - ratio(result.candidates, #person_of * (#person_of - 1) / 2) }
end

return measure
