-- The plan file: private, reproducible, and proof against edits.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local planfile = require "extcontacts.fix.planfile"

describe("a plan file", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function plan(name, time)
    place:plan({
      source = fix.ids(place:ids(3)),
      change = function(contact)
        contact.workEmail = "someone@example.com"
        return contact
      end,
    }, name, { by = "spec", time = time or 0 })
  end

  it("is private, and has the same bytes each time apart from author and time", function()
    plan "p"
    plan "q"
    assert.is_true(place:read "p" == place:read "q")
    plan("q", 1)
    assert.is_true(place:read "p" ~= place:read "q")
    assert.is_true(place:read "p":match "\n(.*)$" == place:read "q":match "\n(.*)$")
    local pipe = io.popen("stat -c %a " .. place:path "p")
    assert.equal("600\n", pipe:read("*a"))
    pipe:close()
  end)

  it("is rejected when a byte of it was edited", function()
    plan "p"
    local text = place:read "p"
    assert(planfile.check(place:path "p"))
    local function problem(edited)
      place:write("p", edited)
      local checked, err = planfile.check(place:path "p")
      assert.is_nil(checked)
      return err.message
    end
    assert.matches("line 3: the change was edited after planning",
      problem((text:gsub("\n(.-)\n(.-)workEmail", "\n%1\n%2otherEmail", 1))), 1, true)
    assert.matches("changes are missing or were added", problem((text:gsub("\n.-\n", "\n", 1))), 1, true)
    assert.matches("line 1: the header is damaged",
      problem((text:gsub('"name":"a fix"', '"name":"b fix"', 1))), 1, true)
    assert.matches("line 5: the end of the plan is damaged",
      problem((text:gsub('"reversible":3', '"reversible":2', 1))), 1, true)
    assert.matches("the end of the plan is missing", problem((text:gsub("[^\n]+\n$", ""))), 1, true)
    assert.matches("the line is incomplete", problem(text:sub(1, -20)), 1, true)
    assert.matches("text follows the end of the plan", problem(text .. "{}\n"), 1, true)
    assert.matches("not a change", problem((text:gsub("\n.-\n", "\n{}\n", 1))), 1, true)
  end)

  it("is rejected when it is no plan, or one of another version", function()
    local function problem(text)
      local checked, err = planfile.check(place:write("p", text))
      assert.is_nil(checked)
      assert.equal("plan", err.code)
      return err.message
    end
    assert.matches("p: not a plan file", problem "{}\n", 1, true)
    assert.matches("p: not a plan file", problem "", 1, true)
    assert.matches("the plan has format 1", problem '{"extcontacts_plan":1}\n', 1, true)
  end)
end)
