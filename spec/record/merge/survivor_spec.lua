-- The survivor of duplicates, and the order in which a merge chooses values.
local core = require "extcontacts.core"
local survivor = require "extcontacts.record.merge.survivor"

local function contact(id, fields)
  local out = { id = id, type = "Curated", createDate = "2026-01-01T00:00:00.000Z", firstName = "Ann" }
  for name, value in pairs(fields or {}) do
    out[name] = value
  end
  return out
end

local function ids(list)
  local out = {}
  for index, record in ipairs(list) do
    out[index] = record.id
  end
  return table.concat(out, " ")
end

local function ordered(...)
  local list, rule = survivor.order { ... }
  return ids(list) .. " by " .. tostring(rule)
end

describe("the survivor", function()

  it("is a curated contact, then an identified, then an ephemeral one", function()
    local rich = { type = "Ephemeral", lastName = "Lee", title = "Pilot", workEmail = "ann@example.com" }
    assert.equal("c i e by type", ordered(contact("e", rich), contact("i", { type = "Identified" }), contact "c"))
  end)

  it("takes a contact of a type that is not known as one that is not observed", function()
    local list = survivor.order { contact("i", { type = "Identified" }), contact("x", { type = "Verified" }),
      contact "c" }
    assert.equal("c x i", ids(list))
  end)

  it("is the contact with the most filled fields among those of a type", function()
    assert.equal("b a by complete", ordered(contact "a", contact("b", { title = "Pilot",
      createDate = "2026-03-01T00:00:00.000Z" })))
  end)

  it("is the oldest of equally complete ones, whatever the order they are read in", function()
    local a, b = contact("a", { createDate = "2026-02-01T00:00:00.000Z" }), contact "b"
    assert.equal("b a by oldest", ordered(a, b))
    assert.equal("b a by oldest", ordered(b, a))
  end)

  it("does not depend on the order of contacts that are equal", function()
    assert.equal("a b c by id", ordered(contact "c", contact "a", contact "b"))
    assert.equal("a b c by id", ordered(contact "b", contact "c", contact "a"))
  end)

  it("comes after others when its creation date is missing", function()
    local undated = contact "a"
    undated.createDate = nil
    assert.equal("b a by oldest", ordered(undated, contact "b"))
  end)

  it("counts custom fields and parts of an address, and nothing that is blank or the server's", function()
    assert.equal(1, survivor.filled(contact("a", {
      title = " ", lastName = core.json.null, workPhone = {}, externalIds = core.json.array {},
      selfUri = "/x", modifyDate = "2026-01-01T00:00:00.000Z", schema = { id = "s" }, division = { id = "d" },
      identifiers = core.json.array { { type = "Email", value = "ann@example.com" } },
    })))
    assert.equal(5, survivor.filled(contact("a", {
      address = { city = "Berlin", address1 = "Street 1", state = "" }, customFields = { a_text = "x", b_text = " " },
      workPhone = { display = "+49 30 1234567", e164 = "+49301234567" },
    })))
  end)

  it("is the only contact, without a rule", function()
    assert.equal("a by nil", ordered(contact "a"))
    assert.same({ {} }, { survivor.order {} })
  end)

  it("leaves the list as it is", function()
    local list = { contact "b", contact "a" }
    survivor.order(list)
    survivor.latest_first(list)
    assert.equal("b a", ids(list))
  end)
end)

describe("the order of a merge", function()

  it("begins with the contact that was modified last, and says how many were at the same time", function()
    local list, latest = survivor.latest_first {
      contact("a", { modifyDate = "2026-01-01T00:00:00.000Z" }),
      contact("b", { modifyDate = "2026-03-01T00:00:00.000Z" }),
      contact("c", { modifyDate = "2026-02-01T00:00:00.000Z" }),
    }
    assert.same({ "b c a", 1 }, { ids(list), latest })
    list, latest = survivor.latest_first {
      contact("a", { modifyDate = "2026-01-01T00:00:00.000Z" }),
      contact("b", { modifyDate = "2026-03-01T00:00:00.000Z" }),
      contact("c", { modifyDate = "2026-03-01T00:00:00.000Z" }),
    }
    assert.same({ "b c a", 2 }, { ids(list), latest })
  end)
end)
