--- Cluster scans: contacts of one division that share normalized identifiers.  The
-- platform starts scans; here the first read does, and the control API.

local dataset = require "extcontacts.sandbox.state.dataset"
local divisions = require "extcontacts.sandbox.state.divisions"
local identifier_keys = require "extcontacts.sandbox.state.identifier_keys"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local clusters = {}

---@class extcontacts.sandbox.ClusterScan
---@field id string
---@field completed string date
---@field clusters extcontacts.sandbox.Cluster[]

---@class extcontacts.sandbox.Cluster
---@field id string
---@field scan extcontacts.sandbox.ClusterScan
---@field division string|nil id
---@field contacts integer[] indexes, ascending
---@field identifiers { type: string, value: string, contacts: integer[] }[]
---@field merge table|nil the merge that was begun, see `handlers/graphs`

-- The contacts that a scan reads, and the size of a cluster, which one merge takes.
local MOST_CONTACTS, LARGEST = 5000, 25

-- Identifier type → type of the graph's vertices.
local TYPES = {
  Phone = "Phone", Email = "Email", ExternalId = "ExternalId", SocialTwitter = "TwitterHandle",
  SocialFacebook = "FacebookId", SocialInstagram = "InstagramId", SocialInstagramHandle = "InstagramHandle",
}

-- Groups with a common element, each group by its root.
local function find_root(parents, index)
  while parents[index] and parents[index] ~= index do
    index = parents[index]
  end
  return index
end

-- The identifiers that two contacts or more of a division share, in the order of
-- their first contact.
local function shared_identifiers()
  local contacts = dataset.collections.contact
  local by_key, list, read = {}, {}, 0
  for index = 0, contacts.next - 1 do
    if read == MOST_CONTACTS then
      break
    end
    local record = contacts:record(index)
    read = read + (record and 1 or 0)
    for _, identifier in ipairs(record and identifier_keys.in_fields("contact", record) or {}) do
      local key = identifier_keys.of(identifier)
      local place = (contacts:division(index) or "") .. "\1" .. key
      local entry = by_key[place]
      if not entry and TYPES[identifier.type] then
        entry = { type = TYPES[identifier.type], value = key:match "[^\1:]*$", contacts = {} }
        by_key[place] = entry
        list[#list + 1] = entry
      end
      if entry and entry.contacts[#entry.contacts] ~= index then
        entry.contacts[#entry.contacts + 1] = index
      end
    end
  end
  local shared = {}
  for _, entry in ipairs(list) do
    shared[#shared + 1] = entry.contacts[2] and entry or nil
  end
  return shared
end

-- Joins the contacts that share identifiers.
local function groups()
  local shared, parents = shared_identifiers(), {}
  for _, entry in ipairs(shared) do
    for _, index in ipairs(entry.contacts) do
      local left, right = find_root(parents, entry.contacts[1]), find_root(parents, index)
      parents[math.max(left, right)] = math.min(left, right)
    end
  end
  local by_root, list = {}, {}
  for _, entry in ipairs(shared) do
    local root = find_root(parents, entry.contacts[1])
    local group = by_root[root]
    if not group then
      group = { identifiers = {}, contacts = {}, seen = {} }
      by_root[root] = group
      list[#list + 1] = group
    end
    group.identifiers[#group.identifiers + 1] = entry
    for _, index in ipairs(entry.contacts) do
      if not group.seen[index] then
        group.seen[index] = true
        group.contacts[#group.contacts + 1] = index
      end
    end
  end
  return list
end

--- Scans the contacts as they are now.
---@return extcontacts.sandbox.ClusterScan
function clusters.scan()
  dataset.cluster_scans = dataset.cluster_scans or {}
  local scan = {
    id = record_ids.make(dataset.type_numbers.cluster_scan, #dataset.cluster_scans),
    completed = server_clock.iso(),
    clusters = {},
  }
  local contacts = dataset.collections.contact
  for _, group in ipairs(groups()) do
    if #group.contacts <= LARGEST then
      table.sort(group.contacts)
      scan.clusters[#scan.clusters + 1] = {
        id = record_ids.make(dataset.type_numbers.cluster, #dataset.cluster_scans * 65536 + #scan.clusters),
        scan = scan,
        division = contacts:division(group.contacts[1]),
        contacts = group.contacts,
        identifiers = group.identifiers,
      }
    end
  end
  table.insert(dataset.cluster_scans, scan)
  return scan
end

--- All scans, the oldest first.
---@return extcontacts.sandbox.ClusterScan[]
function clusters.scans()
  if not dataset.cluster_scans then
    clusters.scan()
  end
  return dataset.cluster_scans
end

-- The vertices of a cluster's graph have ids of their own.
local function vertex_ids(prefix, list)
  local ids = {}
  for number in ipairs(list) do
    ids[number] = prefix .. number
  end
  return ids
end

--- The graph of a cluster, as the API shows it.
---@param cluster extcontacts.sandbox.Cluster
---@return table
function clusters.graph(cluster)
  local contacts = dataset.collections.contact
  local contact_vertices, identifier_vertices, edges, vertex_of = {}, {}, {}, {}
  for number, id in ipairs(vertex_ids("contact-", cluster.contacts)) do
    local contact = contacts:id(cluster.contacts[number])
    vertex_of[cluster.contacts[number]] = id
    contact_vertices[number] = {
      vertexId = id,
      contact = { id = contact, selfUri = dataset.base_path .. "contacts/" .. contact },
    }
  end
  for number, id in ipairs(vertex_ids("identifier-", cluster.identifiers)) do
    local identifier = cluster.identifiers[number]
    identifier_vertices[number] = {
      vertexId = id, normalizedType = identifier.type, normalizedValue = identifier.value,
    }
    for _, index in ipairs(identifier.contacts) do
      edges[#edges + 1] = { from = vertex_of[index], to = id }
    end
  end
  return { vertices = { contacts = contact_vertices, identifiers = identifier_vertices }, edges = edges }
end

--- The division of a cluster, as the API shows it.
---@param cluster extcontacts.sandbox.Cluster
---@return table|nil
function clusters.division(cluster)
  return cluster.division and divisions.reference(cluster.division, true)
end

return clusters
