-- Moves between divisions: a copy first, notes and relationships next, the record last;
-- nothing is lost or doubled, whatever happens in between, and undo restores it.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local graph = require "spec.support.graph"

local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests

local HERE, THERE = "a1b2c3d4-0000-4000-8000-000000000001", "a1b2c3d4-0000-4000-8000-000000000002"
local USER = { id = "11111111-1111-4111-8111-111111111111" }
local serial = 0

before_each(function()
  -- The divisions above are made up.
  place.server:control("POST", "/sandbox/settings", { division_lookup = "refuse" })
end)

local function contact(fields)
  serial = serial + 1
  local body = {
    firstName = "Ann", lastName = "Leeuwenhoek", title = "Pilot", workEmail = serial .. ".ann@example.com",
    workPhone = { display = "+49 30 1230" .. 1000 + serial, extension = 7 }, division = { id = HERE },
    address = { city = "Delft" }, surveyOptOut = true,
  }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  return assert(place.direct.contacts:create(body))
end

local function note(owner, text)
  return assert(place.direct.contacts.notes:create(owner.id, { noteText = text, createdBy = USER }))
end

-- A contact without notes, one with one, and one with two.
local function contacts()
  local list = {}
  for index = 1, 3 do
    list[index] = contact()
    for number = 2, index do
      note(list[index], ("note %d of %d"):format(number, index))
    end
  end
  return list
end

local function ids_of(list)
  local ids = {}
  for index, record in ipairs(list) do
    ids[index] = record.id
  end
  return ids
end

local function plan(list, options, more)
  return place:plan({
    source = fix.ids(ids_of(list), { kind = more and more.kind }),
    change = function()
      return fix.move(THERE, options)
    end,
  }, more and more.name, more)
end

-- The graph of all records, and the same with the moved ones in the division HERE.
local function read_graph()
  local texts = graph.read(place.direct)
  local as_before = {}
  for index, text in ipairs(texts) do
    as_before[index] = text:gsub("000000000002\"", "000000000001\"")
  end
  table.sort(as_before)
  return texts, as_before
end

local function in_division(id, kind)
  local count = 0
  for _ in place.direct["scan_" .. (kind or "contacts")](place.direct, { division_id = id }) do
    count = count + 1
  end
  return count
end

local function undo(expected)
  local undone = assert(fix.undo(place.client, place:path "p"))
  assert.is_nil(undone.skipped_path and place:read "p.undo.skipped.csv")
  local result = assert(place:apply(nil, "p.undo"))
  assert.equal(result.total, result.applied, place:read "p.undo.errors.csv")
  assert.same({}, graph.differences(expected, (read_graph())))
end

local function reasons(name)
  local out = fixes.skipped_reasons(place:path(name or "p"))
  table.sort(out)
  return out
end

-- Checks that the records were moved, once each and with everything.
local function check_moved(before, list)
  local after, as_before = read_graph()
  assert.same({}, graph.differences(before, as_before))
  assert.equal(2 * #list, #graph.differences(before, after) - 2 * 3)
  for _, record in ipairs(list) do
    assert.is_nil((place.direct.contacts:get(record.id)))
  end
end

local PLACES = { "after intent", "before applied", "torn intent", "torn applied", "after applied", "before intent" }

-- Applies and resumes the plan in processes that kill themselves, until one ends.
local function kill_until_complete(batch, changes)
  local kills = 0
  local output, code
  repeat
    local where, kind = PLACES[kills % #PLACES + 1]:match "(%a+) (%a+)"
    output, code = place:killable_run(where, kind, 1 + kills % 2, batch)
    kills = kills + 1
  until code ~= "137"
  assert.equal(("complete %d 0 0\n"):format(changes), output)
  assert.is_true(kills >= 6, kills)
end

describe("a move of contacts", function()
  it("creates copies, carries over the notes and deletes the contacts last", function()
    local list = contacts()
    local before = read_graph()
    assert.equal(9, plan(list).changes)
    local ops = {}
    for _, change in ipairs(place:objects "p") do
      if change.op then
        ops[#ops + 1] = ("%s %s"):format(change.kind, change.op)
        assert.equal("partly_reversible", change.class)
      end
    end
    assert.equal("contact create, contact delete, contact create, contact_note create, contact delete, contact create, "
      .. "contact_note create, contact_note create, contact delete", table.concat(ops, ", "))
    assert.equal(9, assert(place:apply()).applied)
    check_moved(before, list)
    local verified = assert(fix.verify(place.client, place:path "p"))
    assert.same({ 9, 0 }, { verified.match, verified.differ })
    -- The id map of the journal names the copies.
    local copies = 0
    for _, line in ipairs(place:objects "p.journal") do
      if line.t == "applied" and line.kind == "contact" and line.old_id then
        copies = copies + 1
        assert.equal(THERE, assert(place.direct.contacts:get(line.id)).division.id)
      end
    end
    assert.equal(3, copies)
    undo(before)
  end)

  for _, batch in ipairs { 1, 4 } do
    it("ends like an uninterrupted run when it is killed at any place, with batch = " .. batch, function()
      local list = contacts()
      local before = read_graph()
      plan(list)
      kill_until_complete(batch, 9)
      check_moved(before, list)
      undo(before)
    end)
  end

  it("of contacts without addresses is not doubled by a kill, either", function()
    local list = {}
    for index = 1, 3 do
      -- The third has the content of the second.
      list[index] = assert(place.direct.contacts:create { firstName = "Bob", lastName = "No" .. math.min(index, 2),
        division = { id = HERE } })
    end
    local before = read_graph()
    plan(list)
    kill_until_complete(4, 6)
    local _, as_before = read_graph()
    assert.same({}, graph.differences(before, as_before))
    undo(before)
  end)

  it("neither doubles nor loses anything when replies are lost", function()
    local list = contacts()
    local before = read_graph()
    plan(list)
    place:faults({ operation = "contacts.bulk.add", nth = 1, drop = "after" },
      { operation = "notes.bulk.add", nth = 1, drop = "after" },
      { operation = "contacts.bulk.remove", nth = 1, drop = "after" })
    local result = assert(place:apply())
    place:faults()
    if result.applied < 9 then
      result = assert(place:resume())
    end
    assert.equal(9, result.applied, place:read "p.errors.csv")
    check_moved(before, list)
  end)

  it("is planned once: moved contacts are skipped, and so are copies of an unfinished plan", function()
    local list = contacts()
    plan(list, nil, { limit = 2 })
    assert.equal(5, #place:objects "p" - 2)
    assert(place:apply { limit = 1, batch = 1 })
    local second = plan({ list[1] }, nil, { name = "q" })
    assert.equal(0, second.changes)
    assert.matches("an earlier plan created its copy", reasons "q"[1], 1, true)
    assert(place:resume())
    local scan = place:plan({ source = fix.scan("contacts", { division_id = THERE }), change = function()
      return fix.move(THERE)
    end }, "r")
    assert.same({ 0, { "already in the division", "already in the division" } }, { scan.changes, reasons "r" })
  end)

  it("creates nothing if the contact was edited since planning", function()
    local list = contacts()
    plan(list)
    place:edit(list[2].id, { title = "Cook" })
    local before = read_graph()
    local result = assert(place:apply())
    assert.same({ 6, 3 }, { result.applied, result.conflicts })
    assert.equal(2, in_division(THERE))
    assert.equal("the record has changed since it was planned", place:outcomes()[3].reason)
    undo(before)
  end)

  it("deletes nothing that was added or edited since planning", function()
    local list = contacts()
    plan(list)
    local text = place.direct:each_contact_note(list[2].id)()
    text.noteText = "edited"
    assert(place.direct.contacts.notes:update(list[2].id, text.id, text))
    note(list[3], "new")
    local before = read_graph()
    local result = assert(place:apply())
    assert.same({ 7, 2 }, { result.applied, result.conflicts })
    assert.matches("the contact has notes that were added or changed", place:outcomes()[9].reason, 1, true)
    assert.is_truthy(place.direct.contacts:get(list[2].id))
    assert.is_truthy(place.direct.contacts:get(list[3].id))
    undo(before)
  end)

  it("deletes no contact that has got a cookie since planning", function()
    local list = contacts()
    plan(list)
    assert(place.direct:call("contacts.identifiers.change", list[1].id,
      { operation = "Claim", identifier = { type = "Cookie", value = "later" } }))
    local result = assert(place:apply())
    assert.same({ 8, 1 }, { result.applied, result.conflicts })
    assert.equal("it has got an identifier since it was planned that no field holds: Cookie",
      place:outcomes()[2].reason)
    assert.is_truthy(place.direct.contacts:get(list[1].id))
  end)

  it("deletes nothing whose copy is not where it must be", function()
    local list = contacts()
    plan(list)
    assert.equal(1, assert(place:apply { limit = 1, batch = 1 }).applied)
    local copy = place:outcomes()[1].id
    assert(place.direct.contacts:delete(copy))
    local result = assert(place:resume())
    assert.same({ 8, 1 }, { result.applied, result.conflicts })
    assert.equal(("its copy %s no longer exists"):format(copy), place:outcomes()[2].reason)
    assert.is_truthy(place.direct.contacts:get(list[1].id))
  end)

  it("stops and deletes nothing if the token may not write in the division", function()
    local list = contacts()
    local before = read_graph()
    plan(list)
    place.server:control("POST", "/sandbox/divisions", { client_id = place.server.client_id, divisions = { HERE } })
    local client = fixes.client(place.server)
    local result = assert(fix.apply(client, place:path "p"))
    client:close()
    place.server:control("POST", "/sandbox/divisions", { client_id = place.server.client_id,
      divisions = require("extcontacts").null })
    assert.equal(0, result.applied)
    assert.same({}, graph.differences(before, (read_graph())))
    assert.equal(9, assert(place:resume { retry_failed = true }).applied)
    check_moved(before, list)
  end)

  it("undoes the whole move of a contact that is named, by its old or new id", function()
    local list = contacts()
    plan(list)
    assert(place:apply())
    local copy = place:outcomes()[6].id
    for _, id in ipairs { list[3].id, copy } do
      assert.equal(6, assert(fix.undo(place.client, place:path "p", { only = { id }, force = true })).changes)
    end
    -- Any change of it, an action, or a condition that holds for one of its records stands for all.
    local whole = assert(fix.undo(place.client, place:path "p", { only = { "7" }, force = true }))
    assert.same({ 6, 3 }, { whole.changes, whole.added })
    for _, options in ipairs { { only = { "move" } }, { only = { "delete" } }, { where = "lastName ~= nil" },
      { only = { "move" }, limit = 9 } } do
      options.force = true
      assert.equal(assert(fix.undo(place.client, place:path "p", { force = true })).changes,
        assert(fix.undo(place.client, place:path "p", options)).changes)
    end
    -- A limit within it ends after it.
    assert.equal(6, assert(fix.undo(place.client, place:path "p", { limit = 1, force = true })).changes)
  end)

  it("skips what would lose an identifier, unless that is accepted", function()
    local cookie, shared, merged, unowned = contact(), contact(), contact(), contact()
    local other = contact { workPhone = { display = shared.workPhone.e164 }, workEmail = unowned.workEmail }
    assert(place.direct:call("contacts.identifiers.change", cookie.id,
      { operation = "Claim", identifier = { type = "Cookie", value = "c1" } }))
    local result = assert(place.direct.contacts:merge { contactIds = { merged.id, contact().id } })
    local function move(name, options)
      return plan({ cookie, shared, result, other }, options, { name = name }).changes
    end
    assert.equal(2, move "p")
    assert.same({
      "identifiers would be lost; allow_loss accepts that: Cookie, which no field holds",
      "identifiers would be lost; allow_loss accepts that: Phone, which another contact has, too",
      "the record can't be moved: other contacts were merged into it, and their ids would no longer lead to it",
    }, reasons())
    assert.equal(4, move("q", { allow_loss = { "Cookie" } }))
    assert.equal(6, move("r", { allow_loss = true }))
    assert.equal("identifiers are lost: Cookie, which no field holds", place:objects "r"[3].warnings[1].text)
    assert.equal(2, assert(place:apply(nil, "p")).applied)
    for _, identifier in ipairs {
      { type = "Cookie", value = "c1" }, { type = "Phone", value = shared.workPhone.e164 },
      { type = "Email", value = unowned.workEmail },
    } do
      local owner = assert(place.direct:call("lookup.contact", identifier))
      assert.equal(identifier.type == "Cookie" and cookie.id or identifier.type == "Phone" and shared.id or unowned.id,
        owner.id)
    end
    os.remove(place:path "p")
    os.remove(place:path "p.journal")
    assert.equal(4, move("p", { allow_loss = true }))
    assert.equal(4, assert(place:apply(nil, "p")).applied, place:read "p.errors.csv")
  end)

  it("finds who shares an identifier by a scan if there are many contacts", function()
    local ids = place:ids(300)
    local shared, alone = contact(), contact()
    contact { workPhone = { display = shared.workPhone.e164 } }
    ids[301], ids[302] = shared.id, alone.id
    local plan_all = place:plan({
      source = fix.ids(ids),
      change = function(record)
        local is_mine = record.id == shared.id or record.id == alone.id
        return fix.move(THERE, { allow_loss = not is_mine })
      end,
    })
    assert.equal(301, plan_all.totals.moves.contact)
    assert.same({ "identifiers would be lost; allow_loss accepts that: Phone, which another contact has, too" },
      reasons())
  end)

  it("is planned with single requests where the search is refused", function()
    local list = contacts()
    place:faults { operation = "contacts.search", rate = 1, status = 403 }
    assert.equal(9, plan(list).changes)
    assert.equal(1, place:requests "contacts.search")
  end)

  it("keeps all identifiers that the fields hold", function()
    local source = assert(place.direct:call("external_sources.create", { name = "CRM " .. serial, active = true }))
    local one = contact {
      lineId = { ids = { { userId = "line 1" } } }, facebookId = { ids = { { scopedId = "f1" } } },
      instagramId = { ids = { { scopedId = "i1" } }, handle = "ann.i" }, twitterId = { id = "1", screenName = "Ann_L" },
      whatsAppId = { phoneNumber = { display = "+49 151 2345678" } }, appleOpaqueIds = { { value = "a1" } },
      externalIds = { { externalSource = { id = source.id }, value = "x 1" } },
    }
    local owned = assert(place.direct:call("contacts.identifiers.list", one.id)).entities
    assert.is_true(#owned >= 8, #owned)
    plan { one }
    assert.equal(2, assert(place:apply()).applied, place:read "p.skipped.csv")
    local copy = place:outcomes()[1].id
    local verified = assert(fix.verify(place.client, place:path "p"))
    assert.same({ 2, 0 }, { verified.match, verified.differ })
    -- Where a write does not claim identifiers, verify says so.
    place.server:control("POST", "/sandbox/settings", { explicit_claims = true })
    verified = assert(fix.verify(place.client, place:path "p"))
    assert.same({ 1, 1 }, { verified.match, verified.differ })
    place.server:control("POST", "/sandbox/settings", { explicit_claims = false })
    for _, identifier in ipairs(owned) do
      local owner = assert(place.direct:call("lookup.contact", { type = identifier.type, value = identifier.value,
        externalSource = identifier.externalSource }))
      assert.equal(copy, owner.id, identifier.type)
    end
  end)
end)

describe("a move of organizations", function()
  local function organization(name)
    local one = assert(place.direct.organizations:create { name = name, division = { id = HERE }, tags = { "a", "b" } })
    assert(place.direct.organizations.notes:create(one.id, { noteText = "of " .. name, createdBy = USER }))
    assert(place.direct.relationships:create { externalOrganization = { id = one.id }, relationship = "owner",
      user = { id = "22222222-2222-4222-8222-222222222222" } })
    for _ = 1, 2 do
      contact { externalOrganization = { id = one.id } }
    end
    return one
  end

  for _, batch in ipairs { 1, 4 } do
    it("carries over notes, relationships and linked contacts, with batch = " .. batch, function()
      local list = { organization "First", organization "Second" }
      local before = read_graph()
      assert.equal(12, plan(list, nil, { kind = "organization" }).changes)
      assert.equal(12, assert(place:apply { batch = batch }).applied, place:read "p.errors.csv")
      local _, as_before = read_graph()
      assert.same({}, graph.differences(before, as_before))
      assert.equal(2, in_division(THERE, "organizations"))
      for _, one in ipairs(list) do
        assert.is_nil((place.direct.organizations:get(one.id)))
      end
      local verified = assert(fix.verify(place.client, place:path "p"))
      assert.same({ 12, 0 }, { verified.match, verified.differ })
      undo(before)
    end)
  end

  for _, batch in ipairs { 1, 4 } do
    it("ends like an uninterrupted run when it is killed at any place, with batch = " .. batch, function()
      local list = { organization "First", organization "Second" }
      local before = read_graph()
      plan(list, nil, { kind = "organization" })
      kill_until_complete(batch, 12)
      local _, as_before = read_graph()
      assert.same({}, graph.differences(before, as_before))
      undo(before)
    end)
  end

  it("is undone when it stopped before the deletion", function()
    local list = { organization "First" }
    local before = read_graph()
    plan(list, nil, { kind = "organization" })
    assert.equal(5, assert(place:apply { limit = 5, batch = 1 }).applied)
    assert.is_truthy(place.direct.organizations:get(list[1].id))
    undo(before)
  end)

  it("leaves an organization to which a contact was linked since planning", function()
    local one = organization "First"
    plan({ one }, nil, { kind = "organization" })
    contact { externalOrganization = { id = one.id } }
    local result = assert(place:apply())
    assert.same({ 5, 1 }, { result.applied, result.conflicts })
    assert.matches("the organization has linked contacts that were added", place:outcomes()[6].reason, 1, true)
  end)

  it("skips one that is linked to a trustor", function()
    local trusted
    for one in place.direct:scan_organizations {} do
      local whole = place.direct.organizations:get(one.id, { include_trustors = true })
      trusted = trusted or whole.trustor and one
    end
    assert.equal(0, plan({ trusted }, nil, { kind = "organization" }).changes)
    assert.same({ "the record can't be moved: it is linked to a trustor, which can't be linked to the copy" },
      reasons())
  end)
end)

describe("the division of a move", function()
  it("is checked before anything is planned, if the token may ask", function()
    place.server:control("POST", "/sandbox/settings", { division_lookup = "answer" })
    local message = place:plan_problem {
      source = fix.ids(place:ids(1)),
      change = function()
        return fix.move(THERE)
      end,
    }
    assert.equal(("there is no division %s; check its id"):format(THERE), message)
  end)

  it("must be an id, and the move the only change of its record", function()
    assert.has_error(function()
      fix.move "home"
    end, "fix.move takes the id of a division: not a valid id")
    assert.matches("fix.move can't be combined with another change of the record", place:plan_problem {
      change = function(record)
        return { fix.move(THERE), fix.update(record) }
      end,
    }, 1, true)
    assert.matches("fix.move works for contacts and organizations only", place:plan_problem {
      source = fix.scan "relationships",
      change = function()
        return fix.move(THERE)
      end,
    }, 1, true)
  end)
end)
