local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

local NOBODY = api.NOBODY

describe("a merge in the sandbox", function()
  local server, session
  sandbox.around({ contacts = 300, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  -- Creates contacts, the next one a minute later than the one before, and returns
  -- their ids.  `created` has the records.
  local created
  local function create_all(list)
    created = {}
    for position, fields in ipairs(list) do
      created[position] = session:create(fields)
      server:control("POST", "/sandbox/clock", { advance = 60 })
    end
    return api.ids(created)
  end

  local function create(...)
    return create_all { ... }
  end

  local function send(ids, override)
    return session:call("POST", "/contacts/merge", { contactIds = ids, valueOverride = override })
  end

  local function merge(ids, override)
    local reply = send(ids, override)
    assert.equal(200, reply.status, reply.text)
    return reply.body
  end

  local function unresolved(id)
    return session:must("GET", "/contacts/" .. id .. "/unresolved")
  end

  local function count()
    return server:control("GET", "/sandbox/counters").records.contact
  end

  local function set_of(references)
    local ids = {}
    for _, reference in ipairs(references) do
      assert.equal("/api/v2/externalcontacts/contacts/" .. reference.id, reference.selfUri)
      ids[reference.id] = true
    end
    return ids
  end

  it("creates a new contact, which the ids of the others lead to", function()
    local ids = create({ title = "One" }, { title = "Two" }, { title = "Three" })
    local before = created
    local merged = merge(ids)
    for _, id in ipairs(ids) do
      assert.not_equal(id, merged.id)
      local found = session:must("GET", "/contacts/" .. id)
      assert.equal(merged.id, found.id)
      assert.same(merged, found)
    end
    assert.same(merged, session:must("GET", "/contacts/" .. merged.id))
    assert.equal("/api/v2/externalcontacts/contacts/" .. merged.id, merged.selfUri)
    assert.equal("Curated", merged.type)
    assert.equal(merged.createDate, merged.modifyDate)
    assert.is_true(merged.createDate > before[3].createDate)
    assert.equal(301, count())
  end)

  it("shows its tree in all its contacts", function()
    local ids = create({}, {}, {})
    local first = merge { ids[1], ids[2] }
    local second = merge { first.id, ids[3] }
    local all = { [ids[1]] = true, [ids[2]] = true, [ids[3]] = true, [first.id] = true, [second.id] = true }
    assert.equal(second.id, second.canonicalContact.id)
    assert.same(all, set_of(second.mergeSet))
    assert.same({ [first.id] = true, [ids[3]] = true }, set_of(second.mergedFrom))
    assert.is_nil(second.mergedTo)
    assert.is_nil(second.mergeOperation)
    local middle = unresolved(first.id)
    assert.equal(first.id, middle.id)
    assert.same({ [ids[1]] = true, [ids[2]] = true }, set_of(middle.mergedFrom))
    assert.equal(second.id, middle.mergedTo.id)
    local leaf = unresolved(ids[1])
    assert.equal(ids[1], leaf.id)
    assert.equal(first.id, leaf.mergedTo.id)
    assert.equal(second.id, leaf.canonicalContact.id)
    assert.same(all, set_of(leaf.mergeSet))
    assert.is_nil(leaf.mergedFrom)
    assert.equal(second.id, session:must("GET", "/contacts/" .. ids[1]).id)
    -- A write keeps the tree.
    local written = session:must("PUT", "/contacts/" .. second.id, api.contact { mergeSet = {}, type = "Ephemeral" })
    assert.same(all, set_of(written.mergeSet))
    assert.equal("Curated", written.type)
  end)

  it("keeps the ancestors readable as they were, one by one and in bulk", function()
    local ids = create({ title = "One", workEmail = "one@example.com" }, { title = "Two" })
    local before = created
    local merged = merge(ids)
    local single = unresolved(ids[1])
    assert.same({ "One", "one@example.com", before[1].modifyDate },
      { single.title, single.workEmail, single.modifyDate })
    local body = session:must("POST", "/bulk/contacts/unresolved", {
      entities = { { id = ids[1] }, { id = ids[2] }, { id = merged.id }, { id = NOBODY } } })
    assert.equal(1, body.errorCount)
    local entities = {}
    for _, result in ipairs(body.results) do
      entities[result.id] = result.entity
    end
    assert.same(single, entities[ids[1]])
    assert.same(unresolved(ids[2]), entities[ids[2]])
    assert.same(merged, entities[merged.id])
    assert.equal(404, session:call("GET", "/contacts/" .. NOBODY .. "/unresolved").status)
    local expanded = session:must("GET", "/contacts/" .. ids[1]
      .. "/unresolved?expand=externalDataSources,identifiers,externalOrganization,division")
    assert.is_table(expanded.externalDataSources)
    assert.same({}, expanded.identifiers)
    expanded = session:must("GET", "/contacts/" .. ids[1] .. "?expand=identifiers")
    assert.same({ merged.id, "one@example.com" }, { expanded.id, expanded.identifiers[1].value })
  end)

  it("takes the override, then the contact modified last, then the others", function()
    local ids = create(
      { title = "Old", salutation = "Lady", middleName = "A", address = { city = "London" } },
      { title = "New", address = { postalCode = "SW1Y" }, surveyOptOut = false, salutation = "Dr" })
    session:must("PUT", "/contacts/" .. ids[1], api.contact {
      title = "Newest", middleName = "B", address = { city = "London" }, firstName = "Augusta" })
    local merged = merge(ids, { firstName = "Grace", title = cjson.null })
    assert.same({ "Grace", "Newest", "Dr", "B" },
      { merged.firstName, merged.title, merged.salutation, merged.middleName })
    assert.same({ city = "London" }, merged.address)
    assert.is_false(merged.surveyOptOut)
  end)

  it("leaves fields empty that the contact modified last lacks, if --merge-gaps says so", function()
    set { merge_gaps = "leave" }
    local ids = create({ title = "Old", salutation = "Lady" }, { title = "New" })
    local merged = merge(ids)
    assert.equal("New", merged.title)
    assert.is_nil(merged.salutation)
  end)

  it("moves phone numbers and addresses that conflict to free fields", function()
    local ids = create(
      { workPhone = { display = "+1 317 555 0101" }, workEmail = "one@example.com",
        cellPhone = { display = "call me" } },
      { workPhone = { display = "+1 317 555 0102" }, workEmail = "TWO@example.com",
        homePhone = { display = "(317) 555-0101" } },
      { workPhone = { display = "+1 317 555 0103" }, personalEmail = "two@example.com" })
    local merged = merge(ids, { cellPhone = { display = "+1 317 555 0104" } })
    local e164s = {}
    for _, slot in ipairs { "workPhone", "cellPhone", "homePhone", "otherPhone" } do
      e164s[slot] = merged[slot] and (merged[slot].e164 or merged[slot].display)
    end
    -- 0101 is known from homePhone; 0102 has the last free field; "call me" has none.
    assert.same({ workPhone = "+13175550103", cellPhone = "+13175550104", homePhone = "+13175550101",
      otherPhone = "+13175550102" }, e164s)
    assert.same({ "one@example.com", "two@example.com" }, { merged.workEmail, merged.personalEmail })
    assert.is_nil(merged.otherEmail)
  end)

  it("is refused if no field is free and --merge-overflow says so", function()
    local function emails(name)
      return { workEmail = name .. "1@example.com", personalEmail = name .. "2@example.com" }
    end
    local ids = create(emails "a", emails "b")
    set { merge_overflow = "reject" }
    local reply = send(ids)
    assert.equal(409, reply.status)
    assert.matches("Email", reply.body.message)
    assert.equal(302, count())
    set { merge_overflow = "drop" }
    local merged = merge(ids)
    assert.same({ "b1@example.com", "b2@example.com", "a1@example.com" },
      { merged.workEmail, merged.personalEmail, merged.otherEmail })
  end)

  it("joins lists and custom fields", function()
    local schema = session:must("GET", "/contacts/schemas").entities[1]
    local reference = { id = schema.id, version = schema.version }
    local ids = create(
      { appleOpaqueIds = { { value = "a" }, { value = "b" } }, schema = reference,
        customFields = { visits_integer = 1, loyalty_enum = "gold" } },
      { appleOpaqueIds = { { value = "b" }, { value = "c" } }, schema = reference,
        customFields = { visits_integer = 2 } })
    local merged = merge(ids)
    assert.same({ { value = "b" }, { value = "c" }, { value = "a" } }, merged.appleOpaqueIds)
    assert.same({ visits_integer = 2, loyalty_enum = "gold" }, merged.customFields)
  end)

  it("links the result to the organization", function()
    local organization = session:must("POST", "/organizations", { name = "Analytical Engines" })
    local members = ("/organizations/%s/contacts"):format(organization.id)
    local ids = create({ externalOrganization = { id = organization.id } }, {})
    local merged = merge(ids)
    local list = session:must("GET", members).entities
    assert.same({ merged.id }, api.ids(list))
  end)

  it("merges seeded contacts, even those with an invalid address", function()
    local spoiled, other
    for _, record in ipairs(session:must("GET", "/contacts?pageSize=300").entities) do
      if (record.workEmail or ""):find " at " then
        spoiled = record
      else
        other = record
      end
    end
    local merged = merge { spoiled.id, other.id }
    local emails = { [merged.workEmail or ""] = 1, [merged.personalEmail or ""] = 1, [merged.otherEmail or ""] = 1 }
    assert.is_truthy(emails[spoiled.workEmail])
    local reply = send(create({}, {}), { workEmail = "nobody" })
    assert.equal(422, reply.status)
    assert.equal("workEmail", reply.body.details[1].fieldName)
  end)

  it("needs 2 to 25 different contacts that were not merged before", function()
    local fields = {}
    for number = 1, 26 do
      fields[number] = { title = "T" .. number }
    end
    local ids = create_all(fields)
    assert.equal(422, send({ ids[1] }).status)
    assert.equal(422, send(ids).status)
    assert.equal(422, send({ ids[1], ids[2], ids[1]:upper() }).status)
    assert.equal(422, session:call("POST", "/contacts/merge", "{}").status)
    assert.equal(400, session:call("POST", "/contacts/merge", '{"contactIds":[1,2]}').status)
    local reply = send { ids[1], NOBODY }
    assert.equal(404, reply.status)
    assert.equal("contactIds[1]", reply.body.details[1].fieldName)
    assert.equal(326, count())
    ids[26] = nil
    local merged = merge(ids)
    assert.equal(26, #merged.mergeSet)
    reply = send { ids[1], session:create().id }
    assert.equal(409, reply.status)
    assert.equal("contactIds[0]", reply.body.details[1].fieldName)
    -- A repeated request finds its contacts merged.
    assert.equal(409, send(ids).status)
  end)

  it("is refused if the merge set would have more than 52 contacts", function()
    local results = {}
    for group = 1, 2 do
      local fields = {}
      for number = 1, 25 do
        fields[number] = { title = ("T%d"):format(number) }
      end
      results[group] = merge(create_all(fields)).id
    end
    local reply = send(results)
    assert.equal(409, reply.status)
    assert.matches("53 contacts, at most 52", reply.body.message)
    set { merge_set_max = 53 }
    assert.equal(53, #merge(results).mergeSet)
  end)

  it("keeps ancestors out of listings, scans and searches, unless --merged-listed says otherwise", function()
    local function lists(id)
      local found = {}
      for _, record in ipairs(session:must("GET", "/contacts?pageSize=1000&q=Babbage").entities) do
        found[#found + 1] = record.id == id and "search" or nil
      end
      for _, record in ipairs((session:scan "contacts")) do
        found[#found + 1] = record.id == id and "scan" or nil
      end
      local lookup = session:must("GET", "/reversewhitepageslookup?lookupVal=charles%40example.com")
      for _, record in ipairs(lookup.contacts) do
        found[#found + 1] = record.id == id and "lookup" or nil
      end
      return table.concat(found, " ")
    end
    local babbage = { lastName = "Babbage", workEmail = "charles@example.com" }
    local ids = create(babbage, babbage)
    local merged = merge(ids)
    assert.equal("", lists(ids[1]))
    assert.equal("search scan lookup", lists(merged.id))
    set { merged_listed = true }
    ids = create(babbage, babbage)
    merged = merge(ids)
    assert.equal("search scan lookup", lists(ids[1]))
    local next_one = merge { merged.id, create({})[1] }
    assert.equal("search scan lookup", lists(ids[2]))
    for _, record in ipairs((session:scan "contacts")) do
      if record.id == ids[2] then
        assert.equal(next_one.id, record.canonicalContact.id)
        assert.equal(5, #record.mergeSet)
      end
    end
    assert.equal(next_one.id, session:must("GET", "/contacts/" .. ids[2]).id)
  end)

  it("writes and deletes the canonical contact by an ancestor's id", function()
    local ids = create({}, {})
    local merged = merge(ids)
    local written = session:must("PUT", "/contacts/" .. ids[1], api.contact { lastName = "King" })
    assert.equal(merged.id, written.id)
    written = session:must("PATCH", "/contacts/" .. ids[2], {
      changes = { { field = "$.title", action = "Update", value = "x" } } })
    assert.same({ merged.id, "King", "x" }, { written.id, written.lastName, written.title })
    session:must("DELETE", "/contacts/" .. ids[1])
    for _, id in ipairs { ids[1], ids[2], merged.id } do
      assert.equal(404, session:call("GET", "/contacts/" .. id).status)
      assert.equal(404, session:call("GET", "/contacts/" .. id .. "/unresolved").status)
    end
    assert.equal(300, count())
  end)

  it("has ancestors whose ids lead where the settings say", function()
    local ids = create({ title = "One" }, {})
    local merged = merge(ids)
    local path = "/contacts/" .. ids[1]
    set { merged_read = "ancestor" }
    assert.same(unresolved(ids[1]), session:must("GET", path))
    assert.equal(merged.id, session:must("PUT", path, api.contact()).id)
    assert.equal(merged.id, session:must("POST", path .. "/promotion").id)
    set { merged_read = "gone", merged_write = "conflict" }
    assert.equal(404, session:call("GET", path).status)
    assert.equal(409, session:call("PUT", path, api.contact()).status)
    assert.equal(409, session:call("DELETE", path).status)
    assert.equal(409, session:call("POST", path .. "/promotion").status)
    set { merged_write = "gone" }
    assert.equal(404, session:call("PUT", path, api.contact()).status)
    assert.equal(404, session:call("DELETE", path).status)
    assert.equal(404, session:call("POST", path .. "/promotion").status)
    assert.equal(ids[1], unresolved(ids[1]).id)
  end)

  it("is seen by bulk operations as by the single ones", function()
    local ids = create({}, {})
    local merged = merge(ids)
    local function fetch(id)
      return session:must("POST", "/bulk/contacts", { entities = { { id = id } } }).results[1]
    end
    local result = fetch(ids[1])
    assert.same({ ids[1], merged.id }, { result.id, result.entity.id })
    set { bulk_result_id = "entity" }
    result = fetch(ids[1])
    assert.same({ merged.id, merged.id }, { result.id, result.entity.id })
    set { merged_read = "gone" }
    assert.equal(404, fetch(ids[1]).status)
    -- Two ids of one contact are two items for one record.
    local body = session:must("POST", "/bulk/contacts/update", { entities = {
      api.contact { id = ids[1] }, api.contact { id = merged.id } } })
    assert.equal(1, body.errorCount)
    assert.equal(409, body.results[body.errorIndexes[1] + 1].status)
  end)

  it("leaves notes with the ancestors; expand=mergeset lists them all", function()
    local ids = create({}, {})
    local function note(id, text)
      return session:must("POST", "/contacts/" .. id .. "/notes", { noteText = text, createdBy = { id = NOBODY } })
    end
    local old = note(ids[1], "old")
    local merged = merge(ids)
    local new = note(merged.id, "new")
    local path = "/contacts/" .. merged.id .. "/notes"
    assert.same({ new.id }, api.ids(session:must("GET", path).entities))
    assert.same({ old.id, new.id }, api.ids(session:must("GET", path .. "?expand=mergeset").entities))
    assert.same(old, session:must("GET", path .. "/" .. old.id))
    assert.same(old, session:must("GET", "/contacts/" .. ids[1] .. "/notes/" .. old.id))
    local other = session:create()
    assert.equal(404, session:call("GET", "/contacts/" .. other.id .. "/notes/" .. old.id).status)
    session:must("DELETE", "/contacts/" .. merged.id)
    assert.equal(0, session:must("POST", "/bulk/notes", { entities = { { id = old.id } } }).errorIndexes[1])
  end)

  it("has the status, type and division that the settings say", function()
    local function ids()
      return create({ division = { id = NOBODY } }, { division = { id = session:create().id } })
    end
    local pair = ids()
    assert.equal(session:must("GET", "/contacts/" .. pair[2]).division.id, merge(pair).division.id)
    set { merge_divisions = "reject", merge_status = 201 }
    assert.equal(409, send(ids()).status)
    assert.equal(201, send(create({ division = { id = NOBODY } }, { division = { id = NOBODY } })).status)
    local observed = server:control("POST", "/sandbox/contacts", { type = "Identified", contact = api.contact() })
    set { merge_type = "latest" }
    local reply = send { session:create().id, observed.id }
    assert.equal("Curated", reply.body.type)
    observed = server:control("POST", "/sandbox/contacts", { type = "Identified", contact = api.contact() })
    local curated = session:create()
    server:control("POST", "/sandbox/clock", { advance = 60 })
    session:must("PUT", "/contacts/" .. observed.id, api.contact())
    assert.equal("Identified", send({ curated.id, observed.id }).body.type)
  end)

  describe("of two contacts", function()
    local function observe(kind, fields)
      return server:control("POST", "/sandbox/contacts", { type = kind, contact = api.contact(fields) })
    end

    local function merge_two(source, target)
      return session:call("POST", "/merge/contacts", { sourceContactId = source, targetContactId = target })
    end

    it("creates a new contact, but not of two curated ones", function()
      local curated, ephemeral = session:create(), observe("Ephemeral", { title = "x" })
      local reply = merge_two(ephemeral.id, curated.id)
      assert.equal(200, reply.status, reply.text)
      assert.equal("x", reply.body.title)
      assert.equal(3, #reply.body.mergeSet)
      assert.equal(409, merge_two(curated.id, reply.body.id).status)
      assert.equal(409, merge_two(session:create().id, session:create().id).status)
      local same = observe "Ephemeral"
      assert.equal(422, merge_two(same.id, same.id).status)
      assert.equal(422, session:call("POST", "/merge/contacts", { sourceContactId = same.id }).status)
      assert.equal(404, merge_two(same.id, NOBODY).status)
    end)
  end)
end)

describe("an observed contact of the sandbox", function()
  local server, session
  sandbox.around({ contacts = 20, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function observe(kind, fields)
    return server:control("POST", "/sandbox/contacts", { type = kind, contact = api.contact(fields) })
  end

  local function status(record)
    return session:call("GET", "/contacts/" .. record.id).status
  end

  local function advance(days)
    server:control("POST", "/sandbox/clock", { advance = days * 86400 })
    session = api.session(server)
  end

  it("has a type, which writes do not change", function()
    for _, record in ipairs((session:scan "contacts")) do
      assert.equal("Curated", record.type)
    end
    local record = observe("Identified", { title = "x" })
    assert.equal("Identified", record.type)
    assert.same(record, session:must("GET", "/contacts/" .. record.id))
    assert.equal("Identified", session:must("PUT", "/contacts/" .. record.id, api.contact { type = "Curated" }).type)
    assert.equal("Curated", session:create { type = "Ephemeral" }.type)
  end)

  it("expires 60 days after its last write, with its notes", function()
    local first, second, curated = observe "Ephemeral", observe "Identified", session:create()
    local note = session:must("POST", "/contacts/" .. first.id .. "/notes", {
      noteText = "x", createdBy = { id = api.NOBODY } })
    advance(30)
    session:must("PUT", "/contacts/" .. second.id, api.contact())
    advance(29.9)
    assert.same({ 200, 200, 200 }, { status(first), status(second), status(curated) })
    advance(0.2)
    assert.same({ 404, 200, 200 }, { status(first), status(second), status(curated) })
    assert.equal(1, session:must("POST", "/bulk/notes", { entities = { { id = note.id } } }).errorCount)
    advance(30)
    assert.same({ 404, 200 }, { status(second), status(curated) })
    assert.equal(21, server:control("GET", "/sandbox/counters").records.contact)
  end)

  it("expires after --observed-days", function()
    local record = observe "Ephemeral"
    assert.equal(200, status(record))
    server:control("POST", "/sandbox/settings", { observed_days = 0 })
    assert.equal(404, status(record))
  end)

  it("does not expire once it is promoted or merged", function()
    local promoted, merged = observe("Ephemeral", { title = "x" }), observe "Identified"
    local reply = session:call("POST", "/contacts/" .. promoted.id .. "/promotion")
    assert.equal(200, reply.status)
    assert.same({ "Curated", "x", promoted.id }, { reply.body.type, reply.body.title, reply.body.id })
    local result = session:must("POST", "/contacts/merge", { contactIds = { merged.id, session:create().id } })
    advance(100)
    assert.same({ 200, 200, 200 }, { status(promoted), status(result), status(merged) })
    assert.equal(merged.id, session:must("GET", "/contacts/" .. merged.id .. "/unresolved").id)
  end)

  it("is promoted once; a curated contact stays as it is, or as --promote-curated says", function()
    local record = session:create()
    assert.same(record, session:must("POST", "/contacts/" .. record.id .. "/promotion"))
    server:control("POST", "/sandbox/settings", { promote_curated = "reject" })
    assert.equal(409, session:call("POST", "/contacts/" .. record.id .. "/promotion").status)
    assert.equal(404, session:call("POST", "/contacts/" .. api.NOBODY .. "/promotion").status)
  end)

  it("is created with a known type and a valid contact only", function()
    for _, body in ipairs { { type = "Curated", contact = api.contact() }, { type = "Ephemeral" },
      { type = "Ephemeral", contact = api.contact { workEmail = "nobody" } } } do
      assert.has_error(function()
        server:control("POST", "/sandbox/contacts", body)
      end)
    end
    assert.equal(20, server:control("GET", "/sandbox/counters").records.contact)
  end)
end)
