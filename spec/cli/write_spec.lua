-- create, update, delete, call and ops against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local sandbox = require "spec.support.sandbox"

local server, session

local function run(words, world)
  world = world or {}
  world.environment = command.environment(server)
  return command.run(words, world)
end

local function must(words, world)
  local code, output, errors = run(words, world)
  assert.equal(0, code, errors)
  return output, errors
end

local function refused(code, words, text, world)
  local got, output, errors = run(words, world)
  assert.equal(code, got, errors)
  assert.matches("^[^\n]+\n$", errors)
  assert.matches(text, errors, 1, true)
  assert.equal("", output)
end

local function contact_of(body)
  return session:must("POST", "/contacts", body)
end

local function read(id)
  return session:must("GET", "/contacts/" .. id)
end

-- Requests of the session itself are not counted.
local function writes()
  local count = 0
  for _, entry in ipairs(server:control("GET", "/sandbox/ledger?limit=1000")) do
    if entry.method ~= "GET" and not entry.path:find("oauth", 1, true) then
      count = count + 1
    end
  end
  return count
end

sandbox.around({ contacts = 20, organizations = 5, rate = 0, resets = false }, function(given, client)
  server, session = given, client
end, setup, teardown, before_each)

describe("extcontacts create", function()
  it("names other records by their ids", function()
    local organization = session:must("GET", "/scan/organizations?limit=10").entities[1].id
    local user = "11111111-1111-4111-8111-111111111111"
    for _, names in ipairs { { "user.id=", "externalOrganization.id=" }, { "user=", "externalOrganization=" } } do
      local made = json.decode((must { "create", "relationships", "--set", names[1] .. user, "--set",
        names[2] .. organization, "--set", "relationship=Owner" }))
      assert.same({ user, organization }, { made.user.id, made.externalOrganization.id })
    end
    refused(2, { "create", "relationships", "--set", "id=x" }, "'id' is set by the server alone")
  end)

  it("makes a record of single fields", function()
    local made = json.decode((must { "create", "contacts", "--set", "firstName=Ann", "--set", "lastName=O=Lee",
      "--set", "workPhone=+1 317 555 0100", "--set", "surveyOptOut=true", "--set", "address.city=Oslo" }))
    local found = read(made.id)
    assert.equal("Ann O=Lee Oslo", ("%s %s %s"):format(found.firstName, found.lastName, found.address.city))
    assert.equal("+13175550100", found.workPhone.e164)
    assert.is_true(found.surveyOptOut)
  end)

  it("takes the record from the words, standard input or a file, and --set over it", function()
    local body = '{"firstName":"Ann","lastName":"Lee"}'
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(body)
    file:close()
    for _, source in ipairs { body, "@" .. body, "-", path } do
      local made = json.decode((must({ "create", "contacts", "--body", source, "--set", "lastName=Ray" },
        { input = body })))
      assert.equal("Ann Ray", made.firstName .. " " .. made.lastName)
    end
    os.remove(path)
  end)

  it("refuses what can't be a record before anything is sent", function()
    refused(2, "create contacts", "pass the ExternalContact with --body FILE, or fields with --set")
    refused(2, { "create", "contacts", "--body", "[1]" }, "--body: the record must be a JSON object")
    refused(2, { "create", "contacts", "--body", "{]" }, "--body: invalid JSON")
    refused(2, { "create", "contacts", "--body", "-" }, "must be a JSON object", { input = "[]" })
    assert.matches('{"lastName":"x"}', must({ "create", "contacts", "--body", "-", "--dry-run" },
      { input = "\239\187\191{\"lastName\":\"x\"}" }), 1, true)
    refused(2, "create contacts --set firstNam=x", "did you mean 'firstName'?")
    refused(2, "create contacts --set id=x", "'id' is set by the server alone")
    refused(2, "create contacts --set surveyOptOut=yes", "'surveyOptOut' is true or false, got 'yes'")
    refused(2, "create organizations --set tags=vip", "'tags' takes JSON: --set 'tags:=…'")
    refused(2, "create organizations --set employeeCount=many", "'employeeCount' is a whole number")
    refused(2, "create contacts --set firstName", "write it as FIELD=VALUE")
    assert.equal(0, writes())
  end)

  it("shows the request", function()
    local output = must("create organizations --set name=x --set employeeCount=5 --dry-run")
    assert.matches('^POST [^\n]+/organizations\n.*\n\n{[^\n]*"employeeCount":5[^\n]*}\n$', output)
    output = must { "create", "organizations", "--set", 'tags:=["a"]', "--dry-run" }
    assert.matches('"tags":["a"]', output, 1, true)
    assert.equal(0, writes())
  end)

  it("passes on what the server refuses, with code 1", function()
    local code, _, errors = run "create contacts --set firstName=x"
    assert.equal(1, code)
    assert.matches("HTTP 422", errors, 1, true)
  end)
end)

describe("extcontacts update", function()
  local id
  before_each(function()
    id = contact_of({ firstName = "Ann", lastName = "Lee", title = "CTO", workEmail = "a@b.example",
      workPhone = { display = "+1 317 555 0100", extension = 7 }, address = { city = "Oslo", state = "x" } }).id
  end)

  it("changes what is named and keeps the rest", function()
    must { "update", "contacts", id, "--set", "title=CEO", "--set", "address.city=Bergen", "--clear", "workEmail",
      "--set", "workPhone.display=+1 317 555 0199" }
    local found = read(id)
    assert.equal("Ann CEO Bergen x", table.concat({ found.firstName, found.title, found.address.city,
      found.address.state }, " "))
    assert.is_nil(found.workEmail)
    assert.equal("+13175550199", found.workPhone.e164)
    assert.equal(7, found.workPhone.extension)
  end)

  it("merges a body, in which null clears", function()
    must { "update", "contacts", id, "--body", '{"title":null,"address":{"city":"Rome"}}' }
    local found = read(id)
    assert.is_nil(found.title)
    assert.equal("Rome x a@b.example", ("%s %s %s"):format(found.address.city, found.address.state, found.workEmail))
  end)

  it("writes nothing where nothing changes", function()
    local before = writes()
    local output, errors = must { "update", "contacts", id, "--set", "title=CTO" }
    assert.equal("extcontacts update: nothing to change\n", errors)
    assert.equal(id, json.decode(output).id)
    must({ "update", "contacts", id, "--body", "-" }, { input = (must("get contacts " .. id)) })
    assert.equal(before, writes())
  end)

  it("does not clear fields by accident with --replace", function()
    local body = '{"firstName":"Ann","lastName":"Ray","address":{"state":"x"}}'
    refused(2, { "update", "contacts", id, "--replace", "--body", body },
      "--replace would clear address.city, title, workEmail, workPhone")
    assert.equal("CTO", read(id).title)
    must { "update", "contacts", id, "--replace", "--body", body, "--clear", "title", "--clear", "workEmail",
      "--clear", "workPhone", "--clear", "address.city" }
    local found = read(id)
    assert.equal("Ray", found.lastName)
    assert.is_nil(found.title)
    refused(2, "update contacts " .. id .. " --replace --set title=x", "--replace needs the record")
  end)

  it("refuses a body of another record, and one that has become old", function()
    local mine = must("get contacts " .. id)
    refused(2, { "update", "contacts", id, "--body", '{"id":"other"}' }, "is of another record")
    session:must("PUT", "/contacts/" .. id, { firstName = "Bob", lastName = "Lee",
      modifyDate = "2001-01-01T00:00:00.000Z" })
    local now = read(id)
    if now.modifyDate ~= json.decode(mine).modifyDate then
      refused(4, { "update", "contacts", id, "--body", "-", "--set", "title=CEO" }, "read it again", { input = mine })
    end
    refused(4, { "update", "contacts", id, "--body", '{"modifyDate":"2001-01-01T00:00:00.000Z"}' }, "read it again")
    assert.equal("Bob", read(id).firstName)
  end)

  it("shows the request after reading", function()
    local before = writes()
    local output = must { "update", "contacts", id, "--set", "title=CEO", "--dry-run" }
    assert.matches("^PUT [^\n]+/contacts/" .. id:gsub("%-", "%%-") .. "\n", output)
    assert.matches('"title":"CEO"', output, 1, true)
    assert.matches('"workEmail":"a@b.example"', output, 1, true)
    assert.equal(before, writes())
  end)

  it("wants to know what to change", function()
    refused(2, "update contacts " .. id, "say what to change")
    refused(2, { "update", "contacts", id, "--clear", "titel" }, "did you mean 'title'?")
    refused(2, { "update", "contacts", id, "--set", "title=M\252ller" }, "title: the string is not valid UTF-8")
  end)
end)

describe("extcontacts delete", function()
  local ids
  before_each(function()
    ids = {}
    for index = 1, 3 do
      ids[index] = contact_of({ firstName = "Ann", lastName = "Lee" .. index }).id
    end
  end)

  it("deletes after asking, or with --yes", function()
    refused(2, { "delete", "contacts", ids[1] }, "Delete 1 of contacts? Pass --yes")
    local terminals = { stdin = true, stderr = true }
    local code, _, errors = run({ "delete", "contacts", ids[1] }, { terminals = terminals, input = "n\n" })
    assert.equal(1, code)
    assert.matches("nothing was deleted", errors, 1, true)
    assert.equal(200, session:call("GET", "/contacts/" .. ids[1]).status)
    must({ "delete", "contacts", ids[1] }, { terminals = terminals, input = "y\n" })
    must({ "delete", "contacts", "-", ids[3], "--yes" }, { input = ids[2] .. "\n" .. ids[2] .. "\n" })
    for _, id in ipairs(ids) do
      assert.equal(404, session:call("GET", "/contacts/" .. id).status)
    end
  end)

  it("goes on past a record that is not there", function()
    local code, _, errors = run { "delete", "contacts", "00000000-0000-4000-8000-000000000000", ids[2], "--yes" }
    assert.equal(1, code)
    assert.matches("deleted 1 of 2\n$", errors)
  end)

  it("shows the requests", function()
    local output = must { "delete", "contacts", ids[1], ids[2], "--dry-run" }
    assert.equal(2, select(2, output:gsub("DELETE http", "")))
    assert.equal(200, session:call("GET", "/contacts/" .. ids[1]).status)
  end)
end)

describe("extcontacts call", function()
  it("calls any operation by either name, arguments in their order", function()
    local made = contact_of { firstName = "Ann", lastName = "Lee", workEmail = "ann@lee.example" }
    for _, name in ipairs { "lookup.reverse", "get_externalcontacts_reversewhitepageslookup" } do
      assert.equal(made.id, json.decode((must { "call", name, "ann@lee.example" })).contacts[1].id)
    end
    local page = json.decode((must "call contacts.list --page-size 5 --q Lee"))
    assert.is_table(page.entities)
    assert.equal(5, page.pageSize)
    local _, lines = (must "call contacts.scan --limit 10 --csv --fields id"):gsub("\r\n", "")
    assert.equal(11, lines)
    must { "call", "contacts.delete", made.id, "--yes" }
    refused(2, { "call", "contacts.delete", made.id }, "Pass --yes")
  end)

  it("writes nothing for an empty answer", function()
    assert.equal("", (must { "call", "conversations.associate", "c1", "--set", "conversationId=c1", "--set",
      "mediaType=CALL", "--set", "communicationId=c2" }))
  end)

  it("refuses a wrong operation, option and value", function()
    refused(2, "call contacts.gte x", "unknown operation 'contacts.gte', did you mean 'contacts.get'?")
    refused(2, "call contacts.list --page-siz 5", "did you mean '--page-size'?")
    refused(2, "call contacts.list --page-size five", "'five' is not a whole number")
    refused(2, "call contacts.scan --limit 500", "must be 10 to 200")
    refused(2, "call contacts.get", "missing argument 'contact_id'")
  end)
end)

describe("extcontacts request", function()
  local CONTACTS = "/api/v2/externalcontacts/contacts"

  it("sends any request, and writes the answer as call does", function()
    local made = json.decode((must { "request", "POST", CONTACTS, "--set", "firstName=Ann", "--set", "lastName=Lee" }))
    assert.equal("Lee", json.decode((must { "request", "GET", CONTACTS .. "/" .. made.id })).lastName)
    local page = json.decode((must { "request", "GET", CONTACTS, "--query", "pageSize=5", "--query", "q=Lee" }))
    assert.equal(5, page.pageSize)
    local _, lines = (must { "request", "GET", CONTACTS .. "?pageSize=4", "--csv", "--fields", "id" }):gsub("\r\n", "")
    assert.equal(5, lines)
    local body = '{"firstName":"Ann","lastName":"Ray"}'
    assert.equal("Ray", json.decode((must { "request", "PUT", CONTACTS .. "/" .. made.id, "--body", body })).lastName)
    refused(2, { "request", "DELETE", CONTACTS .. "/" .. made.id }, "Pass --yes")
    must { "request", "DELETE", CONTACTS .. "/" .. made.id, "--yes" }
    refused(1, { "request", "GET", CONTACTS .. "/" .. made.id }, "GET " .. CONTACTS .. "/" .. made.id)
  end)

  it("shows the request", function()
    local before = writes()
    local text = must { "request", "PATCH", CONTACTS .. "/x", "--set", "a:=[1]", "--query", "e=a,b", "--query", "e=c",
      "--dry-run" }
    assert.matches("^PATCH http://127.0.0.1:%d+" .. CONTACTS .. "/x%?e=a%%2Cb,c\n", text)
    assert.matches('{"a":[1]}', text, 1, true)
    assert.equal(before, writes())
  end)

  it("refuses what is no request", function()
    refused(2, "request FETCH /api", "must be one of")
    refused(2, "request GET api", "the path must start with '/'")
    refused(2, { "request", "GET", "/api/{id}" }, "the path must not have '{'")
    refused(2, "request GET /api --query x", "--query x: write it as NAME=VALUE")
    refused(2, "request GET /api --quer x=1", "did you mean '--query'?")
  end)
end)

describe("extcontacts ops", function()
  local operations = require "extcontacts.api.operations"

  it("lists all operations and their permissions", function()
    local _, all = command.run "ops"
    local _, permissions = command.run "ops --permissions"
    for _, row in ipairs(operations.list) do
      assert.matches("\n" .. row.short .. " ", "\n" .. all, 1, true)
      assert.matches("\n  " .. row.short .. "\n", permissions, 1, true)
      for _, permission in ipairs(row.permissions) do
        assert.matches(permission .. "\n", permissions, 1, true)
      end
    end
    local _, some = command.run "ops trustor"
    assert.equal(2, select(2, some:gsub("\n", "")))
  end)

  it("explains each with its arguments, options, permissions and fields", function()
    for _, row in ipairs(operations.list) do
      local code, text = command.run("ops " .. row.name)
      assert.equal(0, code)
      assert.matches("extcontacts call " .. row.short, text, 1, true)
      assert.matches(row.path, text, 1, true)
      for _, param in ipairs(row.params) do
        assert.matches(param.required and param.name or "--" .. param.name:gsub("_", "-"), text, 1, true)
      end
      assert.equal(text, (select(2, command.run("ops " .. row.short))))
    end
  end)

  it("gives the rows as JSON, and suggests", function()
    local _, text = command.run "ops --json"
    assert.equal(#operations.list, #assert(json.decode(text)))
    local code, _, errors = command.run "ops contacts.gte"
    assert.equal(2, code)
    assert.matches("did you mean 'contacts.get'?", errors, 1, true)
  end)
end)
