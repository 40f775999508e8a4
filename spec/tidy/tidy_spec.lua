-- What ready fixes tidy with: phone numbers, names, e-mail addresses.
local core = require "extcontacts.core"
local custom_fields = require "extcontacts.tidy.custom_fields"
local emails = require "extcontacts.tidy.emails"
local json_schema = require "extcontacts.tidy.json_schema"
local letters = require "extcontacts.tidy.letters"
local names = require "extcontacts.tidy.names"
local phones = require "extcontacts.tidy.phones"

local function parsed(text, region)
  local number, reason = phones.parse(text, region or "DE")
  return number and number.e164 .. (number.extension and "|" .. number.extension or "") or reason
end

describe("tidy.phones", function()
  it("reads numbers as they are typed where the region is dialled from", function()
    for text, wanted in pairs {
      ["030/1234567"] = "+49301234567", ["(030) 123 45-67"] = "+49301234567",
      ["+49 (0)30 1234567"] = "+49301234567", ["0049 30 1234567"] = "+49301234567",
      ["(+49) 30 1234567"] = "+49301234567", ["tel: 030 1234567"] = "+49301234567",
      ["030 1234567 ext. 12"] = "+49301234567|12", ["030 1234567x12"] = "+49301234567|12",
      ["+49\194\16030\194\1601234567"] = "+49301234567", ["030 12345\226\128\14767"] = "+49301234567",
      ["00 1 212 555 2368"] = "+12125552368",
    } do
      assert.equal(wanted, parsed(text), text)
    end
    assert.equal("+12125552368", parsed("(212) 555-2368", "US"))
    assert.equal("+12125552368", parsed("1-212-555-2368", "US"))
    assert.equal("+49301234567", parsed("011 49 30 1234567", "US"))
    assert.equal("+390612345678", parsed("06 1234 5678", "IT"))
    assert.equal("+74951234567", parsed("8 (495) 123-45-67", "RU"))
    assert.equal("+33142685300", parsed("01 42 68 53 00", "FR"))
  end)

  it("leaves what could be another number", function()
    for text, reason in pairs {
      ["49 30 1234567"] = "neither the prefix", ["1234567"] = "neither the prefix",
      ["030 12345 / 67890"] = "two numbers", ["030 123456/0171 234567"] = "two numbers",
      ["030 1234567 oder 0171 1234567"] = "not only a number", ["O30 1234567"] = "not only a number",
      ["n/a"] = "not only a number", [""] = "too few digits", ["112"] = "too few digits",
      ["+999 123456789"] = "unknown calling code", ["+49 1"] = "too few digits",
      ["030 1234567 ext. 012"] = "an extension", ["030 1234567890123"] = "of a length",
    } do
      assert.matches(reason, parsed(text), 1, true)
    end
    assert.matches("may or may not begin with the calling code", parsed("39 0612345", "IT"), 1, true)
    assert.matches("rules can't be told", parsed("011 15-2345-6789", "AR"), 1, true)
  end)

  -- spec/fixtures/phone_numbers.tsv: valid numbers of every region in several
  -- spellings, some damaged but still valid, as libphonenumber 8.12.57 reads
  -- them.
  it("never reads a number otherwise than libphonenumber does", function()
    local right, left = 0, 0
    for line in io.lines "spec/fixtures/phone_numbers.tsv" do
      local region, text, wanted = line:match "^(%u%u)\t([^\t]*)\t(.*)$"
      local number = phones.parse(text, region)
      if number then
        assert.equal(wanted, number.e164 .. (number.extension and "|" .. number.extension or ""),
          region .. " " .. text)
        right = right + 1
      else
        left = left + 1
      end
    end
    assert.is_true(right > 900 and left < 300, right .. " read, " .. left .. " left")
  end)

  it("knows its regions", function()
    assert.is_true(phones.is_region "GB")
    assert.is_false(phones.is_region "UK")
    assert.has_error(function() phones.parse("1", "de") end, "region 'de' is written in capitals: DE")
  end)
end)

describe("tidy.names", function()
  it("rewrites names in capitals", function()
    for text, wanted in pairs {
      MCDONALD = "McDonald", MACDONALD = "MacDonald", MACHADO = "Machado", ["O'NEIL"] = "O'Neil",
      ["O\226\128\153NEIL"] = "O\226\128\153Neil", ["D'ARCY"] = "D'Arcy", ["DELL'ACQUA"] = "Dell'Acqua",
      ["SA'ID"] = "Sa'id", ["VAN DER BERG"] = "van der Berg", ["VAN 'T HOF"] = "van 't Hof", VAN = "Van",
      ["DE LA CRUZ"] = "de la Cruz", ["LA RUE"] = "La Rue", ["DA SILVA E SOUZA"] = "da Silva e Souza",
      ["ANNE-MARIE"] = "Anne-Marie", ["MÜLLER-LÜDENSCHEIDT"] = "Müller-Lüdenscheidt", ["ÅSE"] = "Åse",
      ["ŁUKASZ"] = "Łukasz", ["МАРИЯ"] = "Мария", ["ST. JOHN"] = "St. John", ["J.R. EWING"] = "J.R. Ewing",
      ["SMITH III"] = "Smith III", ["SMITH JR."] = "Smith Jr.", NG = "Ng", IJSSEL = "IJssel",
      ['SMITH "BUD"'] = 'Smith "Bud"', A = "A", [""] = "",
    } do
      assert.equal(wanted, names.proper(text, { family = true }), text)
    end
    assert.equal("TJ", names.proper "TJ")
    assert.equal("Maria del Carmen", names.proper "MARIA DEL CARMEN")
    assert.equal("IBM Support", names.proper("IBM SUPPORT", { keep = { IBM = true } }))
  end)

  it("leaves what someone wrote with care, and other scripts", function()
    for _, text in ipairs { "van der Berg", "Van der Berg", "deVries", "McDONALD", "山田太郎", "أحمد", "anna" } do
      assert.equal(text, names.proper(text, { family = true }))
    end
    assert.equal("Anna", names.proper("anna", { lower = true }))
  end)

  it("leaves capitals whose small letters can't be told", function()
    for _, text in ipairs { "IŞIK", "İPEK", "ΠΑΠΑΔΟΠΟΥΛΟΣ" } do
      assert.is_nil((names.proper(text)))
    end
  end)

  it("trims, blanks beyond ASCII included", function()
    assert.equal("Anna Maria", names.trimmed " \194\160Anna \t Maria\226\128\139 ")
  end)

  it("changes nothing the second time", function()
    for _, text in ipairs { "MCDONALD", "VAN DER BERG", "TJ", "NG", "J.R. EWING", "SMITH III", "ANNE-MARIE" } do
      local once = names.proper(text)
      assert.equal(once, names.proper(once))
    end
  end)
end)

describe("tidy.emails", function()
  it("takes an address out of what stands around it", function()
    for text, wanted in pairs {
      [" Anna@Example.COM "] = "anna@example.com", ["mailto:a@b.example"] = "a@b.example",
      ["<a@b.example>;"] = "a@b.example", ["a (at) b.example"] = "a@b.example", ["a[at]b.example"] = "a@b.example",
      ["a at b.example"] = "a@b.example", ["a+tag@b.example"] = "a+tag@b.example",
    } do
      assert.equal(wanted, emails.tidy(text))
    end
  end)

  it("leaves what is none, or two", function()
    for _, text in ipairs { "n/a", "a@b", "a at home", "a b@c.example", "@c.example", "" } do
      assert.equal("not an e-mail address", select(2, emails.tidy(text)), text)
    end
    assert.equal("more than one address", select(2, emails.tidy "a@b.example; c@d.example"))
  end)
end)

describe("tidy.letters", function()
  it("knows upper and lower case beyond ASCII", function()
    assert.equal("äøçłőў", letters.lower "ÄØÇŁŐЎ")
    assert.equal("ÄØÇŁŐЎ", letters.upper "äøçłőў")
    assert.equal("Élan", letters.capital "élan")
    assert.is_false(letters.is_all_upper "山田")
    assert.is_false(letters.is_all_upper "123")
  end)
end)

describe("tidy.json_schema", function()
  local function problem(schema, value)
    return json_schema.problem(assert(core.json.decode(schema)), assert(core.json.decode("[" .. value .. "]"))[1])
  end

  it("takes what is right and says what is not", function()
    for _, one in ipairs {
      { '{"type":"string"}', '"x"', "1", "the value is not of the type string" },
      { '{"type":["integer","null"]}', "null", "1.5", "is not of the type integer or null" },
      { '{"type":"number"}', "1.5", '"1"', "not of the type number" },
      { '{"type":"array"}', "[]", "{}", "not of the type array" },
      { '{"type":"object"}', "{}", "[]", "not of the type object" },
      { '{"enum":["a",{"b":[1]}]}', '{"b":[1]}', '{"b":[2]}', "none of the allowed values" },
      { '{"_enumProperties":{"a":{}}}', '"a"', '"b"', "none of the allowed values" },
      { '{"minLength":2,"maxLength":3}', '"äöü"', '"ä"', "fewer than 2 characters" },
      { '{"maxLength":3}', '"äöü"', '"äöüß"', "more than 3 characters" },
      { '{"format":"date"}', '"2024-02-29"', '"2023-02-29"', "is no date" },
      { '{"format":"date-time"}', '"2024-02-29T10:00:00Z"', '"2024-02-29"', "is no date-time" },
      { '{"format":"uri"}', '"https://x.example"', '"x"', "is no uri" },
      { '{"minimum":1}', "1", "0", "too small" },
      { '{"maximum":1,"exclusiveMaximum":true}', "0", "1", "too large" },
      { '{"multipleOf":2}', "4", "3", "no multiple of 2" },
      { '{"minItems":1}', "[1]", "[]", "fewer than 1 entries" },
      { '{"maxItems":1}', "[1]", "[1,2]", "more than 1 entries" },
      { '{"uniqueItems":true}', "[1,2]", "[1,1]", "an entry twice" },
      { '{"items":{"type":"integer"}}', "[1]", '[1,"x"]', "2 is not of the type integer" },
      { '{"required":["a"]}', '{"a":1}', '{"b":1}', "has no a" },
      { '{"properties":{"a":{"properties":{"b":{"type":"string"}}}}}', '{"a":{"b":"x"}}', '{"a":{"b":1}}',
        "a.b is not of the type string" },
      { '{"properties":{"a":{}},"additionalProperties":false}', '{"a":1}', '{"b":1}', "that the schema has not" },
      { '{"allOf":[{"minimum":1},{"maximum":3}]}', "2", "4", "too large" },
      { '{"anyOf":[{"type":"string"},{"minimum":3}]}', "3", "2", "as none of the schemas" },
      { '{"oneOf":[{"minimum":1},{"minimum":3}]}', "2", "4", "exactly one" },
      { '{"not":{"type":"string"}}', "1", '"x"', "as the schema forbids" },
      { '{"$ref":"#/definitions/n","definitions":{"n":{"minimum":3}}}', "3", "2", "too small" },
    } do
      assert.is_nil(problem(one[1], one[2]), one[1] .. " " .. one[2])
      assert.matches(one[4], problem(one[1], one[3]) or "", 1, true)
    end
  end)

  it("tells what it does not judge", function()
    assert.same({ "a_text.pattern", "dependencies" }, json_schema.unjudged(assert(core.json.decode [[
      { "title": "x", "dependencies": {}, "properties": { "a_text": { "allOf": [{ "pattern": "x" }] } } }]])))
  end)
end)

describe("tidy.custom_fields", function()
  local schema = assert(core.json.decode [[{ "jsonSchema": { "properties": {
    "a_text": { "allOf": [{ "$ref": "#/definitions/text" }] },
    "b_date": { "allOf": [{ "$ref": "#/definitions/date" }] },
    "c_tag": { "allOf": [{ "$ref": "#/definitions/tag" }] } } } }]])

  it("knows the platform's types", function()
    assert.is_nil(custom_fields.problem(schema, { a_text = "x", b_date = "2024-02-29", c_tag = { "x" } }))
    assert.is_nil(custom_fields.problem(schema, { a_text = core.json.null }))
    assert.equal("a_text has more than 100 characters", custom_fields.problem(schema, { a_text = ("x"):rep(101) }))
    assert.equal("b_date is no date", custom_fields.problem(schema, { b_date = "2024-13-01" }))
    assert.equal("c_tag.1 is not of the type string", custom_fields.problem(schema, { c_tag = { 1 } }))
    assert.equal("d_text is not in the schema", custom_fields.problem(schema, { d_text = "x" }))
    assert.equal("tag", custom_fields.type_of "c_tag")
    assert.is_nil(custom_fields.type_of "c")
  end)
end)
