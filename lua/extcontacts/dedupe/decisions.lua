--- The result of a review: the clusters of clusters.csv that are to become one record
-- each, by their own decision or by a person's, and everything that is not, with the
-- reason.  Pure but for reading the two files.

local checked_rows = require "extcontacts.dedupe.checked_rows"
local errors = require "extcontacts.base.errors"
local letters = require "extcontacts.base.letters"

local decisions = {}

---@class extcontacts.dedupe.Reviewed
---@field number string of the cluster
---@field line integer of its first row
---@field ids string[] sorted
---@field decision "merge"|"review"|"skip"|"never"
---@field survivor string|nil id
---@field is_decided boolean|nil a person has decided

---@class extcontacts.dedupe.LeftOut
---@field line integer row of clusters.csv, or of the decisions
---@field reason string
---@field detail string the ids

---@class extcontacts.dedupe.Review
---@field kind "contact"|"organization"
---@field planned extcontacts.dedupe.Reviewed[] those that a person has decided first
---@field never string[][] ids that are no duplicates of each other
---@field left_out extcontacts.dedupe.LeftOut[]

--- Reasons for leaving a cluster or a row out.
decisions.OPEN = "cluster for review, not decided"
decisions.SKIPPED = "cluster skipped by a person's decision"
decisions.NEVER = "not duplicates, by a person's decision"
decisions.VOID = "void decision: no cluster has exactly these ids; decide again"
decisions.CONTAINED = "part of a larger cluster that a person has decided to merge"

local DECISIONS = { "merge", "skip", "never" }
local CLUSTER_DECISIONS = { "merge", "review", "skip", "never" }
-- A person may mark the survivor in another way.
local YES = { yes = true, ["true"] = true, ["1"] = true, x = true }
local NO = { no = true, ["false"] = true, ["0"] = true, [""] = true }

-- Columns by which the type of the records shows.
local TYPICAL = {
  contact = { "lastname", "firstname", "workemail" },
  organization = { "name", "websites", "industry" },
}

local function kind_of(rows)
  local has = {}
  for _, name in ipairs(rows.header) do
    has[letters.lower(name)] = true
  end
  for _, kind in ipairs { "contact", "organization" } do
    for _, column in ipairs(TYPICAL[kind]) do
      if has[column] then
        return kind
      end
    end
  end
  errors.raise_invalid(("%s: the columns do not show whether the records are contacts or organizations; set kind to "
    .. "contact or organization")
    :format(rows.path))
end

local function add_row(rows, row, cluster)
  local id = rows:ids(row, "id")
  if id and #id > 1 then
    return rows:report(row.line, "id", "several ids; expected one in each row")
  end
  local decision, mark = rows:word(row, "decision", CLUSTER_DECISIONS), letters.lower(row.cells.survivor)
  if decision and cluster.decision and decision ~= cluster.decision then
    rows:report(row.line, "decision", ("'%s', but row %d of the same cluster has '%s'"):format(decision, cluster.line,
      cluster.decision))
  end
  cluster.decision = cluster.decision or decision
  if not (YES[mark] or NO[mark]) then
    rows:report(row.line, "survivor", ("'%s' is not yes or no"):format(row.cells.survivor))
  elseif YES[mark] and cluster.survivor then
    rows:report(row.line, "survivor", "a second survivor of the cluster; mark one")
  end
  if id then
    cluster.survivor = YES[mark] and id[1] or cluster.survivor
    if cluster.has[id[1]] then
      return rows:report(row.line, "id", ("%s is in the cluster twice"):format(id[1]))
    end
    cluster.has[id[1]] = true
    cluster.ids[#cluster.ids + 1] = id[1]
  end
end

-- The clusters of a file, in the order of their first rows.
local function read_clusters(path)
  local rows = checked_rows.read(path, { "cluster", "id", "decision", "survivor" })
  local list, by_number = {}, {}
  for _, row in ipairs(rows.rows) do
    local number = row.cells.cluster
    local cluster = by_number[number]
    if number == "" then
      rows:report(row.line, "cluster", "empty; expected the number of a cluster")
    else
      if not cluster then
        cluster = { number = number, line = row.line, ids = {}, has = {} }
        list[#list + 1], by_number[number] = cluster, cluster
      end
      add_row(rows, row, cluster)
    end
  end
  rows:check()
  for _, cluster in ipairs(list) do
    table.sort(cluster.ids)
  end
  return list, rows
end

---@class extcontacts.dedupe.Decision
---@field line integer
---@field ids string[] sorted
---@field decision "merge"|"skip"|"never"
---@field survivor string|nil id

local function read_survivor(rows, row, ids)
  local written = row.cells.survivor
  if not written or written == "" then
    return nil
  end
  local found = rows:ids(row, "survivor")
  for _, id in ipairs(found and ids or {}) do
    if #found == 1 and id == found[1] then
      return id
    end
  end
  if found and ids then
    rows:report(row.line, "survivor", ("%s is not one of the ids of the row"):format(written))
  end
end

-- The decisions of a file.
local function read_decisions(path)
  local rows = checked_rows.read(path, { "ids", "decision" })
  local list, by_key = {}, {}
  for _, row in ipairs(rows.rows) do
    local ids = rows:ids(row, "ids")
    local decision = rows:word(row, "decision", DECISIONS)
    local survivor = decision ~= "skip" and decision ~= "never" and read_survivor(rows, row, ids) or nil
    local key = ids and table.concat(ids, " ")
    local other = key and by_key[key]
    if other and decision and (other.decision ~= decision or other.survivor ~= survivor) then
      rows:report(row.line, "ids", ("decided otherwise in row %d; keep one of the rows"):format(other.line))
    elseif key and not other then
      by_key[key] = { line = row.line, ids = ids, decision = decision, survivor = survivor }
      list[#list + 1] = by_key[key]
    end
  end
  rows:check()
  return list
end

local function leave_out(out, line, reason, ids)
  out.left_out[#out.left_out + 1] = { line = line, reason = reason, detail = table.concat(ids, " ") }
end

-- Applies the decisions to the clusters with exactly their ids.
local function decide(out, clusters, list)
  local by_key = {}
  for _, cluster in ipairs(clusters) do
    local key = table.concat(cluster.ids, " ")
    by_key[key] = by_key[key] or {}
    table.insert(by_key[key], cluster)
  end
  for _, decision in ipairs(list) do
    local found = by_key[table.concat(decision.ids, " ")]
    for index, cluster in ipairs(found or {}) do
      -- A second cluster with the same ids says nothing more.
      cluster.decision, cluster.is_decided = index == 1 and decision.decision or "skip", true
      cluster.survivor = decision.survivor or cluster.survivor
    end
    if not found then
      leave_out(out, decision.line, decisions.VOID, decision.ids)
    end
    -- What two records are does not depend on the cluster that they were in.
    if decision.decision == "never" then
      out.never[#out.never + 1] = decision.ids
    end
  end
end

-- The ids of each cluster that a person has decided to merge, by id.
local function decided_ids(planned)
  local cluster_of = {}
  for _, cluster in ipairs(planned) do
    for _, id in ipairs(cluster.is_decided and cluster.ids or {}) do
      cluster_of[id] = cluster_of[id] or cluster
    end
  end
  return cluster_of
end

local function is_contained(cluster, cluster_of)
  local larger = cluster_of[cluster.ids[1]]
  for _, id in ipairs(cluster.ids) do
    if not larger or cluster_of[id] ~= larger then
      return false
    end
  end
  return true
end

local REASONS = { review = decisions.OPEN, skip = decisions.SKIPPED, never = decisions.NEVER }

--- Reads the clusters and the decisions.  Raises an error object that names every cell
-- that can't be read.
---@param clusters_path string
---@param decisions_path string|nil
---@param kind "contact"|"organization"|nil default: as the columns show
---@return extcontacts.dedupe.Review
function decisions.read(clusters_path, decisions_path, kind)
  local clusters, rows = read_clusters(clusters_path)
  local out = { kind = kind or kind_of(rows), planned = {}, never = {}, left_out = {} }
  for _, cluster in ipairs(clusters) do
    if cluster.decision == "never" then
      out.never[#out.never + 1] = cluster.ids
    end
  end
  decide(out, clusters, decisions_path and read_decisions(decisions_path) or {})
  local automatic = {}
  for _, cluster in ipairs(clusters) do
    if REASONS[cluster.decision] then
      leave_out(out, cluster.line, REASONS[cluster.decision], cluster.ids)
    else
      table.insert(cluster.is_decided and out.planned or automatic, cluster)
    end
  end
  local cluster_of = decided_ids(out.planned)
  for _, cluster in ipairs(automatic) do
    if is_contained(cluster, cluster_of) then
      leave_out(out, cluster.line, decisions.CONTAINED, cluster.ids)
    else
      out.planned[#out.planned + 1] = cluster
    end
  end
  table.sort(out.left_out, function(a, b)
    if a.line ~= b.line then
      return a.line < b.line
    end
    return a.reason .. a.detail < b.reason .. b.detail
  end)
  return out
end

return decisions
