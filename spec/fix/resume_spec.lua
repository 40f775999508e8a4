-- Resuming a plan whose process was killed: nothing is lost, nothing done twice.
local canonical = require "extcontacts.record.canonical"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local journal = require "extcontacts.fix.journal"

local place = fixes.fresh_place(before_each, after_each, { resets = false, batch = 1 }) -- it counts requests

local function child(where, kind, number, shell, batch)
  return place:killable_run(where, kind, number, batch, shell)
end

local PLACES = {
  { "after", "intent" }, { "before", "applied" }, { "torn", "intent" }, { "torn", "applied" },
  { "after", "applied" }, { "before", "intent" },
}

-- The canonical form of every contact, and the texts of all notes.
local function state_of_everything()
  local out = {}
  for id, contact in pairs(place:contacts()) do
    out[id] = canonical.text(canonical.form("contact", contact))
  end
  for note in place.client:scan_notes {} do
    out[#out + 1] = note.noteText
  end
  table.sort(out)
  return out
end

local USER = { id = "11111111-1111-4111-8111-111111111111" }

local function mixed(ids)
  local at = {}
  for index, id in ipairs(ids) do
    at[id] = index
  end
  return {
    source = fix.ids(ids),
    change = function(contact)
      local index = at[contact.id]
      if index % 4 == 1 then
        return fix.delete
      elseif index % 4 == 2 then
        return { fix.add_note { noteText = "note " .. index, createdBy = USER } }
      end
      contact.title = "Pilot " .. index
      contact.cellPhone = { display = "+49 30 90182" .. index }
      return contact
    end,
  }
end

-- Resumes with a short check time for lost creates: this server has no lag.
local function resume(batch)
  local client = fixes.client(place.server, { check_time = 0.1 })
  local result = assert(fix.resume(client, place:path "p", { batch = batch or 1 }))
  client:close()
  return result
end

local function writes()
  return place:requests "contacts.update" + place:requests "contacts.delete"
    + place:requests "contacts.notes.create"
end

-- Checks that no change has an intent after its confirmation.
local function check_journal()
  local confirmed = {}
  for text in place:read("p.journal"):gmatch "([^\n]+)\n" do
    local line = assert(ec.json.decode(text))
    if line.t == "applied" then
      confirmed[line.n] = true
    elseif line.t == "intent" then
      assert.is_nil(confirmed[line.n])
    end
  end
end

-- The changes that have an intent and no outcome.
local function open_changes()
  local open = {}
  for n in pairs(assert(journal.read(journal.path(place:path "p"))).open) do
    open[#open + 1] = n
  end
  return open
end

describe("fix.resume", function()

  it("ends like an uninterrupted run when the process is killed many times", function()
    place:plan(mixed(place:ids(24)))
    assert.equal(24, assert(place:apply()).applied)
    local expected = state_of_everything()
    assert.equal(24, writes())

    place.server:reset()
    os.remove(place:path "p.journal")
    local kills = 0
    local output, code
    repeat
      local where = PLACES[kills % #PLACES + 1]
      output, code = child(where[1], where[2], 1 + kills % 3)
      if code ~= "0" then
        assert.equal("137", code, output)
        kills = kills + 1
        check_journal()
      end
    until code == "0"
    assert.is_true(kills >= 12, kills)
    assert.equal("complete 24 0 0\n", output)
    assert.same(expected, state_of_everything())
    -- Writes that had arrived were found; nothing was sent twice.
    assert.equal(24, writes())
  end)

  for _, where in ipairs(PLACES) do
    it(("settles a change killed %s its %s"):format(where[1], where[2]), function()
      place:plan(mixed(place:ids(4)))
      for number = 1, 4 do
        place.server:reset()
        os.remove(place:path "p.journal")
        local output, code = child(where[1], where[2], number)
        assert.equal("137", code, output)
        local result = resume()
        assert.same({ 4, 0, 0 }, { result.applied, result.unknown, result.not_started })
        assert.equal(4, writes())
        check_journal()
      end
    end)
  end

  it("ends like an uninterrupted run when the process is killed many times between and within batches", function()
    place:plan(mixed(place:ids(48)))
    assert.equal(48, assert(place:apply { batch = 8 }).applied)
    local expected = state_of_everything()
    place.server:reset()
    os.remove(place:path "p.journal")
    local kills = 0
    local output, code
    repeat
      local where = PLACES[kills % #PLACES + 1]
      output, code = child(where[1], where[2], 1 + kills % 2, nil, 8)
      if code ~= "0" then
        assert.equal("137", code, output)
        kills = kills + 1
        check_journal()
        assert.is_true(#open_changes() <= 16) -- two batches
      end
    until code == "0"
    assert.is_true(kills >= 4, kills)
    assert.equal("complete 48 0 0\n", output)
    assert.same(expected, state_of_everything())
  end)

  for _, where in ipairs(PLACES) do
    it(("settles a batch killed %s its %s"):format(where[1], where[2]), function()
      place:plan(mixed(place:ids(12)))
      for number = 1, 2 do
        place.server:reset()
        os.remove(place:path "p.journal")
        local output, code = child(where[1], where[2], number, nil, 6)
        assert.equal("137", code, output)
        local result = resume(6)
        assert.same({ 12, 0, 0 }, { result.applied, result.unknown, result.not_started })
        check_journal()
        assert.same({}, open_changes())
      end
    end)
  end

  it("does not overwrite what someone did between the kill and the resume", function()
    local ids = place:ids(4)
    place:plan_titles(4, "Pilot")
    local _, code = child("after", "intent", 2) -- in the journal, not sent
    assert.equal("137", code)
    place:edit(ids[2], { title = "Doctor" })
    place:edit(ids[1], { salutation = "Sir" }) -- after it was applied
    local result = assert(place:resume())
    assert.same({ 3, 1 }, { result.applied, result.conflicts })
    assert.equal("Doctor", assert(place.client.contacts:get(ids[2])).title)
    assert.equal("Sir", assert(place.client.contacts:get(ids[1])).salutation)
  end)

  for _, batch in ipairs { 1, 50 } do
    local requests = batch == 1 and "single requests" or "batches"
    it("leaves alone contacts that were merged between the kill and the resume, with " .. requests, function()
      local ids = place:ids(6)
      place:plan {
        source = fix.ids { ids[1], ids[2] },
        change = function(contact)
          contact.title = "Pilot"
          return contact.id == ids[1] and contact or fix.delete
        end,
      }
      local _, code = child("after", "intent", batch == 1 and 2 or 1, nil, batch)
      assert.equal("137", code)
      local merged = {}
      for index = 1, 2 do
        merged[index] = assert(place.client.contacts:merge { contactIds = { ids[index], ids[index + 2] } }).id
      end
      local result = resume(batch)
      assert.equal(0, result.unknown)
      -- The delete has not been sent, and must not reach the other contact now.
      assert.is_table(place.client.contacts:get(merged[2]))
      assert.equal(("the contact was merged into %s"):format(merged[2]), place:outcomes()[2].reason)
      if batch == 50 then
        assert.equal(2, result.conflicts)
        assert.not_equal("Pilot", assert(place.client.contacts:get(merged[1])).title)
      end
    end)
  end

  -- Creates that no search can rule out: organizations, and contacts without an address.
  local function plan_unsearchable()
    place:plan {
      source = fix.ids(place:ids(1)),
      change = function()
        local twin = fix.create("contact", { firstName = "Tweedle", lastName = "Dee" })
        return { fix.create("organization", { name = "New Ltd" }), twin, twin, twin }
      end,
    }
  end

  local function count_created()
    local counts = { organizations = 0, contacts = 0 }
    for record in place.direct:scan_organizations {} do
      counts.organizations = counts.organizations + (record.name == "New Ltd" and 1 or 0)
    end
    for record in place.direct:scan_contacts {} do
      counts.contacts = counts.contacts + (record.lastName == "Dee" and 1 or 0)
    end
    return counts
  end

  for _, batch in ipairs { 1, 50 } do
    it("settles creates that no search can rule out with one scan, with batch = " .. batch, function()
      plan_unsearchable()
      local kills = 0
      local places, output, code = { { "after", "intent" }, { "before", "applied" } }
      repeat
        local where = places[kills % 2 + 1]
        output, code = place:killable_run(where[1], where[2], 1 + kills % 3, batch)
        kills = kills + 1
      until code ~= "137"
      assert.is_true(kills > 2, kills)
      assert.matches(" 0 0\n$", output)
      assert.same({ organizations = 1, contacts = 3 }, count_created())
      assert.equal(4, assert(fix.status(place:path "p")).counts.applied)
    end)
  end

  it("leaves a create unknown that can't be found while the records can't be scanned", function()
    plan_unsearchable()
    local _, code = child("after", "intent", 1)
    assert.equal("137", code)
    place:faults { operation = "organizations.scan", rate = 1, status = 403 }
    local result = resume()
    assert.same({ 1, 3 }, { result.unknown, result.applied })
    assert.equal(0, place:requests "organizations.create")
    assert.matches(",unknown,", place:read "p.errors.csv", 1, true)
    -- Once more: still unknown, still not sent.
    assert.equal(1, resume().unknown)
    assert.equal(0, place:requests "organizations.create")
    place:faults()
    assert.same({ 0, 4 }, { resume().unknown, resume().applied })
    assert.same({ organizations = 1, contacts = 3 }, count_created())
  end)

  it("sends nothing that names a recreated record before that record has a new id", function()
    local id = assert(place.direct.organizations:create { name = "Old Ltd" }).id
    local user = { id = "11111111-1111-4111-8111-111111111111" }
    assert(place.direct.organizations.notes:create(id, { noteText = "kept", createdBy = user }))
    assert(place.direct.contacts:create { lastName = "Linked", externalOrganization = { id = id } })
    place:plan({ source = fix.ids({ id }, { kind = "organization" }), change = function() return fix.delete end }, "q")
    assert(place:apply(nil, "q"))
    assert.equal(3, assert(fix.undo(place.client, place:path "q", { output = place:path "p" })).changes)
    local _, code = child("after", "intent", 1)
    assert.equal("137", code)
    place:faults { operation = "organizations.scan", rate = 1, status = 403 }
    local result = resume()
    assert.same({ 1, 2, 0, 0 }, { result.unknown, result.not_started, result.failed, result.conflicts })
    place:faults()
    assert.equal(3, resume().applied)
  end)
end)

describe("a disk that fills up during a run", function()

  it("stops the run before a write that the journal can't record, and the run can be resumed", function()
    place:plan_titles(12, "Pilot")
    -- Files of at most 8 KiB; the shell counts in blocks of 512 bytes.
    local output = child("before", "none", 1, "trap '' XFSZ; ulimit -f 16; ")
    local done = tonumber(output:match "^io (%d+) 0 0\n$")
    assert.is_true(done > 0 and done < 12, output)
    assert.is_true(#place:read "p.journal" <= 8192)
    local noted = 0
    for _, line in ipairs(place:objects "p.journal") do -- every line is readable
      noted = noted + (line.t == "intent" and 1 or 0)
    end
    assert.equal(noted, place:requests "contacts.update")
    assert.equal(12, assert(place:resume()).applied)
    assert.equal(12, place:requests "contacts.update")
  end)
end)
