local custom_fields = require "extcontacts.record.custom_fields"
local json = require "extcontacts.base.json"

describe("record.custom_fields", function()
  local schema = assert(json.decode [[{ "jsonSchema": { "properties": {
    "a_text": { "allOf": [{ "$ref": "#/definitions/text" }] },
    "b_date": { "allOf": [{ "$ref": "#/definitions/date" }] },
    "c_tag": { "allOf": [{ "$ref": "#/definitions/tag" }] } } } }]])

  it("checks values against the platform's types", function()
    assert.is_nil(custom_fields.problem(schema, { a_text = "x", b_date = "2024-02-29", c_tag = { "x" } }))
    assert.is_nil(custom_fields.problem(schema, { a_text = json.null }))
    assert.equal("a_text has more than 100 characters", custom_fields.problem(schema, { a_text = ("x"):rep(101) }))
    assert.equal("b_date is not a valid date", custom_fields.problem(schema, { b_date = "2024-13-01" }))
    assert.equal("c_tag.1 is not of type string", custom_fields.problem(schema, { c_tag = { 1 } }))
    assert.equal("d_text is not in the schema, did you mean 'a_text'?", custom_fields.problem(schema, { d_text = "x" }))
    assert.equal("tag", custom_fields.type_of "c_tag")
    assert.is_nil(custom_fields.type_of "c")
  end)

  it("finds the problem of each field, and one of the whole record only if its fields are valid", function()
    assert.same({
      { name = "a_text", text = "a_text is not of type string" },
      { name = "b_date", text = "b_date is not a valid date" },
      { name = "e_text", text = "e_text is not in the schema, did you mean 'a_text'?" },
    }, custom_fields.problems(schema, { a_text = 7, b_date = "31.01.1990", c_tag = json.null, e_text = "x" }))
    local strict = assert(json.decode [[{ "jsonSchema": { "required": ["a_text"], "properties": {
      "a_text": { "maxLength": 3 }, "b_integer": { "allOf": [{ "$ref": "#/definitions/integer" }], "minimum": 2 },
      "c_enum": { "_enumProperties": { "gold": {} } } } } }]])
    assert.same({ { text = "the record lacks the required field a_text" } }, custom_fields.problems(strict, {}))
    assert.same({ { name = "b_integer", text = "b_integer is too small" } },
      custom_fields.problems(strict, { b_integer = 1 }))
    assert.same({}, custom_fields.problems(strict, { a_text = "x", b_integer = 2, c_enum = "gold" }))
    for name, value in pairs { a_text = "long", b_integer = 2.5, c_enum = "silver" } do
      assert.matches("^" .. name .. " ", custom_fields.field_problem(strict, name, value))
    end
    assert.same({ { name = "a_text", text = "a_text is not in the schema" } },
      custom_fields.problems({}, { a_text = "x" }))
  end)

  it("knows which values of a field are the same", function()
    for _, case in ipairs {
      { "a_text", "Rene\204\129", "René", true },
      { "a_text", "René", "Rene", false },
      { "c_tag", json.array { "x", "y" }, json.array { "x", "y" }, true },
      { "c_tag", json.array { "x" }, json.array { "y" }, false },
      { "d_datetime", "2026-01-31T10:00:00+02:00", "2026-01-31T08:00:00.000Z", true },
      { "d_datetime", "2026-01-31T10:00:00+02:00", "2026-01-31T10:00:00Z", false },
      { "d_datetime", "soon", "later", false },
      { "a_text", "2026-01-31T10:00:00+02:00", "2026-01-31T08:00:00.000Z", false },
      { "e_integer", 7, 7, true },
    } do
      assert.equal(case[4], custom_fields.same(case[1], case[2], case[3]))
    end
  end)

  it("knows the schema's fields, and suggests one for a misspelled one", function()
    assert.is_nil(custom_fields.unknown(schema, "a_text"))
    assert.equal("unknown field 'a_tex', did you mean 'a_text'?", custom_fields.unknown(schema, "a_tex"))
    assert.same({}, custom_fields.described {})
    assert.equal("unknown field 'a_text'", custom_fields.unknown({}, "a_text"))
  end)

  it("finds the keywords that it does not check", function()
    assert.same({ "a_text.pattern" }, custom_fields.unjudged {
      jsonSchema = { properties = { a_text = { pattern = "x" } } },
    })
  end)
end)
