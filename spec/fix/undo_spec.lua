-- Undo: a plan that reverses what another one applied.
local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local graph = require "spec.support.graph"
local snapshot = require "extcontacts.snapshot"

local USER = { id = "11111111-1111-4111-8111-111111111111" }

local unpack = compat.unpack

describe("fix.undo", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function apply(name)
    return assert(place:apply(nil, name))
  end

  local function undo(options)
    return assert(fix.undo(place.client, place:path "p", options))
  end

  it("restores every writable field, on a server that reformats phone numbers", function()
    local before = place:contacts()
    local plan = place:plan { change = function(contact)
      if contact.workEmail and contact.workEmail:find(" at ", 1, true) then
        return nil -- the server would reject both the change and its undo
      end
      contact.title = contact.title and contact.title:upper() or "none"
      contact.salutation = nil
      contact.address = nil
      contact.customFields, contact.schema = nil, nil
      if contact.workPhone then
        contact.workPhone = { display = "+49 30 901820", e164 = "+4930901820" }
      else
        contact.cellPhone = { display = "+1 212 555 0100", acceptsSMS = true }
      end
      contact.externalOrganization = nil
      return contact
    end }
    local result = apply()
    assert.is_true(result.applied > 400, result.applied)
    local undone = undo()
    assert.equal(place:path "p.undo", undone.path)
    assert.equal(result.applied, undone.changes)
    assert.equal(plan.totals.sha256, place:objects "p.undo"[1].undoes)
    assert.same({}, undone.totals.skipped)
    assert.equal(result.applied, apply("p.undo").applied)
    local restored = 0
    for id, contact in pairs(place:contacts()) do
      if fixes.bytes(contact) == fixes.bytes(before[id]) then
        restored = restored + 1
      else
        -- Only spaces that the server trims may be missing.
        assert.same({}, diff.divergences("contact", before[id], contact))
      end
    end
    assert.is_true(restored > 400, restored)
    -- After that there is nothing to undo.
    os.remove(place:path "p.undo.journal")
    assert.equal(0, undo({ force = true }).changes)
  end)

  it("recreates a deleted record once, but not because of an equal one that was there before", function()
    local fields = { firstName = "Ann", lastName = "Twin", workEmail = "ann@twin.example" }
    local twins = {}
    for index = 1, 2 do
      twins[index] = assert(place.direct.contacts:create(fields)).id
    end
    place.server:control("POST", "/sandbox/clock", { advance = 120 })
    place:plan { source = fix.ids { twins[1] }, change = function() return fix.delete end }
    apply()
    local function undone(name)
      local planned = undo { output = place:path(name) }
      return planned.changes, planned.totals.skipped["the deleted record was recreated"]
    end
    assert.same({ 1 }, { undone "first" })
    apply "first"
    assert.same({ 0, 1 }, { undone "second" })
    -- Without the journal of the first undo, its content shows that it exists.
    os.remove(place:path "first.journal")
    assert.same({ 0, 1 }, { undone "third" })
    local found = assert(place.direct.lookup:reverse "ann@twin.example").contacts
    assert.equal(2, #found)
    for _, contact in ipairs(found) do
      if contact.id ~= twins[2] then
        assert(place.direct.contacts:delete(contact.id))
      end
    end
    assert.same({ 1 }, { undone "fourth" })
  end)

  it("deletes created records and recreates deleted ones, notes included", function()
    local ids = place:ids(30)
    local noted
    for _, id in ipairs(ids) do
      if #assert(place.client.contacts.notes:list(id)).entities == 0 then
        noted = noted or id
      end
    end
    local note = assert(place.direct.contacts.notes:create(noted, { noteText = "keep", createdBy = USER }))
    local created
    place:plan {
      source = fix.each("contact_note", function(client)
        local done = false
        return function()
          if not done then
            done = true
            return (client.contacts.notes:get(noted, note.id))
          end
        end
      end),
      change = function()
        return { fix.delete, fix.create("contact", { firstName = "Ann", lastName = "Lee" }) }
      end,
    }
    -- The note and the new contact.
    assert.equal(2, apply().applied)
    for _, line in ipairs(place:objects "p.journal") do
      created = line.t == "applied" and line.op == "create" and line.id or created
    end
    local undone = undo()
    assert.same({ ["contact.delete"] = 1, ["contact_note.create"] = 1 }, undone.totals.operations)
    assert.equal(2, apply("p.undo").applied)
    local _, err = place.client.contacts:get(created)
    assert.equal(404, err.status)
    local notes = assert(place.client.contacts.notes:list(noted)).entities
    assert.equal("keep", notes[1].noteText)
    assert.not_equal(note.id, notes[1].id)
  end)

  it("points at the new id of a recreated record", function()
    local id = place:ids(1)[1]
    local record = assert(place.client.contacts:get(id))
    local note = assert(place.direct.contacts.notes:create(id, { noteText = "keep", createdBy = USER }))
    local records_left = {
      function(client) return (client.contacts.notes:get(id, note.id)) end,
      function(client) return (client.contacts:get(id)) end,
    }
    for index, kind in ipairs { "contact_note", "contact" } do
      place:plan({
        source = fix.each(kind, function(client)
          local read = records_left[index]
          return function()
            local found = read and read(client)
            read = nil
            return found
          end
        end),
        change = function() return fix.delete end,
      }, "p" .. index)
      assert.equal(1, apply("p" .. index).applied)
    end
    -- One plan that undoes both: their journals in one.
    os.execute(("cat %s >%s"):format(place:path "p2", place:path "p"))
    local lines = {}
    for index, line in ipairs(place:objects "p2.journal") do
      line.n = line.n and 2
      lines[index] = line
    end
    local header = table.remove(lines, 1)
    for index, line in ipairs(place:objects "p1.journal") do
      table.insert(lines, index, line)
    end
    lines[1] = header
    place:write_journal("p.journal", lines)
    local undone = undo()
    assert.equal(2, undone.changes)
    assert.equal(2, apply("p.undo").applied)
    local new_id
    for _, line in ipairs(place:objects "p.undo.journal") do
      new_id = line.old_id == id and line.t == "applied" and line.id or new_id
    end
    assert.equal(record.lastName, assert(place.client.contacts:get(new_id)).lastName)
    assert.equal("keep", assert(place.client.contacts.notes:list(new_id)).entities[1].noteText)
  end)

  it("of several plans, the last one first, follows the records that the undos recreate", function()
    local client = place.direct
    local function organization(name)
      return assert(client.organizations:create { name = name }).id
    end
    local from, to = organization "From", organization "To"
    local linked = assert(client.contacts:create { lastName = "Linked", externalOrganization = { id = from } }).id
    local deleted = assert(client.contacts:create { lastName = "Deleted", title = "Cook" }).id
    for _, text in ipairs { "gone", "kept" } do
      assert(client.contacts.notes:create(deleted, { noteText = text, createdBy = USER }))
    end
    local before = graph.read(client)
    local function plan_rows(name, kind, ids, change)
      place:plan({ source = fix.ids(ids, { kind = kind }), change = change }, name)
      assert.equal(0, apply(name).not_started)
    end
    -- What the later plans delete, the first ones change.
    plan_rows("p1", "contact", { linked, deleted }, function(contact)
      contact.title = "Pilot"
      contact.externalOrganization = contact.id == linked and { id = to } or nil
      return { fix.update(contact), contact.id == deleted and fix.add_note { noteText = "new", createdBy = USER }
        or fix.create("contact", { lastName = "Created", externalOrganization = { id = to } }) }
    end)
    place:plan({
      source = fix.each("contact_note", function(source_client)
        return source_client:each_contact_note(deleted)
      end),
      change = function(note)
        if note.noteText == "gone" then
          return fix.delete
        elseif note.noteText == "kept" then
          note.noteText = "changed"
        end
        return note
      end,
    }, "p2")
    assert.equal(2, apply("p2").applied)
    plan_rows("p3", "contact", { deleted }, function() return fix.delete end)
    plan_rows("p4", "organization", { from, to }, function() return fix.delete end)
    for index = 4, 1, -1 do
      local name = "p" .. index
      assert.is_true(assert(fix.undo(client, place:path(name))).changes > 0)
      local result = apply(name .. ".undo")
      assert.same({ 0, 0, result.total }, { result.failed, result.conflicts, result.applied })
      assert.is_nil(place:read(name .. ".undo.skipped.csv"))
    end
    assert.same({}, graph.differences(before, (graph.read(client))))
  end)

  it("skips what someone changed since, with the reason", function()
    local ids = place:ids(4)
    place:plan { source = fix.ids(ids), change = function(contact)
      contact.title, contact.salutation = "Pilot", "Cpt."
      return contact
    end }
    apply()
    place:edit(ids[1], { title = "Doctor" })
    place:edit(ids[2], { otherEmail = "new@example.com" })
    assert(place.client.contacts:delete(ids[3]))
    local undone = undo()
    assert.same({ ["someone else has changed a field since"] = 1,
      ["the record no longer exists"] = 1 }, undone.totals.skipped)
    assert.equal(place:path "p.undo.skipped.csv", undone.skipped_path)
    assert.matches("\n,contact," .. ids[3] .. ",the record no longer exists,",
      place:read "p.undo.skipped.csv", 1, true)
    assert.equal(3, undone.changes)
    apply "p.undo"
    local first = assert(place.client.contacts:get(ids[1]))
    assert.equal("Doctor", first.title)
    assert.not_equal("Cpt.", first.salutation)
    assert.equal("new@example.com", assert(place.client.contacts:get(ids[2])).otherEmail)
  end)

  it("undoes some ids only, and can itself be undone", function()
    local ids = place:ids(3)
    place:plan_titles(3, "Pilot")
    apply()
    assert.equal(1, undo({ only = { "{" .. ids[2]:upper() .. "}" } }).changes)
    apply "p.undo"
    assert.not_equal("Pilot", assert(place.client.contacts:get(ids[2])).title)
    assert.equal("Pilot", assert(place.client.contacts:get(ids[1])).title)
    assert(fix.undo(place.client, place:path "p.undo"))
    apply "p.undo.undo"
    assert.equal("Pilot", assert(place.client.contacts:get(ids[2])).title)
  end)

  describe("of a choice", function()
    -- Updates, a deletion and a create: rows 1 to 5.
    local ids
    before_each(function()
      ids = place:ids(4)
      local count = 0
      place:plan {
        source = fix.ids(ids),
        change = function(contact)
          count = count + 1
          if count == 3 then
            return { fix.delete, fix.create("contact", { lastName = "Made" }) }
          end
          contact.title = "Pilot"
          return contact
        end,
      }
      apply()
    end)

    local function numbers(only, options)
      options = options or {}
      options.only, options.force = only, true
      local undone = undo(options)
      local by_row = {}
      for _, change in ipairs(place:objects "p.undo") do
        by_row[#by_row + 1] = change.op and change.op .. " " .. (change.old_id or change.id)
      end
      return by_row, undone
    end

    local function problem(only)
      local undone, err = fix.undo(place.client, place:path "p", { only = only })
      assert.is_nil(undone)
      assert.is_nil(place:read "p.undo")
      return (err.message:gsub(place.dir .. "/", ""))
    end

    it("takes ids, a file of ids, actions, rows, several of them, and a limit", function()
      local made = place:outcomes()[4].id
      local list = place:write("ids.csv", "name,id\nx," .. ids[2]:upper() .. "\n")
      local update_1, update_2, update_4 = "update " .. ids[1], "update " .. ids[2], "update " .. ids[4]
      for _, case in ipairs {
        { { ids[2] }, update_2 }, { { "@" .. list, ids[1] }, update_2, update_1 }, { { made }, "delete " .. made },
        { { "update" }, update_4, update_2, update_1 }, { { "create" }, "delete " .. made },
        { { "delete" }, "create " .. ids[3] }, { { "2-3" }, "create " .. ids[3], update_2 },
        { { "4" }, "delete " .. made }, { { "1", ids[3] }, "create " .. ids[3], update_1 },
        { { { "update" }, { "2-4" } }, update_2 }, { { { "update", "create" }, { ids[1], made } }, "delete " .. made,
          update_1 },
      } do
        assert.same({ unpack(case, 2) }, (numbers(case[1])))
      end
      assert.same({ update_4, "delete " .. made }, (numbers(nil, { limit = 2 })))
      assert.same({ update_4 }, (numbers({ "update" }, { limit = 1 })))
      assert.same({ update_2 }, (numbers({ "update" }, { where = ('id == "%s"'):format(ids[2]) })))
    end)

    it("names what the plan does not have", function()
      local other = "00000000-0000-0000-0000-00000000abcd"
      assert.equal("only: p does not contain " .. other, problem { ids[1], other })
      local many = {}
      for index = 1, 12 do
        many[index] = ("00000000-0000-0000-0000-0000000000%02d"):format(index)
      end
      assert.equal("only: p does not contain " .. table.concat(many, ", ", 1, 10) .. " and 2 more", problem(many))
      assert.equal("only: p has no promote; it has: create, delete, update", problem { "promote" })
      assert.equal("only: 3-6: p has 5 changes only", problem { "3-6" })
      assert.equal("only: 5-3 is not a range of rows, such as 10-20", problem { "5-3" })
      assert.equal("only: unknown action 'udpate', did you mean 'update'?; write an id, @FILE, an action or a range of "
        .. "rows", problem { "udpate" })
      assert.equal("only: cannot read none.txt", problem { "@" .. place:path "none.txt" })
      assert.equal("only: 'ids.txt' is a file; write @ids.txt for the ids in it",
        problem { place:write("ids.txt", ids[1]) })
      assert.equal("only: bad.txt: line 2: not a valid id", problem { "@" .. place:write("bad.txt", other .. "\nx\n") })
    end)

    it("says how many of the chosen changes were not applied", function()
      local all = place:ids(8)
      place:plan({ source = fix.ids { all[5], all[6], all[7] }, change = function(contact)
        contact.title = "Cook"
        return contact
      end }, "q")
      assert(place:apply({ limit = 1 }, "q"))
      local undone = assert(fix.undo(place.client, place:path "q", { only = { "1-2" } }))
      assert.same({ 1, 1 }, { undone.changes, undone.unapplied })
    end)

    it("includes the deleted records that a deleted one refers to", function()
      assert(snapshot.export(place.client, place:path "s", { only = { "organizations", "contacts" } }))
      local organization = assert(place.client.organizations:create { name = "Acme" })
      local contact = assert(place.client.contacts:create { lastName = "Lee",
        externalOrganization = { id = organization.id } })
      local other = assert(place.client.contacts:create { lastName = "Ray" })
      assert(snapshot.plan_restore(place.client, place:path "s", { output = place:path "q", delete_created = true }))
      assert.equal(3, apply("q").applied)
      local undone = assert(fix.undo(place.client, place:path "q", { only = { contact.id } }))
      assert.same({ 2, 1 }, { undone.changes, undone.added })
      local function undone_by(id)
        return assert(fix.undo(place.client, place:path "q", { only = { id }, force = true })).changes
      end
      assert.equal(1, undone_by(organization.id))
      assert.equal(1, undone_by(other.id))
    end)
  end)

  it("undoes the applied changes of an unfinished run", function()
    place:plan_titles(5, "Pilot")
    assert(place:apply { limit = 2 })
    assert.equal(2, undo().changes)
  end)

  it("can't recreate erased records", function()
    place:plan { source = fix.ids(place:ids(1)), change = function() return fix.erase end }
    assert(place:apply { allow_irreversible = true })
    local undone = undo()
    assert.equal(0, undone.changes)
    assert.same({ ["the record was erased, which can't be undone"] = 1 }, undone.totals.skipped)
  end)

  it("needs a plan that was applied and that no process is applying", function()
    place:plan_titles(1, "Pilot")
    local undone, err = fix.undo(place.client, place:path "p")
    assert.is_nil(undone)
    assert.equal("not_begun", err.code)
    apply()
    local other = assert(core.file.open(place:path "p.journal", "append"))
    assert(other:lock())
    undone, err = fix.undo(place.client, place:path "p")
    assert.is_nil(undone)
    assert.equal("locked", err.code)
    other:close()
  end)
end)
