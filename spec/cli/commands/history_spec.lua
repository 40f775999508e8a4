-- extcontacts history: what apply has recorded.
local cjson = require "cjson"
local plan_command = require "spec.support.plan_command"

local world = plan_command.around(before_each, after_each)

describe("extcontacts history", function()
  local function run(line, expected)
    local code, output, errors = world.run(line)
    assert.equal(expected or 0, code, line .. "\n" .. errors)
    return output, errors
  end

  it("lists what was applied, when and by whom", function()
    assert.matches("no plan has been applied", select(2, run "history"), 1, true)
    world.planned(3)
    run("apply -y --limit 1 " .. world.p)
    run("resume " .. world.p)
    local output = run "history"
    assert.matches("/p\n  titles\n  complete: 3 of 3 applied; not undone\n  last run %S+Z by %S+, OAuth client %x+\n$",
      output)
    local entries = cjson.decode((run "history --json --limit 1"))
    assert.same({ 1, 2, 3, "possible" },
      { #entries, entries[1].runs, entries[1].counts.applied, entries[1].undo })
  end)

  it("does not stop an apply that it can't list", function()
    world.planned(1)
    world.environment.XDG_STATE_HOME = nil
    local _, errors = run("apply -y " .. world.p)
    assert.equal(1, select(2, errors:gsub("the history does not list this plan: set HOME or XDG_STATE_HOME", "")))
    run("undo " .. world.p)
    world.environment.XDG_STATE_HOME = world.place:path "p"
    _, errors = run(("apply -y %s.undo"):format(world.p))
    assert.equal(1, select(2, errors:gsub("the history does not list this plan", "")))
  end)
end)
