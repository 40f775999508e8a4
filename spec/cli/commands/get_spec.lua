-- extcontacts get, against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"

local session = command.around(nil, setup, teardown, before_each)

local function some_ids(count)
  local ids = {}
  for index, record in ipairs(session.api:must("GET", "/scan/contacts?limit=" .. math.max(10, count)).entities) do
    ids[index] = index <= count and record.id or nil
  end
  return ids
end

describe("extcontacts get", function()
  it("writes one record as indented JSON, and several as one line each", function()
    local ids = some_ids(3)
    local output = session:must("get contacts " .. ids[1])
    assert.matches('^{\n  "', output)
    assert.equal(ids[1], json.decode(output).id)
    output = session:must { "get", "contacts", ids[1], ids[2], ids[3] }
    local found = command.records(output)
    assert.equal(3, #found)
    assert.equal(ids[3], found[3].id)
  end)

  it("reads ids and lines of JSON from standard input, among other ids", function()
    local ids = some_ids(3)
    local input = "\239\187\191" .. ids[1] .. "\r\n\n" .. '{"id":"' .. ids[2] .. '"}\n'
    local output = session:must({ "get", "contacts", ids[3], "-" }, { input = input })
    local found = command.records(output)
    assert.same({ ids[3], ids[1], ids[2] }, { found[1].id, found[2].id, found[3].id })
    local code, _, errors = session:run("get contacts -", { input = '{"name":1}' })
    assert.equal(2, code)
    assert.matches("neither an id nor a JSON object", errors, 1, true)
  end)

  it("reads a record once, and reports lines without a readable id", function()
    local ids = some_ids(2)
    local input = "{" .. ids[1]:upper() .. "}\r\n" .. ids[1] .. "\n5E+11\n"
      .. "\194\160" .. ids[2]:upper() .. "\n{\"id\":\"x\"}\n"
    local code, output, errors = session:run({ "get", "contacts", ids[2], "-" }, { input = input })
    local found = command.records(output)
    assert.same({ 1, 2, ids[2], ids[1] }, { code, #found, found[1].id, found[2].id })
    assert.matches("standard input: line 3: not a valid id; skipped", errors, 1, true)
    assert.matches("standard input: line 5: not a valid id; skipped", errors, 1, true)
  end)

  it("continues after a record that does not exist, and exits with 1", function()
    local ids = some_ids(1)
    local missing = "00000000-0000-4000-8000-000000000000"
    local code, output, errors = session:run { "get", "contacts", missing, ids[1] }
    assert.equal(1, code)
    assert.equal(1, #command.records(output))
    assert.matches("^extcontacts get: " .. missing:gsub("%-", "%%-") .. ": [^\n]+HTTP 404[^\n]+\n$", errors)
    code, output = session:run { "get", "contacts", missing }
    assert.equal(1, code)
    assert.equal("", output)
  end)

  it("writes selected fields, and warns about an unknown one", function()
    local ids = some_ids(1)
    local output, errors = session:must { "get", "contacts", ids[1], "--fields", "id,lastNam", "--fields=address.city" }
    local record = json.decode(output)
    assert.equal(ids[1], record.id)
    assert.is_nil(record.firstName)
    assert.matches("warning: ExternalContact has no field 'lastNam', did you mean 'lastName'?", errors, 1, true)
  end)

  it("passes on the options of the operation", function()
    local organization
    for _, record in ipairs(session.api:must("GET", "/scan/contacts?limit=200").entities) do
      organization = organization or (record.externalOrganization and record.id)
    end
    local output = session:must { "get", "contacts", organization, "--expand",
      "externalOrganization,externalDataSources" }
    assert.is_string(json.decode(output).externalOrganization.name)
    local code, _, errors = session:run { "get", "contacts", organization, "--expand", "externalOrganisation" }
    assert.equal(2, code)
    assert.matches("did you mean 'externalOrganization'?", errors, 1, true)
  end)

  it("prints requests without credentials and without sending", function()
    local code, output = command.run("get contacts a/b c --dry-run --region eu_central_1")
    assert.equal(0, code)
    assert.matches("^GET https://api.mypurecloud.de/api/v2/externalcontacts/contacts/a%%2Fb\n", output)
    assert.matches("\nGET [^\n]+/c\n", output)
  end)

  it("reads what has no id", function()
    assert.matches("^GET [^\n]*/externalcontacts/settings\n", (session:must "get settings --dry-run"))
  end)
end)
