local deepcopy = require "extcontacts.base.deepcopy"
local json = require "extcontacts.base.json"

describe("a deep copy", function()
  it("equals the value and shares no table with it", function()
    local value = { a = { b = { 1, 2 } }, c = "x", d = false }
    local copy = deepcopy(value)
    assert.same(value, copy)
    assert.are_not.equal(value, copy)
    assert.are_not.equal(value.a.b, copy.a.b)
    copy.a.b[1] = 9
    assert.equal(1, value.a.b[1])
  end)

  it("keeps arrays as arrays, and null as null", function()
    assert.equal('{"a":[],"b":null,"c":{}}', json.encode(deepcopy {
      a = json.array {}, b = json.null, c = {},
    }, { sort_keys = true }))
  end)

  it("is the value itself if that is no table", function()
    for _, value in ipairs { 1, "x", true, print } do
      assert.equal(value, deepcopy(value))
    end
    assert.is_nil(deepcopy(nil))
  end)
end)
