local labels = require "extcontacts.fix.report.labels"

describe("report.labels", function()
  it("name fields in words", function()
    for label, path in pairs {
      ["Work e-mail"] = { "workEmail" },
      ["External system URL"] = { "externalSystemUrl" },
      ["Address: postal code"] = { "address", "postalCode" },
      ["Custom field tier_text"] = { "customFields", "tier_text" },
      ["External IDs"] = { "externalIds" },
    } do
      assert.equal(label, labels.field(path))
    end
  end)

  it("name operations and types", function()
    assert.same({ "Update contact", "update" }, { labels.operation "contact.update" })
    assert.same({ "Erase organization note", "erase" }, { labels.operation "organization_note.erase" })
    assert.equal("organization note", labels.kind "organization_note")
  end)
end)
