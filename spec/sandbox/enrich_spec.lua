local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

local NOBODY = api.NOBODY

describe("an enrich request to the sandbox", function()
  local server, session, source
  sandbox.around({ contacts = 300, rate = 0 }, function(...)
    server, session = ...
    source = session:must("POST", "/externalsources", { name = "CRM", active = true })
  end, setup, teardown, before_each)

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  local function email(value)
    return { type = "Email", value = value }
  end

  local function external(value)
    return { type = "ExternalId", value = value, externalSource = { id = source.id } }
  end

  local function request(action, identifiers, contact, more)
    local body = { action = action, matchingIdentifiers = identifiers, contact = contact }
    for name, value in pairs(more or {}) do
      body[name] = value
    end
    return body
  end

  local function send(body, query)
    return session:call("POST", "/contacts/enrich" .. (query or ""), body)
  end

  local function enrich(status, ...)
    local reply = send(...)
    assert.equal(status, reply.status, reply.text)
    return reply.body
  end

  local function count(type_name)
    return server:control("GET", "/sandbox/counters").records[type_name or "contact"]
  end

  local ada = api.contact { workEmail = "ada@example.com" }

  it("creates a contact with 201 if no identifier matches", function()
    local created = enrich(201, request("Upsert", { email "ada@example.com" }, ada))
    assert.equal("ada@example.com", created.workEmail)
    assert.equal("Curated", created.type)
    assert.same(created, session:must("GET", "/contacts/" .. created.id))
    assert.equal(301, count())
    -- A repeated request finds it.
    assert.equal(created.id, enrich(200, request("Upsert", { email "ADA@example.com" }, ada)).id)
    assert.equal(301, count())
  end)

  it("changes the first match in the identifiers' order with 200", function()
    local first = session:create { workEmail = "one@example.com" }
    local second = session:create { cellPhone = { display = "+44 20 7946 0018" }, title = "Dr" }
    local identifiers = { email "nobody@example.com", { type = "Phone", value = "+44 20 7946 0018" },
      email "one@example.com" }
    local changed = enrich(200, request("Upsert", identifiers, { lastName = "King", firstName = cjson.null }))
    assert.same({ second.id, "King", "Ada", "Dr" }, { changed.id, changed.lastName, changed.firstName, changed.title })
    assert.same(changed, session:must("GET", "/contacts/" .. second.id))
    assert.same(first, session:must("GET", "/contacts/" .. first.id))
    assert.equal(302, count())
  end)

  it("matches by the contact that was created first", function()
    local first = session:create { workEmail = "ada@example.com" }
    server:control("POST", "/sandbox/clock", { advance = 60 })
    session:create { personalEmail = "ada@example.com" }
    assert.equal(first.id, enrich(200, request("Update", { email "ada@example.com" }, { title = "x" })).id)
  end)

  it("normalises and checks the contact as POST does", function()
    local created = enrich(201, request("Upsert", { email "a@example.com" }, api.contact {
      title = " Dr ", workPhone = { display = "(317) 555-0123" } }))
    assert.same({ "Dr", "+13175550123" }, { created.title, created.workPhone.e164 })
    local reply = send(request("Upsert", { email "b@example.com" }, api.contact { workEmail = "nobody" }))
    assert.equal(422, reply.status)
    assert.equal("workEmail", reply.body.details[1].fieldName)
    reply = send(request("Upsert", { email "a@example.com" }, { workEmail = "nobody" }))
    assert.equal(422, reply.status)
    assert.equal(400, send(request("Upsert", { email "a@example.com" }, { title = 7 })).status)
    assert.equal(400, send(request("Upsert", { email "a@example.com" }, "x")).status)
  end)

  it("changes a seeded contact with an invalid address", function()
    local spoiled
    for _, record in ipairs(session:must("GET", "/contacts?pageSize=300").entities) do
      if (record.workEmail or ""):find " at " then
        spoiled = record
      end
    end
    local changed = enrich(200, request("Update", { email(spoiled.workEmail) }, { title = "x" }))
    assert.same({ spoiled.id, spoiled.workEmail, "x" }, { changed.id, changed.workEmail, changed.title })
  end)

  it("inserts only if nothing matches, and updates only if something does", function()
    enrich(201, request("Insert", { email "ada@example.com" }, ada))
    assert.equal(409, send(request("Insert", { email "ada@example.com" }, ada)).status)
    assert.equal(404, send(request("Update", { email "nobody@example.com" }, ada)).status)
    assert.equal(301, count())
    set { enrich_insert = "create", enrich_update = 409 }
    enrich(201, request("Insert", { email "ada@example.com" }, ada))
    assert.equal(409, send(request("Update", { email "nobody@example.com" }, ada)).status)
    assert.equal(302, count())
  end)

  it("merges all matches into a new contact", function()
    local first = session:create { workEmail = "one@example.com", title = "Dr" }
    local second = session:create { workEmail = "two@example.com", salutation = "Lady" }
    local third = session:create { workEmail = "three@example.com" }
    local identifiers = { email "one@example.com", email "two@example.com", email "no@example.com" }
    local body = request("Merge", identifiers, { lastName = "King" })
    local merged = enrich(200, body)
    assert.not_equal(first.id, merged.id)
    assert.same({ "King", "Dr", "Lady" }, { merged.lastName, merged.title, merged.salutation })
    assert.equal(3, #merged.mergeSet)
    assert.equal(merged.id, session:must("GET", "/contacts/" .. first.id).id)
    assert.equal(merged.id, session:must("GET", "/contacts/" .. second.id).id)
    assert.same(third, session:must("GET", "/contacts/" .. third.id))
    -- The result owns the identifiers, so that a repeated request changes it.
    assert.equal(merged.id, enrich(200, body).id)
    assert.equal(302, count())
    enrich(201, request("Merge", { email "new@example.com" }, { lastName = "New", otherEmail = "new@example.com" }))
  end)

  it("shows with dryRun what it would do, and does nothing", function()
    local first = session:create { workEmail = "one@example.com" }
    server:control("POST", "/sandbox/clock", { advance = 60 })
    session:create { workEmail = "two@example.com" }
    local before = count()
    local created = enrich(201, request("Upsert", { email "ada@example.com" }, ada), "?dryRun=true")
    assert.same({ "ada@example.com", "Lovelace" }, { created.workEmail, created.lastName })
    assert.is_nil(created.id)
    local changed = enrich(200, request("Update", { email "one@example.com" },
      { title = "x", workPhone = { display = "(317) 555-0123" } }), "?dryRun=true")
    assert.same({ first.id, "x", "+1 317-555-0123", first.createDate },
      { changed.id, changed.title, changed.workPhone.display, changed.createDate })
    local merged = enrich(200, request("Merge", { email "one@example.com", email "two@example.com" },
      { title = "x" }), "?dryRun=true")
    assert.same({ "x", "two@example.com", "one@example.com" },
      { merged.title, merged.workEmail, merged.personalEmail })
    assert.is_nil(merged.id)
    assert.equal(422, send(request("Upsert", { email "x@example.com" }, { workEmail = "x" }), "?dryRun=true").status)
    assert.equal(before, count())
    assert.same(first, session:must("GET", "/contacts/" .. first.id))
    assert.equal(404, session:call("POST", "/identifierlookup/contacts", email "ada@example.com").status)
  end)

  describe("with field rules", function()
    local before
    before_each(function()
      before = session:create {
        workEmail = "ada@example.com", title = "Countess", salutation = "Lady",
        address = { city = "London", postalCode = "SW1Y" },
        appleOpaqueIds = { { value = "a" }, { value = "b" } },
      }
    end)

    local function apply(contact, rules)
      local changed = enrich(200, request("Update", { email "ada@example.com" }, contact, { fieldRules = rules }))
      assert.equal(before.id, changed.id)
      return changed
    end

    it("prefers what is provided unless they say otherwise; null leaves a field", function()
      local changed = apply { title = "Dr", salutation = cjson.null, address = { city = "Paris" } }
      assert.same({ "Dr", "Lady", "Paris", "SW1Y" },
        { changed.title, changed.salutation, changed.address.city, changed.address.postalCode })
    end)

    it("always use what is provided, null and missing fields too", function()
      local changed = apply({ lastName = "King", workEmail = "ada@example.com", title = cjson.null },
        { defaultAction = "AlwaysUseProvided" })
      assert.equal("King", changed.lastName)
      assert.is_nil(changed.firstName)
      assert.is_nil(changed.title)
      assert.is_nil(changed.address)
      assert.equal(before.createDate, changed.createDate)
    end)

    it("prefer what exists", function()
      local changed = apply({ title = "Dr", middleName = "Augusta" }, { defaultAction = "PreferExisting" })
      assert.same({ "Countess", "Augusta" }, { changed.title, changed.middleName })
    end)

    it("name fields by their path, within objects too", function()
      local changed = apply({ title = "Dr", salutation = "Ms", address = { city = "Paris" } }, {
        defaultAction = "PreferExisting",
        rules = {
          { field = "$.title", action = "PreferProvided" },
          { field = "$.address", action = "AlwaysUseProvided" },
          { field = "$.address.postalCode", action = "PreferExisting" },
        },
      })
      assert.same({ "Dr", "Lady", "Paris", "SW1Y" },
        { changed.title, changed.salutation, changed.address.city, changed.address.postalCode })
    end)

    it("must name fields that exist", function()
      for _, path in ipairs { "title", "$.colour", "$.address.planet", "$", "" } do
        local reply = send(request("Update", { email "ada@example.com" }, {}, { fieldRules = { rules = {
          { field = "$.title", action = "PreferExisting" }, { field = path, action = "PreferExisting" } } } }))
        assert.equal(422, reply.status, path)
        assert.equal("fieldRules.rules[1].field", reply.body.details[1].fieldName)
      end
      assert.equal(400, send(request("Update", { email "ada@example.com" }, {},
        { fieldRules = { defaultAction = "Guess" } })).status)
    end)

    it("fill, extend and replace lists", function()
      local lists = {
        { nil, { "a", "b", "c" } },
        { "Fill", { "a", "b", "c" } },
        { "Extend", { "a", "b", "b", "c" } },
        { "Replace", { "b", "c" } },
      }
      for _, case in ipairs(lists) do
        local reply = enrich(200, request("Update", { email "ada@example.com" },
          { appleOpaqueIds = { { value = "b" }, { value = "c" } } },
          { fieldRules = { defaultArrayAction = case[1] } }), "?dryRun=true")
        local values = {}
        for _, element in ipairs(reply.appleOpaqueIds) do
          values[#values + 1] = element.value
        end
        assert.same(case[2], values)
      end
      local changed = apply({ appleOpaqueIds = { { value = "z" } } },
        { rules = { { field = "$.appleOpaqueIds", arrayAction = "Replace" } } })
      assert.same({ { value = "z" } }, changed.appleOpaqueIds)
      assert.same({ { value = "z" } }, apply({ title = "x" }, { defaultArrayAction = "Replace" }).appleOpaqueIds)
    end)

    it("keep to the limit of external ids", function()
      local function externals(from, to)
        local list = {}
        for number = from, to do
          list[#list + 1] = { externalSource = { id = source.id }, value = tostring(number) }
        end
        return list
      end
      apply { externalIds = externals(1, 8) }
      assert.equal(10, #apply({ externalIds = externals(7, 12) }).externalIds)
      local body = request("Update", { email "ada@example.com" }, { externalIds = externals(20, 21) },
        { fieldRules = { defaultArrayAction = "Extend" } })
      assert.equal(422, send(body).status)
      set { enrich_overflow = "cut" }
      assert.equal(10, #enrich(200, body).externalIds)
    end)
  end)

  it("promotes the match if the options say so", function()
    local observed = server:control("POST", "/sandbox/contacts",
      { type = "Identified", contact = api.contact { workEmail = "ada@example.com" } })
    local function type_after(promote)
      local changed = enrich(200, request("Update", { email "ada@example.com" }, { title = "x" },
        { options = promote ~= nil and { promote = promote } or nil }), "?dryRun=true")
      assert.equal(observed.id, changed.id)
      return changed.type
    end
    assert.same({ "Identified", "Identified", "Curated" }, { type_after(nil), type_after(false), type_after(true) })
    set { enrich_promote = true }
    assert.same({ "Curated", "Identified" }, { type_after(nil), type_after(false) })
    enrich(200, request("Update", { email "ada@example.com" }, {}))
    assert.equal("Curated", session:must("GET", "/contacts/" .. observed.id).type)
  end)

  it("gives identifiers that are in no field to the contact, unless --enrich-unclaimed says otherwise", function()
    local created = enrich(201, request("Upsert", { external "4711" }, api.contact()))
    assert.equal(created.id, enrich(200, request("Upsert", { external "4711" }, api.contact())).id)
    set { enrich_unclaimed = true }
    created = enrich(201, request("Upsert", { external "4712" }, api.contact()))
    assert.not_equal(created.id, enrich(201, request("Upsert", { external "4712" }, api.contact())).id)
  end)

  it("puts a new contact into the division of the request", function()
    assert.equal(NOBODY, enrich(201, request("Upsert", { email "a@example.com" }, api.contact(),
      { division = { id = NOBODY } })).division.id)
    local unassigned = enrich(201, request("Upsert", { email "b@example.com" }, api.contact(),
      { division = { id = "*" } }))
    assert.not_equal("*", unassigned.division and unassigned.division.id)
  end)

  it("requires an action and 1 to 25 valid identifiers", function()
    local many = {}
    for number = 1, 26 do
      many[number] = email(number .. "@example.com")
    end
    local cases = {
      { 422, request(nil, { email "a@example.com" }, ada) },
      { 400, request("Replace", { email "a@example.com" }, ada) },
      { 422, request("Upsert", nil, ada) },
      { 422, request("Upsert", many, ada) },
      { 400, request("Upsert", { { type = "Pigeon", value = "x" } }, ada) },
      { 422, request("Upsert", { { type = "Email" } }, ada) },
      { 422, request("Upsert", { email "" }, ada) },
      { 422, request("Upsert", { { type = "Phone", value = "0317 555 0123" } }, ada) },
      { 422, request("Upsert", { { type = "ExternalId", value = "1" } }, ada) },
    }
    for number, case in ipairs(cases) do
      local reply = send(case[2])
      assert.equal(case[1], reply.status, number .. ": " .. reply.text)
    end
    assert.equal(422, session:call("POST", "/contacts/enrich", '{"action":"Upsert","matchingIdentifiers":[]}').status)
    assert.equal(300, count())
  end)

  it("serves organizations, which match by external id and may do without", function()
    local function organization(status, body)
      local reply = session:call("POST", "/organizations/enrich", body)
      assert.equal(status, reply.status, reply.text)
      return reply.body
    end
    local created = organization(201, { action = "Upsert", matchingIdentifiers = { external "O1" },
      externalOrganization = { name = "Analytical Engines", industry = cjson.null,
        externalIds = { { externalSource = { id = source.id }, value = "O1" } } } })
    assert.equal("Analytical Engines", created.name)
    local changed = organization(200, { action = "Update", matchingIdentifiers = { external "O1" },
      externalOrganization = { industry = "Machines" } })
    assert.same({ created.id, "Analytical Engines", "Machines" }, { changed.id, changed.name, changed.industry })
    organization(201, { externalOrganization = { name = "Other" } })
    organization(422, { externalOrganization = { industry = "Machines" } })
    organization(400, { externalOrganization = { name = 7 } })
    organization(400, { action = "Merge", externalOrganization = { name = "x" } })
    organization(404, { action = "Update", matchingIdentifiers = { external "O9" }, externalOrganization = {} })
    organization(400, { action = "Update", matchingIdentifiers = { email "a@example.com" } })
  end)

  describe("in bulk", function()
    local function bulk(entities, query)
      local body = session:must("POST", "/bulk/contacts/enrich" .. (query or ""), { entities = entities })
      local results = {}
      for _, result in ipairs(body.results) do
        results[result.id or "none"] = result
      end
      return results, body
    end

    it("repeats the trackers, and says what was created", function()
      local existing = session:create { workEmail = "one@example.com" }
      local broken = request("Update", { email "no@example.com" }, ada, { id = "third" })
      local results, body = bulk {
        request("Upsert", { email "ada@example.com" }, ada, { id = "first" }),
        request("Upsert", { email "one@example.com" }, { title = "x" }, { id = "second" }),
        broken,
      }
      assert.equal(1, body.errorCount)
      assert.same({ 201, 200, 404 }, { results.first.status, results.second.status, results.third.status })
      assert.same({ existing.id, "x" }, { results.second.entity.id, results.second.entity.title })
      assert.equal("third", results.third.error.entity.id)
      assert.equal("Update", results.third.error.entity.action)
      assert.equal(302, count())
    end)

    it("has the record's id in successes if --enrich-tracker says so", function()
      set { enrich_tracker = "failures" }
      local results = bulk {
        request("Upsert", { email "ada@example.com" }, ada, { id = "first" }),
        request("Update", { email "no@example.com" }, ada, { id = "second" }),
      }
      assert.is_nil(results.first)
      assert.is_false(results.second.success)
      for id, result in pairs(results) do
        assert.equal(id, result.success and result.entity.id or "second")
      end
    end)

    it("does nothing with dryRun", function()
      local results = bulk({ request("Upsert", { email "ada@example.com" }, ada, { id = "first" }) }, "?dryRun=true")
      assert.equal(201, results.first.status)
      assert.is_nil(results.first.entity.id)
      assert.equal(300, count())
    end)

    it("serves organizations", function()
      local body = session:must("POST", "/bulk/organizations/enrich", { entities = {
        { id = "first", action = "Upsert", matchingIdentifiers = { external "O1" },
          externalOrganization = { name = "Analytical Engines" } } } })
      assert.same({ "first", 201, "Analytical Engines" },
        { body.results[1].id, body.results[1].status, body.results[1].entity.name })
    end)
  end)
end)
