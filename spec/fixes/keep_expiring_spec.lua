local csv = require "extcontacts.base.csv"
local fix = require "extcontacts.fix"
local json = require "extcontacts.base.json"
local ready_fix = require "spec.support.ready_fix"
local ready_fixes = require "extcontacts.fixes"

local ready, place = ready_fix.fresh("keep_expiring", before_each, after_each)

describe("the fix keep_expiring", function()
  local function observe(fields, kind)
    local contact = { firstName = "Ann", lastName = "Lee" }
    for name, value in pairs(fields or {}) do
      contact[name] = value
    end
    return place.server:control("POST", "/sandbox/contacts", { type = kind or "Ephemeral", contact = contact }).id
  end

  local function advance(days)
    place.server:control("POST", "/sandbox/clock", { advance = days * 86400 })
  end

  local function exported(set)
    assert.equal(0, assert(ready:plan(set, "p")).changes)
    local handle = assert(io.open(place:path "p.expiring.csv", "rb"))
    local rows = {}
    for row in assert(csv.rows(handle)) do
      rows[row.id], rows[#rows + 1] = row, row
    end
    handle:close()
    return rows
  end

  local function promoted(set)
    set.how = "promote"
    local _, changes = ready:plan(set)
    local ids = {}
    for index, change in ipairs(changes) do
      assert.equal("promote", change.op)
      ids[index] = change.id
    end
    table.sort(ids)
    return ids, changes
  end

  local function sorted(...)
    local ids = { ... }
    table.sort(ids)
    return ids
  end

  it("takes contacts that were not modified in the last 60 - days days", function()
    local old = observe({}, "Ephemeral")
    assert.same({ old }, (promoted { days = 60 })) -- all
    advance(10)
    local later = observe({}, "Identified")
    advance(40) -- the first one expires in 10 days, the second in 20
    assert.same({}, promoted { days = 9 })
    assert.same({ old }, (promoted { days = 10.01 }))
    assert.same({ old }, (promoted {})) -- 14 days
    assert.same(sorted(old, later), (promoted { days = "21" }))
    place:edit(old, { title = "Pilot" })
    assert.same({ later }, (promoted { days = 21 }))
  end)

  it("exports by default, into a file of its owner, and changes nothing", function()
    local number = { display = "+49 30 1234567" }
    local id = observe { workPhone = number, title = "=1+1", address = { city = "Bonn" },
      externalSystemUrl = "https://x.example/1" }
    advance(50)
    local rows = exported()
    assert.equal(1, #rows)
    local row = rows[id]
    assert.same({ "Ephemeral", "+49 301 234567", "=1+1", "Bonn" },
      { row.type, row["workPhone.display"], row.title, row["address.city"] })
    local modified = fix.time(row.modifyDate)
    assert.equal(os.date("!%Y-%m-%d", math.floor(modified + 60 * 86400)), row.estimated_expiry)
    local pipe = io.popen("stat -c %a " .. place:path "p.expiring.csv")
    assert.equal("600\n", pipe:read "*a")
    pipe:close()
    assert.equal(0, place:requests "contacts.promote")
    assert.equal("Ephemeral", assert(place.direct.contacts:get(id)).type)
  end)

  it("names the file, and the plan says that it is an estimate", function()
    local id = observe()
    advance(55)
    local plan = assert(fix.plan(place.client, assert(fix.load(ready_fixes.path "keep_expiring")),
      { output = place:path "p" }))
    assert.same({ place:path "p.expiring.csv" }, plan.output_paths)
    assert.matches("estimate", plan.header.name)
    local _, changes = promoted {}
    assert.equal(id, changes[1].id)
    assert.matches("^estimate: expires about %d+%-%d+%-%d+, because it was last modified on %d+%-%d+%-%d+; the API "
      .. "does not report the last interaction$", changes[1].warnings[1].text)
  end)

  it("creates a contact again from the file after it has expired", function()
    local number = { display = "+49 30 1234567" }
    local id = observe { workPhone = number, address = { city = "Bonn" } }
    advance(50)
    exported()
    advance(20)
    assert.is_nil(place.client.contacts:get(id))
    local planned = assert(fix.plan(place.client, assert(fix.load(ready_fixes.path "set_fields")), {
      set = { csv = place:path "p.expiring.csv", key = "", create = "yes" }, output = place:path "again" }))
    assert.same({ 1, {} }, { planned.changes, planned.totals.skipped })
    assert.equal(1, assert(fix.apply(place.client, place:path "again")).applied)
    local found = assert(place.client:call("lookup.reverse", "+49301234567")).contacts[1]
    assert.same({ "Lee", "Bonn", "Curated" }, { found.lastName, found.address.city, found.type })
  end)

  it("promotes, and then finds nothing more", function()
    local ids = { observe(), observe({}, "Identified") }
    advance(59)
    local planned, _, verified = ready:converges({ how = "promote" }, { allow_irreversible = true })
    assert.same({ 2, 2, 2 }, { planned.changes, planned.totals.classes.irreversible, verified.match })
    advance(60)
    for _, id in ipairs(ids) do
      assert.equal("Curated", assert(place.client.contacts:get(id)).type)
    end
  end)

  it("leaves out contacts that do not expire: curated ones, and those of a merge", function()
    place.server:control("POST", "/sandbox/settings", { merge_type = "latest", merged_listed = true })
    local first = observe({}, "Identified")
    local merged = assert(place.direct.contacts:merge { contactIds = { first, observe({}, "Identified") } })
    assert.equal("Identified", merged.type)
    advance(80)
    assert.equal("Identified", assert(place.client.contacts:get(merged.id)).type)
    assert.same({}, promoted { days = 60 })
  end)

  it("skips a contact whose age is unknown", function()
    local id = place:ids(1)[1]
    local function reason_of(modify_date)
      place:faults { operation = "contacts.scan", rate = 1, merge = {
        entities = json.array { { id = id, type = "Ephemeral", modifyDate = modify_date } } } }
      local totals = assert(ready:plan { days = 60, how = "promote" }).totals
      place:faults()
      assert.is_nil(totals.operations["contact.promote"])
      return next(totals.skipped)
    end
    local unreadable = "modifyDate can't be read; its age is unknown"
    assert.equal("modifyDate is missing; its age is unknown", reason_of(nil))
    assert.equal("modifyDate is missing; its age is unknown", reason_of(json.null))
    for _, text in ipairs { "", "yesterday", "2026-02-30T10:00:00Z", "2026-02-03", "2026-02-03T10:00:00" } do
      assert.equal(unreadable, reason_of(text))
    end
    assert.equal(unreadable, reason_of(1700000000))
  end)

  it("says what its options may be", function()
    assert.matches("option 'days' must be a number from 0 to 60, not 61", ready:refused { days = 61 }, 1, true)
    assert.matches("option 'days' must be a number from 0 to 60", ready:refused { days = -1 }, 1, true)
    assert.matches("option 'days' must be a number from 0 to 60", ready:refused { days = 0 / 0 }, 1, true)
    assert.matches("fix option 'days' must be a number", ready:refused { days = "soon" }, 1, true)
    assert.matches("option 'how' must be export or promote, not 'delete'", ready:refused { how = "delete" }, 1, true)
  end)
end)
