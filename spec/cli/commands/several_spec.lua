-- get, create, update and delete of several records, against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local tempfile = require "spec.support.tempfile"

local session = command.around({ contacts = 0 }, setup, teardown, before_each)

local MISSING = "00000000-0000-4000-8000-000000000000"

describe("several records", function()
  local create = tempfile.creator(after_each)
  local ids

  before_each(function()
    ids = {}
    for index = 1, 60 do
      ids[index] = session:contact({ firstName = "Ann", lastName = "Lee" .. index }).id
    end
    session.server:control("DELETE", "/sandbox/ledger")
  end)

  -- How often operations were called since.
  local function counts()
    local found = {}
    for _, entry in ipairs(session.server:control("GET", "/sandbox/ledger?limit=1000")) do
      if entry.operation ~= "oauth.token" then
        found[entry.operation] = (found[entry.operation] or 0) + 1
      end
    end
    return found
  end

  local function lines_of(list)
    return table.concat(list, "\n") .. "\n"
  end

  it("are read with bulk requests, in the order of the ids", function()
    table.insert(ids, 30, MISSING)
    local code, output, errors = session:run("get contacts - --fields id", { input = lines_of(ids) })
    assert.equal(1, code)
    assert.truthy(errors:find(MISSING .. ": ", 1, true), errors)
    local found = {}
    for index, record in ipairs(command.records(output)) do
      found[index] = record.id
    end
    table.remove(ids, 30)
    assert.same(ids, found)
    local calls = counts()
    assert.is_nil(calls["contacts.get"])
    assert.is_true(calls["contacts.bulk.get"] <= 8)
  end)

  it("are read one by one with an option that bulk requests lack", function()
    local output = session:must { "get", "contacts", ids[1], ids[2], "--expand", "externalOrganization" }
    assert.equal(2, #command.records(output))
    assert.same({ ["contacts.get"] = 2 }, counts())
  end)

  it("are deleted with bulk requests", function()
    local code, _, errors = session:run("delete contacts - --yes", { input = lines_of(ids) .. MISSING .. "\n" })
    assert.equal(1, code)
    assert.matches("deleted 60 of 61 records\n$", errors)
    local calls = counts()
    assert.is_nil(calls["contacts.delete"])
    assert.is_true(calls["contacts.bulk.delete"] <= 8)
    assert.equal(404, session.api:call("GET", "/contacts/" .. ids[60]).status)
  end)

  it("stop being deleted at a failure that concerns all of them", function()
    session.server:control("POST", "/sandbox/faults", { { operation = "contacts.bulk.delete", nth = "2-99",
      status = 500 } })
    local code, _, errors = session:run("delete contacts - --yes", { input = lines_of(ids) })
    assert.is_true(code ~= 0)
    local deleted = tonumber(errors:match "deleted (%d+) of 60 records; %x[%x-]+ failed")
    assert.is_true(deleted ~= nil and deleted < 60, errors)
    local left = 0
    for _ in pairs(session.api:scan "contacts") do
      left = left + 1
    end
    assert.equal(60 - deleted, left)
  end)

  it("are updated with the same changes, with bulk requests", function()
    local code, output, errors = session:run("update contacts - --set title=CTO --clear firstName",
      { input = lines_of(ids) .. MISSING .. "\n" })
    assert.equal(1, code)
    assert.matches("updated 60 records; 1 failed\n$", errors)
    assert.equal(60, #command.records(output))
    local found = session:read(ids[60])
    assert.same({ "CTO", "Lee60" }, { found.title, found.lastName })
    assert.is_nil(found.firstName)
    local calls = counts()
    assert.is_nil(calls["contacts.update"])
    assert.is_true(calls["contacts.bulk.update"] <= 8)
    code, output, errors = session:run { "update", "contacts", ids[1], ids[2], "--set", "title=CTO" }
    assert.same({ 0, "" }, { code, output })
    assert.truthy(errors:find("no changes to 2 records", 1, true), errors)
  end)

  it("are not updated in a dry run, or with what belongs to one record", function()
    local output = session:must { "update", "contacts", ids[1], ids[2], "--set", "surveyOptOut=false", "--set",
      "title=CTO", "--dry-run" }
    assert.equal(2, select(2, output:gsub("PUT http", "")))
    assert.equal(2, select(2, output:gsub('"surveyOptOut":false', "")))
    assert.is_nil(session:read(ids[1]).title)
    session:refused(2, { "update", "contacts", ids[1], ids[2], "--replace", "--body", "{}" },
      "--replace takes one record")
    session:refused(2, { "update", "contacts", ids[1], ids[2], "--body", '{"id":"x"}' }, "remove its id and modifyDate")
  end)

  it("are created from lines, with bulk requests", function()
    local lines = {}
    for index = 1, 60 do
      lines[index] = ('{"lastName":"New%d"}'):format(index)
    end
    lines[10], lines[20], lines[30] = "{]", "[1]", '{"workEmail":"no address"}'
    local path = create(lines_of(lines))
    local code, output, errors = session:run { "create", "contacts", "--lines", path, "--set", "title=Guest" }
    assert.equal(1, code)
    assert.truthy(errors:find("line 10: invalid JSON", 1, true), errors)
    assert.truthy(errors:find("line 20: not a JSON object; skipped", 1, true), errors)
    assert.matches("line 30: [^\n]*422", errors)
    assert.matches("created 57 records; 3 failed\n$", errors)
    local records = command.records(output)
    assert.equal(57, #records)
    assert.same({ "New1", "Guest", "New60" }, { records[1].lastName, records[1].title, records[57].lastName })
    local calls = counts()
    assert.is_nil(calls["contacts.create"])
    assert.is_true(calls["contacts.bulk.create"] <= 8)
  end)

  it("are created from standard input, and in a dry run not at all", function()
    local output = session:must({ "create", "contacts", "--lines", "-" }, { input = '\239\187\191{"lastName":"A"}\n\n'
      .. '{"lastName":"B"}' })
    assert.equal(2, #command.records(output))
    output = session:must({ "create", "contacts", "--lines", "-", "--dry-run" }, { input = '{"lastName":"C"}\n' })
    assert.matches('^POST [^\n]+/contacts\n.*{"lastName":"C"}\n$', output)
    session:refused(2, { "create", "contacts", "--lines", "-", "--body", "{}" }, "--lines and --body don't go together")
    assert.equal(62, #session.api:scan "contacts")
  end)

  it("of a resource without bulk requests are created one by one", function()
    local output = session:must({ "create", "contacts.notes", ids[1], "--lines", "-" },
      { input = '{"noteText":"one","createdBy":{"id":"u"}}\n{"noteText":"two","createdBy":{"id":"u"}}\n' })
    assert.equal("one", json.decode(output:match "^[^\n]+").noteText)
    assert.same({ ["contacts.notes.create"] = 2 }, counts())
  end)
end)
