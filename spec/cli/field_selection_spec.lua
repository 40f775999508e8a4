local array = require "extcontacts.base.json".array
local field_selection = require "extcontacts.cli.field_selection"
local models = require "extcontacts.api.models"

describe("fields on the command line", function()
  it("have names and paths", function()
    assert.same({ { name = "id", path = { "id" } }, { name = "workPhone.e164", path = { "workPhone", "e164" } } },
      field_selection.parse { "id,workPhone.e164" })
  end)

  it("are those of the model and of the objects in it", function()
    local seen = {}
    for _, name in ipairs(field_selection.names(models.ExternalContact)) do
      seen[name] = true
    end
    for _, name in ipairs { "firstName", "workPhone", "workPhone.e164", "address.city", "customFields" } do
      assert.is_true(seen[name], name)
    end
    assert.same({}, field_selection.names(nil))
  end)

  it("are taken out of a record, in their places", function()
    local record = { a = { b = 1, c = 2 }, d = array { 1 }, e = 3 }
    local selected = field_selection.parse { "a.b,d,e.f,gone" }
    assert.same({ a = { b = 1 }, d = { 1 } }, field_selection.project(record, selected))
    assert.equal(2, field_selection.value(record, { "a", "c" }))
    assert.is_nil(field_selection.value(record, { "e", "f" }))
  end)
end)
