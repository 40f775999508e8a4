local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

local NOBODY = api.NOBODY

describe("a bulk request to the sandbox", function()
  local server, session
  sandbox.around({ contacts = 300, rate = 0, client = { "contacts:secret:externalContacts:contact:*" } }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  local function bulk(path, entities)
    return session:must("POST", "/bulk/" .. path, { entities = entities })
  end

  local function refs(ids)
    local entities = {}
    for index, id in ipairs(ids) do
      entities[index] = { id = id }
    end
    return entities
  end

  -- The ids of the first contacts, in their order.
  local function contact_ids(count)
    return api.ids(session:must("GET", "/contacts?pageSize=" .. count).entities)
  end

  local function by_id(body)
    local results = {}
    for _, result in ipairs(body.results) do
      assert.is_nil(results[result.id], "twice: " .. tostring(result.id))
      results[result.id] = result
    end
    return results
  end

  -- The only result of a request with one item.
  local function only(body)
    assert.equal(1, #body.results)
    return body.results[1]
  end

  it("returns each record as the single operation does", function()
    local ids = contact_ids(50)
    local body = bulk("contacts", refs(ids))
    assert.equal(50, #body.results)
    assert.equal(0, body.errorCount)
    assert.same({}, body.errorIndexes)
    local results = by_id(body)
    for _, id in ipairs(ids) do
      assert.is_true(results[id].success)
      assert.equal(200, results[id].status)
      assert.is_nil(results[id].error)
      assert.same(session:must("GET", "/contacts/" .. id), results[id].entity)
    end
  end)

  it("returns the results in another order, the same for the same seed", function()
    local ids = contact_ids(20)
    local function order()
      local list = {}
      for index, result in ipairs(bulk("contacts", refs(ids)).results) do
        list[index] = result.id
      end
      return list
    end
    local first, second = order(), order()
    assert.not_same(ids, first)
    assert.not_same(first, second)
    server:reset()
    assert.same({ first, second }, { order(), order() })
    set { bulk_order = "request" }
    assert.same(ids, order())
  end)

  it("never keeps the order of two items", function()
    local ids = contact_ids(2)
    for _ = 1, 20 do
      local results = bulk("contacts", refs(ids)).results
      assert.same({ ids[2], ids[1] }, { results[1].id, results[2].id })
    end
  end)

  it("answers 200 if items fail, and counts their positions in the results from 0", function()
    local ids = contact_ids(5)
    local entities = refs(ids)
    table.insert(entities, 2, { id = NOBODY })
    table.insert(entities, 5, { id = "x" })
    local body, reply = bulk("contacts", entities)
    assert.equal(200, reply.status)
    assert.equal(7, #body.results)
    assert.equal(2, body.errorCount)
    assert.equal(2, #body.errorIndexes)
    for _, position in ipairs(body.errorIndexes) do
      local result = body.results[position + 1]
      assert.is_false(result.success)
      assert.is_nil(result.entity)
      assert.equal(404, result.status)
      assert.equal("not.found", result.error.code)
      assert.equal(404, result.error.status)
      assert.is_string(result.error.message)
      assert.is_false(result.error.retryable)
      assert.same({ id = result.id }, result.error.entity)
    end
    assert.matches('"details":%[%]', reply.text)
    local results = by_id(body)
    assert.is_false(results[NOBODY].success)
    assert.is_false(results.x.success)
  end)

  it("creates records and answers them as stored", function()
    local entities = {}
    for number = 1, 10 do
      entities[number] = api.contact { title = " No " .. number .. " ", workPhone = { display = "(317) 555-0123" } }
    end
    local body = bulk("contacts/add", entities)
    local titles = {}
    for _, result in ipairs(body.results) do
      assert.equal(result.entity.id, result.id)
      assert.same(session:must("GET", "/contacts/" .. result.id), result.entity)
      assert.equal("+1 317-555-0123", result.entity.workPhone.display)
      titles[result.entity.title] = true
    end
    for number = 1, 10 do
      assert.is_true(titles["No " .. number])
    end
    assert.equal(310, server:control("GET", "/sandbox/counters").records.contact)
  end)

  it("fails items that the single operation rejects, and names their fields", function()
    local good = api.contact()
    local bad = api.contact { workEmail = "nobody", title = "Countess" }
    local body = bulk("contacts/add", { good, bad, api.contact { firstName = 7 } })
    assert.equal(2, body.errorCount)
    local codes = {}
    for _, position in ipairs(body.errorIndexes) do
      local result = body.results[position + 1]
      assert.is_nil(result.id)
      codes[result.error.code] = result
    end
    local invalid = codes["constraint.validation"]
    assert.equal(422, invalid.status)
    assert.same(bad, invalid.error.entity)
    assert.equal(1, #invalid.error.details)
    assert.equal("workEmail", invalid.error.details[1].fieldName)
    assert.equal("nobody", invalid.error.details[1].value)
    assert.is_string(invalid.error.details[1].message)
    local malformed = codes["bad.request"]
    assert.equal(400, malformed.status)
    assert.equal("firstName", malformed.error.details[1].fieldName)
    assert.equal("7", malformed.error.details[1].value)
    assert.equal(301, server:control("GET", "/sandbox/counters").records.contact)
  end)

  it("replaces records as PUT does", function()
    local created = session:create { title = "Countess", workPhone = { display = "+44 20 7946 0018" } }
    local other = session:create()
    local body = bulk("contacts/update", {
      { id = other.id, firstName = "Grace", lastName = "Hopper" },
      { id = NOBODY, firstName = "No", lastName = "Body" },
      { id = created.id, firstName = "Ada", lastName = "King" },
    })
    local results = by_id(body)
    assert.equal("King", results[created.id].entity.lastName)
    assert.is_nil(results[created.id].entity.title)
    assert.is_nil(results[created.id].entity.workPhone)
    assert.equal(created.createDate, results[created.id].entity.createDate)
    assert.same(session:must("GET", "/contacts/" .. created.id), results[created.id].entity)
    assert.equal("Hopper", session:must("GET", "/contacts/" .. other.id).lastName)
    assert.equal(404, results[NOBODY].status)
    assert.same({ id = NOBODY, firstName = "No", lastName = "Body" }, results[NOBODY].error.entity)
  end)

  it("deletes records; the second time they are not found", function()
    local ids = contact_ids(3)
    local body = bulk("contacts/remove", refs(ids))
    assert.equal(0, body.errorCount)
    for _, result in ipairs(body.results) do
      assert.is_nil(result.entity)
      assert.equal(404, session:call("GET", "/contacts/" .. result.id).status)
    end
    body = bulk("contacts/remove", refs(ids))
    assert.equal(3, body.errorCount)
    for _, result in ipairs(body.results) do
      assert.equal("contact.not.found", result.error.code)
      assert.same({ id = result.id }, result.error.entity)
    end
  end)

  it("requires the id of an item", function()
    for _, path in ipairs { "contacts", "contacts/update", "contacts/remove", "relationships", "notes" } do
      local result = only(bulk(path, { { id = cjson.null } }))
      assert.equal(422, result.status, path)
      assert.equal("id", result.error.details[1].fieldName)
    end
  end)

  it("serves organizations and relationships", function()
    local organization = only(bulk("organizations/add", { { name = "Analytical Engines" } })).entity
    local result = only(bulk("organizations/update", { { id = organization.id, name = "Difference Engines" } }))
    assert.equal("Difference Engines", result.entity.name)
    assert.same(result.entity, only(bulk("organizations", { { id = organization.id } })).entity)
    assert.same(result.entity, only(bulk("organizations/divisionviews", { { id = organization.id } })).entity)
    local record = { user = { id = NOBODY }, externalOrganization = { id = organization.id }, relationship = "Sales" }
    local relationship = only(bulk("relationships/add", { record })).entity
    assert.same(session:must("GET", "/relationships/" .. relationship.id), relationship)
    record.id, record.relationship = relationship.id, "Support"
    assert.equal("Support", only(bulk("relationships/update", { record })).entity.relationship)
    assert.equal("Support", only(bulk("relationships", refs { relationship.id })).entity.relationship)
    assert.is_true(only(bulk("relationships/remove", refs { relationship.id })).success)
    assert.is_true(only(bulk("organizations/remove", refs { organization.id })).success)
    assert.equal(404, only(bulk("organizations", refs { organization.id })).status)
  end)

  it("fetches contacts in all divisions", function()
    local id = contact_ids(1)[1]
    assert.equal(id, only(bulk("contacts/divisionviews", refs { id })).entity.id)
  end)

  describe("for notes", function()
    local contact, organization
    before_each(function()
      contact = session:create()
      organization = session:must("POST", "/organizations", { name = "Analytical Engines" })
    end)

    local function note(fields)
      local record = { noteText = "hello", createdBy = { id = NOBODY } }
      for name, value in pairs(fields or {}) do
        record[name] = value
      end
      return record
    end

    it("names the owner of a new note in the item", function()
      local body = bulk("notes/add", {
        note { entityId = contact.id, entityType = "contact", noteText = "first" },
        note { entityId = organization.id, entityType = "organization", noteText = "second" },
      })
      local texts = {}
      for _, result in ipairs(body.results) do
        texts[result.entity.noteText] = result.entity
      end
      local first = session:must("GET", "/contacts/" .. contact.id .. "/notes/" .. texts.first.id)
      local second = session:must("GET", "/organizations/" .. organization.id .. "/notes/" .. texts.second.id)
      assert.same(first, texts.first)
      assert.same(second, texts.second)
      assert.is_nil(first.entityId)
    end)

    it("fails an item without an owner, or with one that does not exist", function()
      local body = bulk("notes/add", {
        note(), note { entityId = contact.id }, note { entityId = contact.id, entityType = "user" },
        note { entityType = "contact" }, note { entityId = organization.id, entityType = "contact" },
      })
      local counts = {}
      for _, result in ipairs(body.results) do
        local detail = result.error.details[1]
        local key = ("%d "):format(result.status) .. (detail and detail.fieldName or "")
        counts[key] = (counts[key] or 0) + 1
      end
      assert.same({ ["422 entityType"] = 3, ["422 entityId"] = 1, ["404 "] = 1 }, counts)
    end)

    it("finds a note by its id alone", function()
      local mine = session:must("POST", "/contacts/" .. contact.id .. "/notes", note())
      local theirs = session:must("POST", "/organizations/" .. organization.id .. "/notes", note())
      local results = by_id(bulk("notes", refs { mine.id, theirs.id, NOBODY }))
      assert.same(mine, results[mine.id].entity)
      assert.same(theirs, results[theirs.id].entity)
      assert.equal("not.found", results[NOBODY].error.code)
      results = by_id(bulk("notes/update", {
        note { id = mine.id, noteText = "new", entityId = contact.id, entityType = "contact" },
        note { id = theirs.id, noteText = "", entityId = organization.id, entityType = "organization" },
      }))
      assert.equal("new", results[mine.id].entity.noteText)
      assert.equal("noteText", results[theirs.id].error.details[1].fieldName)
      assert.equal(404, only(bulk("notes/update", { note { id = mine.id, entityId = NOBODY } })).status)
      assert.equal(0, bulk("notes/remove", refs { mine.id, theirs.id }).errorCount)
      assert.equal(2, bulk("notes", refs { mine.id, theirs.id }).errorCount)
    end)

    it("needs the permissions on contacts and on organizations", function()
      local limited = api.session(server, "contacts", "secret")
      local mine = session:must("POST", "/contacts/" .. contact.id .. "/notes", note())
      for path, permission in pairs { notes = "view", ["notes/add"] = "add", ["relationships/update"] = "edit",
        ["relationships/remove"] = "delete" } do
        local reply = limited:call("POST", "/bulk/" .. path, { entities = refs { mine.id } })
        assert.equal(403, reply.status, path)
        assert.equal("missing.permissions", reply.body.code)
        assert.matches("[externalContacts:externalOrganization:" .. permission .. "]", reply.body.message, 1, true)
      end
      assert.equal(200, limited:call("GET", "/contacts/" .. contact.id .. "/notes/" .. mine.id).status)
      assert.equal(200, limited:call("POST", "/bulk/contacts", { entities = refs { contact.id } }).status)
    end)
  end)

  it("is refused as a whole above --bulk-max, without items and if it is not a list of objects", function()
    set { bulk_max = 3 }
    local ids = contact_ids(4)
    local reply = session:call("POST", "/bulk/contacts/remove", { entities = refs(ids) })
    assert.equal(400, reply.status)
    assert.equal("bad.request", reply.body.code)
    assert.matches("at most 3", reply.body.message)
    assert.equal(300, server:control("GET", "/sandbox/counters").records.contact)
    ids[4] = nil
    assert.equal(0, bulk("contacts/remove", refs(ids)).errorCount)
    for _, body in ipairs { "{}", '{"entities":[]}', '{"entities":{}}', '{"entities":["x"]}', '{"entities":[[]]}',
      '{"entities":[null]}', '{"entities":null}' } do
      assert.equal(400, session:call("POST", "/bulk/contacts", body).status, body)
    end
  end)

  it("has at most 50 items by default", function()
    local ids = contact_ids(51)
    assert.equal(400, session:call("POST", "/bulk/contacts", { entities = refs(ids) }).status)
  end)

  it("has at most 10 items for enrich, whatever --bulk-max is", function()
    local entities = {}
    for number = 1, 11 do
      entities[number] = { id = tostring(number) }
    end
    for _, kind in ipairs { "contacts", "organizations" } do
      local reply = session:call("POST", ("/bulk/%s/enrich"):format(kind), { entities = entities })
      assert.equal(400, reply.status)
      assert.matches("at most 10", reply.body.message)
    end
  end)

  it("fails the second item for one record, or as --bulk-twice says", function()
    local id = contact_ids(1)[1]
    local entities = { api.contact { id = id, lastName = "One" }, api.contact { id = id:upper(), lastName = "Two" } }
    local body = bulk("contacts/update", entities)
    assert.equal(1, body.errorCount)
    local result = body.results[body.errorIndexes[1] + 1]
    assert.equal(409, result.status)
    assert.is_true(result.error.retryable)
    assert.equal("One", session:must("GET", "/contacts/" .. id).lastName)
    set { bulk_twice = "apply" }
    assert.equal(0, bulk("contacts/update", entities).errorCount)
    assert.equal("Two", session:must("GET", "/contacts/" .. id).lastName)
    set { bulk_twice = "reject" }
    assert.equal(400, session:call("POST", "/bulk/contacts/update", { entities = entities }).status)
    assert.equal(400, session:call("POST", "/bulk/contacts/remove", { entities = refs { id, id } }).status)
    -- A record can be read twice, and created twice with the same id.
    assert.equal(2, #bulk("contacts", refs { id, id }).results)
    assert.equal(0, bulk("contacts/add", entities).errorCount)
  end)

  it("is refused as a whole for a value of the wrong type if --bulk-malformed says so", function()
    set { bulk_malformed = "request" }
    local entities = { api.contact(), api.contact { workPhone = { extension = "x" } } }
    local reply = session:call("POST", "/bulk/contacts/add", { entities = entities })
    assert.equal(400, reply.status)
    assert.equal("entities[1].workPhone.extension", reply.body.details[1].fieldName)
    assert.equal(300, server:control("GET", "/sandbox/counters").records.contact)
    -- A value that breaks a rule fails its item only.
    assert.equal(1, bulk("contacts/add", { api.contact(), api.contact { workEmail = "nobody" } }).errorCount)
  end)

  it("has the statuses that the settings say", function()
    local entities = { api.contact(), api.contact { workEmail = "nobody" } }
    local function statuses(settings)
      set(settings)
      local body, reply = bulk("contacts/add", entities)
      local failure = body.results[body.errorIndexes[1] + 1]
      local success = body.results[2 - body.errorIndexes[1]]
      return { reply.status, success.status or "-", failure.status or "-", failure.error.status or "-" }
    end
    assert.same({ 200, 200, 422, 422 }, statuses {})
    assert.same({ 200, 201, 422, 422 }, statuses { bulk_add_status = 201 })
    assert.same({ 207, 201, 422, 422 }, statuses { bulk_failed_status = 207 })
    assert.same({ 207, 201, 422, "-" }, statuses { bulk_statuses = "item" })
    assert.same({ 207, "-", "-", 422 }, statuses { bulk_statuses = "error" })
    assert.same({ 207, "-", "-", "-" }, statuses { bulk_statuses = "none" })
    assert.same({ 207, "-", "-", "-" }, statuses { bulk_add_status = 200 })
  end)

  it("counts as one request, and its items are counted too", function()
    server:control("DELETE", "/sandbox/ledger")
    bulk("contacts", refs { NOBODY, NOBODY, NOBODY })
    bulk("contacts", refs { NOBODY })
    local counters = server:control("GET", "/sandbox/counters")
    assert.equal(2, counters.requests)
    assert.same({ ["contacts.bulk.get"] = 4 }, counters.items)
    assert.equal(3, server:control("GET", "/sandbox/ledger")[1].items)
  end)

  it("is listed with the ids of the records that it wrote", function()
    local ids = contact_ids(2)
    server:control("DELETE", "/sandbox/ledger")
    bulk("contacts", refs(ids))
    bulk("contacts/remove", refs { ids[2], NOBODY, ids[1] })
    local added = bulk("contacts/add", { { firstName = "Ada", lastName = "Lovelace" } })
    local entries = server:control("GET", "/sandbox/ledger")
    assert.is_nil(entries[1].written)
    assert.same({ ids[2], ids[1] }, entries[2].written)
    assert.same({ added.results[1].entity.id }, entries[3].written)
  end)

  it("counts as one request for the rate limit, or as --bulk-cost says", function()
    set { rate = 10 }
    local fresh = api.session(server)
    local body = { entities = refs(contact_ids(6)) }
    for _ = 1, 3 do
      assert.equal(200, fresh:call("POST", "/bulk/contacts", body).status)
    end
    set { bulk_cost = "items" }
    fresh = api.session(server)
    assert.equal(200, fresh:call("POST", "/bulk/contacts", body).status)
    local reply = fresh:call("POST", "/bulk/contacts/remove", body)
    assert.equal(429, reply.status)
    assert.is_truthy(reply.headers["retry-after"])
    assert.equal(300, server:control("GET", "/sandbox/counters").records.contact)
  end)

  describe("with a fault", function()
    local function fault(...)
      server:control("POST", "/sandbox/faults", { ... })
    end

    local function names(body)
      local failed = {}
      for _, position in ipairs(body.errorIndexes) do
        failed[body.results[position + 1].error.entity.title] = body.results[position + 1]
      end
      return failed
    end

    local function entities(count)
      local list = {}
      for number = 1, count do
        list[number] = api.contact { title = "T" .. number }
      end
      return list
    end

    it("fails the items that the rule selects", function()
      fault { operation = "contacts.bulk.create", item = "2-3", item_status = 503 }
      local failed = names(bulk("contacts/add", entities(5)))
      assert.equal(503, failed.T2.status)
      assert.equal("service.unavailable", failed.T3.error.code)
      assert.is_true(failed.T2.error.retryable)
      assert.is_nil(failed.T1)
      assert.equal(303, server:control("GET", "/sandbox/counters").records.contact)
      fault { item = 1, item_status = 409, item_code = "some.conflict", retryable = true }
      failed = names(bulk("contacts/add", entities(2)))
      assert.equal("some.conflict", failed.T1.error.code)
      assert.is_true(failed.T1.error.retryable)
      fault { item_status = 500, retryable = false }
      assert.is_false(names(bulk("contacts/add", entities(2))).T2.error.retryable)
    end)

    it("fails a share of the items, the same with the same seed", function()
      local function failed()
        fault { item_rate = 0.3, item_status = 503, seed = 4 }
        return bulk("contacts", refs(contact_ids(50))).errorCount
      end
      local count = failed()
      assert.is_true(count > 5 and count < 30)
      server:reset()
      assert.equal(count, failed())
    end)

    it("carries out the items before they fail, with item_after", function()
      fault { item_status = 504, item_after = true }
      assert.equal(3, bulk("contacts/add", entities(3)).errorCount)
      assert.equal(303, server:control("GET", "/sandbox/counters").records.contact)
    end)

    it("changes records once they are read, as someone else would, with edit", function()
      local list = contact_ids(4)
      fault { operation = "contacts.bulk.get", item = "2-3", times = 1, edit = { title = "Edited" } }
      local function edited()
        local count = 0
        for _, result in ipairs(bulk("contacts", refs(list)).results) do
          count = count + (result.entity.title == "Edited" and 1 or 0)
        end
        return count
      end
      assert.same({ 0, 2, 2 }, { edited(), edited(), server:control("GET", "/sandbox/counters").edits })
      fault { operation = "contacts.get", edit = { title = "Again" } }
      local path = "/contacts/" .. list[1]
      assert.not_equal("Again", session:call("GET", path).body.title)
      assert.equal("Again", session:call("GET", path).body.title)
    end)

    it("loses a share of the replies after doing the work", function()
      fault { operation = "*.bulk.*", rate = 0.3, drop = "after" }
      local lost = 0
      for _ = 1, 20 do
        local reply = session:call("POST", "/bulk/contacts/add", { entities = entities(2) })
        lost = lost + (reply.status and 0 or 1)
      end
      assert.is_true(lost > 0 and lost < 20)
      assert.equal(340, server:control("GET", "/sandbox/counters").records.contact)
      assert.equal(200, session:call("GET", "/contacts").status)
    end)

    it("loses a reply after a part of the work", function()
      fault { operation = "contacts.bulk.create", item = "3-50", item_status = 503, drop = "after" }
      assert.is_nil(session:call("POST", "/bulk/contacts/add", { entities = entities(5) }).status)
      assert.equal(302, server:control("GET", "/sandbox/counters").records.contact)
    end)

    it("adds unknown fields to the results and their records", function()
      local items = refs(contact_ids(1))
      fault { extra_field = true }
      local result = session:call("POST", "/bulk/contacts", { entities = items }).body.results[1]
      assert.is_table(result.fieldOfTheFuture)
      assert.is_table(result.entity.fieldOfTheFuture)
    end)

    it("has no effect on other operations if it concerns items", function()
      fault { item_status = 503 }
      assert.equal(200, session:call("GET", "/contacts").status)
    end)
  end)

  it("shows a write only after --read-lag, as GET does", function()
    set { read_lag = 20 }
    local created = only(bulk("contacts/add", { api.contact() })).entity
    assert.equal(404, only(bulk("contacts", refs { created.id })).status)
    server:control("POST", "/sandbox/clock", { advance = 21 })
    assert.same(created, only(bulk("contacts", refs { created.id })).entity)
  end)
end)
