-- extcontacts create, against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"

local session = command.around(nil, setup, teardown, before_each)

describe("extcontacts create", function()
  it("sets a reference by its id", function()
    local organization = session.api:must("GET", "/scan/organizations?limit=10").entities[1].id
    local user = "11111111-1111-4111-8111-111111111111"
    for _, names in ipairs { { "user.id=", "externalOrganization.id=" }, { "user=", "externalOrganization=" } } do
      local created = json.decode((session:must { "create", "relationships", "--set", names[1] .. user, "--set",
        names[2] .. organization, "--set", "relationship=Owner" }))
      assert.same({ user, organization }, { created.user.id, created.externalOrganization.id })
    end
    session:refused(2, { "create", "relationships", "--set", "id=x" }, "'id' is read-only; the server sets it")
  end)

  it("creates a record from single fields", function()
    local created = json.decode((session:must { "create", "contacts", "--set", "firstName=Ann", "--set",
      "lastName=O=Lee", "--set", "workPhone=+1 317 555 0100", "--set", "surveyOptOut=true", "--set",
      "address.city=Oslo" }))
    local found = session:read(created.id)
    assert.equal("Ann O=Lee Oslo", ("%s %s %s"):format(found.firstName, found.lastName, found.address.city))
    assert.equal("+13175550100", found.workPhone.e164)
    assert.is_true(found.surveyOptOut)
  end)

  it("takes the record from the command line, standard input or a file, overridden by --set", function()
    local body = '{"firstName":"Ann","lastName":"Lee"}'
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(body)
    file:close()
    for _, source in ipairs { body, "@" .. body, "-", path } do
      local created = json.decode((session:must({ "create", "contacts", "--body", source, "--set", "lastName=Ray" },
        { input = body })))
      assert.equal("Ann Ray", created.firstName .. " " .. created.lastName)
    end
    os.remove(path)
  end)

  it("refuses anything that is no record before it sends a request", function()
    session:refused(2, "create contacts", "missing record (ExternalContact); pass it with --body FILE")
    session:refused(2, { "create", "contacts", "--body", "[1]" }, "--body: the record must be a JSON object")
    session:refused(2, { "create", "contacts", "--body", "{]" }, "--body: invalid JSON")
    session:refused(2, { "create", "contacts", "--body", "-" }, "must be a JSON object", { input = "[]" })
    assert.matches('{"lastName":"x"}', session:must({ "create", "contacts", "--body", "-", "--dry-run" },
      { input = "\239\187\191{\"lastName\":\"x\"}" }), 1, true)
    session:refused(2, "create contacts --set firstNam=x", "did you mean 'firstName'?")
    session:refused(2, "create contacts --set id=x", "'id' is read-only; the server sets it")
    session:refused(2, "create contacts --set surveyOptOut=yes", "'surveyOptOut' must be true or false, got 'yes'")
    session:refused(2, "create organizations --set tags=vip", "'tags' requires a JSON value: --set 'tags:=JSON'")
    session:refused(2, "create organizations --set employeeCount=many", "'employeeCount' must be a whole number")
    session:refused(2, "create contacts --set firstName", "--set firstName: expected FIELD=VALUE")
    assert.equal(0, session:writes())
  end)

  it("prints the request", function()
    local output = session:must("create organizations --set name=x --set employeeCount=5 --dry-run")
    assert.matches('^POST [^\n]+/organizations\n.*\n\n{[^\n]*"employeeCount":5[^\n]*}\n$', output)
    output = session:must { "create", "organizations", "--set", 'tags:=["a"]', "--dry-run" }
    assert.matches('"tags":["a"]', output, 1, true)
    assert.equal(0, session:writes())
  end)

  it("reports a rejection by the server, with code 1", function()
    local code, _, errors = session:run "create contacts --set workEmail=x"
    assert.equal(1, code)
    assert.matches("HTTP 422", errors, 1, true)
  end)
end)
