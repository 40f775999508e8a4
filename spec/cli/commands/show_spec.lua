-- extcontacts show: a plan again, as text, as JSON and as a page.
local cjson = require "cjson"
local fix = require "extcontacts.fix"
local plan_command = require "spec.support.plan_command"

local world = plan_command.around(before_each, after_each)

describe("extcontacts show", function()
  local function run(line, expected)
    local code, output, errors = world.run(line)
    assert.equal(expected or 0, code, line .. "\n" .. errors)
    return output, errors
  end

  local function digest(name)
    local objects = world.place:objects(name or "p")
    return objects[#objects]["end"].sha256
  end

  local function mode(path)
    local pipe = io.popen("stat -c %a " .. path)
    local text = pipe:read "*a"
    pipe:close()
    return text
  end

  -- Plans the erasure of the first contacts, whose names have markup in them.
  local function plan_erasure(count)
    local number = 0
    for id, contact in pairs(world.place:contacts()) do
      for _, other in ipairs(world.place:ids(count)) do
        if id == other then
          number = number + 1
          contact.firstName, contact.lastName = "<b>Eve</b>", "Erased" .. number
          assert(world.place.direct.contacts:update(contact.id, contact))
        end
      end
    end
    world.place:plan({ source = fix.ids(world.place:ids(count)), change = function()
      return fix.erase
    end }, "p")
  end

  it("shows who planned what, the changes, the totals, and how to apply exactly this plan", function()
    world.planned(3)
    local output, errors = run(("show %s --limit 2"):format(world.p))
    assert.matches("^titles\nplanned at %S+ by ann", output)
    assert.matches("\n--set title=Pilot\nstate: planned\nSHA-256: " .. digest() .. "\n\n~ update contact ", output, 1,
      true)
    assert.matches("… and 1 more\n\n3 changes (3 records read)\n", output, 1, true)
    assert.matches(("Apply: extcontacts apply %s --expect %s\n"):format(world.p, digest()), errors, 1, true)
    run(("apply -y %s --expect %s"):format(world.p, digest()))
    output, errors = run("show " .. world.p)
    assert.matches("\nstate: complete\n", output, 1, true)
    assert.not_matches("Apply:", errors)
    run(("undo %s -o %s"):format(world.p, world.q))
    assert.matches("^undo: titles\n", run("show " .. world.q))
  end)

  it("says first that the plan was cut short, on the page, too", function()
    run(("plan %s -o %s --limit 2"):format(world.write_fix(3), world.p))
    local notice = "stopped at the limit of 2 changes; there may be more"
    assert.matches("\n\n! " .. notice .. "\n~ update contact ", run("show " .. world.p), 1, true)
    run(("show %s --html %s"):format(world.p, world.q))
    assert.matches("<li>" .. notice .. "</li>", world.place:read "q", 1, true)
    assert.matches("<dt>Limit</dt><dd>2 changes</dd>", world.place:read "q", 1, true)
    local output = run("apply --dry-run " .. world.p)
    assert.matches("^! " .. notice:gsub("%p", "%%%0"), output)
  end)

  it("shows the changes to the records for which a condition holds", function()
    world.planned(3)
    local id = world.place:ids(3)[2]
    local where = ("--where id==%q"):format(id)
    local output = run(("show %s %s"):format(world.p, where))
    assert.matches("1 change of 3 for which the condition holds\n3 changes (3 records read)", output, 1, true)
    local decoded = cjson.decode((run(("show %s --json %s"):format(world.p, where))))
    assert.equal(1, #decoded.changes)
    assert.equal(id, decoded.changes[1].id)
    assert.same({ 1, 3, "planned", digest() },
      { decoded.matching, decoded.totals.changes, decoded.state, decoded.totals.sha256 })
    run(("show %s --html %s %s"):format(world.p, world.q, where))
    local page = world.place:read "q"
    assert.matches(id, page, 1, true)
    assert.not_matches(world.place:ids(3)[1], page, 1, true)
    run(("show %s --where nonsense=="):format(world.p), 2)
  end)

  it("writes the page again, also once the plan has been applied", function()
    world.planned(2)
    run(("show %s --html %s"):format(world.p, world.q))
    local page = world.place:read "q"
    assert.matches("nothing has been changed yet", page, 1, true)
    assert.matches(("extcontacts apply p --expect %s"):format(digest()), page, 1, true)
    -- The facts that matter first; the digests last.
    local verdict, rows, list = page:find "2 changes", page:find 'id="rows"', page:find "SHA%-256 of the plan"
    assert.is_true(verdict < rows and rows < list)
    run("apply -y " .. world.p)
    run(("show %s --html %s"):format(world.p, world.q))
    page = world.place:read "q"
    assert.matches("This plan has been applied · 2 of 2 changes applied", page, 1, true)
    assert.not_matches("extcontacts apply", page, 1, true)
  end)

  it("names the people whom a plan erases until they are erased; the plan has no copy", function()
    plan_erasure(2)
    assert.not_matches("Eve", world.place:read "p", 1, true)
    assert.matches("<b>Eve</b> Erased1", run("show " .. world.p), 1, true)
    run(("show %s --html %s"):format(world.p, world.q))
    assert.matches("&lt;b&gt;Eve&lt;/b&gt; Erased2", world.place:read "q", 1, true)
    local people = world.place:read "p.people.csv"
    assert.matches("<b>Eve</b> Erased2", people, 1, true)
    assert.equal("600\n", mode(world.p .. ".people.csv"))
    local code, _, errors = world.run("apply " .. world.p .. " --allow-irreversible", {
      terminals = { stdin = true, stderr = true }, input = "n\n" })
    assert.equal(0, code, errors)
    assert.matches("a fix (" .. world.p .. ", SHA-256 " .. digest():sub(1, 12) .. ")\n  erase 2 contacts\n", errors, 1,
      true)
    assert.matches("    erases <b>Eve</b> Erased1", errors, 1, true)
    assert.matches("  2 irreversible\n", errors, 1, true)
    run("apply -y --allow-irreversible --limit 1 " .. world.p)
    assert.equal(1, select(2, world.place:read("p.people.csv"):gsub("Eve", "")))
    run("resume --allow-irreversible " .. world.p)
    assert.is_nil(world.place:read "p.people.csv")
    assert.not_matches("Eve", run("show " .. world.p), 1, true)
  end)

  it("lists skipped rows with names and values on the page", function()
    local id = world.place:ids(1)[1]
    local list = world.place:write("rows.csv", "id,title\n" .. id .. ",<i>x</i>\nnobody,Cook\n")
    run(("plan set_fields --set csv=%s -o %s --html %s"):format(list, world.p, world.q))
    local page = world.place:read "q"
    assert.matches("1 skipped record", page, 1, true)
    assert.matches("<td>title=Cook</td><td>3</td><td>nobody</td>", page, 1, true)
    assert.matches("csv = " .. list, page, 1, true)
  end)

  it("refuses what is not a plan", function()
    run("show " .. world.none, 2)
    local path = world.place:write("text", "no plan\n")
    run("show " .. path, 2)
    run(("show %s --html %s"):format(path, world.q), 2)
    assert.is_nil(world.place:read "q")
  end)
end)
