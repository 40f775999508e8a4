-- A gateway's 404 during a run: no part of a fix believes that a record is gone.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local ready_fixes = require "extcontacts.fixes"

describe("a gateway's 404", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function page(operation, more)
    local fault = { operation = operation, status = 404, body = "html" }
    for name, value in pairs(more or {}) do
      fault[name] = value
    end
    return fault
  end

  local function plan_erasure(id)
    place:plan { source = fix.ids { id }, change = function() return fix.erase end }
  end

  local function count(result)
    return { result.applied, result.unchanged, result.conflicts }
  end

  it("in place of a record leaves its change not started", function()
    local id = place:ids(1)[1]
    for _, change in ipairs { fix.erase, fix.delete, { title = "Pilot" } } do
      place:plan { source = fix.ids { id }, change = function(contact)
        if change.title then
          contact.title = change.title
          return contact
        end
        return change
      end }
      place:faults(page "contacts.get")
      local result = assert(place:apply { allow_irreversible = true })
      assert.same({ 0, 0, 0 }, count(result))
      assert.equal(1, result.not_started)
      place:faults()
      os.remove(place:path "p")
      os.remove(place:path "p.journal")
    end
  end)

  it("to a delete leaves it open, and the run settles it by reading the record", function()
    local id = place:ids(1)[1]
    plan_erasure(id)
    place:faults(page("contacts.delete", { nth = 1 }))
    assert.equal(1, assert(place:apply { allow_irreversible = true }).applied)
    assert.equal(2, place:requests "contacts.delete")
    local _, err = place.client.contacts:get(id)
    assert.is_true(err.from_api)
  end)

  it("to a delete and to the read that settles it is not a deletion", function()
    local id = place:ids(1)[1]
    plan_erasure(id)
    place:faults(page "contacts.delete", page("contacts.get", { nth = "2-99" }))
    local result = assert(place:apply { allow_irreversible = true })
    assert.same({ 0, 0, 0 }, count(result))
    place:faults()
    assert.equal(id, assert(place.client.contacts:get(id)).id)
    assert.equal(1, assert(place:resume { allow_irreversible = true }).applied)
  end)

  it("to an update is not a conflict", function()
    place:plan_titles(1, "Pilot")
    place:faults(page("contacts.update", { nth = 1 }))
    assert.equal(1, assert(place:apply()).applied)
  end)

  it("does not prove an erasure", function()
    plan_erasure(place:ids(1)[1])
    assert(place:apply { allow_irreversible = true })
    place:faults(page "contacts.get")
    local verified, err = fix.verify(place.client, place:path "p")
    assert.is_nil(verified)
    assert.is_false(err.from_api)
    assert.is_nil(io.open(place:path "p.proof.csv"))
  end)

  it("does not let undo recreate a record that may exist, or forget one", function()
    place:plan { source = fix.ids(place:ids(1)), change = function() return fix.delete end }
    assert(place:apply())
    place:faults(page "contacts.get")
    local plan, err = fix.undo(place.client, place:path "p")
    assert.is_nil(plan)
    assert.is_false(err.from_api)
  end)

  it("is not 'no such record' for a list of erasures", function()
    local list = place:write("ids.txt", place:ids(1)[1] .. "\n")
    place:faults(page "contacts.get")
    local plan, err = fix.plan(place.client, assert(fix.load(ready_fixes.path "delete_by_list")), {
      set = { list = list }, output = place:path "p",
    })
    assert.is_nil(plan)
    assert.is_false(err.from_api)
  end)
end)
