local models = require "extcontacts.api.models"
local types = require "extcontacts.record.types"

describe("record.types", function()
  it("have a model, and the owner whose id comes first", function()
    for name, row in pairs(types.by_name) do
      assert.equal(name, row.name)
      assert.is_table(models[row.model], row.model)
      assert.equal(name:match "^(%a+)_note$", row.owner)
    end
  end)

  it("refer to a record by its id, and to a note by its owner's, too", function()
    for _, case in ipairs {
      { { kind = "contact", id = "1" }, "contact", { id = "1" } },
      { { kind = "contact_note", id = "1", owner = "o" }, "contact_note", { id = "1" }, "o" },
      { { kind = "contact_note", id = "1", owner = "c" }, nil,
        { id = "1", selfUri = "/api/v2/externalcontacts/contacts/c/notes/1" } },
      { { kind = "organization_note", id = "1", owner = "g" }, "contact_note",
        { id = "1", selfUri = "/api/v2/externalcontacts/organizations/g/notes/1" } },
    } do
      assert.same(case[1], (types.reference(case[2], case[3], case[4])))
    end
  end)

  it("say why a record can't be referred to", function()
    assert.equal("a record without an id", select(2, types.reference("contact", {})))
    assert.equal("a record without an id", select(2, types.reference("contact", { id = "" })))
    assert.equal("a note whose selfUri names neither a contact nor an organization",
      select(2, types.reference(nil, { id = "1", selfUri = "/elsewhere/1" })))
  end)

  it("know the arguments of an operation", function()
    local body, options = {}, {}
    assert.same({ "1", body, options }, types.arguments({ kind = "contact", id = "1" }, body, options))
    assert.same({ "o", "1" }, types.arguments { kind = "contact_note", id = "1", owner = "o" })
    assert.same({ "o", body }, types.arguments({ kind = "contact_note", owner = "o" }, body))
  end)

  it("suggest a type for a misspelled one", function()
    assert.equal("unknown record type 'contcat', did you mean 'contact'?", types.unknown "contcat")
  end)
end)
