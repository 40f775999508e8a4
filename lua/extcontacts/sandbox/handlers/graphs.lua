--- Graphs (preview): cluster scans, and the merges of clusters, which are queued.

local api_errors = require "extcontacts.sandbox.api_errors"
local background = require "extcontacts.sandbox.state.background"
local clusters = require "extcontacts.sandbox.state.clusters"
local cursor_listing = require "extcontacts.sandbox.handlers.cursor_listing"
local dataset = require "extcontacts.sandbox.state.dataset"
local dates = require "extcontacts.base.dates"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local json = require "extcontacts.base.json"
local locate = require "extcontacts.sandbox.handlers.locate"
local merge = require "extcontacts.sandbox.handlers.merge"
local operations = require "extcontacts.api.operations"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local BASE = dataset.base_path .. "graphs/clusterscans/"

local handlers = {}

---------------------------------------------------------------- merges --

-- A cluster is merged in the background; the clock decides when the API shows it.
local function begin_merge(ctx, cluster, prefix)
  local operation = {
    prefix = prefix,
    at = server_clock.now() + (ctx.settings.job_outcome == "never" and math.huge or ctx.settings.job_time),
  }
  cluster.merge = operation
  local outcome, ids = ctx.settings.job_outcome, {}
  for number, index in ipairs(cluster.contacts) do
    ids[number] = dataset.collections.contact:id(index)
  end
  operation.task = background.start(function()
    if outcome ~= "success" then
      operation.error = { code = "internal.server.error", message = "The merge failed." }
      return
    end
    local ok, err = pcall(merge.handlers["contacts.merge"], {
      settings = ctx.settings,
      client = ctx.client,
      row = operations.by_short["contacts.merge"],
      arguments = {},
      query = {},
      body = { contactIds = ids },
    })
    if not ok and not api_errors.is(err) then
      error(err, 0)
    end
    operation.error = not ok and { code = err.code, message = api_errors.message(err) } or nil
  end)
end

local function merge_info(cluster)
  local operation = cluster.merge
  if not operation then
    return { status = "NotMerged" }
  elseif server_clock.now() < operation.at or not background.wait(operation.task) then
    return { status = operation.prefix .. "Queued" }
  end
  if operation.error then
    return { status = operation.prefix .. "Failed", error = operation.error }
  end
  return { status = operation.prefix .. "Succeeded", dateMerged = dates.text(math.floor(operation.at)) }
end

----------------------------------------------------------------- scans --

local function statistics(scan)
  local succeeded, failed = 0, 0
  for _, cluster in ipairs(scan.clusters) do
    local status = merge_info(cluster).status
    succeeded = succeeded + (status == "AutoSucceeded" and 1 or 0)
    failed = failed + (status == "AutoFailed" and 1 or 0)
  end
  return {
    aggregated = {
      totalClusters = #scan.clusters,
      totalAutomaticMergeSuccesses = succeeded,
      totalAutomaticMergeFailures = failed,
    },
    selfUri = BASE .. scan.id .. "/statistics",
  }
end

local function public_scan(ctx, scan)
  return {
    id = scan.id,
    dateCompleted = scan.completed,
    statistics = ctx.query.expand and ctx.query.expand[1] and statistics(scan) or nil,
    selfUri = BASE .. scan.id,
  }
end

-- The scans, whose clusters are merged as soon as somebody looks, if the settings say so.
local function all_scans(ctx)
  local scans = clusters.scans()
  if dataset.graph_settings.automaticMergingEnabled then
    for _, cluster in ipairs(scans[#scans].clusters) do
      if not cluster.merge then
        begin_merge(ctx, cluster, "Auto")
      end
    end
  end
  return scans
end

local function latest(ctx)
  local scans = all_scans(ctx)
  return scans[#scans]
end

local function locate_scan(ctx)
  locate.check_uuid(ctx, ctx.arguments.scanId)
  for _, scan in ipairs(all_scans(ctx)) do
    if scan.id == ctx.arguments.scanId then
      return scan
    end
  end
  api_errors.raise "not.found"
end

handlers["graphs.scans.list"] = function(ctx)
  local entries = {}
  for number, scan in ipairs(all_scans(ctx)) do
    entries[number] = { position = number, text = assert(json.encode(public_scan(ctx, scan))) }
  end
  return cursor_listing(ctx, entries)
end

handlers["graphs.scans.get"] = function(ctx)
  return assert(json.encode(public_scan(ctx, locate_scan(ctx))))
end

handlers["graphs.scans.latest"] = function(ctx)
  return assert(json.encode(public_scan(ctx, latest(ctx))))
end

handlers["graphs.scans.statistics"] = function(ctx)
  return assert(json.encode(statistics(locate_scan(ctx))))
end

handlers["graphs.scans.latest_statistics"] = function(ctx)
  return assert(json.encode(statistics(latest(ctx))))
end

-------------------------------------------------------------- clusters --

local function public_cluster(cluster)
  return {
    id = cluster.id,
    division = clusters.division(cluster),
    clusterScan = { id = cluster.scan.id, selfUri = BASE .. cluster.scan.id },
    mergeInfo = merge_info(cluster),
    graph = clusters.graph(cluster),
    dateCreated = cluster.scan.completed,
    selfUri = ("%s%s/clusters/%s"):format(BASE, cluster.scan.id, cluster.id),
  }
end

-- A cluster as a collection of one record, for the rules of divisions.
local function as_records(cluster)
  return {
    division = function()
      return cluster.division
    end,
  }
end

local function locate_cluster(ctx)
  local scan = locate_scan(ctx)
  locate.check_uuid(ctx, ctx.arguments.clusterId)
  for _, cluster in ipairs(scan.clusters) do
    if cluster.id == ctx.arguments.clusterId then
      division_rules.check(ctx, as_records(cluster), 0)
      return cluster
    end
  end
  api_errors.raise "not.found"
end

handlers["graphs.clusters.list"] = function(ctx)
  local test, wanted, entries = division_rules.test(ctx), ctx.query["mergeInfo.status"], {}
  for number, cluster in ipairs(locate_scan(ctx).clusters) do
    local status = merge_info(cluster).status
    local is_wanted = not wanted
    for _, value in ipairs(wanted or {}) do
      is_wanted = is_wanted or value == status
    end
    if is_wanted and (not test or test(as_records(cluster), 0)) then
      entries[#entries + 1] = { position = number, text = assert(json.encode(public_cluster(cluster))) }
    end
  end
  return cursor_listing(ctx, entries)
end

handlers["graphs.clusters.get"] = function(ctx)
  return assert(json.encode(public_cluster(locate_cluster(ctx))))
end

-- A cluster can be merged that was not, or whose merge failed.
local function can_merge(cluster)
  local status = merge_info(cluster).status
  return status == "NotMerged" or status:find "Failed$" ~= nil
end

handlers["graphs.clusters.merge"] = function(ctx)
  local cluster = locate_cluster(ctx)
  if not can_merge(cluster) then
    api_errors.raise("general.conflict", { reason = "the cluster was merged, or is in the queue" })
  end
  begin_merge(ctx, cluster, "Manual")
  return assert(json.encode(public_cluster(cluster)))
end

-------------------------------------------------------------- settings --

local function public_settings()
  local settings = dataset.graph_settings
  return assert(json.encode {
    automaticMergingEnabled = settings.automaticMergingEnabled == true,
    dateModified = settings.dateModified,
    selfUri = dataset.base_path .. "graphs/settings",
  })
end

handlers["graphs.settings.get"] = public_settings

handlers["graphs.settings.update"] = function(ctx)
  dataset.graph_settings = record_body.read(ctx, "GraphSettings")
  dataset.graph_settings.dateModified = server_clock.iso()
  all_scans(ctx)
  return public_settings()
end

return handlers
