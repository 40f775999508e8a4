-- The one contact that has an address.
local fake = require "spec.support.fake"
local email = require "extcontacts.record.normalize.email"
local find_contact = require "extcontacts.fix.find_contact"

local ID = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"

describe("the lookup of an address", function()
  local ANN = { id = "a", workEmail = "Ann@Example.com " }

  local function find(...)
    local self = fake.client { ... }
    local contact, reason = find_contact.find_by_key(self.client, "ann@example.com")
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

  it("asks for each spelling of an address with letters beyond ASCII", function()
    local stored, replies = { id = "a", workEmail = "Rene\204\129@xn--bcher-kva.example" }, {}
    for index, spelling in ipairs(email.spellings "RENÉ@bücher.example") do
      replies[index] = fake.json(200, { contacts = spelling:lower() == stored.workEmail:lower() and { stored } or {} })
    end
    replies[#replies + 1] = fake.json(200, stored)
    local self = fake.client(replies)
    assert.equal("a", (find_contact.find_by_key(self.client, "RENÉ@bücher.example") or {}).id)
    assert.equal(#replies, #self.requests)
    local nobody = fake.json(200, { contacts = {} })
    self = fake.client { nobody, nobody, nobody, nobody, nobody, nobody, nobody }
    assert.same({ nil, find_contact.NO_SPELLING }, { find_contact.find_by_key(self.client, "rené@x.example") })
    assert.same({ nil, find_contact.NOBODY }, { find_contact.find_by_key(self.client, "a@bücher.example") })
    assert.is_true(find_contact.is_absent(find_contact.NO_SPELLING))
  end)

  it("takes an id, too, for a fix's own use", function()
    local self = fake.client { fake.json(200, ANN), fake.json(404, {}), fake.json(200, { contacts = { ANN } }),
      fake.json(200, ANN) }
    assert.equal("a", find_contact.find_by_key(self.client, " {" .. ID:upper() .. "} ").id)
    assert.matches("/contacts/" .. ID:gsub("%-", "%%-") .. "$", self.requests[1].url)
    assert.same({ nil, find_contact.NOBODY }, { find_contact.find_by_key(self.client, ID) })
    assert.equal("a", find_contact.find_by_key(self.client, "ANN@example.com").id)
  end)

  it("sends nothing for a text that can't be read", function()
    local self = fake.client {}
    for text, reason in pairs {
      ["0171 1234567"] = "unreadable phone number: no country code", ["ann@"] = "unreadable e-mail address: not an "
        .. "e-mail address", [ID .. "0"] = "unreadable id: not a valid id",
      ["Ann Lee"] = "not an e-mail address or a phone number in E.164",
    } do
      assert.same({ nil, reason }, { find_contact.find_by_key(self.client, text) })
      assert.is_false(find_contact.is_absent(reason))
    end
    assert.equal(0, #self.requests)
  end)

  it("finds a contact whose address is stored in another spelling", function()
    local stored = { id = "a", workEmail = "\239\187\191Ann@Example.com" }
    local found = find(fake.json(200, { contacts = { stored } }), fake.json(200, stored))
    assert.equal("a", found.id)
  end)

  it("compares extensions, and names numbers that were not searched", function()
    local function phone(id, extension)
      return { id = id, workPhone = { e164 = "+49301234567", extension = extension } }
    end
    local function by_number(text, ...)
      local last = select(select("#", ...), ...)
      local self = fake.client { fake.json(200, { contacts = { ... } }), fake.json(200, last) }
      local contact, reason = find_contact.find_by_key(self.client, text)
      assert.matches("30123456", self.requests[1].url)
      return contact and contact.id or reason
    end
    assert.equal("b", by_number("+49 30 1234567 ext. 12", phone("a", 11), phone("b", 12)))
    assert.equal("several contacts have this address", by_number("+49 30 1234567", phone("a", 11), phone("b", 12)))
    assert.equal("a contact has this number with another extension",
      by_number("+49 30 1234567 ext. 13", phone("a", 11), phone("b")))
    assert.equal(find_contact.NO_NUMBER, by_number("+49 30 1234568", phone("a")))
    assert.is_true(find_contact.is_absent(find_contact.NO_NUMBER) and find_contact.is_absent(find_contact.NOBODY))
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
