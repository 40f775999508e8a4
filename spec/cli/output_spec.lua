-- How records are written: JSON, NDJSON and CSV.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local output = require "extcontacts.cli.output"

-- What a writer writes for some records.
local function write(args, model, several, records)
  local ctx, written, errors = command.context()
  args.fields = args.fields or {}
  local writer = output.open(ctx, args, model, several)
  for _, record in ipairs(records) do
    writer:put(record)
  end
  writer:finish()
  return written(), errors()
end

local function csv(value, args)
  args = args or {}
  args.csv, args.fields = true, { "f" }
  return (write(args, nil, true, { { f = value } }):match("^f\r\n(.*)\r\n$"))
end

describe("CSV", function()
  it("has quotes where RFC 4180 requires them", function()
    assert.equal("plain", csv "plain")
    assert.equal('"a,b"', csv "a,b")
    assert.equal('"say ""hi"""', csv 'say "hi"')
    assert.equal('"two\nlines"', csv "two\nlines")
    assert.equal("äöü €", csv "äöü €")
    assert.equal("", csv(nil))
    assert.equal("", csv(json.null))
    assert.equal("true", csv(true))
    assert.equal("12345678901234567890", csv(json.number "12345678901234567890"))
    assert.equal('"[""a"",""b""]"', csv(json.array { "a", "b" }))
  end)

  it("lets no cell become a formula, and does not change phone numbers", function()
    for _, text in ipairs { "=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3+cmd", "-x", "\t=1", "\r=1", "\n=1" } do
      local written = csv(text)
      assert.matches("^\"?'", written)
      assert.not_matches("^\"?'", csv(text, { raw_cells = true }))
    end
    for _, text in ipairs { "+13175550100", "+49 30 123-4567", "-12.5", "+1 (317) 555-0100", "a=b", "" } do
      assert.equal(text, csv(text))
    end
    assert.equal("-5", csv(-5))
  end)

  it("starts with a byte order mark with --bom", function()
    assert.equal("\239\187\191f\r\nü\r\n", (write({ csv = true, fields = { "f" }, bom = true }, nil, true,
      { { f = "ü" } })))
  end)

  it("has the model's columns, whatever the records contain", function()
    local text = write({ csv = true }, "ExternalContact", true, {
      { id = "1", workPhone = { e164 = "+1" }, externalOrganization = { id = "o", name = "n" },
        customFields = { b = 1, a = "x" } },
    })
    local header, row = text:match("^(.-)\r\n(.-)\r\n$")
    assert.matches("^id,firstName,middleName,lastName,", header)
    assert.matches(",workPhone.display,workPhone.extension,", header, 1, true)
    assert.matches(",externalOrganization.id,", header, 1, true)
    assert.matches(",address.city,", header, 1, true)
    assert.not_matches("externalOrganization.name", header, 1, true)
    assert.matches("^1,", row)
    assert.matches('"{""a"":""x"",""b"":1}"', row, 1, true)
    assert.equal(header .. "\r\n", (write({ csv = true }, "ExternalContact", true, {})))
  end)

  it("requires --fields if there is no model", function()
    assert.error_matches(function()
      write({ csv = true }, nil, true, {})
    end, "--csv requires --fields for this response", 1, true)
  end)
end)

describe("JSON", function()
  it("decodes to the same value, indented or not", function()
    local record = assert(json.decode('{"a":[1,{"b":null}],"c":{},"d":[],"e":12345678901234567890,"f":"\\u0000é"}'))
    for _, args in ipairs { { json = true }, { ndjson = true }, {} } do
      local text = write(args, nil, false, { record })
      assert.equal(json.encode(record, { sort_keys = true }), json.encode(json.decode(text), { sort_keys = true }))
    end
  end)

  it("is an array for several records, and for none", function()
    assert.equal("[]\n", (write({ json = true }, nil, true, {})))
    assert.equal('[\n  {\n    "a": 1\n  },\n  {}\n]\n', (write({ json = true }, nil, true, { { a = 1 }, {} })))
    assert.equal('{"a":1}\n{"a":2}\n', (write({}, nil, true, { { a = 1 }, { a = 2 } })))
  end)

  it("has the selected fields in their places", function()
    local record = { id = "1", address = { city = "Oslo", state = "x" }, tags = json.array { "t" }, z = json.null }
    local text, notes = write({ ndjson = true, fields = { "id,address.city", "tags, z,gone.deep" } }, nil, true,
      { record })
    assert.equal('{"address":{"city":"Oslo"},"id":"1","tags":["t"],"z":null}\n', text)
    assert.equal("", notes)
  end)

  it("warns about a field that the model does not have, but not about custom fields", function()
    local _, notes = write({ fields = { "workPhone.e614,customFields.anything,id" } }, "ExternalContact", true, {})
    assert.equal("extcontacts x: warning: PhoneNumber has no field 'e614', did you mean 'e164'?\n", notes)
  end)
end)
