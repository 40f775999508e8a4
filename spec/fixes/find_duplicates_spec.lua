local csv = require "extcontacts.base.csv"
local json = require "extcontacts.base.json"
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
    assert.equal("e-mail; phone and similar name", reasons[b])
    assert.equal("e-mail", reasons[a])
    assert.equal(0, ready:plan(nil, "again").changes)
  end)

  -- The names of two contacts with one number, and the reason; false: no duplicates.
  local SPELLINGS = {
    { { "José", "Núñez" }, { "Jose\204\129", "Nu\204\129n\204\131ez" }, "phone and name" },
    { { "Sean", "O'Brien" }, { "Sean", "O’Brien" }, "phone and name" },
    { { "Sean", "O`Neil" }, { "SEAN ", "OʼNEIL" }, "phone and name" },
    { { "Jörg", "Maße" }, { "JO\204\136RG", "MAẞE" }, "phone and name" },
    { { "Anna-Maria", "Lee" }, { "Anna‑Maria", "Lee\226\128\139" }, "phone and name" },
    { { "Ayşe", "Işık" }, { "AYŞE", "IŞIK" }, "phone and name" },
    { { "Ann", "Sister" }, { "Anna", "Sister" }, "phone and similar name" },
    { { "A.", "Short" }, { "Anna", "Short" }, "phone and similar name" },
    { { json.null, "Lone" }, { "Mary", "Lone" }, "phone and similar name" },
    { { "Ada", "Twin" }, { "Anna", "Twin" }, false },
    { { "Jose", "Plain" }, { "José", "Plain" }, false },
    { { "Ann", "Neighbour" }, { "Ann", "Other" }, false },
  }

  it("finds one name in every spelling, and distinguishes relatives at one number", function()
    local pairs_of = {}
    for index, case in ipairs(SPELLINGS) do
      local number = ("+49 30 55512%02d"):format(index)
      pairs_of[index] = {
        ready:add { firstName = case[1][1], lastName = case[1][2], homePhone = { display = number } },
        ready:add { firstName = case[2][1], lastName = case[2][2], workPhone = { display = number:gsub(" ", "") } },
      }
    end
    local clusters, reasons = found()
    for index, case in ipairs(SPELLINGS) do
      local a, b = pairs_of[index][1], pairs_of[index][2]
      local cluster = cluster_of(clusters, a)
      assert.equal(case[3], cluster ~= nil and cluster == cluster_of(clusters, b) and reasons[a], case[1][2])
      assert.equal(reasons[a], reasons[b])
    end
  end)

  it("compares numbers that the server does not recognise", function()
    local a = ready:add { lastName = "Kim", cellPhone = { display = "0044 20 7946 0018" } }
    local b = ready:add { lastName = "Kim", cellPhone = { display = "+44 (0)20 7946 0018" } }
    local ids = cluster_of(found(), a)
    table.sort(ids)
    assert.same(a < b and { a, b } or { b, a }, ids)
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
