local arg_values = require "extcontacts.cli.arg_values"

describe("an option that can be repeated", function()
  it("becomes one list, at commas and blanks", function()
    assert.same({ "a", "b", "c", "d" }, arg_values.list { "a,b", " c ,,d" })
    assert.same({}, arg_values.list(nil))
  end)

  it("becomes a table of lists if its values have names", function()
    assert.same({ a = { "1", "2=3" }, ["b-c"] = { "" } }, arg_values.pairs({ "a=1", "b-c=", "a=2=3" }, "--query"))
    assert.is_nil(arg_values.pairs({}, "--query"))
    assert.error_matches(function()
      arg_values.pairs({ "name" }, "--query")
    end, "^%-%-query name: expected NAME=VALUE$")
  end)
end)
