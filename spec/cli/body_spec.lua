-- The record that a command sends, from --body, --set and --clear.
local body = require "extcontacts.cli.body"
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"

local CONTACT = models.ExternalContact

local function refused(message, fn, ...)
  local ok, failure = pcall(fn, ...)
  assert.is_false(ok)
  assert.equal(message, tostring(failure))
end

describe("--set and --clear", function()
  it("become values of the fields' types", function()
    assert.same({
      firstName = "Ann", surveyOptOut = false, workPhone = { display = "+1 317" }, address = { city = "a=b" },
      externalOrganization = { id = "o" }, title = json.null, customFields = { n = 1 },
    }, body.fields(CONTACT, { "firstName=Ann", "surveyOptOut=false", "workPhone=+1 317", "address.city=a=b",
      "externalOrganization=o", "customFields.n:=1" }, { "title" }))
  end)

  it("keep an integer exactly", function()
    local patch = body.fields(models.ExternalOrganization, { "employeeCount=9007199254740993" })
    assert.equal('{"employeeCount":9007199254740993}', json.encode(patch))
  end)

  it("set any field of a body without a model", function()
    assert.same({ a = { b = "1" }, c = true }, body.fields(nil, { "a.b=1", "c:=true" }))
  end)

  it("refuse a field or value that cannot be meant", function()
    for text, message in pairs {
      ["firstNam=x"] = "ExternalContact has no field 'firstNam', did you mean 'firstName'?",
      ["selfUri=x"] = "'selfUri' is read-only; the server sets it",
      ["surveyOptOut=yes"] = "'surveyOptOut' must be true or false, got 'yes'",
      ["address=x"] = "'address' requires a JSON value: --set 'address:=JSON'",
      ["firstName"] = "--set firstName: expected FIELD=VALUE",
    } do
      refused(message, body.fields, CONTACT, { text })
    end
    refused("--set and --clear require a field name, such as --set workEmail=a@b.example", body.fields, CONTACT, {},
      { "" })
  end)
end)

describe("a body", function()
  it("is read from the command line, a file or standard input, without a byte order mark", function()
    local ctx = command.context { input = '\239\187\191{"a":1}' }
    assert.same({ a = 1 }, body.read({ body = "-" }, ctx))
    assert.same({ a = 2 }, body.read({ body = ' {"a":2}' }, ctx))
    assert.same({ a = 3 }, body.read({ body = '@{"a":3}' }, ctx))
    assert.is_nil(body.read({}, ctx))
    refused("--body: the record must be a JSON object", body.read, { body = "[]" }, ctx)
    refused("cannot read /nonexistent", body.read, { body = "/nonexistent" }, ctx)
  end)

  it("is required for a new record", function()
    refused("missing record (ExternalContact); pass it with --body FILE, or its fields with --set FIELD=VALUE",
      body.compose, { set = {} }, command.context(), CONTACT)
  end)

  it("is merged into a record, and null stays", function()
    local record = { title = "CTO", address = { city = "Oslo", state = "x" }, tags = json.array { "a" } }
    body.merge(record, { title = json.null, address = { city = "Rome" }, tags = json.array { "b" } }, CONTACT)
    assert.same({ title = json.null, address = { city = "Rome", state = "x" }, tags = { "b" } }, record)
  end)

  it("drops what the server derived from an earlier number", function()
    local record = { workPhone = { display = "1", e164 = "+1", countryCode = "US", extension = 7 } }
    body.merge(record, { workPhone = { display = "2" } }, CONTACT)
    assert.same({ workPhone = { display = "2", extension = 7 } }, record)
  end)

  it("names the fields that it would clear without saying so", function()
    local old = { firstName = "Ann", title = "CTO", address = { city = "Oslo", state = "x" }, workEmail = json.null }
    assert.same({ "address.city", "title" }, body.lost(old, { firstName = "Bo", address = { state = "y" } }, CONTACT))
    assert.same({}, body.lost(old, { firstName = json.null, title = json.null, address = old.address }, CONTACT))
  end)
end)
