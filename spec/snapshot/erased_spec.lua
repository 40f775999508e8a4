-- Restores leave out what has been erased since the snapshot, and erasures notice what
-- a restore brought back.
local files = require "extcontacts.base.files"
local planfile = require "extcontacts.fix.planfile"
local snapshots = require "spec.support.snapshots"

local place = snapshots.fresh_place {
  setup = setup, teardown = teardown, before_each = before_each, after_each = after_each,
}

describe("extcontacts restore, after an erasure", function()
  local person, other

  before_each(function()
    local contacts = place.session:scan "contacts"
    person, other = contacts[3], contacts[7]
    person.workEmail, person.workPhone = "person@erased.example", { display = "+49 30 1234567" }
    place.session:must("PUT", "/contacts/" .. person.id, person)
    place.session:must("POST", "/contacts/" .. person.id .. "/notes",
      { noteText = "of the person", createdBy = { id = "u" } })
    place:must { "export", place:at "before" }
    os.execute("mkdir " .. place:at "elsewhere")
  end)

  -- Erases contacts with a plan.
  local function erase(plan, ...)
    place:write("list", table.concat({ ... }, "\n") .. "\n")
    place:must { "plan", "delete_by_list", "--set", "list=" .. place:at "list", "-o", place:at(plan) }
    place:must { "apply", place:at(plan), "--allow-irreversible", "--yes" }
  end

  -- Plans a restore; returns the old ids of the records that it recreates, by kind, and
  -- what it says.
  local function restore(name, ...)
    local _, errors = place:must { "restore", place:at "before", "-o", place:at(name), ... }
    local found, reader = {}, assert(planfile.open(place:at(name)))
    for change in function() return reader:next() end do
      assert.equal("create", change.op)
      found[change.kind] = (found[change.kind] and found[change.kind] .. " " or "") .. change.old_id
    end
    return found, errors
  end

  it("leaves out what a plan beside the snapshot has erased, with its notes", function()
    erase("erasure", person.id)
    place.session:must("DELETE", "/contacts/" .. other.id)
    local found, errors = restore "plan"
    assert.equal(other.id, found.contact)
    assert.matches("skipped 1 (erased since the snapshot)", errors, 1, true)
    assert.matches("(belongs to a record that was erased since the snapshot)", errors, 1, true)
    local skipped = place:read "plan.skipped.csv"
    assert.matches("contact," .. person.id .. ",erased since the snapshot", skipped, 1, true)
    assert.is_nil((place:read "plan" .. skipped):find("of the person", 1, true))
    place:must { "apply", place:at "plan", "--yes" }
    assert.same({}, (restore "again"))
  end)

  it("leaves out what the files named with --erased say", function()
    erase("elsewhere/erasure", person.id)
    place:must { "verify", place:at "elsewhere/erasure" }
    local found = restore "all"
    assert.equal(person.id, found.contact)
    place:write("elsewhere/ids", "\239\187\191" .. person.id:upper() .. "\r\n")
    place:write("elsewhere/addresses", other.id .. "\n\nperson@ERASED.example\n")
    place:write("elsewhere/numbers", "+49 (0)30 1234567\n")
    for _, name in ipairs { "erasure", "erasure.journal", "erasure.proof.csv", "ids", "addresses", "numbers" } do
      local errors
      found, errors = restore("p-" .. name, "--erased", place:at("elsewhere/" .. name))
      assert.same({}, found, name)
      assert.matches("skipped 1 (erased since the snapshot)", errors, 1, true)
    end
  end)

  it("leaves out what was erased after an earlier restore or undo had recreated it", function()
    place.session:must("DELETE", "/contacts/" .. person.id)
    restore "first"
    place:must { "apply", place:at "first", "--yes" }
    place:must { "undo", place:at "first", "-o", place:at "undo" }
    place:must { "apply", place:at "undo", "--yes" }
    place:must { "undo", place:at "undo", "-o", place:at "redo" }
    place:must { "apply", place:at "redo", "--yes" }
    erase("erasure", "person@erased.example")
    local found, errors = restore "second"
    assert.same({}, found)
    assert.matches("skipped 1 (erased since the snapshot)", errors, 1, true)
  end)

  it("refuses a file that it cannot read as an erasure", function()
    place:must { "plan", "delete_by_list", "--set", "list=" .. (function()
      place:write("list", person.id .. "\n")
      return place:at "list"
    end)(), "-o", place:at "elsewhere/planned" }
    place:write("elsewhere/bad", person.id .. "\n0171 1234567\n")
    place:write("elsewhere/bad.csv", "kind,id\ncontact," .. person.id .. "\ncontact,5E+11\n")
    for name, message in pairs {
      planned = "has not been applied, so it has erased nothing",
      bad = "elsewhere/bad: line 2: unreadable phone number",
      ["bad.csv"] = "elsewhere/bad.csv: row 3: ",
      missing = "elsewhere/missing",
    } do
      local code, _, errors = place:run { "restore", place:at "before", "-o", place:at "plan", "--erased",
        place:at("elsewhere/" .. name) }
      assert.equal(2, code, name)
      assert.matches(message, errors, 1, true)
      assert.is_false(files.exists(place:at "plan"))
    end
  end)

  it("finds a record of the list under the id that a restore gave it", function()
    place.session:must("DELETE", "/contacts/" .. person.id)
    restore "first"
    place:must { "apply", place:at "first", "--yes" }
    place:write("list", person.id:upper() .. "\n" .. other.id .. "\n")
    local words = { "plan", "delete_by_list", "--set", "list=" .. place:at "list", "-o" }
    words[6] = place:at "elsewhere/erasure" -- the journal is not beside this plan
    place:must(words)
    assert.matches("1,,,no such record", place:read "elsewhere/erasure.skipped.csv", 1, true)
    words[6] = place:at "erasure"
    place:must(words)
    assert.is_nil(place:read "erasure.skipped.csv")
    place:must { "apply", place:at "erasure", "--allow-irreversible", "--yes" }
    for _, contact in ipairs(place.session:scan "contacts") do
      assert.is_true(contact.workEmail ~= "person@erased.example" and contact.id ~= other.id)
    end
    place:must { "verify", place:at "erasure" }
    assert.equal(3, select(2, place:read "erasure.proof.csv":gsub("\n", "")))
    local found, errors = restore "second"
    assert.same({}, found)
    assert.matches("skipped 2 (erased since the snapshot)", errors, 1, true)
  end)

  it("is noticed by verify, which does not prove an erasure that was undone", function()
    erase("erasure", person.id)
    os.rename(place:at "erasure.journal", place:at "elsewhere/erasure.journal")
    assert.equal(person.id, restore("plan").contact)
    place:must { "apply", place:at "plan", "--yes" }
    os.rename(place:at "elsewhere/erasure.journal", place:at "erasure.journal")
    local code, output = place:run { "verify", place:at "erasure" }
    assert.equal(1, code)
    local new = output:match "the record was recreated with the id (%S+)"
    assert.equal("person@erased.example", place.session:must("GET", "/contacts/" .. new).workEmail)
    assert.matches("the record was recreated with the id " .. new, place:read "erasure.proof.csv", 1, true)
    place.session:must("DELETE", "/contacts/" .. new)
    place:must { "verify", place:at "erasure" }
  end)
end)
