local ec = require "extcontacts"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"

describe("record.writable", function()
  it("copies a record without its read-only fields", function()
    local contact = { id = "1", selfUri = "/x", firstName = "Ada", unheard_of = { 1 },
      externalOrganization = { id = "o", selfUri = "/o", name = "x" } }
    local copy = records.writable("ExternalContact", contact)
    assert.same({ firstName = "Ada", unheard_of = { 1 } },
      { id = copy.id, selfUri = copy.selfUri, firstName = copy.firstName, unheard_of = copy.unheard_of })
    assert.equal("o", copy.externalOrganization.id)
    copy.unheard_of[1] = 2
    assert.equal(1, contact.unheard_of[1])
  end)

  it("keeps arrays as arrays", function()
    assert.equal('{"tags":[]}', ec.json.encode(records.writable("ExternalOrganization", { tags = ec.array {} })))
  end)

  it("blames the caller for an unknown model, or a record that is no table", function()
    for model, problem in pairs {
      ExternalContct = "did you mean 'ExternalContact'", ExternalContact = "the record must be a table, got string",
    } do
      assert.error_matches(function()
        records.writable(model, "x")
      end, problem)
    end
  end)
end)

describe("record", function()
  it("knows an array from an object", function()
    assert.same({ true, true, false }, { records.is_array { 1 }, records.is_array(ec.array {}), records.is_array {} })
  end)

  it("finds the first unknown name of a path", function()
    local contact = models.ExternalContact
    for path, name in pairs { [{ "titel" }] = "titel", [{ "address", "citty" }] = "citty" } do
      assert.equal(name, (records.unknown_part(contact, path)))
    end
    for _, path in ipairs { { "title" }, { "address", "city" }, { "customFields", "a", "b" } } do
      assert.is_nil((records.unknown_part(contact, path)))
    end
  end)

  it("lets the id of a record inside another one be sent", function()
    local id = models.ExternalContact.by_wire.id
    assert.is_true(records.is_owned(id))
    assert.is_false(records.is_owned(id, true))
  end)
end)
