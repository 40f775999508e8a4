local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's graphs", function()
  local server, session
  sandbox.around({ contacts = 400, rate = 0, divisions = 2, client = { "limited:secret:admin" },
    client_divisions = { "limited:1" } },
    function(...)
      server, session = ...
    end, setup, teardown, before_each)

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  local function advance(seconds)
    server:control("POST", "/sandbox/clock", { advance = seconds })
  end

  -- A new scan, after three contacts that belong together.
  local function scan()
    local ids = {
      session:create({ workEmail = "twin@x.example" }).id,
      session:create({ workEmail = "TWIN@x.example", cellPhone = { display = "+1 317 555 0100" } }).id,
      session:create({ homePhone = { display = "+1 (317) 555-0100" } }).id,
    }
    return server:control("POST", "/sandbox/clusterscans").id, ids
  end

  local function clusters(scan_id, query, who)
    local found, cursor = {}, nil
    repeat
      local page = (who or session):must("GET", ("/graphs/clusterscans/%s/clusters?limit=100%s%s"):format(scan_id,
        query or "", cursor and "&cursor=" .. api.escape(cursor) or ""))
      for _, cluster in ipairs(page.entities) do
        found[#found + 1] = cluster
      end
      cursor = page.cursors.after
    until not cursor
    return found
  end

  -- The cluster of `scan` that contains a contact.
  local function cluster_of(scan_id, id)
    for _, cluster in ipairs(clusters(scan_id)) do
      for _, vertex in ipairs(cluster.graph.vertices.contacts) do
        if vertex.contact.id == id then
          return cluster
        end
      end
    end
  end

  local function read(cluster)
    return session:must("GET", cluster.selfUri:sub(#api.base + 1))
  end

  local function merge(cluster)
    return session:call("PUT", cluster.selfUri:sub(#api.base + 1) .. "/merge")
  end

  it("have scans with statistics, and a latest one", function()
    local first = session:must("GET", "/graphs/clusterscans/latest")
    assert.is_nil(first.statistics)
    local id = scan()
    local latest = session:must("GET", "/graphs/clusterscans/latest?expand=statistics.aggregated")
    assert.equal(id, latest.id)
    assert.equal(#clusters(id), latest.statistics.aggregated.totalClusters)
    assert.same(latest.statistics, session:must("GET", ("/graphs/clusterscans/%s/statistics"):format(id)))
    assert.same(latest.statistics, session:must("GET", "/graphs/clusterscans/latest/statistics"))
    assert.same({ first.id, id }, api.ids(session:must("GET", "/graphs/clusterscans").entities))
    local page = session:must("GET", "/graphs/clusterscans?limit=1")
    assert.same({ first.id }, api.ids(page.entities))
    page = session:must("GET", "/graphs/clusterscans?limit=1&cursor=" .. api.escape(page.cursors.after))
    assert.same({ id }, api.ids(page.entities))
    assert.equal(404, session:call("GET", ("/graphs/clusterscans/%s"):format(api.NOBODY)).status)
    assert.equal(404, session:call("GET", ("/graphs/clusterscans/%s/clusters/%s"):format(id, api.NOBODY)).status)
  end)

  it("join contacts by equal normalized identifiers", function()
    local id, ids = scan()
    local cluster = cluster_of(id, ids[1])
    local found = {}
    for _, vertex in ipairs(cluster.graph.vertices.contacts) do
      found[#found + 1] = vertex.contact.id
    end
    assert.same(ids, found)
    local values = {}
    for _, vertex in ipairs(cluster.graph.vertices.identifiers) do
      values[#values + 1] = vertex.normalizedType .. " " .. vertex.normalizedValue
    end
    table.sort(values)
    assert.same({ "Email twin@x.example", "Phone +13175550100" }, values)
    assert.equal(4, #cluster.graph.edges)
    assert.equal("NotMerged", cluster.mergeInfo.status)
    assert.equal(id, cluster.clusterScan.id)
    assert.same(cluster, read(cluster))
  end)

  it("queue a merge, which succeeds after a while", function()
    local id, ids = scan()
    local cluster = cluster_of(id, ids[1])
    local reply = merge(cluster)
    assert.equal(200, reply.status)
    assert.equal("ManualQueued", reply.body.mergeInfo.status)
    assert.equal(409, merge(cluster).status)
    assert.equal("ManualQueued", read(cluster).mergeInfo.status)
    advance(5)
    assert.equal("ManualSucceeded", read(cluster).mergeInfo.status)
    assert.is_string(read(cluster).mergeInfo.dateMerged)
    local merged = session:must("GET", "/contacts/" .. ids[1])
    for _, one in ipairs(ids) do
      assert.equal(merged.id, session:must("GET", "/contacts/" .. one).id)
    end
    assert.equal(4, #merged.mergeSet)
    assert.equal(409, merge(cluster).status)
    assert.same({ cluster.id }, api.ids(clusters(id, "&mergeInfo.status=ManualSucceeded")))
    assert.is_nil(cluster_of(server:control("POST", "/sandbox/clusterscans").id, merged.id))
  end)

  it("let a merge fail, or never end", function()
    local id, ids = scan()
    local cluster = cluster_of(id, ids[1])
    set { job_outcome = "failure" }
    merge(cluster)
    advance(5)
    local info = read(cluster).mergeInfo
    assert.equal("ManualFailed", info.status)
    assert.is_string(info.error.message)
    set { job_outcome = "never" }
    assert.equal(200, merge(cluster).status)
    advance(100000)
    session = api.session(server)
    assert.equal("ManualQueued", read(cluster).mergeInfo.status)
    assert.equal(ids[1], session:must("GET", "/contacts/" .. ids[1]).id)
  end)

  it("fail a merge of contacts that are gone", function()
    local id, ids = scan()
    local cluster = cluster_of(id, ids[1])
    session:must("DELETE", "/contacts/" .. ids[2])
    merge(cluster)
    advance(5)
    assert.equal("ManualFailed", read(cluster).mergeInfo.status)
    assert.equal("contact.not.found", read(cluster).mergeInfo.error.code)
  end)

  it("merge by themselves while automatic merging is enabled", function()
    assert.is_false(session:must("GET", "/graphs/settings").automaticMergingEnabled)
    local id, ids = scan()
    local cluster = cluster_of(id, ids[1])
    local settings = session:must("PUT", "/graphs/settings", { automaticMergingEnabled = true })
    assert.is_true(settings.automaticMergingEnabled)
    assert.is_string(settings.dateModified)
    assert.equal("AutoQueued", read(cluster).mergeInfo.status)
    advance(5)
    assert.equal("AutoSucceeded", read(cluster).mergeInfo.status)
    local statistics = session:must("GET", ("/graphs/clusterscans/%s/statistics"):format(id)).aggregated
    assert.equal(statistics.totalClusters,
      statistics.totalAutomaticMergeSuccesses + statistics.totalAutomaticMergeFailures)
    assert.is_true(settings.automaticMergingEnabled)
    local later = session:create { workEmail = "late@x.example" }
    session:create { workEmail = "late@x.example" }
    cluster = cluster_of(server:control("POST", "/sandbox/clusterscans").id, later.id)
    assert.equal("AutoQueued", cluster.mergeInfo.status)
  end)

  it("belong to divisions", function()
    local id = scan()
    local limited = api.session(server, "limited", "secret")
    local divisions = api.ids(server:control("GET", "/sandbox/divisions"))
    local all, seen, first = clusters(id), clusters(id, nil, limited), clusters(id, "&divisionIds=" .. divisions[1])
    assert.is_true(#all > #seen and #first > 0)
    for _, cluster in ipairs(first) do
      assert.equal(divisions[1], cluster.division.id)
      assert.equal(404, limited:call("GET", cluster.selfUri:sub(#api.base + 1)).status)
    end
    for _, cluster in ipairs(seen) do
      assert.is_true(not cluster.division or cluster.division.id == divisions[2])
    end
  end)
end)
