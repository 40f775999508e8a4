local json = require "extcontacts.base.json"
local json_schema = require "extcontacts.record.json_schema"

describe("record.json_schema", function()
  local function problem(schema, value)
    return json_schema.problem(assert(json.decode(schema)), assert(json.decode("[" .. value .. "]"))[1])
  end

  it("takes every date and time of RFC 3339, with an offset or Z", function()
    for format, texts in pairs {
      ["date-time"] = { "2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000Z", "2026-01-31T10:00:00+02:00",
        "2026-01-31T10:00:00-05:30", "2026-01-31T10:00:00.250+00:00", "2026-01-31T10:00:00-00:00",
        "2026-01-31t10:00:00z", "2024-02-29T23:59:59.123456+14:00", "2026-01-31T10:00:00.5-12:00",
        "2026-12-31T23:59:60Z" },
      date = { "2026-01-31", "2024-02-29", "2000-02-29" },
    } do
      for _, text in ipairs(texts) do
        assert.is_nil(problem(('{"format":"%s"}'):format(format), '"' .. text .. '"'), text)
      end
    end
    for format, texts in pairs {
      ["date-time"] = { "2026-01-31", "2026-01-31T10:00:00", "2026-01-31 10:00:00Z", "2026-01-31T10:00Z",
        "2026-01-31T10:00:00+0200", "2026-01-31T10:00:00+02", "2026-02-29T10:00:00Z", "2026-01-31T24:00:00Z",
        "2026-01-31T10:00:00.Z", "2026-01-31T10:00:00+24:00", "31.01.1990", "" },
      date = { "31.01.1990", "1/31/1990", "2026-02-29", "1900-02-29", "2026-1-31", "2026-01-31T10:00:00Z", "" },
    } do
      for _, text in ipairs(texts) do
        assert.equal("the value is not a valid " .. format,
          problem(('{"format":"%s"}'):format(format), '"' .. text .. '"'), text)
      end
    end
  end)

  it("ignores what is no schema", function()
    for _, schema in ipairs { '{"maxLength":"3"}', '{"minimum":null}', '{"enum":"x"}', '{"properties":{"a":true}}',
      '{"properties":7}', '{"required":"a"}', '{"items":true}', '{"allOf":[true]}', '{"not":1}', '{"format":7}' } do
      assert.is_nil(problem(schema, schema:find "properties" and '{"a":1}' or '"long text"'), schema)
    end
  end)

  it("accepts a valid value and says what is wrong with another", function()
    for _, case in ipairs {
      { '{"type":"string"}', '"x"', "1", "the value is not of type string" },
      { '{"type":"integer"}', "9007199254740992", "0.5", "is not of type integer" },
      { '{"type":["integer","null"]}', "null", "1.5", "is not of type integer or null" },
      { '{"type":"number"}', "1.5", '"1"', "is not of type number" },
      { '{"type":"array"}', "[]", "{}", "is not of type array" },
      { '{"type":"object"}', "{}", "[]", "is not of type object" },
      { '{"enum":["a",{"b":[1]}]}', '{"b":[1]}', '{"b":[2]}', "is not one of the allowed values" },
      { '{"_enumProperties":{"a":{}}}', '"a"', '"b"', "is not one of the allowed values" },
      { '{"minLength":2,"maxLength":3}', '"äöü"', '"ä"', "fewer than 2 characters" },
      { '{"maxLength":3}', '"äöü"', '"äöüß"', "more than 3 characters" },
      { '{"format":"date"}', '"2024-02-29"', '"2023-02-29"', "is not a valid date" },
      { '{"format":"date-time"}', '"2024-02-29T10:00:00Z"', '"2024-02-29"', "is not a valid date-time" },
      { '{"format":"uri"}', '"https://x.example"', '"x"', "is not a valid uri" },
      { '{"minimum":1}', "1", "0", "too small" },
      { '{"maximum":1,"exclusiveMaximum":true}', "0", "1", "too large" },
      { '{"multipleOf":2}', "4", "3", "is not a multiple of 2" },
      { '{"minItems":1}', "[1]", "[]", "has fewer than 1 entry" },
      { '{"maxItems":1}', "[1]", "[1,2]", "has more than 1 entry" },
      { '{"uniqueItems":true}', "[1,2]", "[1,1]", "has a duplicate entry" },
      { '{"items":{"type":"integer"}}', "[1]", '[1,"x"]', "2 is not of type integer" },
      { '{"required":["a"]}', '{"a":1}', '{"b":1}', "lacks the required field a" },
      { '{"properties":{"a":{"properties":{"b":{"type":"string"}}}}}', '{"a":{"b":"x"}}', '{"a":{"b":1}}',
        "a.b is not of type string" },
      { '{"properties":{"a":{}},"additionalProperties":false}', '{"a":1}', '{"b":1}',
        "has a field that is not in the schema" },
      { '{"allOf":[{"minimum":1},{"maximum":3}]}', "2", "4", "too large" },
      { '{"anyOf":[{"type":"string"},{"minimum":3}]}', "3", "2", "matches none of the allowed schemas" },
      { '{"oneOf":[{"minimum":1},{"minimum":3}]}', "2", "4",
        "does not match exactly one of the allowed schemas" },
      { '{"not":{"type":"string"}}', "1", '"x"', "matches a schema that is not allowed" },
      { '{"$ref":"#/definitions/n","definitions":{"n":{"minimum":3}}}', "3", "2", "too small" },
      { '{"format":"email"}', '"a@b"', '"a"', "is not a valid email" },
    } do
      assert.is_nil(problem(case[1], case[2]), case[1] .. " " .. case[2])
      assert.matches(case[4], problem(case[1], case[3]) or "", 1, true)
    end
  end)

  it("says so if a definition is missing", function()
    assert.equal("the value refers to a definition that the schema lacks", problem('{"$ref":"#/definitions/n"}', "1"))
  end)

  it("finds the keywords that it does not check", function()
    assert.same({ "a_text.pattern", "dependencies" }, json_schema.unjudged(assert(json.decode [[
      { "title": "x", "dependencies": {}, "properties": { "a_text": { "allOf": [{ "pattern": "x" }] } } }]])))
  end)
end)
