--- The review of duplicates: one page on which a person decides about each cluster.
-- Its decisions are a CSV file.  The clusters are written one at a time.

local atomic_lines = require "extcontacts.base.atomic_lines"
local cluster_data = require "extcontacts.dedupe.review_page.cluster_data"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local page = require "extcontacts.dedupe.review_page.page"

local review_page = {}

-- The numbers of the clusters, the most probable first.
local function by_probability(clusters)
  local order = {}
  for number in ipairs(clusters) do
    order[number] = number
  end
  table.sort(order, function(a, b)
    if clusters[a].probability ~= clusters[b].probability then
      return clusters[a].probability > clusters[b].probability
    end
    return a < b
  end)
  return order
end

-- Writes the page; raises error objects.
local function write(result, kind, file, source)
  local facts = { kind = kind, records = result.records, source = source, clusters = { merge = 0, review = 0 } }
  for _, cluster in ipairs(result.clusters) do
    facts.clusters[cluster.decision] = facts.clusters[cluster.decision] + 1
  end
  assert(file:put(page.before(facts)))
  local digest = core.hash.new()
  for _, number in ipairs(by_probability(result.clusters)) do
    local cluster = cluster_data.of(result, kind, number)
    digest:add(cluster.ids .. "\n")
    assert(file:put(page.cluster(cluster)))
  end
  assert(file:put(page.after(facts, digest:digest())))
  assert(file:finish())
end

--- Writes the clusters of a result as one HTML page without external resources.  The page
-- contains personal data and only its owner can read it.  Equal results give equal bytes.
---@param result extcontacts.dedupe.Result
---@param output_path string replaced when the page is complete
---@param options { kind: "contact"|"organization"|nil, source: string|nil }|nil `source`: what was read, for people
---@return true|nil
---@return extcontacts.Error|nil
function review_page.write(result, output_path, options)
  local kind = options and options.kind or "contact"
  local file, err = atomic_lines.write(output_path)
  if not file then
    return nil, err
  end
  local _, problem = errors.catch(write, result, kind, file, options and options.source)
  file:abandon()
  if problem then
    return nil, problem
  end
  return true
end

return review_page
