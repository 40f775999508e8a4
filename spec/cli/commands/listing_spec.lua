-- extcontacts list, search and scan, against the sandbox.
local command = require "spec.support.command"
local ec = require "extcontacts"
local json = require "extcontacts.base.json"
local script = require "spec.support.script"

local session = command.around({ contacts = 1100, organizations = 30, rate = 0 }, setup, teardown, before_each)

describe("extcontacts list", function()
  it("lists the records that belong to another", function()
    local note = session.api:must("GET", "/scan/notes?limit=10").entities[1]
    local space, owner = note.selfUri:match("/externalcontacts/(%a+)/([^/]+)/notes/")
    local output = session:must { "list", space .. ".notes", owner }
    local found = false
    for _, one in ipairs(command.records(output)) do
      found = found or one.id == note.id
    end
    assert.is_true(found)
  end)

  it("lists a resource without pages", function()
    assert.equal(1, #command.records(session:must "list contacts.schemas"))
    assert.equal(1, #assert(json.decode((session:must "list contacts.schemas --json"))))
    assert.matches("^id,name,version,", session:must "list contacts.schemas --csv")
  end)

  it("fails if there are more records than a listing returns, and names the scan", function()
    local code, output, errors = session:run "list contacts"
    assert.equal(1, code)
    assert.equal(1000, #command.records(output))
    assert.matches("run `extcontacts scan contacts` to read all of them", errors, 1, true)
    assert.equal(1000, #command.records(session:must "list contacts --allow-partial"))
    assert.equal(5, #command.records(session:must "list contacts --limit 5 --page-size 3"))
  end)

  it("sorts as the operation does", function()
    local found = command.records(session:must "list organizations --sort-order name:desc --fields name")
    assert.is_true(#found > 10)
    assert.is_true(found[1].name >= found[#found].name)
    assert.is_nil(found[1].id)
  end)
end)

describe("extcontacts search", function()
  it("searches by keyword", function()
    local contact = session.api:must("GET", "/scan/contacts?limit=10").entities[1]
    local found = command.records(session:must { "search", "contacts", contact.lastName, "--limit", "50" })
    assert.is_true(#found > 0)
    local code, _, errors = session:run "search contacts"
    assert.equal(2, code)
    assert.matches("missing argument 'text'", errors, 1, true)
  end)
end)

describe("extcontacts scan", function()
  it("reads all records", function()
    local found = command.records((session:must "scan contacts --fields id"))
    assert.equal(1100, #found)
    local seen = {}
    for _, record in ipairs(found) do
      assert.is_nil(seen[record.id])
      seen[record.id] = true
    end
  end)

  it("writes records as the server sent them, one per line", function()
    local server = session.server
    local client = ec.new { base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
      client_secret = server.client_secret, rate = false }
    local received, selected = {}, {}
    for contact, text in client:scan_contacts { raw = true, fields = { "workEmail" } } do
      received[#received + 1] = text
      selected[#selected + 1] = contact.workEmail and text or nil
    end
    client:close()
    assert.is_true(#selected > 3 and #selected < #received)
    assert.equal(table.concat(received, "\n") .. "\n", (session:must "scan contacts"))
    assert.equal(table.concat(received, "\n") .. "\n", (session:must "scan contacts --ndjson --page-size 70"))
    assert.equal(table.concat(selected, "\n") .. "\n", (session:must { "scan", "contacts", "--where", "workEmail" }))
    assert.equal(table.concat(selected, "\n", 1, 3) .. "\n",
      (session:must { "scan", "contacts", "--where", "workEmail", "--limit", "3" }))
    assert.equal(table.concat(received, "\n", 1, 5) .. "\n", (session:must "scan contacts --limit 5"))
  end)

  it("writes them in order to a real file, and fails where it can't be written", function()
    local server = session.server
    local settings = {}
    for name, value in pairs(command.environment(server)) do
      settings[#settings + 1] = ("export %s='%s'\n"):format(name, value)
    end
    local function shell(line)
      return command.shell(table.concat(settings) .. line)
    end
    local code, output = shell "extcontacts scan contacts --ndjson 2>&1"
    assert.equal(0, code)
    assert.equal((session:must "scan contacts"), output)
    code, output = shell "extcontacts scan contacts --ndjson 2>&1 >/dev/full"
    assert.equal(1, code)
    assert.matches("cannot write the output: standard output: No space left on device\n", output, 1, true)
    code, output = shell(command.UNREAD .. "extcontacts scan contacts --ndjson >&5 2>&1")
    assert.equal(141, code)
    assert.equal("", output)
  end)

  it("stops after --limit records, whatever the page size", function()
    for _, limit in ipairs { 3, 150, 500 } do
      assert.equal(limit, #command.records((session:must("scan contacts --limit " .. limit))))
    end
    assert.matches("scan/contacts?limit=20\n", session:must "scan contacts --limit 3 --page-size 20 --dry-run", 1, true)
    assert.matches("scan/contacts?divisionId=a%20b\n", session:must { "scan", "contacts", "--query", "divisionId=a b",
      "--dry-run" }, 1, true)
    assert.matches("contacts/x?expand=division\n", session:must "get contacts x --query expand=division --dry-run",
      1, true)
    assert.equal(3, #command.records(session:must "scan contacts --limit 3 --query divisionId=*"))
  end)

  it("writes a JSON array that is invalid unless it is complete", function()
    local array = json.decode((session:must "scan organizations --json"))
    assert.equal(30, #array)
    session.server:control("POST", "/sandbox/faults", { { operation = "organizations.scan", status = 400, nth = 2 } })
    local code, output = session:run "scan organizations --json --page-size 10"
    assert.equal(1, code)
    assert.is_nil(json.decode(output))
  end)

  it("writes a page and continues after it only if all of its records can be decoded", function()
    local arguments = { "scan", "organizations", "--page-size", "10", "--where", "not empty(name)" }
    local all, replies, count = command.records(session:must(arguments)), require "extcontacts.transport.reply", 0
    local whole = replies.whole
    finally(function()
      replies.whole = whole
    end)
    function replies.whole(...)
      count = count + 1
      if count == 15 then
        return nil, "invalid JSON at byte 100"
      end
      return whole(...)
    end
    arguments[#arguments + 1] = "--json"
    local code, output, errors = session:run(arguments)
    assert.equal(1, code)
    local first = assert(json.decode(output .. "]"))
    local token = errors:match("stopped after 10 records. To resume, add: %-%-from '([^']+)'")
    arguments[#arguments], arguments[#arguments + 1], arguments[#arguments + 2] = "--ndjson", "--from", token
    for _, record in ipairs(command.records(session:must(arguments))) do
      first[#first + 1] = record
    end
    assert.same(all, first)
  end)

  it("prints a token after a failure, and resumes there", function()
    local all = command.records(session:must "scan organizations --page-size 10")
    session.server:control("POST", "/sandbox/faults", { { operation = "organizations.scan", status = 403, nth = 2 } })
    local code, output, errors = session:run "scan organizations --page-size 10"
    assert.equal(3, code)
    local first = command.records(output)
    assert.equal(10, #first)
    local token = errors:match("stopped after 10 records. To resume, add: %-%-from '([^']+)'")
    session.server:control("DELETE", "/sandbox/faults")
    local rest = command.records(session:must { "scan", "organizations", "--from", token })
    for _, record in ipairs(rest) do
      first[#first + 1] = record
    end
    assert.same(all, first)
  end)

  it("refuses an invalid token", function()
    local code, _, errors = session:run "scan organizations --from nowhere"
    assert.equal(2, code)
    assert.equal("extcontacts scan: --from: invalid token; copy it from the message of the earlier run "
      .. "(see `extcontacts scan --help`)\n", errors)
  end)

  it("exits with 3 without permission and with 75 when throttled", function()
    session.server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", status = 403 } })
    assert.equal(3, (session:run "scan contacts"))
    session.server:control("DELETE", "/sandbox/faults")
    session.server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", status = 429,
      retry_after = 9999 } })
    local code, _, errors = session:run "scan contacts"
    assert.equal(75, code)
    assert.matches("^[^\n]+\n$", errors)
  end)

  it("fetches one token for many runs, and one per run with --no-cache", function()
    local function tokens(option)
      session.server:control("DELETE", "/sandbox/ledger")
      local code, output = command.shell(("for n in 1 2 3; do extcontacts list contacts --limit 1 %s; done; "
        .. "find \"$HOME\" -type f -perm /077"):format(option), session.environment)
      assert.equal(0, code, output)
      assert.equal(3, #command.records(output))
      local count = 0
      for _, entry in ipairs(session.server:control("GET", "/sandbox/ledger")) do
        count = count + (entry.path:find("oauth", 1, true) and 1 or 0)
      end
      return count
    end
    assert.equal(1, tokens "")
    assert.equal(3, tokens "--no-cache")
  end)

  it("ends silently when its reader stops", function()
    local code, output = command.shell("set -o pipefail\nextcontacts scan contacts | head -n 1",
      session.environment)
    assert.equal(141, code)
    assert.equal(1, #command.records(output))
    assert.matches("^{[^\n]+}\n$", output)
  end)

  it("prints a token at Ctrl-C, from which another run resumes", function()
    session.server:control("POST", "/sandbox/faults", { { operation = "organizations.scan", delay = 60, nth = 2 } })
    local running = script.start([[
      os.exit(require("extcontacts.cli").run({ "scan", "organizations", "--page-size", "10" }, {
        getenv = function(name)
          return ({ EXTCONTACTS_BASE_URL = arg[1], EXTCONTACTS_LOGIN_URL = arg[1],
            GENESYSCLOUD_OAUTHCLIENT_ID = arg[2], GENESYSCLOUD_OAUTHCLIENT_SECRET = arg[3] })[name]
        end,
      }), true)
    ]], table.concat({ session.server.base_url, session.server.client_id, session.server.client_secret }, " "))
    local first = running:line()
    running:signal "INT"
    local code, output, errors = running:finish()
    assert.equal(130, code, errors)
    assert.equal(10, #command.records(first .. "\n" .. output))
    local token = errors:match("To resume, add: %-%-from '([^']+)'")
    assert.matches("extcontacts scan: interrupted\n$", errors)
    session.server:control("DELETE", "/sandbox/faults")
    assert.equal(20, #command.records((session:must { "scan", "organizations", "--from", token })))
  end)

  it("decodes only the records in full for which --where holds", function()
    local replies, count = require "extcontacts.transport.reply", 0
    local whole = replies.whole
    finally(function() replies.whole = whole end)
    function replies.whole(...)
      count = count + 1
      return whole(...)
    end
    local all = session:must { "scan", "contacts", "--csv" }
    assert.equal(0, count)
    local some = session:must { "scan", "contacts", "--csv", "--where", 'address.countryCode == "US"' }
    local expected, matches = all:match "^[^\n]*\n", 0
    for _, contact in ipairs(command.records(session:must "scan contacts")) do
      if contact.address and contact.address.countryCode == "US" then
        matches = matches + 1
        local first = assert(all:find("\n" .. contact.id, 1, true))
        expected = expected .. all:match("[^\n]*\n", first + 1)
      end
    end
    assert.is_true(matches > 0 and expected == some)
    assert.equal(matches, count)
  end)

  it("writes the records for which --where holds, at most --limit of them", function()
    local all = command.records(session:must { "scan", "contacts", "--where", 'address.countryCode == "US"' })
    local expected = 0
    for _, contact in ipairs(command.records(session:must "scan contacts")) do
      expected = expected + (contact.address and contact.address.countryCode == "US" and 1 or 0)
    end
    assert.is_true(expected > 3)
    assert.equal(expected, #all)
    local some = command.records(session:must { "scan", "contacts", "--where", 'address.countryCode == "US"',
      "--limit", "3", "--page-size", "20" })
    assert.same({ all[1].id, all[2].id, all[3].id }, { some[1].id, some[2].id, some[3].id })
    assert.equal(3, #some)
    local code, output, errors = session:run { "scan", "contacts", "--where", "adress.city == nil" }
    assert.same({ 2, "" }, { code, output })
    assert.matches("--where: column 1: unknown field 'adress', did you mean 'address'?", errors, 1, true)
  end)
end)

describe("--ids", function()
  local NOBODY = "00000000-0000-0000-0000-00000000abcd"

  local function lines(ids, ...)
    return table.concat(ids, "\r\n") .. "\r\n" .. table.concat({ ... }, "\n")
  end

  local ids
  before_each(function()
    ids = {}
    for index, record in ipairs(command.records((session:must "scan contacts --limit 3 --fields id"))) do
      ids[index] = record.id
    end
  end)

  local function ids_in(output)
    local found = {}
    for index, record in ipairs(command.records(output)) do
      found[index] = record.id
    end
    return found
  end

  it("shows with --dry-run the request that is sent first", function()
    local function list_of(count)
      local list = {}
      for index = 1, count do
        list[index] = ("00000000-0000-4000-8000-%012d"):format(index)
      end
      return lines(list)
    end
    local function count_of(operation)
      return session.server:control("GET", "/sandbox/counters").by_operation[operation] or {}
    end
    for count, case in pairs {
      [12] = { "POST [^\n]*/bulk/contacts\n", "contacts.bulk.get", 10 },
      [1001] = { "GET [^\n]*/contacts%?pageSize=1\n", "contacts.list", 0 },
    } do
      local before = count_of(case[2])
      local output = session:must("scan contacts --dry-run --ids -", { input = list_of(count) })
      assert.same(before, count_of(case[2]))
      assert.matches("^" .. case[1], output)
      assert.equal(case[3], select(2, output:gsub('"id":', "")))
      session:run("scan contacts -q --ids -", { input = list_of(count) })
      assert.not_same(before, count_of(case[2]))
    end
    assert.matches("^GET [^\n]*/scan/contacts%?", (session:must("scan contacts --dry-run --ids - --query divisionId=*",
      { input = ids[1] })))
  end)

  it("reads only these records, in their order, and reports the others", function()
    for _, words in ipairs { "scan contacts --ids -", "list contacts --ids -" } do
      local requests = session.server:control("GET", "/sandbox/counters").by_operation["contacts.scan"]
      local input = lines({ ids[3], ids[1], ids[3]:upper() }, "a/b", NOBODY)
      local code, output, errors = session:run(words, { input = input })
      assert.equal(1, code)
      assert.same({ ids[3], ids[1] }, ids_in(output))
      local name = "extcontacts " .. words:match "^%w+" .. ": "
      assert.equal(name .. "standard input: line 4: not a valid id; skipped\n" .. name
        .. "1 id of standard input: no such record\n" .. name .. "  " .. NOBODY .. "\n", errors)
      assert.same(requests, session.server:control("GET", "/sandbox/counters").by_operation["contacts.scan"])
    end
    assert.same({ ids[1], ids[2] }, ids_in((session:must("scan contacts --ids - --limit 2", { input = lines(ids) }))))
  end)

  it("works together with --where, and selects among the records of a listing with options", function()
    local record = session:read(ids[2])
    local condition = ('lastName == "%s" and id ~= "%s"'):format(record.lastName, ids[1])
    local words = { "scan", "contacts", "--ids", "-", "--where", condition }
    assert.same({ ids[2] }, ids_in((session:must(words, { input = lines(ids) })):match "^[^\n]+\n"))
    local code, output, errors = session:run("scan contacts.divisionviews --ids -", { input = lines(ids, NOBODY) })
    assert.equal(1, code)
    assert.equal(3, #ids_in(output))
    assert.matches("1 id of standard input: not in the listing\n", errors, 1, true)
    code, output, errors = session:run({ "search", "contacts", record.lastName, "--ids", "-" }, { input = NOBODY })
    assert.same({ 1, "" }, { code, output })
    assert.matches("not in the listing", errors, 1, true)
  end)

  it("with a file that is no list of ids ends the command", function()
    session:refused(2, "scan contacts --ids -", "--ids: standard input contains no ids", { input = "" })
    session:refused(2, "scan contacts --ids -", "is an Excel workbook", { input = "PK\3\4" })
    session:refused(2, "scan contacts --ids /none.txt", "cannot read /none.txt")
    local code, output, errors = session:run("scan contacts --ids -", { input = "Ann\nBob\n" })
    assert.same({ 2, "" }, { code, output })
    assert.matches("line 2: not a valid id; skipped\n.*--ids: standard input contains no valid id", errors)
  end)

  it("decodes only the fields that are shown and tested", function()
    local selections = require "extcontacts.api.selections"
    local asked = {}
    local of = selections.of
    finally(function() selections.of = of end)
    function selections.of(row, fields)
      asked[#asked + 1] = table.concat(fields or { "the id alone" }, ",")
      return of(row, fields)
    end
    local whole = session:must "scan contacts --limit 3"
    assert.same({ "the id alone" }, asked)
    local expected = {}
    for index, record in ipairs(command.records(whole)) do
      expected[index] = { id = record.id, lastName = record.lastName }
    end
    assert.same(expected, command.records(session:must {
      "scan", "contacts", "--limit", "3", "--fields", "id,lastName", "--where", "not empty(firstName)" }))
    assert.equal("id,lastName,firstName", asked[2])
    local output = session:must "scan contacts --limit 1 --fields lastName,unheardOf"
    assert.equal(expected[1].lastName, command.records(output)[1].lastName)
  end)
end)
