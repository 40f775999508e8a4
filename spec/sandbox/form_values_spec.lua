local form_values = require "extcontacts.sandbox.http.form_values"

describe("form_values", function()
  it("keeps the values of each name in their order", function()
    assert.same({ a = { "1", "", "3" }, b = { "" }, ["x y"] = { "=" } },
      form_values.parse("a=1&a=&b&&x+y==&a=3"))
    assert.same({}, form_values.parse(nil))
    assert.same({}, form_values.parse(""))
  end)

  it("decodes + as a space in values, and as itself in path segments", function()
    assert.equal("a b+c%", form_values.decode("a+b%2Bc%"))
    assert.equal("a+b/c%zz", form_values.decode_segment("a+b%2fc%zz"))
  end)
end)
