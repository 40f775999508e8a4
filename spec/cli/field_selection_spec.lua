local json = require "extcontacts.base.json"
local field_selection = require "extcontacts.cli.field_selection"
local models = require "extcontacts.api.models"

local array, null = json.array, json.null

describe("fields on the command line", function()
  it("have names and paths", function()
    assert.same({ { name = "id", path = { "id" } }, { name = "workPhone.e164", path = { "workPhone", "e164" } } },
      field_selection.parse { "id,workPhone.e164" })
  end)

  it("can be all fields of an object", function()
    assert.same({ { name = "customFields", path = { "customFields" } }, { name = "*", path = { "*" } } },
      field_selection.parse { "customFields.*", "*" })
  end)

  it("of an array are those of its elements", function()
    local record = { list = array { { a = 1, b = { c = false } }, { b = 2 }, "x", null }, none = array {} }
    local selected = field_selection.parse { "list.a,list.b.c,none.a" }
    assert.equal('{"list":[{"a":1,"b":{"c":false}},{},"x",null],"none":[]}',
      json.encode(field_selection.project(record, selected), { sort_keys = true }))
    assert.same({ "[1]", "[false]", "[]" }, { json.encode(field_selection.value(record, { "list", "a" })),
      json.encode(field_selection.value(record, { "list", "b", "c" })),
      json.encode(field_selection.value(record, { "none", "a" })) })
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
