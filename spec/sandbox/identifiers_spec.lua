local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's identifiers", function()
  local server, session
  sandbox.around({ contacts = 300, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local EMAIL = { type = "Email", value = "ada@engines.example" }

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  local function list(id, kind)
    local values = {}
    for _, identifier in ipairs(session:must("GET", ("/%s/%s/identifiers"):format(kind or "contacts", id)).entities) do
      values[#values + 1] = identifier.type .. " " .. identifier.value
    end
    table.sort(values)
    return values
  end

  local function change(id, operation, identifier, kind)
    return session:call("PATCH", ("/%s/%s/identifiers"):format(kind or "contacts", id),
      { operation = operation, identifier = identifier })
  end

  -- The id of the contact with an identifier; nil if there is none.
  local function owner(identifier, kind)
    local reply = session:call("POST", "/identifierlookup/" .. (kind or "contacts"), identifier)
    assert.is_true(reply.status == 200 or reply.status == 404, reply.text)
    return reply.body.id
  end

  local function source(name)
    return { id = session:must("POST", "/externalsources", { name = name or "CRM" }).id }
  end

  it("are those of a contact's fields", function()
    local crm = source()
    local contact = session:create {
      workEmail = "ada@engines.example", personalEmail = "ADA@engines.example",
      cellPhone = { display = "+1 317 555 0100" }, homePhone = { display = "not a number" },
      twitterId = { screenName = "ada" }, lineId = { ids = { { userId = "L1" }, { userId = "L2" } } },
      facebookId = { ids = { { scopedId = "F1" } } }, instagramId = { ids = { { scopedId = "I1" } }, handle = "ada.l" },
      appleOpaqueIds = { { value = "A1" } }, whatsAppId = { phoneNumber = { display = "+1 317 555 0101" } },
      externalIds = { { externalSource = crm, value = "7" } },
    }
    assert.same({
      "AppleOpaqueId A1", "Email ada@engines.example", "ExternalId 7", "Phone +13175550100", "SocialFacebook F1",
      "SocialInstagram I1", "SocialInstagramHandle ada.l", "SocialLine L1", "SocialLine L2", "SocialTwitter ada",
      "SocialWhatsapp +13175550101",
    }, list(contact.id))
    local listed = session:must("GET", ("/contacts/%s/identifiers"):format(contact.id)).entities
    for _, identifier in ipairs(listed) do
      assert.equal(contact.createDate, identifier.dateCreated)
      assert.equal(contact.id, owner(identifier))
    end
    local expanded = session:must("GET", ("/contacts/%s?expand=identifiers"):format(contact.id))
    assert.equal(#listed, #expanded.identifiers)
  end)

  it("find seeded contacts too", function()
    local checked = 0
    for _, contact in ipairs(session:scan "contacts") do
      if contact.workEmail and contact.workEmail:find "^[%w.]+@[%w.]+$" then
        local found = session:must("POST", "/identifierlookup/contacts", { type = "Email", value = contact.workEmail })
        assert.equal(contact.workEmail:lower(), found.workEmail:lower())
        checked = checked + 1
      end
      if checked == 20 then
        break
      end
    end
    assert.equal(20, checked)
  end)

  it("belong to the contact that was created first, until it is deleted", function()
    local first = session:create { workEmail = EMAIL.value }
    local second = session:create { otherEmail = EMAIL.value }
    assert.equal(first.id, owner(EMAIL))
    assert.same({ "Email " .. EMAIL.value }, list(first.id))
    assert.same({}, list(second.id))
    session:must("DELETE", "/contacts/" .. first.id)
    assert.equal(second.id, owner(EMAIL))
    assert.same({ "Email " .. EMAIL.value }, list(second.id))
    second.otherEmail = nil
    session:must("PUT", "/contacts/" .. second.id, second)
    assert.is_nil(owner(EMAIL))
  end)

  it("are claimed, unless another contact owns them, and released", function()
    local first = session:create { workEmail = EMAIL.value }
    local second = session:create { workEmail = EMAIL.value }
    local third = session:create()
    local reply = change(third.id, "Claim", EMAIL)
    assert.equal(409, reply.status)
    assert.equal("general.conflict", reply.body.code)
    set { claim_conflict = 400 }
    assert.equal(400, change(third.id, "Claim", EMAIL).status)
    assert.equal(200, change(first.id, "Claim", EMAIL).status)
    assert.equal(404, change(third.id, "Release", EMAIL).status)
    assert.equal(200, change(first.id, "Release", EMAIL).status)
    assert.equal(second.id, owner(EMAIL))
    assert.equal(EMAIL.value, session:must("GET", "/contacts/" .. first.id).workEmail)
    assert.equal(200, change(second.id, "Release", EMAIL).status)
    assert.is_nil(owner(EMAIL))
    reply = change(third.id, "Claim", { type = "Email", value = "  ADA@engines.example " })
    assert.equal(200, reply.status)
    assert.equal("ADA@engines.example", reply.body.value)
    assert.equal(third.id, owner(EMAIL))
    assert.same({ "Email ADA@engines.example" }, list(third.id))
    assert.is_nil(session:must("GET", "/contacts/" .. third.id).workEmail)
    session:must("DELETE", "/contacts/" .. third.id)
    assert.is_nil(owner(EMAIL))
  end)

  it("clear the field on release, if the settings say so", function()
    set { release_clears = true }
    local crm = source()
    local contact = session:create { workEmail = EMAIL.value, cellPhone = { display = "+1 317 555 0100" },
      externalIds = { { externalSource = crm, value = "7" }, { externalSource = crm, value = "8" } } }
    for _, identifier in ipairs { EMAIL, { type = "Phone", value = "+1 317 555 0100" },
      { type = "ExternalId", value = "7", externalSource = crm } }
    do
      assert.equal(200, change(contact.id, "Release", identifier).status)
    end
    contact = session:must("GET", "/contacts/" .. contact.id)
    assert.is_nil(contact.workEmail)
    assert.is_nil(contact.cellPhone)
    assert.equal(1, #contact.externalIds)
    assert.equal("8", contact.externalIds[1].value)
  end)

  it("are owned by claims only, if the settings say so", function()
    set { explicit_claims = true }
    local first = session:create { workEmail = EMAIL.value }
    local second = session:create { workEmail = EMAIL.value }
    assert.is_nil(owner(EMAIL))
    assert.same({}, list(first.id))
    assert.equal(200, change(second.id, "Claim", EMAIL).status)
    assert.equal(second.id, owner(EMAIL))
    assert.equal(409, change(first.id, "Claim", EMAIL).status)
  end)

  it("need a known type, a value, a country code and a source", function()
    local contact = session:create()
    local function status(identifier)
      local claim = change(contact.id, "Claim", identifier).status
      assert.equal(claim, session:call("POST", "/identifierlookup/contacts", identifier).status)
      return claim
    end
    assert.equal(400, status { type = "Fax", value = "x" })
    assert.equal(422, status { type = "Email" })
    assert.equal(422, status { type = "Email", value = ("x"):rep(256) })
    assert.equal(422, status { type = "Phone", value = "317 555 0100" })
    assert.equal(422, status { type = "ExternalId", value = "7" })
    assert.equal(400, change(contact.id, "Keep", EMAIL).status)
    assert.equal(200, change(contact.id, "Claim", { type = "Phone", value = "+1 (317) 555 0100" }).status)
    assert.equal(contact.id, owner { type = "Phone", value = "+1 317 5550100" })
    assert.equal(404, change(api.NOBODY, "Claim", EMAIL).status)
    assert.equal(404, session:call("GET", ("/contacts/%s/identifiers"):format(api.NOBODY)).status)
  end)

  it("of organizations are external ids, each of its source", function()
    local crm, erp = source(), source "ERP"
    local first = session:must("POST", "/organizations", { name = "Engines",
      externalIds = { { externalSource = crm, value = "7" } } })
    local second = session:must("POST", "/organizations", { name = "Engines 2",
      externalIds = { { externalSource = erp, value = "7" } } })
    local function external(of) return { type = "ExternalId", value = "7", externalSource = of } end
    assert.equal(first.id, owner(external(crm), "organizations"))
    assert.equal(second.id, owner(external(erp), "organizations"))
    assert.same({ "ExternalId 7" }, list(first.id, "organizations"))
    assert.equal(409, change(second.id, "Claim", external(crm), "organizations").status)
    assert.equal(400, change(second.id, "Claim", EMAIL, "organizations").status)
    assert.is_nil(owner(external(crm)))
    local found = session:must("POST", "/identifierlookup/organizations?expand=externalSources", external(crm))
    assert.equal("CRM", found.externalIds[1].externalSource.name)
    session:must("DELETE", "/externalsources/" .. crm.id)
    found = session:must("POST", "/identifierlookup/organizations?expand=externalSources", external(crm))
    assert.is_nil(found.externalIds[1].externalSource.name)
  end)

  it("go to the contact that a merge creates", function()
    local first, second = session:create { workEmail = EMAIL.value }, session:create { otherEmail = "b@x.example" }
    local claimed = { type = "Cookie", value = "c" }
    assert.equal(200, change(second.id, "Claim", claimed).status)
    for _, listed in ipairs { false, true } do
      set { merged_listed = listed }
      local merged = session:must("POST", "/contacts/merge", { contactIds = { first.id, second.id } })
      assert.equal(merged.id, owner(EMAIL))
      assert.equal(merged.id, owner { type = "Email", value = "b@x.example" })
      assert.equal(merged.id, owner(claimed))
      assert.same({ "Cookie c", "Email ada@engines.example", "Email b@x.example" }, list(merged.id))
      assert.equal(409, change(session:create().id, "Claim", EMAIL).status)
      first, second = merged, session:create()
    end
  end)

  it("are looked up by the deprecated operation as well", function()
    local organization = session:must("POST", "/organizations", { name = "Engines" })
    local contact = session:create { workEmail = EMAIL.value, externalOrganization = { id = organization.id } }
    local found = session:must("POST", "/identifierlookup?expand=externalOrganization", EMAIL)
    assert.equal(contact.id, found.id)
    assert.equal("Engines", found.externalOrganization.name)
  end)
end)
