-- extcontacts request, against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"

local session = command.around(nil, setup, teardown, before_each)

describe("extcontacts request", function()
  local CONTACTS = "/api/v2/externalcontacts/contacts"

  it("sends any request, and writes the response like call", function()
    local created = json.decode((session:must { "request", "POST", CONTACTS, "--set", "firstName=Ann", "--set",
      "lastName=Lee" }))
    assert.equal("Lee", json.decode((session:must { "request", "GET", CONTACTS .. "/" .. created.id })).lastName)
    local page = json.decode((session:must { "request", "GET", CONTACTS, "--query", "pageSize=5", "--query", "q=Lee" }))
    assert.equal(5, page.pageSize)
    local rows = session:must { "request", "GET", CONTACTS .. "?pageSize=4", "--csv", "--fields", "id" }
    local _, lines = rows:gsub("\r\n", "")
    assert.equal(5, lines)
    local body = '{"firstName":"Ann","lastName":"Ray"}'
    local replaced = session:must { "request", "PUT", CONTACTS .. "/" .. created.id, "--body", body }
    assert.equal("Ray", json.decode(replaced).lastName)
    session:refused(2, { "request", "DELETE", CONTACTS .. "/" .. created.id }, "pass --yes")
    session:must { "request", "DELETE", CONTACTS .. "/" .. created.id, "--yes" }
    session:refused(1, { "request", "GET", CONTACTS .. "/" .. created.id }, "GET " .. CONTACTS .. "/" .. created.id)
  end)

  it("prints the request", function()
    local before = session:writes()
    local text = session:must { "request", "PATCH", CONTACTS .. "/x", "--set", "a:=[1]", "--query", "e=a,b", "--query",
      "e=c", "--dry-run" }
    assert.matches("^PATCH http://127.0.0.1:%d+" .. CONTACTS .. "/x%?e=a%%2Cb,c\n", text)
    assert.matches('{"a":[1]}', text, 1, true)
    assert.equal(before, session:writes())
  end)

  it("refuses an invalid request", function()
    session:refused(2, "request FETCH /api", "must be one of")
    session:refused(2, "request GET api", "the path must start with '/'")
    session:refused(2, { "request", "GET", "/api/{id}" }, "the path contains '{' or '}'")
    session:refused(2, "request GET /api --query x", "--query x: expected NAME=VALUE")
    session:refused(2, "request GET /api --quer x=1", "did you mean '--query'?")
  end)
end)
