-- The server compared with a snapshot, by `extcontacts diff`.
local format = require "extcontacts.snapshot.format"
local json = require "extcontacts.base.json"
local snapshots = require "spec.support.snapshots"

local place = snapshots.fresh_place {
  setup = setup, teardown = teardown, before_each = before_each, after_each = after_each,
}

describe("extcontacts diff", function()
  before_each(function()
    place:must { "export", place:at "before" }
  end)

  it("finds nothing if nothing changed", function()
    local output, errors = place:must { "diff", place:at "before", "--detailed-exitcode" }
    assert.equal("", output)
    assert.matches("0 changed, 0 created, 0 deleted, ", errors, 1, true)
  end)

  it("shows what was changed, created and deleted", function()
    local contacts = place.session:scan "contacts"
    local changed, deleted = contacts[5], contacts[9]
    changed.title, changed.address = "Chief\27[2J", { city = "Oslo" }
    place.session:must("PUT", "/contacts/" .. changed.id, changed)
    place.session:must("DELETE", "/contacts/" .. deleted.id)
    local created = place.session:must("POST", "/contacts", { firstName = "Ann", lastName = "Lee" })
    local code, output = place:run { "diff", place:at "before", "--detailed-exitcode" }
    assert.equal(5, code)
    assert.matches("changed contact " .. changed.id, output, 1, true)
    assert.matches("  title: [^\n]+ %-> \"Chief\\u001b%[2J\"\n", output)
    assert.matches("created contact " .. created.id .. " Ann Lee\n", output, 1, true)
    assert.matches("deleted contact " .. deleted.id, output, 1, true)
    local found = {}
    for line in (place:must { "diff", place:at "before", "--ndjson", "--only", "contacts" }):gmatch "[^\n]+" do
      local change = assert(json.decode(line))
      found[change.change] = change
    end
    assert.equal(changed.id, found.changed.id)
    assert.equal("Oslo", found.changed.diff[1].after)
    assert.equal(created.id, found.created.id)
    assert.equal(deleted.id, found.deleted.id)
  end)

  it("compares with a snapshot of the same server only, and listings that it contains", function()
    local header, records = place:snapshot "before"
    header.server, header.crc = "http://127.0.0.1:100", nil
    place:write("foreign", format.header(header) .. records)
    place:must { "export", place:at "notes", "--only", "notes" }
    for name, problem in pairs {
      foreign = "belongs to http://127.0.0.1:100, but the client is connected to " .. place.server.base_url,
      notes = "notes contains no contacts",
      missing = "missing: No such file",
    } do
      local code, _, errors = place:run { "diff", place:at(name), "--only", "contacts" }
      assert.equal(2, code, name)
      assert.matches(problem, errors, 1, true)
    end
  end)

  it("stops at a record that is missing in the snapshot's file", function()
    local text = place:read "before"
    place:write("cut", text:sub(1, #text - 5000))
    local code, _, errors = place:run { "diff", place:at "cut" }
    assert.equal(2, code)
    assert.matches("cut: line %d+ is damaged; restore it from a backup, or export again", errors)
  end)
end)
