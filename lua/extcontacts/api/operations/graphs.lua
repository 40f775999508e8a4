--- Operations on the platform's own search for duplicate contacts: scans that find
-- clusters of contacts with equal identifiers.  All of them are a preview.

local parameters = require "extcontacts.api.operations.parameters"

local EXPAND = parameters.EXPAND_STATISTICS

local LIMIT = parameters.query {
  name = "limit",
  wire = "limit",
  type = "integer",
  default = 20,
  min = 1,
  max = 100,
  doc = "records per page",
}

local CURSOR = parameters.query {
  name = "cursor",
  wire = "cursor",
  type = "string",
  doc = "cursors.after of the previous page; omit it for the first page",
}

local MERGE_STATUS = parameters.query {
  name = "merge_info_status",
  wire = "mergeInfo.status",
  type = "string",
  enum = {
    "AutoQueued", "AutoSucceeded", "AutoFailed", "ManualQueued", "ManualSucceeded", "ManualFailed", "NotMerged",
  },
  doc = "return the clusters whose merge has this status",
}

-- API version 10727.
local SINCE = "2026-09-16"

local function scans()
  return { "externalContacts:graphClusterScan:view" }
end

local function clusters(action)
  return { "externalContacts:graphCluster:" .. action }
end

local function settings(action)
  return { "externalContacts:graphSettingsGlobal:" .. action }
end

local function latest()
  return { "externalContacts:contact:view" }
end

local rows = {
  { "get_externalcontacts_graphs_clusterscans", "graphs.scans.list", "GET", "/graphs/clusterscans",
    effect = "read",
    summary = "Returns a list of cluster scans",
    permissions = scans(),
    query = { LIMIT, CURSOR, EXPAND },
    returns = "ClusterScanList",
    paging = "cursor",
    iterator = "each_cluster_scan",
  },
  { "get_externalcontacts_graphs_clusterscan", "graphs.scans.get", "GET", "/graphs/clusterscans/{scanId}",
    effect = "read",
    summary = "Returns a single cluster scan",
    permissions = scans(),
    query = { EXPAND },
    returns = "ClusterScan",
  },
  { "get_externalcontacts_graphs_clusterscan_statistics", "graphs.scans.statistics", "GET",
    "/graphs/clusterscans/{scanId}/statistics",
    effect = "read",
    summary = "Returns the statistics about a single cluster scan",
    permissions = scans(),
    returns = "ClusterScanStatistics",
  },
  { "get_externalcontacts_graphs_clusterscans_latest", "graphs.scans.latest", "GET", "/graphs/clusterscans/latest",
    effect = "read",
    summary = "Returns the latest cluster scan",
    permissions = latest(),
    query = { EXPAND },
    returns = "ClusterScan",
  },
  { "get_externalcontacts_graphs_clusterscans_latest_statistics", "graphs.scans.latest_statistics", "GET",
    "/graphs/clusterscans/latest/statistics",
    effect = "read",
    summary = "Returns the statistics about the latest cluster scan",
    permissions = latest(),
    returns = "ClusterScanStatistics",
  },
  { "get_externalcontacts_graphs_clusterscan_clusters", "graphs.clusters.list", "GET",
    "/graphs/clusterscans/{scanId}/clusters",
    effect = "read",
    summary = "Returns a list of clusters found by a scan",
    permissions = clusters "view",
    query = { LIMIT, CURSOR, parameters.DIVISION_IDS, MERGE_STATUS },
    returns = "ClusterList",
    paging = "cursor",
    iterator = "each_cluster",
  },
  { "get_externalcontacts_graphs_clusterscan_cluster", "graphs.clusters.get", "GET",
    "/graphs/clusterscans/{scanId}/clusters/{clusterId}",
    effect = "read",
    summary = "Returns a single cluster found by a scan",
    permissions = clusters "view",
    returns = "Cluster",
  },
  { "put_externalcontacts_graphs_clusterscan_cluster_merge", "graphs.clusters.merge", "PUT",
    "/graphs/clusterscans/{scanId}/clusters/{clusterId}/merge",
    effect = "merge",
    summary = "Merge a single cluster found by a scan",
    note = "The merge is queued: read the cluster until its mergeInfo.status is ManualSucceeded or ManualFailed.",
    permissions = clusters "merge",
    returns = "Cluster",
  },
  { "get_externalcontacts_graphs_settings", "graphs.settings.get", "GET", "/graphs/settings",
    effect = "read",
    summary = "Returns the org-wide settings for ExternalContact graph operations",
    permissions = settings "view",
    returns = "GraphSettings",
  },
  { "put_externalcontacts_graphs_settings", "graphs.settings.update", "PUT", "/graphs/settings",
    effect = "update",
    summary = "Updates the org-wide settings for ExternalContact graph operations",
    permissions = settings "edit",
    body_model = "GraphSettings",
    returns = "GraphSettings",
  },
}

for _, row in ipairs(rows) do
  row.preview, row.since = true, SINCE
end

return rows
