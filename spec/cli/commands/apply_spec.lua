-- extcontacts apply, and status, verify, undo and resume after it.
local json = require "extcontacts.base.json"
local label = require "extcontacts.record.label"
local plan_command = require "spec.support.plan_command"

local world = plan_command.around(before_each, after_each, { resets = false }) -- it counts requests

describe("extcontacts apply", function()
  it("asks on a terminal, and without one requires --yes", function()
    world.planned(2)
    local line = "apply " .. world.p
    local code, _, err = world.run(line)
    assert.equal(2, code)
    assert.matches("Apply 2 changes to http://127.0.0.1:%d+%? [^\n]+ pass %-%-yes\n$", err)
    code, _, err = world.run(line, { terminals = { stdin = true, stderr = true }, input = "n\n" })
    assert.equal(0, code)
    assert.matches("cancelled; nothing was applied", err, 1, true)
    assert.equal(0, world.place:requests "contacts.bulk.update")
    assert.equal(0, (world.run(line, { terminals = { stdin = true, stderr = true }, input = "y\n" })))
    assert.equal(1, world.place:requests "contacts.bulk.update")
  end)

  it("sends as many changes per request as --batch says", function()
    world.planned(6)
    assert.equal(0, (world.run("apply -y --limit 4 --batch 2 --write bulk " .. world.p)))
    assert.same({ 2, 0 }, { world.place:requests "contacts.bulk.update", world.place:requests "contacts.update" })
    assert.equal(0, (world.run("resume --batch 1 --write bulk " .. world.p)))
    assert.same({ 2, 2 }, { world.place:requests "contacts.bulk.update", world.place:requests "contacts.update" })
    for _, size in ipairs { "0", "51", "all" } do
      local code, _, err = world.run(("apply -y --batch %s %s"):format(size, world.p))
      assert.equal(2, code)
      assert.matches(("'%s' is not a whole number from 1 to 50, and not auto"):format(size), err, 1, true)
    end
  end)

  it("shows with --dry-run what each choice of --write takes, and sends nothing", function()
    world.planned(120)
    local fills, reads = 0, world.place:requests "contacts.bulk.get"
    for _, line in ipairs(world.place:objects "p") do
      fills = fills + (line.before and line.before.title == nil and 1 or 0)
    end
    local patched = fills + math.ceil((120 - fills) / 50) + 3
    local code, output = world.run("apply --dry-run " .. world.p)
    assert.equal(0, code)
    assert.matches("120 changes (120 records read)\n", output, 1, true)
    assert.matches(("\nRequests to apply it:\n  %8d  --write auto   %d updates by PATCH"):format(patched, fills),
      output, 1, true)
    assert.matches("\n         6  --write bulk   bulk updates; ", output, 1, true)
    assert.matches("\n       123  --write patch  a PATCH for each update; ", output, 1, true)
    assert.matches("\n       123  --write put    a PUT for each update; ", output, 1, true)
    world.environment.EXTCONTACTS_RATE = "100"
    output = select(2, world.run("apply --dry-run --batch 1 " .. world.p))
    assert.matches("\nRequests to apply it, and minutes at 90 requests per minute:\n", output, 1, true)
    assert.matches("\n       240     2.7  --write bulk ", output, 1, true)
    assert.same({ 0, reads }, { world.place:requests "contacts.bulk.update", world.place:requests "contacts.bulk.get" })
    assert.is_nil(world.place:read "p.journal")
  end)

  it("says where the API refuses bulk requests", function()
    world.planned(3)
    world.place:faults { operation = "contacts.bulk.update", status = 403 }
    local code, output, err = world.run("apply -y --write bulk " .. world.p)
    assert.equal(0, code)
    assert.matches("3  applied\n", output, 1, true)
    assert.matches("the API refuses post_externalcontacts_bulk_contacts_update, so single requests did its work: ", err,
      1, true)
  end)

  it("goes the whole way: apply, status, verify, undo", function()
    world.planned(4)
    local p = world.p
    local before = world.place:contacts()
    local code, output, err = world.run("apply -y " .. p)
    assert.equal(0, code, err)
    assert.equal("4 changes in the plan\n       4  applied\n", output)
    assert.equal(("Check: extcontacts verify %s\nUndo: extcontacts undo %s\n"):format(p, p), err)
    output = select(2, world.run("status " .. p))
    assert.matches("^" .. p .. ": complete\n", output)
    assert.matches("\n  4 changes in the plan\n       4  applied\n  next: extcontacts verify " .. p .. "\n$", output)
    assert.matches('"state": "complete"', select(2, world.run("status --json " .. p)), 1, true)
    code, output = world.run("verify " .. p)
    assert.equal(0, code)
    assert.equal("4 match, 0 differ, 0 not applied\n", output)
    code, output = world.run("undo " .. p)
    assert.equal(0, code)
    assert.matches("4 changes (4 records read)\n", output, 1, true)
    assert.equal(0, (world.run("apply -y " .. p .. ".undo")))
    for _, id in ipairs(world.place:ids(4)) do
      assert.equal(before[id].title, assert(world.place.client.contacts:get(id)).title)
    end
    code, output = world.run("verify " .. p)
    assert.equal(1, code)
    local id = world.place:ids(1)[1]
    assert.matches(("contact %s %s: the record has the values from before the plan\n"
      .. "    title: planned Pilot, found %s\n"):format(id, label.of("contact", before[id]),
      before[id].title or "(none)"), output, 1, true)
    assert.matches("0 match, 4 differ, 0 not applied\n", output, 1, true)
  end)

  it("ends with the code of the outcome, and names what to do next", function()
    world.planned(3)
    world.place:edit(world.place:ids(1)[1], { title = "Cook" })
    local p = world.p
    local code, output, err = world.run("apply -y --limit 2 " .. p)
    assert.equal(4, code)
    assert.equal("3 changes in the plan\n       1  applied\n"
      .. "       1  conflict: someone else changed the record; skipped\n       1  not started\n", output)
    assert.equal(("extcontacts apply: stopped: --limit reached\n"
      .. "extcontacts apply: %s.errors.csv lists the changes that were not applied, with the reasons. "
      .. "Correct the values in it to retry them.\n"
      .. "Retry: extcontacts plan set_fields --set csv=%s.errors.csv\nResume: extcontacts resume %s\n"):format(p, p, p),
      err)
    output = select(2, world.run("status " .. p))
    assert.matches(": stopped\n", output, 1, true)
    assert.matches("\n  last run stopped: --limit reached (", output, 1, true)
    assert.matches(("\n    conflict update contact %s %s\n"):format(world.place:ids(1)[1],
      label.of("contact", world.place:contacts()[world.place:ids(1)[1]])), output, 1, true)
    assert.matches("\n    … and 1 more\n", select(2, world.run("status --show 0 " .. p)), 1, true)
    assert.matches("\n  next: extcontacts resume " .. p, output, 1, true)
    assert.equal(2, (world.run("apply -y " .. p)))
    assert.equal(4, (world.run("resume " .. p)))
    assert.equal(2, (world.run("resume " .. world.none)))
  end)

  it("stops after --max-errors failures, or without permission", function()
    world.planned(3)
    world.run(("plan %s -o %s --set title=Cook"):format(world.place:path "titles.lua", world.q))
    world.place.server:control("POST", "/sandbox/faults", { { operation = "contacts.update", status = 422 } })
    local code, _, err = world.run("apply -y --max-errors 1 --concurrency 1 " .. world.q)
    assert.equal(1, code)
    assert.matches("stopped: --max-errors reached", err, 1, true)
    assert.matches("q.errors.csv lists the changes that were not applied", err, 1, true)
    world.place.server:control("POST", "/sandbox/faults", {
      { operation = "contacts.update", status = 403 }, { operation = "contacts.bulk.update", status = 403 },
    })
    assert.equal(3, (world.run("resume " .. world.q)))
  end)

  it("requires --allow-irreversible for a change that cannot be undone", function()
    local path = world.place:write("erase.lua", ([[
      local fix = require "extcontacts.fix"
      return { name = "erase", source = fix.ids { %q }, change = function() return fix.erase end }
    ]]):format(world.place:ids(1)[1]))
    assert.equal(0, (world.run(("plan %s -o %s"):format(path, world.p))))
    local code, _, err = world.run("apply -y " .. world.p)
    assert.equal(2, code)
    assert.matches("1 change cannot be undone; pass --allow-irreversible to apply it anyway", err, 1, true)
    code, _, err = world.run("apply -y --allow-irreversible " .. world.p)
    assert.equal(0, code)
    assert.equal(("extcontacts apply: 1 applied change cannot be undone\nCheck: extcontacts verify %s\n"):format(
      world.p), err)
    assert.same({ irreversible = 1 }, json.decode((select(2, world.run("status --json " .. world.p)))).classes)
    code, _, err = world.run("verify " .. world.p)
    assert.equal(0, code)
    assert.matches("wrote proof of the erasures to " .. world.place:path "p.proof.csv", err, 1, true)
  end)

  it("offers an undo of what can be undone only, and says what it can't restore", function()
    local ids = world.place:ids(3)
    local path = world.place:write("mixed.lua", ([[
      local fix = require "extcontacts.fix"
      local actions = { [%q] = fix.erase, [%q] = fix.delete }
      return { name = "mixed", source = fix.ids { %q, %q, %q }, change = function(contact)
        contact.title = "Cook"
        return actions[contact.id] or contact
      end }
    ]]):format(ids[1], ids[2], ids[1], ids[2], ids[3]))
    assert.equal(0, (world.run(("plan %s -o %s"):format(path, world.p))))
    local code, _, err = world.run("apply -y --allow-irreversible " .. world.p)
    assert.equal(0, code)
    assert.equal(("extcontacts apply: 1 applied change cannot be undone\n"
      .. "extcontacts apply: 1 applied change is partly reversible: undo deletes created records and recreates deleted "
      .. "ones with new ids\nCheck: extcontacts verify %s\nUndo: extcontacts undo %s\n"):format(world.p, world.p), err)
    local _, output = world.run("undo " .. world.p)
    assert.matches("2 changes (3 records read)", output, 1, true)
  end)

  it("can't be undone before it ran, which undo explains", function()
    world.planned(2)
    local code, _, err = world.run("undo " .. world.p)
    assert.equal(2, code)
    assert.matches(("%s has not been applied, so there is nothing to undo; apply it with `extcontacts apply %s`")
      :format(world.p, world.p), err, 1, true)
    for _, id in ipairs(world.place:ids(2)) do
      world.place:edit(id, { title = "Cook" })
    end
    assert.equal(4, (world.run("apply -y " .. world.p)))
    code, _, err = world.run("undo " .. world.p)
    assert.equal(0, code)
    assert.matches(("no change of %s was applied, so there is nothing to undo; `extcontacts status` shows why"):format(
      world.p), err, 1, true)
  end)

  it("uses the fix's own verify", function()
    local path = world.write_fix(1, "Boss")
    assert.equal(0, (world.run(("plan %s -o %s"):format(path, world.p))))
    assert.equal(0, (world.run("apply -y " .. world.p)))
    local code, output = world.run("verify " .. world.p)
    assert.equal(1, code)
    assert.matches(": no bosses\n", output, 1, true)
  end)

  it("shows its progress on a terminal", function()
    world.planned(3)
    local _, _, err = world.run("apply -y " .. world.p, { terminals = { stderr = true } })
    assert.matches("\r\27[K[..........]   0% 0 of 3 changes", err, 1, true)
    assert.matches("\r\27[KCheck: ", err, 1, true)
  end)
end)
