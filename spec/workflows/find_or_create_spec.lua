-- The contact of an identifier, or a new one.
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local json = require "extcontacts.base.json"

local EMAIL = { type = "Email", value = "ada@example.com" }
local PHONE = { type = "Phone", value = "+13175550100" }
local NONE = fake.json(404, {})

-- "POST /identifierlookup/contacts" of each request.
local function sent(self)
  local list = {}
  for index, request in ipairs(self.requests) do
    list[index] = request.method .. " " .. request.url:gsub("^.*/externalcontacts", "")
  end
  return list
end

local function body(self, index)
  return json.decode(self.requests[index].body)
end

describe("find_or_create", function()
  local LOOKUP, CREATE = "POST /identifierlookup/contacts", "POST /contacts"

  it("returns the contact that has the identifier", function()
    local self = fake.client { fake.json(200, { id = "a" }) }
    local contact, err, response = self.client.contacts:find_or_create(EMAIL, { firstName = "Ada" })
    assert.is_nil(err)
    assert.equal("a", contact.id)
    assert.is_true(response.found)
    assert.same({ LOOKUP }, sent(self))
    assert.same(EMAIL, body(self, 1))
  end)

  it("creates one with the identifier in a field, and makes sure that it is found", function()
    local self = fake.client { NONE, NONE, fake.json(200, { id = "new" }), fake.json(200, { id = "new" }),
      fake.json(200, { id = "new" }) }
    local record = { firstName = "Ada", workPhone = { display = "+1 (317) 555-0100" } }
    local contact, _, response = self.client.contacts:find_or_create({ EMAIL, PHONE }, record)
    assert.equal("new", contact.id)
    assert.is_false(response.found)
    assert.is_nil(response.unclaimed)
    assert.same({ LOOKUP, LOOKUP, CREATE, LOOKUP, LOOKUP }, sent(self))
    assert.same({ firstName = "Ada", workEmail = "ada@example.com", workPhone = { display = "+1 (317) 555-0100" } },
      body(self, 3))
    assert.same({ firstName = "Ada", workPhone = { display = "+1 (317) 555-0100" } }, record)
  end)

  it("puts identifiers into the first free field, and external ids into their list", function()
    local self = fake.client(setmetatable({}, { __index = function(_, index)
      return index <= 3 and NONE or fake.json(200, { id = "new" })
    end }))
    local external = { type = "ExternalId", value = "C-7", externalSource = { id = "crm" } }
    assert(self.client.contacts:find_or_create({ EMAIL, PHONE, external }, {
      workEmail = "other@example.com", personalEmail = ec.null,
      externalIds = { { externalSource = { id = "erp" }, value = "C-7" } },
    }))
    assert.same({
      workEmail = "other@example.com", personalEmail = "ada@example.com", workPhone = { display = "+13175550100" },
      externalIds = { { externalSource = { id = "erp" }, value = "C-7" },
        { externalSource = { id = "crm" }, value = "C-7" } },
    }, body(self, 4))
  end)

  it("changes no field that has the identifier in another spelling", function()
    local domain = { type = "Email", value = "ren\195\169@xn--bcher-kva.example" }
    for record, identifier in pairs {
      [{ personalEmail = "Ada@Example.com" }] = EMAIL, [{ otherEmail = "ada@example.com" }] = EMAIL,
      [{ workEmail = "Ada <mailto:ADA@example.com>" }] = EMAIL,
      [{ workEmail = "rene\204\129@b\195\188cher.example" }] = domain,
      [{ cellPhone = { display = "001 1 317 555 0100", e164 = "+13175550100" } }] = PHONE,
      [{ cellPhone = { display = "+49 (0)171 1234567" } }] = { type = "Phone", value = "+491711234567" },
      [{ homePhone = { display = "+491711234567" } }] = { type = "Phone", value = "tel:+49-171-1234567" },
    } do
      local self = fake.client { NONE, fake.json(200, { id = "new" }), fake.json(200, { id = "new" }) }
      assert(self.client.contacts:find_or_create(identifier, record))
      assert.same(record, body(self, 2))
    end
  end)

  it("fails if no field is free", function()
    local self = fake.client { NONE }
    local contact, err = self.client.contacts:find_or_create(EMAIL, {
      workEmail = "a@example.com", personalEmail = "b@example.com", otherEmail = "c@example.com",
    })
    assert.is_nil(contact)
    assert.equal("invalid", err.kind)
    assert.truthy(err.message:find("no free e-mail field", 1, true))
    assert.is_nil(tostring(err):find("example.com", 1, true))
  end)

  it("claims an identifier that belongs to nobody", function()
    local cookie = { type = "Cookie", value = "c1" }
    local self = fake.client { NONE, fake.json(200, { id = "new" }), NONE, fake.json(200, cookie) }
    local contact, _, response = self.client.contacts:find_or_create(cookie, { firstName = "Ada" })
    assert.equal("new", contact.id)
    assert.is_nil(response.unclaimed)
    assert.same({ LOOKUP, CREATE, LOOKUP, "PATCH /contacts/new/identifiers" }, sent(self))
    assert.same({ operation = "Claim", identifier = cookie }, body(self, 4))
  end)

  it("says so if the check failed, since the contact exists", function()
    local self = fake.client { NONE, fake.json(200, { id = "new" }), NONE, fake.json(403, {}) }
    local contact, err, response = self.client.contacts:find_or_create(EMAIL, {})
    assert.equal("new", contact.id)
    assert.is_nil(err)
    assert.is_true(response.unclaimed)
  end)

  it("fails with the ids if the identifiers belong to different contacts", function()
    local self = fake.client { fake.json(200, { id = "b" }), fake.json(200, { id = "a", firstName = "Ada" }),
      fake.json(200, { id = "b" }) }
    local contact, err = self.client.contacts:find_or_create({ EMAIL, PHONE, EMAIL }, {})
    assert.is_nil(contact)
    assert.equal("conflict", err.kind)
    assert.same({ ids = { "a", "b" } }, err.details)
    assert.truthy(err.message:find("different contacts: a, b", 1, true))
    assert.is_nil(tostring(err):find("Ada", 1, true))
    assert.is_nil(tostring(err):find("ada@", 1, true))
    assert.equal(3, #self.requests)
  end)

  it("looks up again after a 409", function()
    local self = fake.client { NONE, fake.json(409, {}), fake.json(200, { id = "theirs" }) }
    local contact, _, response = self.client.contacts:find_or_create(EMAIL, {})
    assert.equal("theirs", contact.id)
    assert.is_true(response.found)
    self = fake.client { NONE, fake.json(409, {}), NONE }
    local nothing, err = self.client.contacts:find_or_create(EMAIL, {})
    assert.is_nil(nothing)
    assert.equal(409, err.status)
  end)

  it("looks up again after a create whose reply was lost", function()
    local self = fake.client({ NONE, fake.failure("transport", "reset", "all"), fake.json(200, { id = "mine" }) },
      { on_ambiguous = "error" })
    local contact, _, response = self.client.contacts:find_or_create(EMAIL, {})
    assert.equal("mine", contact.id)
    assert.is_true(response.found)
    self = fake.client({ NONE, fake.failure("transport", "reset", "all"), NONE }, { on_ambiguous = "error" })
    local nothing, err = self.client.contacts:find_or_create(EMAIL, {})
    assert.is_nil(nothing)
    assert.is_true(err.ambiguous)
  end)

  it("removes its contact if another program was faster", function()
    local self = fake.client { NONE, fake.json(200, { id = "mine" }), fake.json(200, { id = "theirs" }),
      fake.json(200, {}) }
    local contact, _, response = self.client.contacts:find_or_create(EMAIL, {})
    assert.equal("theirs", contact.id)
    assert.is_true(response.found)
    assert.equal("DELETE /contacts/mine", sent(self)[4])
    self = fake.client { NONE, fake.json(200, { id = "mine" }), fake.json(200, { id = "theirs" }), fake.json(403, {}) }
    local nothing, err = self.client.contacts:find_or_create(EMAIL, {})
    assert.is_nil(nothing)
    assert.equal("conflict", err.kind)
    assert.same({ "mine", "theirs" }, err.details.ids)
  end)

  it("keeps its contact if the lookup returns it with its id in another spelling, or merged into another", function()
    local id, other = "aaaaaaaa-0000-4000-8000-00000000000a", "bbbbbbbb-0000-4000-8000-00000000000b"
    for _, owner in ipairs {
      { id = id:upper() }, { id = other, mergeSet = { { id = id:upper() }, { id = other } } },
    } do
      local self = fake.client { NONE, fake.json(201, { id = id }), fake.json(200, owner) }
      local contact, err, response = self.client.contacts:find_or_create(EMAIL, {})
      assert.is_nil(err)
      assert.equal(id, contact.id)
      assert.is_false(response.found)
      assert.same({ LOOKUP, CREATE, LOOKUP }, sent(self))
    end
  end)

  it("knows one contact by its id in any spelling", function()
    local id = "aaaaaaaa-0000-4000-8000-00000000000a"
    local self = fake.client { fake.json(200, { id = id }), fake.json(200, { id = id:upper() }) }
    local contact, err = self.client.contacts:find_or_create({ EMAIL, PHONE }, {})
    assert.is_nil(err)
    assert.equal(id, contact.id)
  end)

  it("returns the other program's contact if its own is gone already", function()
    local self = fake.client { NONE, fake.json(201, { id = "new" }), fake.json(200, { id = "other" }), NONE }
    local contact, err, response = self.client.contacts:find_or_create(EMAIL, {})
    assert.is_nil(err)
    assert.equal("other", contact.id)
    assert.is_true(response.found)
  end)

  it("creates nothing if a lookup fails", function()
    for _, answer in ipairs { fake.json(403, {}), fake.foreign(404), fake.json(500, {}) } do
      local self = fake.client({ answer }, { retry = false })
      local contact, err = self.client.contacts:find_or_create(EMAIL, {})
      assert.is_nil(contact)
      assert.equal(answer.status, err.status)
      assert.equal(1, #self.requests)
    end
  end)

  it("links the organization of an external id", function()
    local self = fake.client { NONE, fake.json(200, { id = "org", name = "ACME" }), fake.json(200, { id = "new" }),
      fake.json(200, { id = "new" }), NONE, fake.json(200, { id = "second" }), fake.json(200, { id = "second" }) }
    local link = { externalId = "ACME-7", externalSource = "crm" }
    assert(self.client.contacts:find_or_create(EMAIL, { externalOrganization = link }))
    assert.equal("POST /identifierlookup/organizations", sent(self)[2])
    assert.same({ type = "ExternalId", value = "ACME-7", externalSource = { id = "crm" } }, body(self, 2))
    assert.same({ externalOrganization = { id = "org" }, workEmail = "ada@example.com" }, body(self, 3))
    -- The second contact needs no lookup.
    assert(self.client.contacts:find_or_create(PHONE, { externalOrganization = {
      externalId = "ACME-7", externalSource = { id = "crm" } } }))
    assert.same({ id = "org" }, body(self, 6).externalOrganization)
    assert.equal(7, #self.requests)
  end)

  it("creates nothing for an organization that is not known", function()
    local self = fake.client { NONE, NONE, NONE }
    for _ = 1, 2 do
      local contact, err = self.client.contacts:find_or_create(EMAIL, {
        externalOrganization = { externalId = "ACME-8", externalSource = { id = "crm" } },
      })
      assert.is_nil(contact)
      assert.equal("invalid", err.kind)
      assert.equal("organization", err.code)
      local words = "no organization has the external id 'ACME-8' of the external source crm"
      assert.truthy(err.message:find(words, 1, true))
    end
    assert.same({ LOOKUP, "POST /identifierlookup/organizations", LOOKUP }, sent(self))
  end)

  it("passes the options of a create on", function()
    local self = fake.client { NONE, fake.json(200, { id = "new" }), fake.json(200, { id = "new" }) }
    assert(self.client.contacts:find_or_create(EMAIL, {}, { timeout = 3, marker = "customFields.x_text",
      headers = { ["X-Trace"] = "1" } }))
    for _, request in ipairs(self.requests) do
      assert.equal("1", fake.header(request, "X-Trace"))
    end
  end)

  it("checks its arguments at the caller's line", function()
    local client = fake.client({}).client
    for message, arguments in pairs {
      ["argument #1 (identifiers) must be a table"] = { "a@example.com", {} },
      ["argument #1 (identifiers) names no identifier"] = { {}, {} },
      ["identifier 2 must have a text 'type' and a text 'value'"] = { { EMAIL, { type = "Phone" } }, {} },
      ["argument #2 (record) is missing"] = { EMAIL },
      ["unknown option 'marke', did you mean 'marker'"] = { EMAIL, {}, { marke = "x" } },
      ["externalOrganization has no text 'externalId'"] = { EMAIL, { externalOrganization = { externalId = 7 } } },
    } do
      local raised = fake.misuse(function()
        client.contacts:find_or_create(arguments[1], arguments[2], arguments[3])
      end)
      assert.truthy(raised:find(message, 1, true), raised)
      assert.truthy(raised:find("find_or_create_spec.lua", 1, true), raised)
    end
  end)
end)

describe("organizations:resolve", function()
  it("looks up each external id once", function()
    local self = fake.client { fake.json(200, { id = "org" }), NONE }
    for _ = 1, 3 do
      assert.equal("org", (self.client.organizations:resolve { externalId = "A", externalSource = "crm" }))
      local id, err = self.client.organizations:resolve { externalId = "A" }
      assert.is_nil(id)
      assert.equal("organization", err.code)
    end
    assert.equal(2, #self.requests)
    assert.same({ type = "ExternalId", value = "A" }, body(self, 2))
  end)

  it("forgets an id after some minutes, and an unknown external id after one", function()
    local self = fake.client { NONE, fake.json(200, { id = "org" }), fake.json(200, { id = "other" }) }
    local resolve = function()
      return (self.client.organizations:resolve { externalId = "A" })
    end
    assert.is_nil(resolve())
    self.time = self.time + 61
    assert.equal("org", resolve())
    self.time = self.time + 599
    assert.equal("org", resolve())
    self.time = self.time + 2
    assert.equal("other", resolve())
  end)

  it("remembers no failure", function()
    local self = fake.client({ fake.json(403, {}), fake.json(200, { id = "org" }) })
    local _, err = self.client.organizations:resolve { externalId = "A" }
    assert.equal(403, err.status)
    assert.equal("org", (self.client.organizations:resolve { externalId = "A" }))
  end)

  it("checks its arguments", function()
    local client = fake.client({}).client
    for _, link in ipairs { "A", {}, { externalId = "" }, { externalId = "A", externalSource = {} } } do
      assert.truthy(fake.misuse(client.organizations.resolve, client.organizations, link):find("link", 1, true))
    end
  end)
end)
