-- extcontacts update, against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"

local session = command.around(nil, setup, teardown, before_each)

describe("extcontacts update", function()
  local id
  before_each(function()
    id = session:contact({ firstName = "Ann", lastName = "Lee", title = "CTO", workEmail = "a@b.example",
      workPhone = { display = "+1 317 555 0100", extension = 7 }, address = { city = "Oslo", state = "x" } }).id
  end)

  it("changes the named fields and keeps the others", function()
    session:must { "update", "contacts", id, "--set", "title=CEO", "--set", "address.city=Bergen", "--clear",
      "workEmail", "--set", "workPhone.display=+1 317 555 0199" }
    local found = session:read(id)
    assert.equal("Ann CEO Bergen x", table.concat({ found.firstName, found.title, found.address.city,
      found.address.state }, " "))
    assert.is_nil(found.workEmail)
    assert.equal("+13175550199", found.workPhone.e164)
    assert.equal(7, found.workPhone.extension)
  end)

  it("merges a body, in which null clears a field", function()
    session:must { "update", "contacts", id, "--body", '{"title":null,"address":{"city":"Rome"}}' }
    local found = session:read(id)
    assert.is_nil(found.title)
    assert.equal("Rome x a@b.example", ("%s %s %s"):format(found.address.city, found.address.state, found.workEmail))
  end)

  it("clears a link with the id of the organization, and a number with its text", function()
    local organization = json.decode((session:must "create organizations --set name=x")).id
    session:must { "update", "contacts", id, "--set", "externalOrganization.id=" .. organization }
    assert.equal(organization, session:read(id).externalOrganization.id)
    session:must { "update", "contacts", id, "--clear", "externalOrganization.id" }
    assert.is_nil(session:read(id).externalOrganization)
    session:must { "update", "contacts", id, "--clear", "workPhone.display", "--clear", "workPhone.e164" }
    assert.is_nil(session:read(id).workPhone)
  end)

  it("writes nothing if nothing changes", function()
    local before = session:writes()
    local output, errors = session:must { "update", "contacts", id, "--set", "title=CTO" }
    assert.equal("extcontacts update: no changes; nothing was sent\n", errors)
    assert.equal(id, json.decode(output).id)
    session:must({ "update", "contacts", id, "--body", "-" }, { input = (session:must("get contacts " .. id)) })
    assert.equal(before, session:writes())
  end)

  it("does not clear fields by accident with --replace", function()
    local body = '{"firstName":"Ann","lastName":"Ray","address":{"state":"x"}}'
    session:refused(2, { "update", "contacts", id, "--replace", "--body", body },
      "--replace would clear address.city, title, workEmail, workPhone")
    assert.equal("CTO", session:read(id).title)
    session:must { "update", "contacts", id, "--replace", "--body", body, "--clear", "title", "--clear", "workEmail",
      "--clear", "workPhone", "--clear", "address.city" }
    local found = session:read(id)
    assert.equal("Ray", found.lastName)
    assert.is_nil(found.title)
    session:refused(2, "update contacts " .. id .. " --replace --set title=x", "--replace requires --body FILE")
  end)

  it("refuses a body of another record or of an older version", function()
    local mine = session:must("get contacts " .. id)
    session:refused(2, { "update", "contacts", id, "--body", '{"id":"other"}' }, "has the id of another record: other")
    session.api:must("PUT", "/contacts/" .. id, { firstName = "Bob", lastName = "Lee",
      modifyDate = "2001-01-01T00:00:00.000Z" })
    local now = session:read(id)
    if now.modifyDate ~= json.decode(mine).modifyDate then
      session:refused(4, { "update", "contacts", id, "--body", "-", "--set", "title=CEO" }, "read it again",
        { input = mine })
    end
    session:refused(4, { "update", "contacts", id, "--body", '{"modifyDate":"2001-01-01T00:00:00.000Z"}' },
      "read it again")
    assert.equal("Bob", session:read(id).firstName)
  end)

  it("prints the request after reading the record", function()
    local before = session:writes()
    local output = session:must { "update", "contacts", id, "--set", "title=CEO", "--dry-run" }
    assert.matches("^PUT [^\n]+/contacts/" .. id:gsub("%-", "%%-") .. "\n", output)
    assert.matches('"title":"CEO"', output, 1, true)
    assert.matches('"workEmail":"a@b.example"', output, 1, true)
    assert.equal(before, session:writes())
  end)

  it("requires a change", function()
    session:refused(2, "update contacts " .. id, "no change given")
    session:refused(2, { "update", "contacts", id, "--clear", "titel" }, "did you mean 'title'?")
    session:refused(2, { "update", "contacts", id, "--set", "title=M\252ller" }, "title: the string is not valid UTF-8")
  end)
end)
