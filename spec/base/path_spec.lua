local field_path = require "extcontacts.base.path"
local json = require "extcontacts.base.json"

describe("a path", function()
  it("is split at its dots", function()
    assert.same({ "workPhone", "display" }, field_path.split "workPhone.display")
    assert.same({ "title" }, field_path.split "title")
    assert.same({}, field_path.split "")
  end)

  it("leads to a value; null and a missing parent count as none", function()
    local record = { title = "Head", address = { city = "Bonn", state = json.null }, optOut = false, phone = json.null }
    for path, value in pairs { title = "Head", ["address.city"] = "Bonn" } do
      assert.equal(value, field_path.at(record, field_path.split(path)))
    end
    assert.is_false(field_path.at(record, { "optOut" }))
    for _, path in ipairs { "address.state", "address.zip", "phone", "phone.display", "title.length", "none.of.it" } do
      assert.is_nil(field_path.at(record, field_path.split(path)))
    end
    assert.equal(record, field_path.at(record, {}))
  end)

  it("sets a copy of a value, and creates its parents", function()
    local record, value = { address = json.null }, { list = { "x" } }
    field_path.put(record, { "address", "city" }, "Bonn")
    field_path.put(record, { "a", "b", "c" }, value)
    value.list[1] = "y"
    assert.same({ address = { city = "Bonn" }, a = { b = { c = { list = { "x" } } } } }, record)
  end)

  it("removes a value, and the parents that are then empty", function()
    local record = { a = { b = { c = 1 } }, address = { city = "Bonn", state = "NW" } }
    field_path.put(record, { "a", "b", "c" }, nil)
    field_path.put(record, { "address", "city" }, nil)
    field_path.put(record, { "none", "of", "it" }, nil)
    assert.same({ address = { state = "NW" } }, record)
  end)
end)
