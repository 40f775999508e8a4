-- What people call a record.
local json = require "extcontacts.base.json"
local label = require "extcontacts.record.label"

describe("the label of a record", function()
  it("is the name and the e-mail address of a person", function()
    assert.equal("Ann B. Lee <ann@acme.example>", label.of("contact", {
      firstName = " Ann ", middleName = "B.", lastName = "Lee", workEmail = "ann@acme.example",
    }))
    assert.equal("Lee <home@lee.example>", label.of("contact", {
      firstName = json.null, lastName = "Lee", workEmail = " ", personalEmail = "home@lee.example",
    }))
    assert.equal("Ann", label.of("contact", { firstName = "Ann" }))
    assert.equal("x@acme.example", label.of("contact", { otherEmail = "x@acme.example" }))
  end)

  it("is the name of an organization, or what a relationship is called", function()
    assert.equal("Acme", label.of("organization", { name = "Acme" }))
    assert.equal("account manager", label.of("relationship", { relationship = "account manager" }))
  end)

  it("is missing if the record says nothing", function()
    for _, record in ipairs { {}, { firstName = "  " }, { firstName = {}, workEmail = 3 },
      { workEmail = json.null } } do
      assert.is_nil(label.of("contact", record))
    end
    assert.is_nil(label.of("contact", nil))
    assert.is_nil(label.of("contact_note", { noteText = "secret" }))
  end)

  it("is that of a changed record before the change, or of a new one", function()
    assert.equal("Old", label.of_change { kind = "organization", before = { name = "Old" }, after = { name = "New" } })
    assert.equal("New", label.of_change { kind = "organization", after = { name = "New" } })
    assert.is_nil(label.of_change { kind = "contact", op = "erase", id = "c" })
  end)
end)
