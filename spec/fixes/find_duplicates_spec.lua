local csv = require "extcontacts.base.csv"
local ready_fix = require "spec.support.ready_fix"

local ready, place = ready_fix.fresh("find_duplicates", before_each, after_each)

describe("the fix find_duplicates", function()
  -- The clusters as lists of ids, the survivor first, and the reasons by id.
  local function found()
    ready:plan(nil, "p")
    local handle = assert(io.open(place:path "p.clusters.csv", "rb"))
    local clusters, reasons = {}, {}
    for row in assert(csv.rows(handle)) do
      local number = tonumber(row.cluster)
      clusters[number] = clusters[number] or {}
      assert.equal(#clusters[number] == 0 and "yes" or "no", row.survivor)
      table.insert(clusters[number], row.id)
      reasons[row.id] = row.reason
    end
    handle:close()
    return clusters, reasons
  end

  local function cluster_of(clusters, id)
    for _, ids in ipairs(clusters) do
      for _, one in ipairs(ids) do
        if one == id then
          return ids
        end
      end
    end
  end

  it("finds contacts that share a value of one person, and changes nothing", function()
    local phone = { display = "+49 30 1234567" }
    local a = ready:add { firstName = "Jo", lastName = "Quux", workEmail = "Jo@quux.example", title = "Head" }
    local b = ready:add { firstName = "Joanna", lastName = "Quux", personalEmail = "jo@quux.example",
      workPhone = phone }
    local c = ready:add { firstName = "J.", lastName = "QUUX", cellPhone = phone, middleName = "X", title = "Y",
      address = { city = "Bonn" } }
    local other = ready:add { firstName = "Max", lastName = "Quux", workPhone = phone }
    local clusters, reasons = found()
    assert.equal(c, cluster_of(clusters, a)[1])
    assert.equal(3, #cluster_of(clusters, a))
    assert.is_nil(cluster_of(clusters, other))
    assert.equal("e-mail; phone and name", reasons[b])
    assert.equal("e-mail", reasons[a])
    assert.equal(0, ready:plan(nil, "again").changes)
  end)

  it("does not take a shared mailbox or a shared number for one person", function()
    local ids = {}
    for index = 1, 12 do
      ids[index] = ready:add { firstName = "P" .. index, lastName = "Same", workEmail = "info@many.example",
        workPhone = { display = "+49 30 7654321" } }
    end
    local clusters = found()
    assert.is_nil(cluster_of(clusters, ids[1]))
  end)

  it("finds the same duplicates each time", function()
    local clusters = found()
    assert.is_true(#clusters > 5)
    local text = place:read "p.clusters.csv"
    found()
    assert.equal(text, place:read "p.clusters.csv")
  end)
end)
