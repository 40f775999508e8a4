local suggest = require "extcontacts.base.suggest"

local NAMES = { "timeout", "retry", "region" }

describe("suggest", function()
  it("finds the nearest name, whatever its case", function()
    for word, name in pairs { timout = "timeout", TIMEOUT = "timeout", rety = "retry", regoin = "region" } do
      assert.equal(name, suggest.nearest(word, NAMES))
    end
    assert.is_nil(suggest.nearest("concurrency", NAMES))
    assert.is_nil(suggest.nearest("x", {}))
  end)

  it("finds a name that consists of the same words", function()
    local names = { "contacts.get", "contacts.notes.list", "workPhone", "get" }
    assert.equal("contacts.get", suggest.nearest("get_contact", names))
    assert.equal("contacts.notes.list", suggest.nearest("list-contact-notes", names))
    assert.equal("workPhone", suggest.nearest("phone_work", names))
    assert.is_nil(suggest.nearest("delete_contact_note", names))
  end)

  it("counts two exchanged letters as one mistake", function()
    assert.equal("key", suggest.nearest("kye", { "by", "key" }))
    assert.equal("scan", suggest.nearest("sacn", { "save", "scan" }))
  end)

  it("takes a short word for a misspelled one only if it is nearer", function()
    assert.equal("id", suggest.nearest("zz", { "id" }))
    assert.is_nil(suggest.misspelled("zz", { "id" }))
    assert.equal("id", suggest.misspelled("ie", { "id" }))
    assert.equal("Update", suggest.misspelled("update", { "Update" }))
    assert.equal("timeout", suggest.misspelled("tiemout", NAMES))
  end)

  it("allows more mistakes in a longer word", function()
    assert.is_nil(suggest.nearest("abc", { "xyz" }))
    assert.equal("externalOrganization", suggest.nearest("extrenalOrganisaton", { "externalOrganization" }))
  end)

  it("builds a message with the nearest name, or with all of a short list", function()
    assert.equal("unknown option 'timout', did you mean 'timeout'?", suggest.unknown("option", "timout", NAMES))
    assert.equal("unknown option 'x1y2z3' (known: region, retry, timeout)", suggest.unknown("option", "x1y2z3", NAMES))
    assert.equal("unknown option 'x'", suggest.unknown("option", "x", {}))
    assert.equal("unknown option of type table", suggest.unknown("option", {}, NAMES))
    local many = {}
    for index = 1, 21 do
      many[index] = ("name %d"):format(index + 100)
    end
    assert.equal("unknown option 'zzzzzzzzz'", suggest.unknown("option", "zzzzzzzzz", many))
  end)

  it("has no message for a value that is a choice", function()
    assert.is_nil(suggest.other("region", "retry", NAMES))
    assert.equal("unknown region 'rety', did you mean 'retry'?", suggest.other("region", "rety", NAMES))
  end)

  it("sorts a table's keys", function()
    assert.same({ "a", "b", "c" }, suggest.keys { c = 1, a = 2, b = 3 })
    assert.same({}, suggest.keys {})
  end)
end)
