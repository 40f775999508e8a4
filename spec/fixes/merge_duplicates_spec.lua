-- merge_duplicates: from clusters and decisions to a plan, and back by undo.
local core = require "extcontacts.core"
local files = require "extcontacts.base.files"
local fix = require "extcontacts.fix"
local graph = require "spec.support.graph"
local ready_fix = require "spec.support.ready_fix"

local ready, place = ready_fix.fresh("merge_duplicates", before_each, after_each)

local USER = { id = "11111111-1111-4111-8111-111111111111" }
local HEADER = "cluster,id,probability,decision,survivor,reason,firstName,lastName"

describe("the fix merge_duplicates", function()
  local serial = 0

  -- Two contacts of one person, the second one newer.
  local function pair(fields, other)
    serial = serial + 1
    local a = { firstName = "Joanna", lastName = "Quux", workEmail = "jo" .. serial .. "@quux.example" }
    local b = { firstName = "Jo", lastName = "Quux", workEmail = "jo" .. serial .. "@quux.example" }
    for name, value in pairs(fields or {}) do
      a[name] = value
    end
    for name, value in pairs(other or {}) do
      b[name] = value
    end
    local first = ready:add(a)
    place.server:control("POST", "/sandbox/clock", { advance = 1 })
    return first, ready:add(b)
  end

  -- A file of clusters; each is { decision, id, id, … }, the first id the survivor.
  local function clusters(list, header)
    local lines = { header or HEADER }
    for number, cluster in ipairs(list) do
      for index = 2, #cluster do
        lines[#lines + 1] = ("%d,%s,0.999,%s,%s,same name,x,y"):format(number, cluster[index], cluster[1],
          index == 2 and "yes" or "no")
      end
    end
    return place:write("clusters.csv", "\239\187\191" .. table.concat(lines, "\r\n") .. "\r\n")
  end

  local function decisions(...)
    return place:write("decisions.csv", table.concat({ "ids,decision,survivor", ... }, "\n") .. "\n")
  end

  local function joined(...)
    local ids = { ... }
    table.sort(ids)
    return table.concat(ids, " ")
  end

  local function options(set)
    local all = { clusters = place:path "clusters.csv", never = place:path "never.csv" }
    for name, value in pairs(set or {}) do
      all[name] = value
    end
    return all
  end

  local function plan(set, output)
    return assert(ready:plan(options(set), output or "p"))
  end

  -- The rows of the list of skipped records, without their ids and line ends.
  local function skipped(output)
    return (place:read((output or "p") .. ".skipped.csv") or ""):gsub("\r", "")
  end

  local function get(id)
    return (place.direct.contacts:get(id))
  end

  it("consolidates clusters to merge, plans nothing again, and is undone", function()
    local a, b = pair({ title = "Head" }, { title = "Chief", cellPhone = { display = "+49 30 1234567" } })
    local c, d = pair()
    assert(place.direct.contacts.notes:create(b, { noteText = "b1", createdBy = USER }))
    clusters { { "merge", a, b }, { "review", c, d } }
    local before = graph.read(place.direct)
    local planned = plan()
    assert.equal(4, planned.changes)
    assert.same({ ["cluster for review, not decided"] = 1 }, planned.totals.skipped)
    local result = assert(fix.apply(place.client, place:path "p"))
    assert.equal(4, result.applied)
    local survivor = get(a)
    assert.same({ "Joanna", "Chief", "+49301234567" },
      { survivor.firstName, survivor.title, survivor.cellPhone.e164 })
    assert.is_nil(get(b))
    assert.is_table(get(d))
    local again = plan(nil, "again")
    assert.equal(0, again.changes)
    assert.is_truthy(skipped "again":find("2,contact," .. a
      .. ",the contacts can't be consolidated: there is no contact " .. b, 1, true))
    assert(fix.undo(place.client, place:path "p"))
    assert(fix.apply(place.client, place:path "p.undo"))
    assert.same(before, (graph.read(place.direct)))
  end)

  it("reads the records of many clusters with few requests", function()
    local sets = {}
    for index = 1, 30 do
      sets[index] = { "merge", pair() }
    end
    clusters(sets)
    place.server:control("DELETE", "/sandbox/ledger")
    assert.equal(30, plan({ how = "merge" }).changes)
    local counts = place.server:control("GET", "/sandbox/counters").by_operation
    assert.is_nil(counts["contacts.get"])
    local requests = 0
    for _, count in pairs(counts["contacts.bulk.get"]) do
      requests = requests + count
    end
    assert.is_true(requests <= 4, requests) -- the first ones are smaller
    assert.equal(30, #place:objects "p" - 2)
  end)

  it("lists the values that are lost with the change that loses them", function()
    local a, b = pair({ title = "Head" }, { title = "Chief" })
    clusters { { "merge", a, b } }
    plan()
    local lost = {}
    for _, line in ipairs(place:objects "p") do
      for _, loss in ipairs(line.lost or {}) do
        lost[#lost + 1] = ("%s %s %s"):format(line.op, loss.path[1], loss.value)
      end
    end
    assert.same({ "update title Head", "delete firstName Jo" }, lost)
  end)

  it("merges on the platform with how=merge, with the values that were shown", function()
    local a, b = pair({ title = "Head" }, { title = "Chief" })
    clusters { { "merge", a, b } }
    assert.equal(1, plan({ how = "merge" }).changes)
    assert(fix.apply(place.client, place:path "p", { allow_irreversible = true }))
    local merged = get(place:outcomes()[1].id)
    assert.same({ "Joanna", "Chief" }, { merged.firstName, merged.title })
    assert.equal(0, plan({ how = "merge" }, "again").changes)
    assert.is_truthy(skipped "again":find("was merged into " .. merged.id, 1, true))
    assert.equal(0, plan(nil, "again").changes)
  end)

  it("follows a person's decisions, also on what a spreadsheet has made of the file", function()
    local a, b = pair()
    local c, d = pair()
    local e, f = pair()
    local g, h = pair()
    clusters { { "merge", a, b }, { "review", c, d }, { "merge", e, f }, { "merge", g, h } }
    place:write("decisions.csv", "\239\187\191Survivor;Comment;IDS;Decision\r\n;;;\r\n"
      .. d .. ";ok; " .. c:upper() .. "  " .. d .. " ;Merge\r\n\r\n;;" .. joined(e, f) .. ";NEVER\r\n;;\""
      .. joined(g, h) .. "\";skip\r\n")
    local planned = plan { decisions = place:path "decisions.csv" }
    assert.same({ ["not duplicates, by a person's decision"] = 1, ["cluster skipped by a person's decision"] = 1 },
      planned.totals.skipped)
    assert(fix.apply(place.client, place:path "p"))
    assert.same({ true, false, false, true, true, true, true, true },
      { get(a) ~= nil, get(b) ~= nil, get(c) ~= nil, get(d) ~= nil, get(e) ~= nil, get(f) ~= nil, get(g) ~= nil,
        get(h) ~= nil })
    -- What is no duplicate is so without the decisions, too.
    assert.equal("\239\187\191ids\r\n" .. joined(e, f) .. "\r\n", place:read "never.csv")
    planned = plan(nil, "again")
    assert.equal(1, planned.totals.skipped["records that are no duplicates, by the never-merge list"])
    assert.is_truthy(skipped "again":find(e, 1, true))
  end)

  it("follows the decision and the survivor that a person writes into the clusters", function()
    local a, b = pair()
    local c, d = pair()
    place:write("clusters.csv", ("SURVIVOR\tcluster\tid\tlastName\tdecision\n\t7\t%s\tQ\tMERGE\nx\t7\t%s\tQ\tmerge\n"
      .. "\t8\t%s\tQ\tnever\n\t8\t%s\tQ\tnever\n"):format(a, b, c, d))
    plan()
    assert(fix.apply(place.client, place:path "p"))
    assert.same({ false, true, true }, { get(a) ~= nil, get(b) ~= nil, get(c) ~= nil })
    assert.is_truthy(place:read "never.csv":find(joined(c, d), 1, true))
  end)

  it("voids a decision whose cluster has other ids now", function()
    local a, b = pair()
    local c = pair()
    clusters { { "review", a, b } }
    local planned = plan { decisions = decisions(joined(a, b, c) .. ",merge,", joined(a, c) .. ",never,") }
    assert.equal(0, planned.changes)
    assert.same({ ["cluster for review, not decided"] = 1,
      ["void decision: no cluster has exactly these ids; decide again"] = 2 }, planned.totals.skipped)
    assert.is_truthy(skipped():find('2,,,"void decision: no cluster has exactly these ids; decide again: '
      .. joined(a, b, c), 1, true))
    assert.is_truthy(place:read "never.csv":find(joined(a, c), 1, true))
  end)

  it("plans a decided cluster, and not the one that it contains", function()
    local a, b = pair()
    local c = ready:add { firstName = "Jo", lastName = "Quuxx" }
    clusters { { "merge", a, b }, { "review", a, b, c } }
    local planned = plan { decisions = decisions(joined(a, b, c) .. ",merge,") }
    assert.same({ ["part of a larger cluster that a person has decided to merge"] = 1 }, planned.totals.skipped)
    assert(fix.apply(place.client, place:path "p"))
    assert.same({ false, false }, { get(b) ~= nil, get(c) ~= nil })
  end)

  it("skips a cluster whose records no longer agree, unless a person has decided", function()
    local a, b = pair()
    clusters { { "merge", a, b } }
    place:edit(b, { firstName = "Peter" })
    assert.equal(0, plan().changes)
    assert.is_truthy(skipped():find("no longer agree: different first names", 1, true))
    assert.is_true(plan({ decisions = decisions(joined(a, b) .. ",merge,") }).changes > 0)
  end)

  it("checks all limits before anything is written", function()
    local source = assert(place.direct.external_sources:create { name = "Old CRM", active = true })
    local function external(first, last)
      local list = core.json.array {}
      for number = first, last do
        list[#list + 1] = { externalSource = { id = source.id }, value = ("x%d-%d"):format(serial, number) }
      end
      return list
    end
    local mails = {}
    for index = 1, 3 do
      mails[index] = "jo.quux" .. index .. "@quux.example"
    end
    local a, b = pair({ personalEmail = mails[1], otherEmail = mails[2] }, { personalEmail = mails[3] })
    local crowd = { "merge" }
    for index = 1, 26 do
      crowd[index + 1] = ("%08d-0000-4000-8000-000000000000"):format(index)
    end
    local c, d = pair({ externalIds = external(1, 7) }, { externalIds = external(8, 12) })
    clusters { { "merge", a, b }, { "merge", c, d } }
    assert.equal(0, plan().changes)
    local reason = "values would be lost; allow_loss accepts that: "
    assert.is_truthy(skipped():find(reason .. "personalEmail", 1, true))
    assert.is_truthy(skipped():find(reason .. "externalIds", 1, true))
    assert.equal(3, plan({ allow_loss = "personalEmail,externalIds" }).changes)
    assert.equal(3, assert(fix.apply(place.client, place:path "p")).applied, place:read "p.errors.csv")
    assert.equal(10, #get(c).externalIds)
    assert(os.remove(place:path "p.journal"))
    clusters { crowd }
    assert.equal(0, plan({ how = "merge" }).changes)
    assert.is_truthy(skipped():find("26 contacts; a merge takes at most 25", 1, true))
  end)

  it("consolidates organizations, and does not merge them", function()
    local a = assert(place.direct.organizations:create { name = "Acme Holding" }).id
    local b = assert(place.direct.organizations:create { name = "Acme Holding", industry = "Ships",
      websites = core.json.array { "acme.example" } }).id
    local person = ready:add { externalOrganization = { id = a } }
    clusters({ { "merge", b, a } }, "cluster,id,probability,decision,survivor,reason,name,websites")
    assert.matches("only contacts can be merged", ready:refused(options { how = "merge" }), 1, true)
    -- Nothing but the name in common is a person's decision.
    plan { decisions = decisions(joined(a, b) .. ",merge,") }
    assert(fix.apply(place.client, place:path "p"))
    assert.is_nil((place.direct.organizations:get(a)))
    assert.equal(b, get(person).externalOrganization.id)
    assert.equal(0, plan(nil, "again").changes)
  end)

  it("needs no state directory as long as no pair is ruled out", function()
    local a, b = pair()
    clusters { { "merge", a, b } }
    local fields = assert(fix.load(assert(require("extcontacts.fixes").path "merge_duplicates")))
    local function try(home, decided)
      return fix.plan(place.client, fields, { set = { clusters = place:path "clusters.csv", decisions = decided },
        getenv = function(name) return name == "HOME" and home or nil end })
    end
    local never_pair = decisions(joined(a, b) .. ",never,")
    for _, home in ipairs { false, place:path "nowhere", place:path "clusters.csv" } do
      assert.equal(1, assert(try(home)).changes)
      assert.is_false(files.exists(place:path "nowhere"))
    end
    assert.matches("there is no directory for never.csv: set HOME", select(2, try(false, never_pair)).message, 1, true)
    assert.matches("clusters.csv/.local.* can't be created",
      select(2, try(place:path "clusters.csv", never_pair)).message)
    assert.equal(0, assert(try(place:path "nowhere", never_pair)).changes)
    assert.is_truthy(files.exists(place:path "nowhere/.local/state/extcontacts/accounts"))
  end)

  it("names every cell that it can't read, and plans nothing then", function()
    local a, b = pair()
    clusters { { "merge", a, b } }
    local message = ready:refused(options { decisions = decisions(joined(a, b) .. ",mrege,", "x y,skip,",
      joined(a, b) .. ",merge," .. USER.id, ",never,", joined(a, b) .. ",skip,", joined(a, b) .. ",never,") })
    for _, text in ipairs {
      "decisions.csv: 7 invalid cells: ",
      "row 2, column decision: 'mrege' is not merge, skip or never, did you mean 'merge'?",
      "row 3, column ids: 'x' is not a valid id",
      "row 4, column survivor: " .. USER.id .. " is not one of the ids of the row",
      "row 5, column ids: empty",
      "row 6, column ids: decided otherwise in row 2",
    } do
      assert.is_truthy(message:find(text, 1, true), message)
    end
    assert.is_nil(place:read "never.csv")
    clusters { { "merge", a, b }, { "merg", a, b } }
    assert.matches("clusters.csv: 2 invalid cells: row 4, column decision: 'merg' is not merge, review, skip or never",
      ready:refused(options()), 1, true)
    place:write("clusters.csv", "cluster,id,decision,survivor,lastName\n1," .. a .. ",merge,yes,x\n1," .. b
      .. ",review,yes,x\n,x,merge,no,x\n")
    message = ready:refused(options())
    for _, text in ipairs { "row 3, column decision: 'review', but row 2 of the same cluster has 'merge'",
      "row 3, column survivor: a second survivor of the cluster", "row 4, column cluster: empty" } do
      assert.is_truthy(message:find(text, 1, true), message)
    end
    place:write("clusters.csv", "cluster,id,survivor\n")
    assert.matches("the column 'decision' is missing; the header has: cluster, id, survivor",
      ready:refused(options()), 1, true)
  end)

  it("needs clusters, and known options", function()
    assert.matches("option 'clusters' is required", ready:refused({}), 1, true)
    assert.matches("'how' must be consolidate or merge, not 'join'",
      ready:refused(options { how = "join" }), 1, true)
    assert.matches("No such file", ready:refused(options { clusters = "missing.csv" }), 1, true)
    place:write("clusters.csv", "cluster,id,decision,survivor\n")
    assert.matches("do not show whether the records are contacts or organizations; set kind to contact or organization",
      ready:refused(options()), 1, true)
    assert.equal(0, plan({ kind = "organization" }).changes)
    assert.matches("'kind' must be contact or organization", ready:refused(options { kind = "x" }), 1, true)
  end)
end)
