-- extcontacts forget: what files say about erased people is removed, the files stay valid,
-- and the search says what is left.
local core = require "extcontacts.core"
local fix = require "extcontacts.fix"
local forget = require "extcontacts.snapshot.forget"
local journal = require "extcontacts.fix.journal"
local planfile = require "extcontacts.fix.planfile"
local snapshot = require "extcontacts.snapshot"
local plan_command = require "spec.support.plan_command"

local world = plan_command.around(before_each, after_each)

describe("extcontacts forget", function()
  local place, id, other

  before_each(function()
    place = world.place
    local ids = place:ids(2)
    id, other = ids[1], ids[2]
    assert(place.direct.contacts:update(id, { firstName = "Eve", lastName = "Muster", workEmail = "eve@muster.example",
      workPhone = { display = "+49 30 5550199" } }))
    assert(snapshot.export(place.client, place:path "before.ndjson"))
    place:plan_titles(2, "Pilot", "t")
    assert(place:apply({}, "t"))
    place:plan({ source = fix.ids { id }, change = function() return fix.erase end }, "e")
    assert(place:apply({ allow_irreversible = true }, "e"))
  end)

  local function run(line, expected)
    local code, output, errors = world.run(line)
    assert.equal(expected or 0, code, line .. "\n" .. output .. errors)
    return output, errors
  end

  local function find(ids)
    return assert(forget.find(ids or { id }, { place:path "" }, function() end))
  end

  it("removes the person from snapshots, plans and journals, which stay valid, and proves it", function()
    local before = place:read "before.ndjson"
    assert.matches("eve@muster.example", before, 1, true)
    local output = run(("forget %s --in %s -y"):format(place:path "e", place:path ""))
    assert.matches("/before.ndjson: %d+ records? removed\n", output)
    assert.matches("/t: 1 line removed\n", output)
    assert.matches("/t.journal: 2 lines removed\n", output)
    for _, name in ipairs { "before.ndjson", "t", "t.journal", "e", "e.journal" } do
      local text = place:read(name):lower()
      assert.not_matches("muster", text, name)
      assert.not_matches("5550199", text, name)
    end
    -- The erasure itself keeps the id, and is the only one.
    for line in output:gmatch "[^\n]+ still contains [^\n]+" do
      assert.matches("/e%S* still contains " .. id:gsub("%p", "%%%0") .. "$", line)
    end
    assert.matches("2 files still contain one\n", output, 1, true)
    assert(planfile.check(place:path "t"))
    local _, state = assert(journal.of_plan(place:path "t"))
    assert.equal(2, state.progress.counts.applied)
    assert.is_false(journal.is_copy(state))
    local opened = assert(require("extcontacts.snapshot.reader").open(place:path "before.ndjson"))
    opened:close()
    -- A second run finds nothing more.
    assert.equal(0, #find():concerned())
  end)

  it("is suggested after an erasure, with the files that still contain the people", function()
    place:plan({ source = fix.ids { other }, change = function() return fix.erase end }, "f")
    local _, errors = run("apply -y --allow-irreversible " .. place:path "f")
    assert.matches("/before.ndjson still contains the erased people (", errors, 1, true)
    assert.matches("/t.journal still contains the erased people (2 lines)", errors, 1, true)
    assert.matches("\nForget: extcontacts forget " .. place:path "f", errors, 1, true)
    assert.not_matches("Undo:", errors)
  end)

  it("leaves an undo that skips the person, and no plan to apply", function()
    run(("forget %s --in %s -y"):format(id, place:path ""))
    local undone = assert(fix.undo(place.client, place:path "t"))
    assert.equal(1, undone.changes)
    assert.same({ ["the person was forgotten from the plan and its journal"] = 1 }, undone.totals.skipped)
    assert(place:apply({}, "t.undo"))
    assert.equal(1, assert(fix.verify(place.client, place:path "t")).total)
    run("show " .. place:path "t")
    run(("show %s --html %s"):format(place:path "t", place:path "t.html"))
    os.remove(place:path "t.journal")
    assert.equal("forgotten", select(2, place:apply({}, "t")).code)
  end)

  it("changes nothing with --dry-run, and asks", function()
    local before = place:read "t"
    local output = run(("forget %s --in %s --dry-run"):format(id, place:path ""))
    assert.matches("/t: 1 line\n", output, 1, true)
    run(("forget %s --in %s"):format(id, place:path ""), 2)
    assert.equal(before, place:read "t")
  end)

  it("refuses a plan that is not finished or in use, and says what still has the person", function()
    place:plan({ source = fix.ids { other }, change = function(contact)
      contact.title = "Cook"
      return contact
    end }, "n")
    local output = run(("forget %s --in %s -y"):format(other, place:path ""), 1)
    assert.matches("/n: 1 line; not rewritten: the plan has not been applied; delete it", output, 1, true)
    assert.matches("/n still contains", output, 1, true)
    local file = assert(core.file.open(place:path "t.journal", "change"))
    assert.is_true(file:lock())
    output = run(("forget %s --in %s -y"):format(id, place:path ""), 1)
    assert.matches("not rewritten: a process is using it", output, 1, true)
    file:close()
  end)

  it("names files that it can't search, and others that have the data", function()
    place:write("page.html", "<!doctype html><p>EVE@muster.example")
    place:write("old.gz", "\31\139\8 eve@muster.example")
    local output = run(("forget %s --in %s -y"):format(id, place:path ""), 1)
    assert.matches("/page.html still contains eve@muster.example\n", output, 1, true)
    assert.matches("/old.gz: not searched: it ", output, 1, true)
  end)

  it("leaves each file old or new when the disk is full or the process dies between two files", function()
    -- A directory has the name of the temporary file of the snapshot: it can't be written.
    os.execute("mkdir " .. place:path "t.journal.forget.tmp")
    local before = place:read "t.journal"
    local found = find()
    local done, err = found:run()
    assert.is_nil(done)
    assert.equal("io", err.kind)
    assert.equal(before, place:read "t.journal")
    assert(journal.of_plan(place:path "t"))
    os.execute("rmdir " .. place:path "t.journal.forget.tmp")
    found = find()
    assert(found:run())
    assert.equal(0, #find():concerned())
  end)

  it("continues when it is stopped between two files, which are valid at any time", function()
    local rename, count, rounds = core.file.rename, 0, 0
    finally(function()
      core.file.rename = rename
    end)
    function core.file.rename(from, to)
      count = count + 1
      if count % 2 == 0 then
        return nil, to .. ": No space left on device", "ENOSPC"
      end
      return rename(from, to)
    end
    local done, err
    repeat
      count, rounds = 0, rounds + 1
      done, err = find():run()
      assert.is_true(done or err.code == "ENOSPC", tostring(err))
      assert(journal.of_plan(place:path "t"))
      assert(require("extcontacts.snapshot.reader").open(place:path "before.ndjson")):close()
    until done
    assert.equal(3, rounds)
    assert.equal(0, #find():concerned())
  end)
end)
