-- extcontacts lint, against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"

local session = command.around({ contacts = 0 }, setup, teardown, before_each)

describe("extcontacts lint", function()
  local bad, good, note

  before_each(function()
    session.server:control("POST", "/sandbox/settings", { field_rules = "ignore" })
    bad = session:contact({ firstName = "=1+1", lastName = ("x"):rep(1001), workEmail = "secret at example.com" }).id
    good = session:contact({ lastName = "Lovelace" }).id
    note = session.api:must("POST", "/contacts/" .. good .. "/notes", { noteText = "   ", createdBy = { id = "u" } }).id
    session.server:control("POST", "/sandbox/settings", { field_rules = "enforce" })
  end)

  it("names each record with its field and rule, without the value, and sums up by rule", function()
    local writes = session:writes()
    local code, output, errors = session:run "lint"
    assert.equal(1, code)
    assert.same({
      ("contact %s  lastName has 1001 characters; 1 to 1000 are allowed (length)"):format(bad),
      ("contact %s  workEmail is not an e-mail address (email)"):format(bad),
      ("contact note %s  noteText has 0 characters; 1 to 32000 are allowed (length)"):format(note),
    }, { output:match "^([^\n]*)\n([^\n]*)\n([^\n]*)\n$" })
    assert.is_nil((output .. errors):find("secret", 1, true))
    assert.equal("extcontacts lint: the server would reject 2 of 3 records at the next update\n"
      .. "  email         workEmail                 1\n"
      .. "  length        lastName                  1\n"
      .. "  length        noteText                  1\n", errors)
    assert.equal(writes, session:writes())
  end)

  it("checks only the records that a condition selects", function()
    assert.equal("", (session:must { "lint", "--where", 'lastName == "Lovelace"' }))
    local _, output, errors = session:run { "lint", "--where", "empty(noteText)" }
    assert.equal(("contact note %s  noteText has 0 characters; 1 to 32000 are allowed (length)\n"):format(note), output)
    assert.matches("would reject 1 of 1 record at", errors, 1, true)
    session:refused(2, { "lint", "--where", "lastNme" }, "unknown field 'lastNme', did you mean 'lastName'?")
  end)

  it("writes CSV and JSON", function()
    local _, output = session:run "lint contacts --csv"
    assert.equal(("kind,id,owner,field,rule,problem\n"
      .. 'contact,%s,,lastName,length,"lastName has 1001 characters; 1 to 1000 are allowed"\n'
      .. "contact,%s,,workEmail,email,workEmail is not an e-mail address\n"):format(bad, bad), (output:gsub("\r", "")))
    _, output = session:run "lint notes --ndjson"
    assert.same({ kind = "contact_note", id = note, owner = good, field = "noteText", rule = "length",
      problem = "noteText has 0 characters; 1 to 32000 are allowed" }, json.decode(output))
    _, output = session:run "lint --json"
    assert.equal(3, #json.decode(output))
    _, output = session:run "lint contacts --fields id,rule --csv"
    assert.equal(("id,rule\n%s,length\n%s,email\n"):format(bad, bad), (output:gsub("\r", "")))
  end)

  it("checks the records of ids, and reports an id without a record", function()
    local code, output = session:run("lint contacts - --fields id", { input = good .. "\n" .. bad .. "\n" })
    assert.same({ 1, 2 }, { code, #command.records(output) })
    code, output = session:run { "lint", "contacts", good }
    assert.same({ 0, "" }, { code, output })
    local errors
    code, output, errors = session:run { "lint", "contacts", good, "00000000-0000-4000-8000-000000000000" }
    assert.same({ 1, "" }, { code, output })
    assert.matches("^extcontacts lint: 00000000%-0000%-4000%-8000%-000000000000: [^\n]*HTTP 404", errors)
    assert.is_nil(session.server:control("GET", "/sandbox/counters").by_operation["contacts.get"])
    code, output = session:run { "lint", "notes", note, "--fields", "owner,kind", "--csv" }
    assert.same({ 1, "owner,kind\n" .. good .. ",contact_note\n" }, { code, (output:gsub("\r", "")) })
  end)

  it("checks a snapshot, also without a connection", function()
    local path = os.tmpname()
    os.remove(path)
    session:must { "export", path }
    local _, online = session:run "lint"
    local code, output = session:run { "lint", "--snapshot", path }
    assert.same({ 1, online }, { code, output })
    session.server:control("DELETE", "/sandbox/ledger")
    code, output = session:run { "lint", "--snapshot", path, "--offline" }
    assert.same({ 1, online }, { code, output })
    assert.equal(0, #session.server:control("GET", "/sandbox/ledger"))
    os.remove(path)
  end)

  it("refuses what it cannot check", function()
    for words, message in pairs {
      ["lint contcts"] = "did you mean 'contacts'?",
      ["lint contacts x --snapshot y"] = "ids cannot be combined with --snapshot",
      ["lint --offline"] = "--offline requires --snapshot",
    } do
      local code, _, errors = session:run(words)
      assert.equal(2, code, words)
      assert.matches(message, errors, 1, true)
    end
  end)
end)
