-- The quality of the proposals on contacts with planted duplicates and look-alikes.
-- The figures are those below which a change of the rules or weights is a regression.
local companies = require "bench.dedupe.companies"
local dedupe = require "extcontacts.dedupe"
local generator = require "bench.dedupe.generator"
local measure = require "bench.dedupe.measure"
local planted = require "bench.dedupe.planted"

local function find(set, kind)
  local index = 0
  return assert(dedupe.find(function()
    index = index + 1
    return set.records[index]
  end, { kind = kind }))
end

-- The records in another order.
local function shuffled(set, seed)
  local random, out = generator.random(seed), { records = {}, person_of = {} }
  for index, record in ipairs(set.records) do
    local place = random.below(index)
    table.insert(out.records, place, record)
    table.insert(out.person_of, place, set.person_of[index])
  end
  return out
end

-- The clusters as texts, in order: what becomes of which ids.
local function clusters_of(set, result)
  local out = {}
  for _, cluster in ipairs(result.clusters) do
    local ids = {}
    for _, index in ipairs(cluster.members) do
      ids[#ids + 1] = set.records[index].id
    end
    table.sort(ids)
    out[#out + 1] = ("%s %.9f %s"):format(cluster.decision, cluster.probability, table.concat(ids, " "))
  end
  table.sort(out)
  return out
end

describe("duplicates among contacts with look-alikes", function()
  local set, result

  setup(function()
    set = planted.contacts { count = 6000, seed = 20261 }
    result = find(set)
  end)

  teardown(function()
    result:close()
  end)

  it("has at least 1,000 true pairs and every kind of look-alike", function()
    assert.is_true(measure.true_pairs(set.person_of) >= 1000)
    local kinds = {}
    for _, kind in pairs(set.kind_of) do
      kinds[kind] = true
    end
    for _, kind in ipairs { "household", "twins", "father_and_son", "colleagues", "one_name", "namesakes" } do
      assert.is_true(kinds[kind], kind)
    end
  end)

  it("proposes merges with a precision of at least .998 and a recall of at least .94", function()
    local found = measure.pairs(result.clusters, set.person_of, { merge = true })
    assert.is_true(found.precision >= 0.998, ("precision %.4f"):format(found.precision))
    assert.is_true(found.recall >= 0.94, ("recall %.4f"):format(found.recall))
  end)

  it("merges no two people of a household, no twins, no father with his son and no colleagues", function()
    for _, cluster in ipairs(result.clusters) do
      for _, index in ipairs(cluster.decision == "merge" and cluster.members or {}) do
        local same = set.person_of[index] == set.person_of[cluster.members[1]]
        assert.is_true(same or not set.kind_of[index], set.kind_of[index])
      end
    end
  end)

  it("finds .99 of the pairs for merging or review", function()
    local found = measure.pairs(result.clusters, set.person_of, { merge = true, review = true })
    assert.is_true(found.recall >= 0.99, ("recall %.4f"):format(found.recall))
    assert.is_true(measure.blocking(result, set.person_of).completeness >= 0.99)
  end)

  it("gives the same clusters for the records in another order", function()
    local other = shuffled(set, 5)
    local again = find(other)
    assert.same(clusters_of(set, result), clusters_of(other, again))
    again:close()
  end)

  it("would fail if relatives were merged", function()
    local worse = {}
    for number, cluster in ipairs(result.clusters) do
      worse[number] = { decision = "merge", members = cluster.members }
    end
    assert.is_true(measure.pairs(worse, set.person_of, { merge = true }).precision < 0.998)
  end)
end)

describe("duplicates among organizations with branches, subsidiaries and tenants", function()
  it("are merged with a precision of at least .98", function()
    local set = companies.organizations { count = 2500 }
    local result = find(set, "organization")
    local found = measure.pairs(result.clusters, set.person_of, { merge = true })
    assert.is_true(measure.true_pairs(set.person_of) >= 500)
    assert.is_true(found.precision >= 0.98, ("precision %.4f"):format(found.precision))
    assert.is_true(found.recall >= 0.6, ("recall %.4f"):format(found.recall))
    result:close()
  end)
end)
