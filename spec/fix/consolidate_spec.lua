-- Consolidations: the survivor is completed, notes move, the others go last, and undo
-- restores everything but ids.
local core = require "extcontacts.core"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local note_owners = require "extcontacts.fix.plan.note_owners"

local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests

local USER = { id = "11111111-1111-4111-8111-111111111111" }
local serial = 0

local function contact(fields)
  local body = { firstName = "Ann", lastName = "Leeuwenhoek" }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  return assert(place.direct.contacts:create(body))
end

local function note(owner, text)
  return assert(place.direct.contacts.notes:create(owner.id, { noteText = text, createdBy = USER }))
end

local function notes_of(id)
  local out = {}
  for record in place.direct:each_contact_note(id) do
    out[#out + 1] = record.noteText
  end
  table.sort(out)
  return out
end

-- Three duplicates with notes; the second one is the survivor.
local function duplicates()
  serial = serial + 1
  local mail = serial .. "@example.com"
  local a = contact { workEmail = "a" .. mail, workPhone = { display = "+49 30 1234567" } }
  local b = contact { workEmail = "b" .. mail, title = "Pilot", salutation = "Dr", middleName = "M." }
  local c = contact { workEmail = "a" .. mail, workPhone = { display = "+49 30 7654321" }, title = "pilot" }
  note(a, "a1")
  note(a, "a2")
  note(b, "b1")
  note(c, "c1")
  return { a, b, c }
end

local function plan(sets, options, name)
  local firsts, by_id = {}, {}
  for index, set in ipairs(sets) do
    firsts[index], by_id[set[1].id] = set[1].id, set
  end
  return place:plan({
    source = fix.ids(firsts),
    change = function(record)
      return fix.consolidate(by_id[record.id], options)
    end,
  }, name)
end

local function exists(id)
  return place.direct.contacts:get(id) ~= nil
end

-- Each contact of the sets with its writable fields and its notes, in order.
local function graph()
  local out = {}
  for _, record in pairs(place:contacts()) do
    if record.lastName == "Leeuwenhoek" then
      out[#out + 1] = fixes.bytes(record) .. " " .. table.concat(notes_of(record.id), ",")
    end
  end
  table.sort(out)
  return out
end

local function skipped_detail()
  -- The name follows the reason, and no value.
  return place:read "p.skipped.csv":gsub('[\r"]', ""):match ": ([^\n]+),[^\n,]*,\n$"
end

local function run_child(...)
  return place:killable_run(...)
end

describe("a consolidation", function()

  it("completes the survivor, moves the notes and deletes the others last", function()
    local set = duplicates()
    plan { set }
    local lines, ops = place:objects "p", {}
    for index = 2, #lines - 1 do
      local change = lines[index]
      ops[#ops + 1] = change.kind .. " " .. change.op
      assert.equal(index > 2 and index - 2 or nil, change.needs)
      assert.not_equal("irreversible", change.class)
    end
    local move = "contact_note create contact_note delete "
    assert.equal("contact update " .. move:rep(3) .. "contact delete contact delete", table.concat(ops, " "))
    assert.equal(9, assert(place:apply()).applied)
    local survivor = assert(place.direct.contacts:get(set[2].id))
    assert.same({ "Pilot", "b" .. serial .. "@example.com", "a" .. serial .. "@example.com" },
      { survivor.title, survivor.workEmail, survivor.personalEmail })
    local numbers = { survivor.workPhone.e164, survivor.cellPhone.e164 }
    table.sort(numbers)
    assert.same({ "+49301234567", "+49307654321" }, numbers)
    assert.same({ "a1", "a2", "b1", "c1" }, notes_of(survivor.id))
    assert.same({ false, false }, { exists(set[1].id), exists(set[3].id) })
    local verified = assert(fix.verify(place.client, place:path "p"))
    assert.same({ 9, 0 }, { verified.match, verified.differ })
  end)

  for _, batch in ipairs { 1, 50 } do
    it("is undone byte for byte, except for ids, with batch = " .. batch, function()
      local sets = { duplicates(), duplicates(), duplicates() }
      local before = graph()
      plan(sets)
      assert.equal(27, assert(place:apply { batch = batch, concurrency = 3 }).applied)
      assert.equal(3, #graph())
      local undo = assert(fix.undo(place.client, place:path "p"))
      assert.equal(27, undo.changes)
      assert.equal(27, assert(fix.apply(place.client, place:path "p.undo", { batch = batch, concurrency = 3 })).applied)
      assert.same(before, graph())
    end)

    it("ends like an uninterrupted run when it is killed many times, with batch = " .. batch, function()
      local sets = { duplicates(), duplicates() }
      local before = graph()
      plan(sets)
      local kills, places = 0, { "after intent", "before applied", "torn intent", "torn applied", "after applied" }
      local output, code
      repeat
        local where, kind = places[kills % #places + 1]:match "(%a+) (%a+)"
        output, code = run_child(where, kind, 1 + kills % 2, batch)
        kills = kills + 1
      until code ~= "137"
      assert.equal("complete 18 0 0\n", output)
      assert.is_true(kills >= 5, kills)
      local out = graph()
      assert.equal(2, #out)
      for _, text in ipairs(out) do
        assert.is_truthy(text:find " a1,a2,b1,c1$")
      end
      assert(fix.undo(place.client, place:path "p"))
      assert.equal(18, assert(fix.apply(place.client, place:path "p.undo")).applied)
      assert.same(before, graph())
    end)
  end

  it("deletes nothing when a note can't be moved", function()
    local set = duplicates()
    plan { set }
    place:faults { operation = "contacts.notes.create", rate = 1, status = 422 }
    local result = assert(place:apply())
    assert.same({ 1, 1, 7 }, { result.applied, result.failed, result.conflicts })
    assert.equal("change 2, which it needs, was not applied", place:outcomes()[3].reason)
    assert.same({ true, true }, { exists(set[1].id), exists(set[3].id) })
    assert.same({ "a1", "a2" }, notes_of(set[1].id))
    place:faults()
    -- What failed is retried with what needs it.
    assert.equal(9, assert(place:resume { retry_failed = true }).applied)
    assert.same({ "a1", "a2", "b1", "c1" }, notes_of(set[2].id))
  end)

  it("leaves the survivor as it is when undo can't recreate the others", function()
    local set = duplicates()
    plan { set }
    assert(place:apply())
    local before = graph()
    assert(fix.undo(place.client, place:path "p"))
    place:faults { operation = "contacts.create", rate = 1, status = 422 }
    local result = assert(fix.apply(place.client, place:path "p.undo"))
    assert.same({ 0, 1, 8 }, { result.applied, result.failed, result.conflicts })
    assert.same(before, graph())
    place:faults()
    assert.equal(9, assert(fix.resume(place.client, place:path "p.undo", { retry_failed = true })).applied)
    assert.equal(3, #graph())
  end)

  it("does not delete a contact that got a note after it was planned", function()
    local set = duplicates()
    plan { set }
    note(set[1], "new")
    local result = assert(place:apply())
    assert.same({ 8, 1 }, { result.applied, result.conflicts })
    assert.equal("the contact has notes that were added since it was planned", place:outcomes()[9].reason)
    assert.same({ "new" }, notes_of(set[1].id))
  end)

  it("is skipped when a value would be lost, unless that is accepted or the value is set", function()
    local set = { contact { title = "Pilot", salutation = "Dr" }, contact { title = "Captain" } }
    assert.equal(0, plan({ set }).changes)
    assert.equal("title", skipped_detail())
    assert.equal(1, plan({ set }, { allow_loss = { "title" } }).changes)
    local lost = place:objects "p"[2].lost
    assert.same({ { id = set[2].id, path = { "title" }, value = "Captain" } }, lost)
    assert.equal(1, plan({ set }, { allow_loss = true }).changes)
    assert.equal(2, plan({ set }, { override = { title = "Cook" } }).changes)
    assert.equal(2, plan({ set }, { override = { title = core.json.null } }).changes)
  end)

  it("is skipped when the server would reject the result", function()
    place.server:control("POST", "/sandbox/settings", { field_rules = "ignore" })
    local a, b = contact { title = "Pilot" }, contact { workEmail = "ann at example.com" }
    place.server:control("POST", "/sandbox/settings", { field_rules = "enforce" })
    assert.equal(0, plan({ { a, b } }).changes)
    assert.is_truthy(place:read "p.skipped.csv":find("the server would reject the result; correct the value first: "
      .. "workEmail is not an e-mail address", 1, true))
  end)

  it("asks only contacts with notes for them when there are many", function()
    local sets, most = {}, note_owners.MOST_LISTED
    for index = 1, 6 do
      sets[index] = { contact { title = "Pilot" }, contact() }
    end
    note(sets[2][2], "early")
    note(sets[5][2], "late")
    note_owners.MOST_LISTED = 2
    place.server:control("DELETE", "/sandbox/ledger")
    local planned = plan(sets)
    note_owners.MOST_LISTED = most
    assert.equal(6 + 2 * 2, planned.changes)
    local listed = {}
    for _, entry in ipairs(place.server:control("GET", "/sandbox/ledger?limit=1000")) do
      local id = entry.method == "GET" and entry.path:match "/contacts/([^/]+)/notes"
      listed[#listed + 1] = id or nil
    end
    -- The first two, the survivor to which a note moves, and the one with a note.
    local expected = { sets[1][2].id, sets[2][2].id, sets[2][1].id, sets[5][2].id, sets[5][1].id }
    table.sort(expected)
    table.sort(listed)
    assert.same(expected, listed)
    assert.equal(10, assert(place:apply()).applied)
    assert.same({ "late" }, notes_of(sets[5][1].id))
  end)

  it("takes the survivor that is named", function()
    local set = duplicates()
    plan({ set }, { survivor = set[3].id:upper() })
    assert.is_true(assert(place:apply()).applied > 0)
    assert.same({ false, false, true }, { exists(set[1].id), exists(set[2].id), exists(set[3].id) })
    assert.equal("Dr", place.direct.contacts:get(set[3].id).salutation)
  end)

  it("is skipped for one contact, a foreign survivor, and others that were merged", function()
    local a, b = contact(), contact()
    assert.equal(0, plan({ { a, a } }).changes)
    assert.equal("1 contact; at least 2 are needed", skipped_detail())
    assert.equal(0, plan({ { a, b } }, { survivor = "x" }).changes)
    assert.equal("the survivor x is not one of them", skipped_detail())
    local merged = assert(place.direct.contacts:merge { contactIds = { b.id, contact().id } })
    assert.equal(0, plan({ { a, merged } }, { survivor = a.id }).changes)
    assert.is_truthy(skipped_detail():find("other contacts were merged into " .. merged.id, 1, true))
  end)

  it("plans nothing more once it was applied", function()
    local set = duplicates()
    plan { set }
    assert(place:apply())
    assert.equal(0, plan({ { set[2], set[2] } }, nil, "q").changes)
  end)
end)
