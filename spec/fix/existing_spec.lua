-- Creates of records that exist already are not planned.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("a planned create", function()
  local place = fixes.fresh_place(before_each, after_each)

  -- Plans creates; returns their number and the reasons for skipping.
  local function plan(kind, bodies, owner)
    local index = 0
    local planned = place:plan {
      source = fix.each("contact", function(client)
        local one = client:scan_contacts { max_items = 1 }
        return function()
          return one:next()
        end
      end),
      change = function()
        local actions = {}
        for _, body in ipairs(bodies) do
          index = index + 1
          actions[index] = fix.create(kind, body, owner)
        end
        return actions
      end,
    }
    return planned.changes, planned.totals.skipped["a record with these values exists already"]
  end

  it("is dropped for each record that has all its values", function()
    local body = { firstName = "Ann", lastName = "Twin" }
    assert.equal(2, (plan("contact", { body, body })))
    assert(place.direct.contacts:create { firstName = " Ann", lastName = "Twin ", title = "Dr." })
    assert.same({ 1, 1 }, { plan("contact", { body, body }) })
    assert.same({ 1 }, { plan("contact", { { firstName = "Ann", lastName = "Twin", title = "Prof." } }) })
    assert(place.direct.contacts:create(body))
    assert.same({ 0, 2 }, { plan("contact", { body, body }) })
  end)

  it("is looked up by its addresses, without a scan", function()
    assert(place.direct.contacts:create { firstName = "A", lastName = "B", workEmail = "a@b.example",
      cellPhone = { display = "+49 30 1234567" } })
    local scans = place:requests "contacts.scan"
    for _, address in ipairs { { workEmail = "A@B.example" }, { cellPhone = { display = "+49 (0)30 1234567" } } } do
      address.firstName, address.lastName = "A", "B"
      assert.equal(0, (plan("contact", { address })))
    end
    assert.equal(scans + 2, place:requests "contacts.scan") -- those of the source
  end)

  it("is found by name if many contacts share its address", function()
    local bodies = {}
    for index = 1, 40 do
      bodies[index] = { firstName = "N" .. index, lastName = "Switchboard", workPhone = { display = "+49 30 100010" } }
      assert(place.direct.contacts:create(bodies[index]))
    end
    assert.same({ 0, 40 }, { plan("contact", bodies) })
  end)

  -- How many requests of an operation something takes.
  local function taken(operations, fn, ...)
    local before, after = {}, {}
    for index, operation in ipairs(operations) do
      before[index] = place:requests(operation)
    end
    fn(...)
    for index, operation in ipairs(operations) do
      after[index] = place:requests(operation) - before[index]
    end
    return after
  end

  it("is compared with what may be the record by bulk requests", function()
    local bodies = {}
    for index = 1, 60 do
      bodies[index] = { name = "Same Ltd " .. index }
      assert(place.direct.organizations:create(bodies[index]))
    end
    assert(place.direct.organizations:create { name = bodies[60].name })
    bodies[61], bodies[62] = bodies[60], bodies[60]
    local operations = { "organizations.get", "organizations.bulk.get", "organizations.scan" }
    local scans = 1 -- all organizations fit into a page
    local changes, skipped
    local function run()
      changes, skipped = plan("organization", bodies)
    end
    assert.same({ 0, 4, scans }, taken(operations, run)) -- 10, 20 and 20; 11
    assert.same({ 1, 61 }, { changes, skipped })
    place:faults { operation = "organizations.bulk.get", rate = 1, status = 403 }
    assert.same({ 61, 1, scans }, taken(operations, run))
    assert.same({ 1, 61 }, { changes, skipped })
  end)

  it("counts for the limit, also if it waits for others", function()
    for index = 1, 3 do
      assert(place.direct.organizations:create { name = "Twin " .. index })
    end
    local bodies = { { name = "Twin 1", industry = "Ships" }, { name = "Other" }, { name = "Twin 2" },
      { name = "Twin 3", industry = "Ships" } }
    local function limited(limit)
      local index = 0
      local planned = place:plan({ source = fix.ids(place:ids(4)), change = function()
        index = index + 1
        return { fix.create("organization", bodies[index]) }
      end }, nil, { limit = limit })
      return { planned.changes, planned.totals.skipped["a record with these values exists already"] }
    end
    assert.same({ 3, 1 }, limited(nil))
    assert.same({ 2, 1 }, limited(2))
  end)

  it("is found in the journal of a plan that was just applied, although searches lag", function()
    place.server:control("POST", "/sandbox/settings", { search_lag = 60 })
    local bodies = { { firstName = "A", lastName = "B", workEmail = "a@lag.example" },
      { firstName = "A", lastName = "B", workEmail = "a@lag.example" } }
    assert.equal(2, (plan("contact", bodies)))
    assert.equal(2, assert(place:apply()).applied)
    os.rename(place:path "p", place:path "earlier")
    os.rename(place:path "p.journal", place:path "earlier.journal")
    assert.same({ 0, 2 }, { plan("contact", bodies) })
    bodies[3] = bodies[1]
    assert.same({ 1, 2 }, { plan("contact", bodies) })
  end)

  it("is found among many notes of its owner, which are listed once", function()
    local user, id = { id = place.direct:scan_notes():next().createdBy.id }, place:ids(1)[1]
    local notes = {}
    for index = 1, 120 do
      notes[index] = { noteText = "note " .. index, createdBy = user }
      assert(place.direct.contacts.notes:create(id, notes[index]))
    end
    local before = place:requests "contacts.notes.list"
    assert.same({ 0, 120 }, { plan("contact_note", notes, id) })
    assert.equal(before + 2, place:requests "contacts.notes.list")
  end)

  it("is found among the notes and relationships of its owner, and organizations by name", function()
    local user = { id = place.direct:scan_notes():next().createdBy.id }
    local organization = assert(place.direct.organizations:create { name = "Caf\195\169 Ltd", industry = "Food" }).id
    local note = { noteText = "called", createdBy = user }
    local relationship = { user = user, externalOrganization = { id = organization }, relationship = "Manager" }
    assert.equal(1, (plan("organization_note", { note }, organization)))
    assert.equal(1, (plan("relationship", { relationship })))
    assert(place.direct.organizations.notes:create(organization, note))
    assert(place.direct.relationships:create(relationship))
    assert.same({ 0, 1 }, { plan("organization_note", { note }, organization) })
    assert.same({ 0, 1 }, { plan("relationship", { relationship }) })
    assert.same({ 0, 1 }, { plan("organization", { { name = "Caf\195\169 Ltd" } }) })
    assert.equal(1, (plan("organization", { { name = "Other Ltd" } })))
  end)

  it("fails the plan if it can't be looked up", function()
    place:faults { operation = "lookup.reverse", status = 403 }
    local planned, err = place:try_plan {
      source = fix.ids(place:ids(1)),
      change = function()
        return { fix.create("contact", { lastName = "B", workEmail = "a@b.example" }) }
      end,
    }
    assert.is_nil(planned)
    assert.equal(403, err.status)
  end)
end)
