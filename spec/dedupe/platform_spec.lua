-- The platform's clusters, as servers may show them.
local errors = require "extcontacts.base.errors"
local platform = require "extcontacts.dedupe.platform"

local function graph(...)
  local contacts = {}
  for index, id in ipairs { ... } do
    contacts[index] = { vertexId = "v" .. index, contact = { id = id } }
  end
  return { vertices = { contacts = contacts } }
end

local ABSENT = { kind = "http", status = 404, code = "not.found", message = "gone", from_api = true }

-- A client whose latest scan has these clusters; `complete` are those that have their
-- graph only when they are read alone.
local function client(clusters, complete)
  local reads = 0
  return {
    graphs = {
      scans = { latest = function()
        return { id = "s", dateCompleted = "2026-11-30T00:00:00Z" }
      end },
      clusters = { get = function(_, scan, id)
        reads = reads + 1
        assert.equal("s", scan)
        return complete[id]
      end },
    },
    each_cluster = function()
      local index = 0
      return function()
        index = index + 1
        return clusters[index]
      end
    end,
    contacts = { get_many = function(_, next_id)
      return function()
        local id = next_id()
        if id == "gone" then
          return id, nil, errors.new(ABSENT)
        elseif id == "merged" then
          return id, { id = "other" }, nil, { resolved_id = "other" }
        end
        return id, id and { id = id }, nil, {}
      end
    end },
  }, function()
    return reads
  end
end

local function read(fake)
  local scan, out = platform.open(fake), {}
  for record in scan.next_record do
    out[#out + 1] = scan.group_of() .. record.id
  end
  return table.concat(out, " "), scan
end

describe("the platform's clusters", function()
  it("are read with their contacts, without those that are gone, merged or about to be", function()
    local found, scan = read(client {
      { id = "1", graph = graph("a", "gone", "b"), mergeInfo = { status = "NotMerged" } },
      { id = "2", graph = graph("c", "d"), mergeInfo = { status = "AutoSucceeded" } },
      { id = "3", graph = graph("e", "merged", "f"), mergeInfo = { status = "ManualFailed" } },
      { id = "4", graph = graph("g", "h"), mergeInfo = { status = "AutoQueued" } },
      { id = "5", graph = graph("i", "j"), mergeInfo = { status = "SomethingNew" } },
      { id = "6", graph = graph("k", "l") },
    })
    assert.equal("1a 1b 3e 3f 5i 5j 6k 6l", found)
    assert.same({ 6, 2 }, { scan.clusters, scan.merged })
  end)

  it("are read one by one if the list has no graphs", function()
    local fake, reads = client({ { id = "1" }, { id = "2" } }, { ["1"] = { id = "1", graph = graph("a", "b") },
      ["2"] = { id = "2" } })
    assert.equal("1a 1b", (read(fake)))
    assert.equal(2, reads())
  end)

  it("need a scan, and the permission to read them", function()
    local fake = client {}
    fake.graphs.scans.latest = function()
      return nil, errors.new(ABSENT)
    end
    local _, err = errors.catch(platform.open, fake)
    assert.equal("the platform has no scan for clusters; it starts scans itself", err.message)
    fake = client {}
    fake.each_cluster = function()
      return function()
        error(errors.new { kind = "auth", status = 403, message = "no" }, 0)
      end
    end
    _, err = errors.catch(read, fake)
    assert.matches("the permission externalContacts:graphCluster:view is missing", err.message, 1, true)
    assert.same({ "auth", 403 }, { err.kind, err.status })
  end)
end)
