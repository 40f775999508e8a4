--- The clusters of the platform's own scan, which joins contacts on equal identifiers:
-- their contacts, as just read, one cluster after the other.

local errors = require "extcontacts.base.errors"
local operations = require "extcontacts.api.operations"
local outcome = require "extcontacts.api.outcome"

local platform = {}

---@class extcontacts.dedupe.PlatformScan
---@field completed string|nil when the scan was completed
---@field clusters integer read so far
---@field merged integer of them, those that are merged or in the queue; left out
---@field next_record fun(): table|nil the contacts; raises error objects
---@field group_of fun(): integer number of the cluster of the last contact

local SCAN, CLUSTERS = "graphs.scans.latest", "graphs.clusters.list"
-- The API's largest page.
local PAGE = 100

-- What a failure of a preview operation means.
local function explained(err, operation)
  if err.kind == "auth" and err.status == 403 then
    local copy = errors.copy(err)
    copy.message = ("the platform's clusters can't be read: the permission %s is missing; without --from server no "
      .. "such permission is needed"):format(table.concat(operations.find(operation).permissions, " or "))
    return copy
  elseif outcome.is_absent(err) then
    local copy = errors.copy(err)
    copy.message = "the platform has no scan for clusters; it starts scans itself"
    return copy
  end
  return err
end

-- States in which the contacts of a cluster are one, or are about to be.
local function is_merged(cluster)
  local status = type(cluster.mergeInfo) == "table" and cluster.mergeInfo.status
  return type(status) == "string" and (status:find "Succeeded$" or status:find "Queued$") ~= nil
end

-- The ids of the contacts of a cluster.
local function ids_of(cluster)
  local vertices = type(cluster.graph) == "table" and cluster.graph.vertices
  local ids = {}
  for _, vertex in ipairs(type(vertices) == "table" and vertices.contacts or {}) do
    local id = type(vertex.contact) == "table" and vertex.contact.id
    ids[#ids + 1] = type(id) == "string" and id or nil
  end
  return ids
end

-- The graph of a cluster whose list does not contain it.
local function with_graph(client, scan, cluster)
  if type(cluster.graph) == "table" then
    return cluster
  end
  local complete, err = client.graphs.clusters:get(scan.id, cluster.id)
  if not complete and not outcome.is_absent(err) then
    error(explained(err, CLUSTERS), 0)
  end
  return complete or cluster
end

-- The ids of the contacts of all open clusters; notes the cluster of each.
local function ids_iterator(client, scan, state, queue)
  local next_cluster = client:each_cluster(scan.id, { limit = PAGE })
  local ids, index = {}, 0
  return function()
    while true do
      index = index + 1
      if ids[index] then
        queue[#queue + 1] = state.clusters
        return ids[index]
      end
      local ok, cluster = errors.catch(next_cluster)
      if not ok and cluster then
        error(explained(cluster, CLUSTERS), 0)
      end
      cluster = ok
      if not cluster then
        return nil
      end
      state.clusters = state.clusters + 1
      ids, index = {}, 0
      if is_merged(cluster) then
        state.merged = state.merged + 1
      else
        ids = ids_of(with_graph(client, scan, cluster))
      end
    end
  end
end

--- Starts reading the latest scan.  Raises an error object if it can't be read.
---@param client extcontacts.Client
---@return extcontacts.dedupe.PlatformScan
function platform.open(client)
  local scan, err = client.graphs.scans:latest()
  if not scan then
    error(explained(err, SCAN), 0)
  end
  local state = { completed = scan.dateCompleted, clusters = 0, merged = 0 }
  local queue, first, current = {}, 0, 0
  local results = client.contacts:get_many(ids_iterator(client, scan, state, queue))
  function state.group_of()
    return current
  end
  function state.next_record()
    while true do
      local id, record, failure, response = results()
      if not id then
        return nil
      end
      first = first + 1
      current, queue[first] = queue[first], false
      if not record and not outcome.is_absent(failure) then
        error(failure, 0)
      elseif record and not (response and response.resolved_id) then
        return record -- one that was merged since is the record of another id
      end
    end
  end
  return state
end

return platform
