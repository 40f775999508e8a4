-- Applying in batches: bulk requests, one sync, and outcomes of single changes.
local changes = require "extcontacts.fix.plan.changes"
local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local draft = require "extcontacts.fix.plan.draft"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local USER = { id = "11111111-1111-4111-8111-111111111111" }

describe("a batch", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests

  local function apply(options, name)
    options = options or {}
    options.batch = options.batch or "auto"
    return assert(place:apply(options, name))
  end

  local function title_of(id)
    return assert(place.client.contacts:get(id)).title
  end

  it("takes bulk requests and one sync of the journal", function()
    place:plan_titles(40, "Pilot")
    local reads, bulk_reads = place:requests "contacts.get", place:requests "contacts.bulk.get"
    local syncs, open = 0, core.file.open
    core.file.open = function(path, mode)
      local file, message, code = open(path, mode)
      if not file or mode == "read" or not path:find "journal" then
        return file, message, code
      end
      return setmetatable({}, { __index = function(_, name)
        return function(_, ...)
          syncs = syncs + (name == "sync" and 1 or 0)
          return file[name](file, ...)
        end
      end })
    end
    local ok, result = pcall(apply, { batch = 20, concurrency = 1 })
    core.file.open = open
    assert(ok, result)
    assert.same({ 40, 0 }, { result.applied, result.not_started })
    assert.same({ 0, 0 }, { place:requests "contacts.update", place:requests "contacts.get" - reads })
    -- The size of a request starts at 10; that of reads has grown already.
    assert.same({ 2, 3 }, { place:requests "contacts.bulk.get" - bulk_reads, place:requests "contacts.bulk.update" })
    assert.equal(5, syncs) -- one for each batch, two before the run and one at its end
    local open_intents, most = 0, 0
    for _, line in ipairs(place:objects "p.journal") do
      open_intents = open_intents + (line.t == "intent" and 1 or line.t == "applied" and -1 or 0)
      most = math.max(most, open_intents)
    end
    assert.same({ 0, 20 }, { open_intents, most })
  end)

  it("uses single calls for single changes and with batch = 1", function()
    place:plan_titles(3, "Pilot")
    assert.equal(3, apply { batch = 1 }.applied)
    assert.same({ 3, 0 }, { place:requests "contacts.update", place:requests "contacts.bulk.update" })
    place:plan_titles(1, "Captain", "q")
    assert.equal(1, apply({}, "q").applied)
    assert.same({ 4, 0 }, { place:requests "contacts.update", place:requests "contacts.bulk.update" })
  end)

  it("rejects a size that it can't have", function()
    for _, size in ipairs { 0, 51, 1.5, "all" } do
      local _, message = pcall(fix.apply, place.client, "p", { batch = size })
      assert.matches("option 'batch' must be", message, 1, true)
    end
  end)

  it("has an outcome for each of its changes", function()
    local ids = place:ids(6)
    place:plan {
      source = fix.ids(ids),
      change = function(contact)
        contact.title = "Pilot"
        if contact.id == ids[6] then
          contact.workEmail = "nobody at nowhere"
        end
        return contact
      end,
    }
    place:edit(ids[1], { title = "Doctor" })
    place:edit(ids[2], { salutation = "Sir" })
    assert(place.client.contacts:delete(ids[3]))
    place:edit(ids[4], { title = "Pilot" })
    local result = apply()
    assert.same({ 1, 1, 3, 1 }, { result.applied, result.unchanged, result.conflicts, result.failed })
    local outcomes = place:outcomes()
    assert.same({ "title" }, outcomes[1].fields)
    assert.equal("salutation", outcomes[2].fields[1])
    assert.matches("no longer exists", outcomes[3].reason, 1, true)
    assert.equal("unchanged", outcomes[4].t)
    assert.same({ "failed", "workEmail" }, { outcomes[6].t, outcomes[6].field })
    assert.same({ "Doctor", "Pilot" }, { title_of(ids[1]), title_of(ids[5]) })
    assert.matches(ids[6] .. ",contact,update,,6,failed,", place:read "p.errors.csv", 1, true)
  end)

  it("applies updates, deletes, notes and creates, and undo takes them back", function()
    local ids = place:ids(16)
    local at = {}
    for index, id in ipairs(ids) do
      at[id] = index
    end
    local before = place:contacts()
    local plan = place:plan {
      source = fix.ids(ids),
      change = function(contact)
        local index = at[contact.id]
        if index % 4 == 0 then
          return fix.delete
        end
        contact.title = "Pilot " .. index
        if index % 4 == 1 then
          return { fix.update(contact), fix.add_note { noteText = "note " .. index, createdBy = USER } }
        elseif index % 4 == 2 then
          return fix.create("organization", { name = "Company " .. index })
        end
        return contact
      end,
    }
    local result = apply()
    assert.same({ 20, 0, 0 }, { result.applied, result.failed, result.conflicts })
    local outcomes, created = place:outcomes(), 0
    for _, line in ipairs(place:objects "p.journal") do
      if line.t == "intent" and line.op == "create" then
        local outcome = outcomes[line.n]
        local record = line.kind == "organization" and assert(place.client.organizations:get(outcome.id))
          or assert(place.client.contacts.notes:get(line.owner, outcome.id))
        assert.equal(line.body.noteText or line.body.name, record.noteText or record.name)
        created = created + 1
      end
    end
    assert.equal(8, created)
    assert(fix.undo(place.client, place:path "p"))
    local undone = assert(fix.apply(place.client, place:path "p.undo", { batch = "auto" }))
    -- The notes of deleted contacts are recreated.
    assert.same({ 20 + plan.totals.dependents.notes, 0 }, { undone.applied, undone.conflicts })
    local new_ids = {}
    for _, line in ipairs(place:objects "p.undo.journal") do
      if line.t == "applied" and line.old_id then
        new_ids[line.old_id] = line.id
      end
    end
    local after, count = place:contacts(), 0
    for id, contact in pairs(before) do
      -- Only spaces that the server trims may be missing.
      assert.same({}, diff.divergences("contact", contact, after[new_ids[id] or id]))
      count = count + 1
    end
    for _ in pairs(after) do
      count = count - 1
    end
    assert.equal(0, count)
    for note in place.client:scan_notes {} do
      assert.is_nil(note.noteText:find "^note %d+$")
    end
  end)

  it("recreates organizations, their contacts and notes in the order of their references", function()
    local plan = assert(draft.new(place.client, { name = "recreate", fix = {}, options = {}, source = {} },
      { output = place:path "p" }))
    plan:start()
    local function id(first, index)
      return ("%s%07d-0000-4000-8000-000000000000"):format(first, index)
    end
    for index = 1, 12 do
      local organization = changes.create("organization", nil, { name = "Company " .. index })
      local contact = changes.create("contact", nil, {
        firstName = "Ann", lastName = "Number " .. index, externalOrganization = { id = id("a", index) },
      })
      organization.old_id, contact.old_id = id("a", index), id("b", index)
      plan:add(organization)
      plan:add(contact)
      plan:add(changes.create("contact_note", id("b", index), { noteText = "of " .. index, createdBy = USER }))
    end
    assert(plan:finish())
    local result = apply()
    assert.same({ 36, 0 }, { result.applied, result.failed })
    local outcomes = place:outcomes()
    for index = 1, 12 do
      local organization, contact = outcomes[3 * index - 2].id, outcomes[3 * index - 1].id
      local record = assert(place.client.contacts:get(contact))
      assert.same({ "Number " .. index, organization }, { record.lastName, record.externalOrganization.id })
      local note = assert(place.client.contacts.notes:get(contact, outcomes[3 * index].id))
      assert.equal("of " .. index, note.noteText)
    end
    -- Three rounds, of which each starts with 10 items.
    assert.same({ 2, 2, 2 }, { place:requests "organizations.bulk.create", place:requests "contacts.bulk.create",
      place:requests "notes.bulk.create" })
  end)

  it("stops before changes of it at a limit, an interruption or max_errors", function()
    place:plan_titles(8, "Pilot")
    local result = apply { limit = 3 }
    assert.same({ "limit", 3, 5 }, { result.stopped, result.applied, result.not_started })
    local asked = 0
    result = assert(place:resume { batch = "auto", interrupted = function()
      asked = asked + 1
      return asked > 2
    end })
    assert.same({ "interrupted", 5, 3 }, { result.stopped, result.applied, result.not_started })
    assert.equal(8, assert(place:resume { batch = "auto" }).applied)
    local function plan_bad(name)
      place:plan({ change = function(contact)
        contact.workEmail = "nobody at nowhere"
        return contact
      end }, name)
    end
    plan_bad "q"
    result = apply({ max_errors = 3 }, "q")
    assert.same({ "max_errors", 3 }, { result.stopped, result.failed })
    plan_bad "r"
    result = apply({}, "r")
    assert.same({ "error_rate", 50 }, { result.stopped, result.failed })
  end)

  it("stops at its first conflict under fail", function()
    local ids = place:ids(5)
    place:plan_titles(5, "Pilot")
    place:edit(ids[3], { title = "Doctor" })
    local result = apply { on_conflict = "fail" }
    assert.same({ "conflict", 1, 2, 2 }, { result.stopped, result.conflicts, result.applied, result.not_started })
  end)

  it("is sent in part while the run is paused, and reads the other records again", function()
    local ids = place:ids(8)
    place:plan_titles(8, "Pilot")
    local asked, seen = 0, {}
    local result = apply {
      paused = function()
        asked = asked + 1
        return asked >= 4 and asked <= 6
      end,
      on_progress = function(progress)
        if progress.paused then
          seen[#seen + 1] = progress.settled
          place:edit(ids[5], { title = "Doctor" })
        end
      end,
    }
    assert.same({ 3 }, seen)
    assert.same({ 7, 1 }, { result.applied, result.conflicts })
    assert.equal("Doctor", title_of(ids[5]))
  end)

  it("does the same by single calls where bulk is not permitted", function()
    local ids = place:ids(4)
    place:plan { source = fix.ids(ids), change = function(contact)
      contact.title = "Pilot"
      return { fix.update(contact), fix.add_note { noteText = "called " .. contact.id, createdBy = USER } }
    end }
    place:faults({ operation = "*.bulk.*", status = 403 })
    local result = apply()
    assert.same({ 8, 0, 0 }, { result.applied, result.failed, result.unknown })
    assert.same({ 4, 4 }, { place:requests "contacts.update", place:requests "contacts.notes.create" })
  end)

  it("stops at a missing permission, with nothing left open", function()
    place:plan_titles(6, "Pilot")
    place:faults({ operation = "contacts.bulk.update", status = 403 }, { operation = "contacts.update", status = 403 })
    local result = apply()
    assert.same({ "auth", 6, 0 }, { result.stopped, result.not_started, result.unknown })
    place:faults()
    assert.equal(6, assert(place:resume { batch = "auto" }).applied)
  end)

  it("leaves contacts that were merged into other ones", function()
    local ids = place:ids(6)
    place:plan_titles(4, "Pilot")
    local merged = assert(place.direct.contacts:merge { contactIds = { ids[2], ids[6] } })
    local result = apply { on_conflict = "rebase" }
    assert.same({ 3, 1 }, { result.applied, result.conflicts })
    assert.equal("the contact was merged into " .. merged.id, place:outcomes()[2].reason)
  end)

  it("names the contact that received the values of one that was merged before the write", function()
    local ids = place:ids(8)
    place:plan_titles(2, "Pilot")
    local merged
    local result = apply { interrupted = function() -- asked between the reading and the write
      merged = merged or assert(place.direct.contacts:merge { contactIds = { ids[1], ids[8] } }).id
      return false
    end }
    assert.same({ 1, 1 }, { result.conflicts, result.applied })
    assert.equal(("the contact was merged into %s, which received the planned values"):format(merged),
      place:outcomes()[1].reason)
    assert.equal("Pilot", title_of(merged))
  end)

  it("goes on when the server forbids single items", function()
    place:plan_titles(4, "Pilot")
    place:faults { operation = "contacts.bulk.update", item = 2, item_status = 403 }
    local result = apply()
    assert.same({ 3, 1 }, { result.applied, result.failed, result.stopped })
  end)

  it("reads the contacts that may have an address together, and looks each address up", function()
    local rows, lookups = {}, 0
    for index = 1, 12 do
      rows[index] = ("n%d@address.example"):format(index)
    end
    local owner = place:ids(1)[1]
    place:plan {
      source = fix.ids(place:ids(12)),
      change = function(contact)
        lookups = lookups + 1
        local list = { fix.create("contact", { lastName = "Lee", workEmail = rows[lookups] }, nil, rows[lookups]) }
        contact.title = "Pilot"
        list[2] = contact.id == owner and fix.update(contact) or nil
        return list
      end,
    }
    for index = 1, 6 do
      assert(place.direct.contacts:create { lastName = "Other", workEmail = rows[index] })
    end
    place:faults { operation = "lookup.reverse", nth = 8, status = 500 }
    local before = place:requests "lookup.reverse"
    local result = apply()
    assert.same({ 7, 6 }, { result.applied, result.conflicts })
    assert.equal("a contact with this address exists already", place:outcomes()[1].reason)
    assert.equal(0, place:requests "contacts.get")
    assert.equal(13, place:requests "lookup.reverse" - before)
  end)

  it("counts the failure of a request once", function()
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    place:plan_titles(8, "Pilot")
    place:faults { operation = "contacts.bulk.get", nth = 1, status = 503 }
    local result = assert(fix.apply(client, place:path "p", { batch = "auto", write = "bulk" }))
    client:close()
    assert.same({ 8 }, { result.applied, result.stopped })
  end)

  it("whose reply was lost is settled by reading the records", function()
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    place:plan_titles(8, "Pilot")
    place:faults { operation = "contacts.bulk.update", nth = 1, drop = "after" }
    local result = assert(fix.apply(client, place:path "p", { batch = "auto", write = "bulk" }))
    client:close()
    assert.same({ 8, 0 }, { result.applied, result.unknown })
    assert.is_true(place:outcomes()[1].settled)
    assert.equal(1, place:requests "contacts.bulk.update")
  end)

  for _, batch in ipairs { 1, 50 } do
    it("reads what became of a change whose retry is refused, with batch = " .. batch, function()
      local operation = batch == 1 and "contacts.update" or "contacts.bulk.update"
      local ids = place:ids(3)
      for index, id in ipairs(ids) do
        place:edit(id, { title = "Mate " .. index })
      end
      place:plan_titles(3, "Pilot")
      -- The second change is carried out, and the server says that it failed; then it is refused.
      if batch == 1 then
        place:faults({ operation = operation, nth = 2, status = 503, after = true },
          { operation = operation, nth = 3, status = 422 })
      else
        place:faults({ operation = operation, nth = 1, item = 2, item_status = 503, item_after = true },
          { operation = operation, nth = 2, item_status = 422, retryable = false })
      end
      local result = assert(place:apply { batch = batch, write = "bulk" })
      assert.same({ 3, 0, 0 }, { result.applied, result.failed, result.unknown })
      assert.is_true(place:outcomes()[2].settled)
      place:faults()
      assert.equal(3, assert(fix.undo(place.client, place:path "p")).changes)
      assert.equal(3, assert(place:apply({ batch = batch }, "p.undo")).applied)
      assert.equal("Mate 2", place.client.contacts:get(ids[2]).title)
    end)
  end

  it("is in memory only while it is under way", function()
    -- The most KiB that are alive during a run, more than before it.
    local function peak(name, count)
      place:plan_titles(count, "Pilot " .. name, name)
      collectgarbage()
      local before, most, asked = collectgarbage "count", 0, 0
      local result = apply({ batch = 10, on_progress = function()
        asked = asked + 1
        if asked % 15 == 0 then
          collectgarbage()
          most = math.max(most, collectgarbage "count" - before)
        end
      end }, name)
      assert.equal(count, result.applied + result.failed) -- some have an address that the server refuses
      return most
    end
    peak("warm", 30)
    local small, large = peak("small", 60), peak("large", 420)
    -- 360 changes with their records take more than 3,600 KiB.
    assert.is_true(large < small + 1000, ("%.0f KiB for 60 changes, %.0f KiB for 420"):format(small, large))
  end)

  it("ends exactly, however many replies are lost and items fail", function()
    local ids = place:ids(200)
    local at = {}
    for index, id in ipairs(ids) do
      at[id] = index
    end
    place:plan {
      source = fix.ids(ids),
      change = function(contact)
        local index = at[contact.id]
        contact.title = "Pilot " .. index
        if contact.workEmail and contact.workEmail:find(" ", 1, true) then
          contact.workEmail = nil -- the server would refuse the record
        end
        if index % 5 == 0 then
          return fix.delete
        elseif index % 5 == 1 then
          return { fix.update(contact), fix.add_note { noteText = "note " .. index, createdBy = USER } }
        elseif index % 5 == 2 then
          return fix.create("contact", { firstName = "New", lastName = "Number " .. index,
            workEmail = ("new%d@lost.example"):format(index) })
        end
        return contact
      end,
    }
    place:faults({ operation = "*.bulk.*", rate = 0.1, drop = "after" },
      { operation = "*.bulk.*", rate = 0.05, drop = "before" },
      -- Rules that match the same request are one; hence one rule with items per operation.
      { operation = "*.bulk.update", item_rate = 0.05, item_status = 422 },
      { operation = "*.bulk.create", item_rate = 0.05, item_status = 503, item_after = true },
      { operation = "*.bulk.delete", item_rate = 0.05, item_status = 503, item_after = true },
      { operation = "*.bulk.get", item_rate = 0.05, item_status = 500 })
    local client = fixes.client(place.server, { check_time = 0.1 })
    local result = assert(fix.apply(client, place:path "p", { batch = 10, error_rate = 1 }))
    assert.is_true(result.failed > 0)
    for _ = 1, 20 do
      if result.applied + result.unchanged < 240 then
        result = assert(fix.resume(client, place:path "p", { batch = 10, error_rate = 1, retry_failed = true }))
      end
    end
    client:close()
    place:faults()
    assert.same({ 240, 0, 0 }, { result.applied + result.unchanged, result.unknown, result.not_started })
    local contacts, created, notes = place:contacts(), {}, {}
    for _, contact in pairs(contacts) do
      local number = type(contact.workEmail) == "string" and contact.workEmail:match "^new(%d+)@lost.example$"
      if number then
        created[#created + 1] = tonumber(number)
      end
    end
    for note in place.client:scan_notes {} do
      notes[#notes + 1] = tonumber(note.noteText:match "^note (%d+)$")
    end
    table.sort(created)
    table.sort(notes)
    local expected_contacts, expected_notes = {}, {}
    for index, id in ipairs(ids) do
      expected_contacts[#expected_contacts + 1] = index % 5 == 2 and index or nil
      expected_notes[#expected_notes + 1] = index % 5 == 1 and index or nil
      local contact = contacts[id]
      if index % 5 == 0 then
        assert.is_nil(contact)
      elseif index % 5 ~= 2 then
        assert.equal("Pilot " .. index, contact.title)
      end
    end
    assert.equal(table.concat(expected_contacts, " "), table.concat(created, " "))
    assert.equal(table.concat(expected_notes, " "), table.concat(notes, " "))
  end)
end)
