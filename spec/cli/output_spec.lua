-- How records are written: JSON, NDJSON and CSV.
local context = require "extcontacts.cli.context"
local json = require "extcontacts.base.json"
local output = require "extcontacts.cli.output"

-- What a writer makes of some records.
local function write(given, model, several, records)
  local parts, notes = {}, {}
  local function sink(into)
    return {
      write = function(self, ...)
        into[#into + 1] = table.concat { ... }
        return self
      end,
      flush = function() return true end,
    }
  end
  local ctx = context.new("extcontacts x", { stdout = sink(parts), stderr = sink(notes) })
  given.fields = given.fields or {}
  local writer = output.open(ctx, given, model, several)
  for _, record in ipairs(records) do
    writer:put(record)
  end
  writer:finish()
  return table.concat(parts), table.concat(notes)
end

local function csv(value, given)
  given = given or {}
  given.csv, given.fields = true, { "f" }
  return (write(given, nil, true, { { f = value } }):match("^f\r\n(.*)\r\n$"))
end

describe("CSV", function()
  it("has quotes where RFC 4180 wants them", function()
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

  it("lets no cell become a formula, and leaves phone numbers as they are", function()
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

  it("begins with a byte order mark where one is wanted", function()
    assert.equal("\239\187\191f\r\nü\r\n", (write({ csv = true, fields = { "f" }, bom = true }, nil, true,
      { { f = "ü" } })))
  end)

  it("has the model's columns, whatever the records hold", function()
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

  it("needs fields where no model has columns", function()
    assert.error_matches(function()
      write({ csv = true }, nil, true, {})
    end, "--csv needs --fields here", 1, true)
  end)
end)

describe("JSON", function()
  it("comes back as it was, indented or not", function()
    local record = assert(json.decode('{"a":[1,{"b":null}],"c":{},"d":[],"e":12345678901234567890,"f":"\\u0000é"}'))
    for _, given in ipairs { { json = true }, { ndjson = true }, {} } do
      local text = write(given, nil, false, { record })
      assert.equal(json.encode(record, { sort_keys = true }), json.encode(json.decode(text), { sort_keys = true }))
    end
  end)

  it("is an array of several, also of none", function()
    assert.equal("[]\n", (write({ json = true }, nil, true, {})))
    assert.equal('[\n  {\n    "a": 1\n  },\n  {}\n]\n', (write({ json = true }, nil, true, { { a = 1 }, {} })))
    assert.equal('{"a":1}\n{"a":2}\n', (write({}, nil, true, { { a = 1 }, { a = 2 } })))
  end)

  it("has some of the fields, in their places", function()
    local record = { id = "1", address = { city = "Oslo", state = "x" }, tags = json.array { "t" }, z = json.null }
    local text, notes = write({ ndjson = true, fields = { "id,address.city", "tags, z,gone.deep" } }, nil, true,
      { record })
    assert.equal('{"address":{"city":"Oslo"},"id":"1","tags":["t"],"z":null}\n', text)
    assert.equal("", notes)
  end)

  it("warns of a field that the model does not have, but not of custom fields", function()
    local _, notes = write({ fields = { "workPhone.e614,customFields.anything,id" } }, "ExternalContact", true, {})
    assert.equal("extcontacts x: PhoneNumber is not known to have a field 'e614', did you mean 'e164'?\n", notes)
  end)
end)
