-- extcontacts plan, against the sandbox.
local command = require "spec.support.command"
local plan_command = require "spec.support.plan_command"

local world = plan_command.around(before_each, after_each)

-- A contact that expires in some days.
local function place_observed()
  world.place.server:control("POST", "/sandbox/contacts", { type = "Ephemeral", contact = { lastName = "Lee" } })
end

describe("extcontacts plan", function()
  it("takes the name of a ready-made fix, unless there is a file with this name", function()
    local code, output = world.run("plan tidy_names_emails -o " .. world.p)
    assert.equal(0, code)
    assert.matches("contact.firstName", output, 1, true)
    assert.matches("/lua/extcontacts/fixes/tidy_names_emails.lua", world.place:objects "p"[1].fix.path, 1, true)
    for word, problem in pairs {
      tidy_names = "no such file, and unknown ready-made fix 'tidy_names'",
      ["nothing.lua"] = "nothing.lua: can't be read",
    } do
      local _, errors
      code, _, errors = world.run("plan " .. word)
      assert.equal(2, code)
      assert.matches(problem, errors, 1, true)
    end
  end)

  it("shows the changes and the totals, and names what to do next", function()
    local code, output, err = world.run(("plan %s -o %s --show 2"):format(world.write_fix(5), world.p))
    assert.equal(0, code, err)
    assert.matches("^~ update contact [%x-]+ [^\n]+\n    title\n[^~]*      %+ Pilot\n[^~]*~ update", output)
    assert.matches("… and 3 more\n\n5 changes (5 records read)\nOperations:\n  update 5 contacts\nFields:\n", output,
      1, true)
    assert.matches("         5  contact.title\n", output, 1, true)
    local objects = world.place:objects "p"
    assert.equal(("extcontacts plan: wrote the plan %s; nothing has changed on the server\n"
      .. "Apply: extcontacts apply %s --expect %s\n"):format(world.p, world.p,
      objects[#objects]["end"].sha256:sub(1, 12)), err)
    assert.equal("ann", world.place:objects "p"[1].by)
    assert.equal(0, world.place:requests "contacts.update")
  end)

  it("shows first what the plan takes for granted", function()
    world.place.direct.contacts:create { lastName = "Lee", workPhone = { display = "07911 123456" } }
    local code, output = world.run("plan phones_e164 --set region=GB --set checker=builtin -o " .. world.p)
    assert.equal(0, code)
    local first = output:match "^! (%d+ numbers? assumed GB: contact has no country)\n! "
    assert.is_string(first, output)
    assert.equal(1, select(2, output:gsub("assumed GB", "")))
    local lines = world.place:objects "p"
    assert.equal(first, lines[#lines]["end"].assumptions[1])
    code, output = world.run("apply --dry-run " .. world.p)
    assert.equal(0, code)
    assert.equal("! " .. first, output:match "^[^\n]+")
  end)

  it("exits with 5 if there are changes and --detailed-exitcode asks for it", function()
    local line = ("plan %s -o %s --detailed-exitcode"):format(world.write_fix(3), world.p)
    assert.equal(5, (world.run(line)))
    assert.equal(5, (world.run(line .. " --force --limit 1")))
    assert.equal(1, world.place:objects "p"[3]["end"].changes)
    assert.equal(5, (world.run(line .. " --force --set title=Cook")))
    assert.equal("Cook", world.place:objects "p"[2].after.title)
    assert.equal(0, (world.run("apply -y " .. world.p)))
    assert.equal(0, (world.run(("plan %s -o %s --set title=Cook --detailed-exitcode"):format(
      world.place:path "titles.lua", world.q))))
  end)

  it("names the files that the fix wrote, and says what undo cannot reverse", function()
    place_observed()
    local code, _, err = world.run("plan keep_expiring --set days=60 -o " .. world.p)
    assert.equal(0, code, err)
    assert.matches(("the fix wrote %s.expiring.csv\n"):format(world.p), err, 1, true)
    local output
    code, output = world.run("plan keep_expiring --set days=60 --set how=promote -o " .. world.q)
    assert.equal(0, code)
    assert.matches("^%^ promote contact [%x-]+ Lee\n    type\n      %- Ephemeral\n      %+ Curated\n    ! estimate: ",
      output)
    assert.matches("         1  irreversible\nUndo cannot reverse a promotion: a promoted contact stays curated and "
      .. "does not expire.\n", output, 1, true)
    assert.matches(" 2 .* %-%-write put", output)
    local problem
    code, _, problem = world.run("apply -y " .. world.q)
    assert.equal(2, code)
    assert.matches("1 change cannot be undone; pass --allow-irreversible", problem, 1, true)
    assert.equal(0, (world.run("apply -y --allow-irreversible " .. world.q)))
    assert.equal(1, world.place:requests "contacts.promote")
  end)

  it("says that change returned nothing, and how many records the condition left out", function()
    local path = world.place:write("forgot.lua", [[local fix = require "extcontacts.fix"
      return { name = "f", source = fix.scan "contacts", change = function(contact) contact.title = "Boss" end }]])
    local code, output, err = world.run(("plan %s -o %s --where lastName<'B'"):format(path, world.p))
    assert.equal(0, code)
    assert.matches("^0 changes %(500 records read, %d+ not selected%)\n", output)
    assert.matches("^extcontacts plan: warning: 'change' of the fix returned nothing for every record, although it "
      .. "changed contact [%x-]+; did you forget `return` at its end%?\n", err)
  end)

  it("writes the review page", function()
    local code, _, err = world.run(("plan %s -o %s --html %s"):format(world.write_fix(3), world.p, world.p .. ".html"))
    assert.equal(0, code, err)
    assert.matches("Pilot", world.place:read "p.html", 1, true)
  end)

  it("names the plan after the fix", function()
    world.write_fix(1)
    local code = command.shell(("root=$PWD; cd %s && $root/bin/extcontacts plan titles.lua"):format(world.place.dir),
      world.environment)
    assert.equal(0, code)
    assert.is_string(world.place:read "titles.plan")
  end)

  it("reports a mistake in one line", function()
    for line, message in pairs {
      ["plan none.lua"] = "extcontacts plan: none.lua: can't be read",
      ["plan " .. world.place:write("bad.lua", "return {")] = "bad.lua:1:",
      ["plan x --limit 0"] = "--limit: '0' is not a whole number above 0",
      ["plan x --set title"] = "--set: 'title' is not NAME=VALUE",
      ["plan " .. world.write_fix(1) .. " -o " .. world.p .. " --set titel=x"] = "did you mean 'title'?",
    } do
      local code, output, err = world.run(line)
      assert.equal(2, code)
      assert.equal("", output)
      assert.matches(message, err, 1, true)
    end
  end)
end)
