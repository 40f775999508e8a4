-- get, list, scan and search against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

local server, session

local function run(words, input)
  return command.run(words, { environment = command.environment(server), input = input })
end

-- The output of a command that succeeds.
local function must(words, input)
  local code, output, errors = run(words, input)
  assert.equal(0, code, errors)
  return output, errors
end

local function records(text)
  local out = {}
  for line in text:gmatch "[^\n]+" do
    out[#out + 1] = assert(json.decode(line))
  end
  return out
end

local function some_ids(count)
  local ids = {}
  for index, record in ipairs(session:must("GET", "/scan/contacts?limit=" .. math.max(10, count)).entities) do
    ids[index] = index <= count and record.id or nil
  end
  return ids
end

sandbox.around({ contacts = 1100, organizations = 30, rate = 0 }, function(given, client)
  server, session = given, client
end, setup, teardown, before_each)

describe("extcontacts get", function()
  it("writes one record as indented JSON, and several a line each", function()
    local ids = some_ids(3)
    local output = must("get contacts " .. ids[1])
    assert.matches('^{\n  "', output)
    assert.equal(ids[1], json.decode(output).id)
    output = must { "get", "contacts", ids[1], ids[2], ids[3] }
    local found = records(output)
    assert.equal(3, #found)
    assert.equal(ids[3], found[3].id)
  end)

  it("takes ids and lines of JSON from standard input, among others", function()
    local ids = some_ids(3)
    local input = "\239\187\191" .. ids[1] .. "\r\n\n" .. '{"id":"' .. ids[2] .. '"}\n'
    local output = must({ "get", "contacts", ids[3], "-" }, input)
    local found = records(output)
    assert.same({ ids[3], ids[1], ids[2] }, { found[1].id, found[2].id, found[3].id })
    local code, _, errors = run("get contacts -", '{"name":1}')
    assert.equal(2, code)
    assert.matches("neither an id nor a JSON object", errors, 1, true)
  end)

  it("goes on past a record that is not there, with code 1", function()
    local ids = some_ids(1)
    local missing = "00000000-0000-4000-8000-000000000000"
    local code, output, errors = run { "get", "contacts", missing, ids[1] }
    assert.equal(1, code)
    assert.equal(1, #records(output))
    assert.matches("^extcontacts get: " .. missing:gsub("%-", "%%-") .. ": [^\n]+HTTP 404[^\n]+\n$", errors)
    code, output = run { "get", "contacts", missing }
    assert.equal(1, code)
    assert.equal("", output)
  end)

  it("writes fields of a record, and warns of one that nobody knows", function()
    local ids = some_ids(1)
    local output, errors = must { "get", "contacts", ids[1], "--fields", "id,lastNam", "--fields=address.city" }
    local record = json.decode(output)
    assert.equal(ids[1], record.id)
    assert.is_nil(record.firstName)
    assert.matches("not known to have a field 'lastNam', did you mean 'lastName'?", errors, 1, true)
  end)

  it("passes the options of the operation on", function()
    local organization
    for _, record in ipairs(session:must("GET", "/scan/contacts?limit=200").entities) do
      organization = organization or (record.externalOrganization and record.id)
    end
    local output = must { "get", "contacts", organization, "--expand", "externalOrganization,externalDataSources" }
    assert.is_string(json.decode(output).externalOrganization.name)
    local code, _, errors = run { "get", "contacts", organization, "--expand", "externalOrganisation" }
    assert.equal(2, code)
    assert.matches("did you mean 'externalOrganization'?", errors, 1, true)
  end)

  it("shows requests without credentials and without sending", function()
    local code, output = command.run("get contacts a/b c --dry-run --region eu_central_1")
    assert.equal(0, code)
    assert.matches("^GET https://api.mypurecloud.de/api/v2/externalcontacts/contacts/a%%2Fb\n", output)
    assert.matches("\nGET [^\n]+/c\n", output)
  end)
end)

describe("extcontacts list", function()
  it("lists what belongs to a record", function()
    local note = session:must("GET", "/scan/notes?limit=10").entities[1]
    local space, owner = note.selfUri:match("/externalcontacts/(%a+)/([^/]+)/notes/")
    local output = must { "list", space .. ".notes", owner }
    local found = false
    for _, one in ipairs(records(output)) do
      found = found or one.id == note.id
    end
    assert.is_true(found)
  end)

  it("lists what has no pages", function()
    assert.equal(1, #records(must "list contacts.schemas"))
    assert.equal(1, #assert(json.decode((must "list contacts.schemas --json"))))
    assert.matches("^id,name,version,", must "list contacts.schemas --csv")
  end)

  it("fails where there is more than a listing reaches, and names the scan", function()
    local code, output, errors = run "list contacts"
    assert.equal(1, code)
    assert.equal(1000, #records(output))
    assert.matches("`extcontacts scan contacts` reads them all", errors, 1, true)
    assert.equal(1000, #records(must "list contacts --allow-partial"))
    assert.equal(5, #records(must "list contacts --limit 5 --page-size 3"))
  end)

  it("sorts as the operation does", function()
    local found = records(must "list organizations --sort-order name:desc --fields name")
    assert.is_true(#found > 10)
    assert.is_true(found[1].name >= found[#found].name)
    assert.is_nil(found[1].id)
  end)
end)

describe("extcontacts search", function()
  it("searches by words", function()
    local contact = session:must("GET", "/scan/contacts?limit=10").entities[1]
    local found = records(must { "search", "contacts", contact.lastName, "--limit", "50" })
    assert.is_true(#found > 0)
    local code, _, errors = run "search contacts"
    assert.equal(2, code)
    assert.matches("missing argument 'text'", errors, 1, true)
  end)
end)

describe("extcontacts scan", function()
  it("reads all records", function()
    local found = records((must "scan contacts --fields id"))
    assert.equal(1100, #found)
    local seen = {}
    for _, record in ipairs(found) do
      assert.is_nil(seen[record.id])
      seen[record.id] = true
    end
  end)

  it("stops after as many as are asked for, whatever a page may hold", function()
    for _, limit in ipairs { 3, 150, 500 } do
      assert.equal(limit, #records((must("scan contacts --limit " .. limit))))
    end
    assert.matches("scan/contacts?limit=20\n", must "scan contacts --limit 3 --page-size 20 --dry-run", 1, true)
    assert.matches("scan/contacts?divisionId=a%20b\n", must { "scan", "contacts", "--query", "divisionId=a b",
      "--dry-run" }, 1, true)
    assert.matches("contacts/x?expand=division\n", must "get contacts x --query expand=division --dry-run", 1, true)
    assert.equal(3, #records(must "scan contacts --limit 3 --query divisionId=x"))
  end)

  it("writes an array, complete or not at all valid", function()
    local array = json.decode((must "scan organizations --json"))
    assert.equal(30, #array)
    server:control("POST", "/sandbox/faults", { { operation = "organizations.scan", status = 400, nth = 2 } })
    local code, output = run "scan organizations --json --page-size 10"
    assert.equal(1, code)
    assert.is_nil(json.decode(output))
  end)

  it("says where to go on after a failure, and goes on there", function()
    local all = records(must "scan organizations --page-size 10")
    server:control("POST", "/sandbox/faults", { { operation = "organizations.scan", status = 403, nth = 2 } })
    local code, output, errors = run "scan organizations --page-size 10"
    assert.equal(3, code)
    local first = records(output)
    assert.equal(10, #first)
    local token = errors:match("stopped after 10 records; go on with %-%-from '([^']+)'")
    server:control("DELETE", "/sandbox/faults")
    local rest = records(must { "scan", "organizations", "--from", token })
    for _, record in ipairs(rest) do
      first[#first + 1] = record
    end
    assert.same(all, first)
  end)

  it("refuses a token that is none", function()
    local code, _, errors = run "scan organizations --from nowhere"
    assert.equal(2, code)
    assert.equal("extcontacts scan: option 'from' must be a text from resume_token() "
      .. "(see `extcontacts scan --help`)\n", errors)
  end)

  it("has code 3 without permission and 75 when throttled", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", status = 403 } })
    assert.equal(3, (run "scan contacts"))
    server:control("DELETE", "/sandbox/faults")
    server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", status = 429, retry_after = 9999 } })
    local code, _, errors = run "scan contacts"
    assert.equal(75, code)
    assert.matches("^[^\n]+\n$", errors)
  end)

  it("asks for one token in many runs, and for one each with --no-cache", function()
    local function tokens(option)
      server:control("DELETE", "/sandbox/ledger")
      local code, output = command.shell(("for n in 1 2 3; do extcontacts list contacts --limit 1 %s; done; "
        .. "find \"$HOME\" -type f -perm /077"):format(option), command.environment(server))
      assert.equal(0, code, output)
      assert.equal(3, #records(output))
      local count = 0
      for _, entry in ipairs(server:control("GET", "/sandbox/ledger")) do
        count = count + (entry.path:find("oauth", 1, true) and 1 or 0)
      end
      return count
    end
    assert.equal(1, tokens "")
    assert.equal(3, tokens "--no-cache")
  end)

  it("ends quietly when its reader has enough", function()
    local code, output = command.shell("set -o pipefail\nextcontacts scan contacts | head -n 1",
      command.environment(server))
    assert.equal(141, code)
    assert.equal(1, #records(output))
    assert.matches("^{[^\n]+}\n$", output)
  end)

  it("ends in order at Ctrl-C and says where to go on", function()
    server:control("POST", "/sandbox/faults", { { operation = "organizations.scan", delay = 60, nth = 2 } })
    local running = script.start([[
      os.exit(require("extcontacts.cli").run({ "scan", "organizations", "--page-size", "10" }, {
        getenv = function(name)
          return ({ EXTCONTACTS_BASE_URL = arg[1], EXTCONTACTS_LOGIN_URL = arg[1],
            GENESYSCLOUD_OAUTHCLIENT_ID = arg[2], GENESYSCLOUD_OAUTHCLIENT_SECRET = arg[3] })[name]
        end,
      }), true)
    ]], table.concat({ server.base_url, server.client_id, server.client_secret }, " "))
    local first = running:line()
    running:signal "INT"
    local code, output, errors = running:finish()
    assert.equal(130, code, errors)
    assert.equal(10, #records(first .. "\n" .. output))
    local token = errors:match("go on with %-%-from '([^']+)'")
    assert.matches("extcontacts scan: interrupted\n$", errors)
    server:control("DELETE", "/sandbox/faults")
    assert.equal(20, #records((must { "scan", "organizations", "--from", token })))
  end)
end)
