-- The one contact that has an address.
local fake = require "spec.support.fake"
local find_contact = require "extcontacts.fix.find_contact"

describe("the lookup of an address", function()
  it("takes an e-mail address or a phone number in E.164", function()
    for text, normal in pairs {
      [" Ann@Example.COM "] = "ann@example.com", ["+49 (30) 765-43.21"] = "+49307654321",
      ["+1 317 555 0100"] = "+13175550100",
    } do
      assert.equal(normal, find_contact.normal(text))
    end
    for _, text in ipairs { "", "ann", "a@b@c", "a b@c", "030 7654321", "+49 30 x", "+12", "@ann" } do
      assert.is_nil(find_contact.normal(text))
    end
  end)

  local ANN = { id = "a", workEmail = "Ann@Example.com " }

  local function find(...)
    local self = fake.client { ... }
    local contact, reason = find_contact.find(self.client, "ann@example.com")
    return contact, reason, #self.requests
  end

  it("reads the record, because the index lags behind", function()
    local others = { id = "b", workEmail = "joann@example.com" }
    local contact, _, requests = find(fake.json(200, { contacts = { ANN, others } }), fake.json(200, ANN))
    assert.same({ "a", 2 }, { contact.id, requests })
    for _, record in ipairs { fake.json(200, { id = "a", workEmail = "other@example.com" }), fake.json(404, {}) } do
      local found, reason = find(fake.json(200, { contacts = { ANN } }), record)
      assert.is_nil(found)
      assert.equal(find_contact.NOBODY, reason)
    end
  end)

  it("finds nobody when several contacts may have it", function()
    local found, reason = find(fake.json(200, { contacts = { ANN, { id = "b", otherEmail = "ann@example.com" } } }))
    assert.is_nil(found)
    assert.equal("several contacts have this address", reason)
    local many = { ANN }
    for number = 2, 25 do
      many[number] = { id = "x" .. number }
    end
    found, reason = find(fake.json(200, { contacts = many }))
    assert.is_nil(found)
    assert.equal("too many contacts share this address", reason)
  end)

  it("takes an id, too, for a fix's own use", function()
    local self = fake.client { fake.json(200, ANN), fake.json(404, {}), fake.json(200, { contacts = { ANN } }),
      fake.json(200, ANN) }
    assert.equal("a", find_contact.find_by_key(self.client, " A ").id)
    assert.matches("/contacts/a$", self.requests[1].url)
    assert.same({ nil, find_contact.NOBODY }, { find_contact.find_by_key(self.client, "b") })
    assert.equal("a", find_contact.find_by_key(self.client, "ANN@example.com").id)
  end)

  it("finds nobody when the answer is empty, and raises when there is no answer", function()
    local found, reason = find(fake.json(200, {}))
    assert.is_nil(found)
    assert.equal(find_contact.NOBODY, reason)
    local ok, err = pcall(find, fake.json(403, {}))
    assert.is_false(ok)
    assert.equal("auth", err.kind)
  end)
end)
