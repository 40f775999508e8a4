local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

local NOBODY = api.NOBODY

describe("a PATCH of the sandbox", function()
  local server, session, contact
  sandbox.around({ contacts = 300, rate = 0 }, function(...)
    server, session = ...
    contact = session:create {
      title = "Countess",
      workPhone = { display = "+44 20 7946 0018" },
      address = { address1 = "12 St James's Square", city = "London" },
      lineId = { ids = { { userId = "U1" } } },
      surveyOptOut = true,
    }
  end, setup, teardown, before_each)

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  local function change(field, action, value)
    return { field = field, action = action, value = value }
  end

  local function path_of(record)
    return record.selfUri:sub(#api.base + 1)
  end

  local function send(record, ...)
    return session:call("PATCH", path_of(record), { changes = { ... } })
  end

  local function patch(...)
    local reply = send(contact, ...)
    assert.equal(200, reply.status, reply.text)
    assert.same(session:must("GET", path_of(contact)), reply.body)
    return reply.body
  end

  it("returns the whole record, with the other fields as they were", function()
    server:control("POST", "/sandbox/clock", { advance = 60 })
    local after = patch(change("$.title", "Update", "Dr"))
    assert.equal("Dr", after.title)
    assert.is_true(after.modifyDate > contact.modifyDate)
    after.title, after.modifyDate = contact.title, contact.modifyDate
    assert.same(contact, after)
  end)

  it("normalises phone numbers as PUT does", function()
    local phone = { display = "(317) 555-0123" }
    local after = patch(
      change("$.cellPhone", "Update", phone), change("$.workPhone.display", "Update", "+1 3175550199"))
    local put = session:must("PUT", "/contacts/" .. session:create().id, api.contact { cellPhone = phone })
    assert.same(put.cellPhone, after.cellPhone)
    assert.equal("+13175550123", after.cellPhone.e164)
    assert.same({ "+13175550199", "+1 317-555-0199", "US" },
      { after.workPhone.e164, after.workPhone.display, after.workPhone.countryCode })
  end)

  it("updates a field only if it is empty, or only if it is not", function()
    local after = patch(
      change("$.title", "UpdateIfEmpty", "x"), change("$.salutation", "UpdateIfEmpty", "Lady"),
      change("$.firstName", "UpdateIfExists", "Augusta"), change("$.middleName", "UpdateIfExists", "x"),
      change("$.address.city", "UpdateIfEmpty", "x"), change("$.address.postalCode", "UpdateIfEmpty", "SW1Y"),
      change("$.surveyOptOut", "UpdateIfEmpty", false))
    assert.same({ "Countess", "Lady", "Augusta" }, { after.title, after.salutation, after.firstName })
    assert.is_nil(after.middleName)
    assert.same({ "London", "SW1Y" }, { after.address.city, after.address.postalCode })
    assert.is_true(after.surveyOptOut)
    after = patch(change("$.surveyOptOut", "Update", false))
    assert.is_false(after.surveyOptOut)
    after = patch(change("$.surveyOptOut", "Remove"), change("$.otherEmail", "UpdateIfEmpty", "ada@example.com"))
    assert.is_nil(after.surveyOptOut)
    assert.equal("ada@example.com", after.otherEmail)
  end)

  it("removes fields, within an object too; what is not there can be removed", function()
    local after = patch(change("$.title", "Remove"), change("$.address.city", "Remove"),
      change("$.workPhone", "Remove", "ignored"), change("$.twitterId.screenName", "Remove"))
    assert.is_nil(after.title)
    assert.same({ address1 = "12 St James's Square" }, after.address)
    assert.is_nil(after.workPhone)
    assert.is_nil(after.twitterId)
    assert.is_nil(patch(change("$.address.address1", "Remove")).address)
  end)

  it("replaces an object as a whole", function()
    assert.same({ city = "Paris" }, patch(change("$.address", "Update", { city = "Paris" })).address)
  end)

  it("adds to a list and takes out of it, one value or several", function()
    local after = patch(change("$.lineId.ids", "AppendToCollection", { userId = "U2" }))
    assert.same({ { userId = "U1" }, { userId = "U2" } }, after.lineId.ids)
    after = patch(change("$.lineId.ids", "AppendToCollection", { { userId = "U3" }, { userId = "U1" } }))
    assert.equal(4, #after.lineId.ids)
    after = patch(change("$.lineId.ids", "RemoveFromCollection", { { userId = "U1" }, { userId = "U9" } }))
    assert.same({ { userId = "U2" }, { userId = "U3" } }, after.lineId.ids)
    set { patch_append = "skip" }
    after = patch(change("$.lineId.ids", "AppendToCollection", { userId = "U2" }))
    assert.equal(2, #after.lineId.ids)
    after = patch(change("$.facebookId.ids", "AppendToCollection", { scopedId = "F1" }))
    assert.same({ { scopedId = "F1" } }, after.facebookId.ids)
    patch(change("$.appleOpaqueIds", "RemoveFromCollection", { value = "x" }))
  end)

  it("changes custom fields by their key", function()
    local schema = session:must("GET", "/contacts/schemas").entities[1]
    local after = patch(change("$.schema", "Update", { id = schema.id, version = schema.version }),
      change("$.customFields.loyalty_enum", "Update", "gold"), change("$.customFields.visits_integer", "Update", 3))
    assert.same({ loyalty_enum = "gold", visits_integer = 3 }, after.customFields)
    after = patch(change("$.customFields.visits_integer", "Remove"))
    assert.same({ loyalty_enum = "gold" }, after.customFields)
    local reply = send(contact, change("$.customFields.loyalty_enum", "Update", "tin"))
    assert.equal(422, reply.status)
    assert.equal("customFields.loyalty_enum", reply.body.details[1].fieldName)
  end)

  it("links a contact to another organization, and unlinks it", function()
    local organization = session:must("POST", "/organizations", { name = "Analytical Engines" })
    local members = ("/organizations/%s/contacts"):format(organization.id)
    local after = patch(change("$.externalOrganization", "Update", { id = organization.id }))
    assert.equal(organization.id, after.externalOrganization.id)
    assert.equal(1, session:must("GET", members).total)
    patch(change("$.externalOrganization", "Remove"))
    assert.equal(0, session:must("GET", members).total)
    assert.equal(400, send(contact, change("$.externalOrganization", "Update", { id = NOBODY })).status)
  end)

  it("answers 409 for a field and its parent", function()
    for _, fields in ipairs { { "$.address", "$.address.city" }, { "$.workPhone.display", "$.workPhone" } } do
      local reply = send(contact,
        change(fields[1], "Remove"), change("$.title", "Update", "x"), change(fields[2], "Remove"))
      assert.equal(409, reply.status)
      assert.equal("general.conflict", reply.body.code)
    end
    assert.same(contact, session:must("GET", path_of(contact)))
  end)

  it("answers 422 for an unknown field or action, and names it", function()
    local cases = {
      { "field", change("$.colour", "Update", "x") },
      { "field", change("$.address.planet", "Update", "x") },
      { "field", change("$.title.x", "Update", "x") },
      { "field", change("title", "Update", "x") },
      { "field", change("$.", "Update", "x") },
      { "field", change("$", "Update", "x") },
      { "field", change("$.lineId.ids[0].userId", "Update", "x") },
      { "field", change("$.lineId.ids.userId", "Update", "x") },
      { "field", change("$..title", "Update", "x") },
      { "field", change("$['title']", "Update", "x") },
      { "field", change(nil, "Update", "x") },
      { "field", change("$.customFields.a.b", "Update", "x") },
      { "field", change("$.title", "AppendToCollection", "x") },
      { "field", change("$.customFields", "AppendToCollection", { a = 1 }) },
      { "action", change("$.title", "Replace", "x") },
      { "action", change("$.title", "update", "x") },
      { "action", change("$.title", nil, "x") },
      { "value", change("$.title", "Update", nil) },
      { "value", change("$.title", "Update", cjson.null) },
      { "value", change("$.lineId.ids", "AppendToCollection", cjson.null) },
    }
    for _, case in ipairs(cases) do
      local reply = send(contact, change("$.salutation", "Update", "x"), case[2])
      assert.equal(422, reply.status, cjson.encode(case[2]))
      assert.equal("constraint.validation", reply.body.code)
      assert.equal("changes[1]." .. case[1], reply.body.details[1].fieldName)
    end
    assert.same(contact, session:must("GET", path_of(contact)))
    set { invalid_status = 400 }
    assert.equal(400, send(contact, change("$.colour", "Update", "x")).status)
  end)

  it("requires changes", function()
    for _, body in ipairs { "{}", '{"changes":[]}', '{"changes":{}}', '{"changes":null}' } do
      assert.equal(422, session:call("PATCH", path_of(contact), body).status, body)
    end
    assert.equal(400, session:call("PATCH", path_of(contact), '{"changes":["x"]}').status)
  end)

  it("stores nothing if a value breaks a rule", function()
    local reply = send(contact, change("$.title", "Update", "x"), change("$.workEmail", "Update", "nobody"))
    assert.equal(422, reply.status)
    assert.equal("workEmail", reply.body.details[1].fieldName)
    assert.equal(400, send(contact, change("$.title", "Update", 7)).status)
    assert.equal(400, send(contact, change("$.workPhone", "Update", "+1 317 555 0123")).status)
    assert.same(contact, session:must("GET", path_of(contact)))
    set { patch_partial = true }
    assert.equal(422, send(contact, change("$.title", "Update", "x"), change("$.workEmail", "Update", "nobody")).status)
    assert.equal("x", session:must("GET", path_of(contact)).title)
  end)

  it("does not change what the server sets", function()
    for _, field in ipairs { "$.id", "$.selfUri", "$.createDate", "$.modifyDate", "$.type", "$.division",
      "$.division.id", "$.mergeSet", "$.workPhone.e164" } do
      assert.equal(422, send(contact, change(field, "Update", "x")).status, field)
    end
    set { patch_fixed = "ignore" }
    local after = patch(change("$.id", "Update", NOBODY), change("$.title", "Update", "x"))
    assert.equal(contact.id, after.id)
    assert.equal("x", after.title)
  end)

  it("carries out two changes of one field in their order, or as --patch-twice says", function()
    assert.equal("b", patch(change("$.title", "Update", "a"), change("$.title", "Update", "b")).title)
    set { patch_twice = "reject" }
    assert.equal(409, send(contact, change("$.title", "Update", "a"), change("$.title", "Update", "b")).status)
  end)

  it("takes null as Remove if --patch-null says so", function()
    set { patch_null = "clear" }
    local after = patch(change("$.title", "Update", cjson.null), change("$.middleName", "UpdateIfExists", cjson.null))
    assert.is_nil(after.title)
  end)

  it("does not check what it does not change, unless --patch-checks says so", function()
    local spoiled
    for _, record in ipairs(session:must("GET", "/contacts?pageSize=300").entities) do
      if (record.workEmail or ""):find " at " then
        spoiled = record
      end
    end
    assert.equal(422, session:call("PUT", "/contacts/" .. spoiled.id, spoiled).status)
    local reply = send(spoiled, change("$.title", "Update", "x"))
    assert.equal(200, reply.status)
    assert.equal(spoiled.workEmail, reply.body.workEmail)
    set { patch_checks = "record" }
    assert.equal(422, send(spoiled, change("$.title", "Update", "x")).status)
    set { patch_checks = "changes" }
    assert.equal(200, send(spoiled, change("$.workEmail", "Update", "ada@example.com")).status)
  end)

  it("serves organizations, notes and relationships", function()
    local organization = session:must("POST", "/organizations", { name = "Analytical Engines", tags = { "a" } })
    local reply = send(organization, change("$.name", "Update", "Difference Engines"),
      change("$.tags", "AppendToCollection", "b"), change("$.revenue", "UpdateIfEmpty", 7))
    assert.same({ "Difference Engines", "a", "b", 7 },
      { reply.body.name, reply.body.tags[1], reply.body.tags[2], reply.body.revenue })
    assert.equal(422, send(organization, change("$.name", "Remove")).status)

    for _, owner in ipairs { contact, organization } do
      local note = session:must("POST", path_of(owner) .. "/notes", { noteText = "a", createdBy = { id = NOBODY } })
      reply = send(note, change("$.noteText", "Update", "b"))
      assert.equal("b", reply.body.noteText)
      assert.equal(note.selfUri, reply.body.selfUri)
      assert.same(reply.body, session:must("GET", path_of(note)))
      assert.equal(422, send(note, change("$.noteText", "Update", "")).status)
      assert.equal(422, send(note, change("$.entityId", "Update", NOBODY)).status)
    end

    local relationship = session:must("POST", "/relationships", {
      user = { id = NOBODY }, externalOrganization = { id = organization.id }, relationship = "Sales" })
    reply = send(relationship, change("$.relationship", "Update", "Support"))
    assert.equal("Support", reply.body.relationship)
    assert.equal(organization.id, reply.body.externalOrganization.id)
  end)

  it("answers 404 for an unknown record", function()
    local body = { changes = { change("$.title", "Update", "x") } }
    for _, path in ipairs { "/contacts/", "/organizations/", "/relationships/", path_of(contact) .. "/notes/" } do
      assert.equal(404, session:call("PATCH", path .. NOBODY, body).status, path)
    end
  end)
end)
