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

  it("removes the incomplete copies that interrupted runs have left, unless one is being written", function()
    for _, name in ipairs { "before.ndjson.forget.tmp", "t.journal.forget.tmp", "t.skipped.csv" } do
      place:write(name, "id,reason\n" .. id .. ",eve@muster.example\n")
    end
    place:write("t.skipped.csv.forget.tmp", "eve@muster.example")
    place:write("gone.forget.tmp", "eve@muster.example")
    local output = run(("forget %s --in %s --dry-run"):format(other, place:path ""))
    assert.matches("/t.journal.forget.tmp: left by a run that was interrupted\n", output, 1, true)
    assert.is_truthy(place:read "t.journal.forget.tmp")
    local holder = assert(core.file.open(place:path "t.skipped.csv.forget.tmp", "update"))
    assert.is_true(holder:lock())
    output = run(("forget %s --in %s -y"):format(other, place:path ""), 1)
    assert.matches("/t.skipped.csv.forget.tmp: another process is writing this file", output, 1, true)
    holder:close()
    output = run(("forget %s --in %s -y"):format(id, place:path ""), 1)
    assert.matches("/t.skipped.csv.forget.tmp: removed\n", output, 1, true)
    assert.matches("/gone.forget.tmp still contains eve@muster.example", output, 1, true) -- nobody's copy
    for _, name in ipairs { "before.ndjson", "t.journal", "t.skipped.csv" } do
      assert.is_nil(place:read(name .. ".forget.tmp"), name)
    end
  end)

  it("lets one process at a time rewrite a file, so that nothing comes back", function()
    local rename, others = core.file.rename, {}
    finally(function()
      core.file.rename = rename
    end)
    -- A second run meets the first one just before each file gets its name.
    function core.file.rename(from, to)
      local rest = core.file.rename
      core.file.rename = rename
      local _, err = find({ other }):run()
      others[#others + 1] = err and err.kind .. " " .. tostring(err.code)
      core.file.rename = rest
      return rename(from, to)
    end
    place:write("t.skipped.csv", "id,reason\n" .. id .. ",x\n" .. other .. ",y\n")
    assert(find():run())
    assert.is_true(#others >= 1)
    for _, result in ipairs(others) do
      assert.equal("io locked", result)
    end
    core.file.rename = rename
    assert(find({ other }):run())
    assert.equal(0, #find({ id, other }):concerned())
    assert.is_nil(place:read "t.skipped.csv")
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
