-- Executing single changes: requests, conflicts, and settling.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("a change", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false, batch = 1 }) -- it counts requests

  it("adds a note, creates or deletes a record", function()
    local ids = place:ids(3)
    local user = { id = "11111111-1111-4111-8111-111111111111" }
    place:plan {
      source = fix.ids(ids),
      change = function(contact)
        if contact.id == ids[1] then
          return { fix.add_note { noteText = "called", createdBy = user } }
        elseif contact.id == ids[2] then
          return fix.delete
        end
        return fix.create("organization", { name = "New Ltd" })
      end,
    }
    assert.equal(3, assert(place:apply()).applied)
    local outcomes = place:outcomes()
    assert.equal("called", assert(place.client.contacts.notes:get(ids[1], outcomes[1].id)).noteText)
    local _, err = place.client.contacts:get(ids[2])
    assert.equal(404, err.status)
    assert.equal("New Ltd", assert(place.client.organizations:get(outcomes[3].id)).name)
  end)

  it("that erases a record keeps no copy of it", function()
    local id = place:ids(1)[1]
    local record = assert(place.client.contacts:get(id))
    place:plan { source = fix.ids { id }, change = function() return fix.erase end }
    assert.equal(1, assert(place:apply { allow_irreversible = true }).applied)
    for _, name in ipairs { "p", "p.journal" } do
      assert.is_nil(place:read(name):find(record.lastName, 1, true))
    end
  end)

  it("is not sent when the record already has the planned values", function()
    local plan = place:plan_titles(3, "Pilot")
    place:edit(place:ids(1)[1], { title = "Pilot" })
    local sent = place:requests "contacts.update"
    local result = assert(place:apply())
    assert.equal(1, result.unchanged)
    assert.equal(plan.changes - 1, place:requests "contacts.update" - sent)
  end)

  it("is counted when the server stored a different value", function()
    local ids = place:ids(2)
    place:plan { source = fix.ids(ids), change = function(contact)
      -- The first is too short to be recognised.
      local number = contact.id == ids[1] and "+49 30" or "+49 30 901820"
      contact.workPhone = { display = number, e164 = number:gsub(" ", "") }
      return contact
    end }
    local result = assert(place:apply())
    assert.equal(2, result.applied)
    assert.equal(1, result.diverged)
    local outcomes = place:outcomes()
    assert.same({ "workPhone" }, outcomes[1].diverged)
    assert.is_nil(outcomes[2].diverged)
  end)

  it("creates no contact while it is not known whether one has the address", function()
    place:plan { source = fix.csv(place:write("n.csv", "n\n1\n"), { key = false }), change = function()
      return { fix.create("contact", { firstName = "A", lastName = "B", workEmail = "a@b.example" }, nil,
        "a@b.example") }
    end }
    place:faults { operation = "lookup.reverse", status = 500 }
    local result = assert(place:apply())
    assert.same({ 0, 1, "try_later" }, { result.applied, result.not_started, result.stopped })
    assert.equal(0, place:requests "contacts.create")
    place:faults()
    assert.equal(1, assert(place:resume()).applied)
  end)

  it("whose reply was lost is settled by reading the record", function()
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    place:plan_titles(4, "Pilot")
    place:faults({ operation = "contacts.update", nth = 2, drop = "after" },
      { operation = "contacts.update", nth = 3, drop = "before" })
    local result = assert(fix.apply(client, place:path "p", { batch = 1 }))
    client:close()
    assert.same({ 4, 0 }, { result.applied, result.unknown })
    assert.is_true(place:outcomes()[2].settled)
    assert.is_nil(place:outcomes()[3].settled)
    -- Only the one that did not arrive was sent twice.
    assert.equal(5, place:requests "contacts.update")
  end)
end)

describe("an edit by someone else", function()
  local place = fixes.fresh_place(before_each, after_each, { batch = 1 })

  -- Of five contacts one gets another title, one another salutation, one is
  -- deleted, one gets what was planned, one is untouched.
  local ids
  local function prepare()
    ids = place:ids(5)
    place:plan_titles(5, "Pilot")
    place:edit(ids[1], { title = "Doctor" })
    place:edit(ids[2], { salutation = "Sir" })
    assert(place.client.contacts:delete(ids[3]))
    place:edit(ids[4], { title = "Pilot" })
  end

  local function title_of(id)
    return assert(place.client.contacts:get(id)).title
  end

  it("is never overwritten under skip, and reported", function()
    prepare()
    local second = title_of(ids[2])
    local result = assert(place:apply())
    assert.same({ 3, 1, 1 }, { result.conflicts, result.unchanged, result.applied })
    assert.same({ "Doctor", second, "Pilot" }, { title_of(ids[1]), title_of(ids[2]), title_of(ids[5]) })
    local outcomes = place:outcomes()
    assert.same({ "title" }, outcomes[1].fields)
    assert.equal("salutation", outcomes[2].fields[1])
    assert.matches("no longer exists", outcomes[3].reason, 1, true)
    local csv = place:read "p.errors.csv"
    assert.matches(ids[1] .. ",contact,update,,1,conflict,someone else has changed fields", csv, 1, true)
    assert.matches(ids[2] .. ",contact,update,,2,conflict,the record has changed", csv, 1, true)
    assert.matches("Pilot\r\n", csv, 1, true)
  end)

  it("stops the run under fail", function()
    prepare()
    local result = assert(place:apply { on_conflict = "fail" })
    assert.equal("conflict", result.stopped)
    assert.same({ 1, 4, 0 }, { result.conflicts, result.not_started, result.applied })
    assert.equal("Doctor", title_of(ids[1]))
  end)

  it("survives together with the plan's under rebase, unless both touch one field", function()
    prepare()
    local result = assert(place:apply { on_conflict = "rebase" })
    assert.same({ 2, 1, 2 }, { result.conflicts, result.unchanged, result.applied })
    assert.equal("Doctor", title_of(ids[1]))
    local both = assert(place.client.contacts:get(ids[2]))
    assert.same({ "Pilot", "Sir" }, { both.title, both.salutation })
  end)

  it("is a contact that was merged into another one, which stays as it is", function()
    local three = place:ids(3)
    place:plan {
      source = fix.ids { three[1], three[2] },
      change = function(contact)
        contact.title = "Pilot"
        return contact.id == three[1] and contact or fix.delete
      end,
    }
    place:faults { operation = "contacts.get", merge = { id = three[3] } }
    local result = assert(place:apply { on_conflict = "rebase" })
    assert.same({ 2, 0 }, { result.conflicts, result.applied })
    for _, outcome in ipairs(place:outcomes()) do
      assert.equal("the contact was merged into " .. three[3], outcome.reason)
    end
    place:faults()
    assert.not_equal("Pilot", title_of(three[3]))
    assert.is_table(place.client.contacts:get(three[2]))
  end)

  it("keeps a record from being deleted", function()
    local id = place:ids(1)[1]
    place:plan { source = fix.ids { id }, change = function() return fix.delete end }
    place:edit(id, { salutation = "Sir" })
    assert.equal(1, assert(place:apply { on_conflict = "rebase" }).conflicts)
    assert.equal("Sir", assert(place.client.contacts:get(id)).salutation)
  end)

  it("is retried by resume with retry_failed and another rule", function()
    prepare()
    assert(place:apply())
    local result = assert(place:resume { retry_failed = true, on_conflict = "rebase" })
    assert.same({ 2, 1, 2 }, { result.conflicts, result.unchanged, result.applied })
  end)
end)
