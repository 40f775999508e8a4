-- What depends on deleted contacts and organizations: it is counted in the plan, and undo
-- restores it.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local graph = require "spec.support.graph"

describe("dependents", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function delete_all()
    return fix.delete
  end

  -- The first records of a listing.
  local function first(listing, count)
    local ids = {}
    for record in place.client["scan_" .. listing](place.client, { max_items = count }) do
      ids[#ids + 1] = record.id
    end
    assert.equal(count, #ids)
    return ids
  end

  -- Removes values that the server would not accept again.
  local function repair()
    for contact in place.direct:scan_contacts { limit = 200 } do
      local is_bad = false
      for _, field in ipairs { "workEmail", "personalEmail", "otherEmail" } do
        if contact[field] and contact[field]:find " at " then
          contact[field], is_bad = nil, true
        end
      end
      if is_bad then
        assert(place.direct.contacts:update(contact.id, contact))
      end
    end
  end

  local function plan_deletes(kind, ids, name, options)
    return place:plan({ source = fix.ids(ids, { kind = kind }), change = delete_all }, name, options)
  end

  local function undo(name, options)
    return assert(fix.undo(place.client, place:path(name), options))
  end

  local function apply(name)
    local result = assert(place:apply(nil, name))
    assert.equal(result.total, result.applied, place:read(name .. ".errors.csv"))
    return result
  end

  local AUTHOR = { id = "11111111-1111-4111-8111-111111111111" }

  -- Adds to the seeded dependents: notes and links of the records to delete.
  local function enrich(contacts, organizations)
    local client = place.direct
    for index = 1, 60 do
      assert(client.contacts.notes:create(contacts[index], { noteText = "note " .. index % 7, createdBy = AUTHOR }))
    end
    for index, id in ipairs(organizations) do
      local contact = assert(client.contacts:get(contacts[index]))
      contact.externalOrganization = { id = id }
      assert(client.contacts:update(contact.id, contact))
      assert(client.relationships:create { externalOrganization = { id = id }, relationship = "owner " .. index % 3,
        user = { id = "22222222-2222-4222-8222-222222222222" } })
      assert(client.organizations.notes:create(id, { noteText = "of organization " .. index % 4, createdBy = AUTHOR }))
    end
  end

  local function check_deletion(order)
    repair()
    local contacts, organizations = first("contacts", 200), first("organizations", 20)
    enrich(contacts, organizations)
    local before, counts = graph.read(place.client)
    local ids = { contact = contacts, organization = organizations }
    local read = { contacts = 0, notes = 0, relationships = 0 }
    for _, kind in ipairs(order) do
      local plan = plan_deletes(kind, ids[kind], kind)
      assert.equal(#ids[kind], plan.changes)
      for field, count in pairs(plan.totals.dependents) do
        read[field] = read[field] + count
      end
      apply(kind)
    end
    local _, left = graph.read(place.client)
    assert.equal(counts.contacts - 200, left.contacts)
    assert.equal(counts.organizations - 20, left.organizations)
    assert.equal(counts.notes - read.notes, left.notes)
    assert.equal(counts.relationships - read.relationships, left.relationships)
    assert.is_true(read.notes >= 80 and read.relationships >= 20 and read.contacts >= 20)
    for index = #order, 1, -1 do
      undo(order[index])
      apply(order[index] .. ".undo")
    end
    local after, restored = graph.read(place.client)
    assert.same(counts, restored)
    assert.same({}, graph.differences(before, after))
    for kind, list in pairs(ids) do
      for _, id in ipairs(list) do
        assert.is_nil((place.client[kind .. "s"]:get(id)), "the old id exists")
      end
    end
    -- A second undo finds everything.
    for _, kind in ipairs(order) do
      assert.equal(0, undo(kind, { output = place:path "second" }).changes)
    end
  end

  it("are the same after 200 contacts, then 20 organizations are deleted and undone", function()
    check_deletion { "contact", "organization" }
  end)

  it("are the same after 20 organizations, then 200 contacts are deleted and undone", function()
    check_deletion { "organization", "contact" }
  end)

  -- The rest of the contact's graph: one organization with everything, and what others add.
  local function create_organization(client, name)
    local organization = assert(client.organizations:create { name = name or "Dependents Ltd" })
    assert(client.relationships:create { externalOrganization = { id = organization.id }, relationship = "owner",
      user = AUTHOR })
    assert(client.organizations.notes:create(organization.id, { noteText = "hello", createdBy = AUTHOR }))
    local contact = assert(client.contacts:create { firstName = "Ada", lastName = "Dependent",
      externalOrganization = { id = organization.id } })
    return organization.id, contact.id
  end

  it("are in the plan and the journal of a delete, and only counted for an erase", function()
    local id, contact = create_organization(place.direct)
    local plan = plan_deletes("organization", { id }, "p")
    assert.same({ notes = 1, relationships = 1, contacts = 1 }, plan.totals.dependents)
    local change = place:objects "p"[2]
    assert.equal("hello", change.dependents.notes[1].noteText)
    assert.same({ contact }, change.dependents.contacts)
    place:plan({ source = fix.ids({ id }, { kind = "organization" }), change = function()
      return fix.erase
    end }, "erase")
    assert.same({ counts = { notes = 1, relationships = 1, contacts = 1 } }, place:objects "erase"[2].dependents)
    assert.is_nil(place:read "erase":find "hello")
    apply "p"
    assert.equal("hello", place:objects "p.journal"[4].dependents.notes[1].noteText)
  end)

  it("of many records are read with scans, and the same is restored", function()
    repair()
    local before, counts = graph.read(place.client)
    local ids = {}
    for id in pairs(place:contacts()) do
      ids[#ids + 1] = id
    end
    table.sort(ids)
    local listed = place:requests "contacts.notes.list"
    local plan = plan_deletes("contact", ids, "p")
    assert.equal(#ids, plan.changes)
    assert.equal(300, place:requests "contacts.notes.list" - listed)
    apply "p"
    local _, left = graph.read(place.client)
    assert.equal(0, left.contacts)
    assert.equal(counts.notes, left.notes + plan.totals.dependents.notes)
    undo "p"
    apply "p.undo"
    assert.same({}, graph.differences(before, (graph.read(place.client))))
    -- The undo can be undone.
    undo "p.undo"
    apply "p.undo.undo"
    assert.same(left, select(2, graph.read(place.client)))
  end)

  it("that others have added keep undo from deleting a created record, unless told otherwise", function()
    local rows = {}
    for index = 1, 4 do
      rows[index] = ("Import%d,Person"):format(index)
    end
    local csv = place:write("rows.csv", "firstName,lastName\n" .. table.concat(rows, "\n") .. "\n")
    place:plan({ source = fix.csv(csv, { key = false }), change = function(_, ctx)
      return { fix.create("contact", { firstName = ctx.row.firstName, lastName = ctx.row.lastName }),
        fix.create("organization", { name = ctx.row.firstName .. " Ltd" }) }
    end })
    apply "p"
    local created = { contact = {}, organization = {} }
    for _, line in ipairs(place:objects "p.journal") do
      if line.t == "applied" then
        table.insert(created[line.kind], line.id)
      end
    end
    local client = place.direct
    assert(client.contacts.notes:create(created.contact[2], { noteText = "called", createdBy = AUTHOR }))
    assert(client.contacts:create { firstName = "Linked", externalOrganization = { id = created.organization[3] } })
    local plan = undo "p"
    assert.equal(6, plan.changes)
    assert.same({ ["the created record has since received notes, relationships or linked contacts"] = 2 },
      plan.totals.skipped)
    local received = {}
    for id, what in place:read("p.undo.skipped.csv"):gmatch "(%x[%x-]+),[^\n]*: ([^\n\"]*)" do
      received[id] = what
    end
    assert.same({ [created.contact[2]] = "1 note", [created.organization[3]] = "1 linked contact" }, received)
    assert.equal(8, undo("p", { with_dependents = true, force = true }).changes)
  end)

  it("of the same plan do not count as added by others", function()
    local id, contact = create_organization(place.direct)
    plan_deletes("organization", { id }, "p")
    apply "p"
    assert.equal(4, undo "p".changes) -- the organization, its note, its relationship and the link
    apply "p.undo"
    assert.is_truthy(assert(place.client.contacts:get(contact)).externalOrganization)
    assert.same({}, undo "p.undo".totals.skipped)
    apply "p.undo.undo"
    assert.is_nil(assert(place.client.contacts:get(contact)).externalOrganization)
  end)

  it("keep a link that someone else has set since", function()
    local id, contact = create_organization(place.direct)
    plan_deletes("organization", { id }, "p")
    apply "p"
    local other = create_organization(place.direct, "Another Ltd")
    local record = assert(place.client.contacts:get(contact))
    record.externalOrganization = { id = other }
    assert(place.direct.contacts:update(contact, record))
    local plan = undo "p"
    assert.equal(3, plan.changes)
    assert.same({ ["someone else has linked the contact to another organization since"] = 1 }, plan.totals.skipped)
  end)

  it("that may not be read are named in a warning, and the plan is made", function()
    local id = create_organization(place.direct)
    place:faults { operation = "organizations.relationships", status = 403 }
    local plan = plan_deletes("organization", { id }, "p")
    assert.equal(1, plan.changes)
    assert.equal(1, plan.totals.warnings.dependents)
  end)
end)
