-- The condition of a plan and of its undo.
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("the condition of a plan", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function title(contact)
    contact.title = "Chief"
    return contact
  end

  local function ids_of(name)
    local ids = {}
    for _, object in ipairs(place:objects(name)) do
      if object.op then
        ids[object.id] = object.before
      end
    end
    return ids
  end

  it("selects records, besides the fix's own filter, and is part of the plan", function()
    local seen = 0
    place:plan({ change = title, filter = function(contact)
      seen = seen + 1
      return contact.lastName < "N"
    end }, "p", { where = 'address.countryCode == "US" and lastName >= "M"' })
    local expected = 0
    for contact in place.client:scan_contacts() do
      local is_us = contact.address and contact.address.countryCode == "US"
      expected = expected + (is_us and contact.lastName >= "M" and contact.lastName < "N" and 1 or 0)
    end
    assert.is_true(expected > 0)
    local count = 0
    for _, before in pairs(ids_of "p") do
      count = count + 1
      assert.equal("US", before.address.countryCode)
      assert.equal("M", before.lastName:sub(1, 1))
    end
    assert.equal(expected, count)
    assert.is_true(seen >= count and seen < 500)
    local lines = place:objects "p"
    assert.equal('address.countryCode == "US" and lastName >= "M"', lines[1].source.where)
    assert.equal(lines[#lines]["end"].records - seen, lines[#lines]["end"].unselected)
  end)

  it("with a mistake ends the plan before anything is read", function()
    local before = place:requests "contacts.scan"
    local plan, err = fix.plan(place.client, fix.define { name = "f", source = fix.scan "contacts", change = title },
      { where = "adress.city == nil" })
    assert.is_nil(plan)
    assert.equal("where: column 1: unknown field 'adress', did you mean 'address'?", err.message)
    assert.same({ 0, 0 }, { before, place:requests "contacts.scan" })
    place:plan({ change = title }, "p", { where = "address.city == nil" })
    assert.is_true(place:requests "contacts.scan" > 0)
  end)

  it("is not tested for a row without a record, which is listed", function()
    local path = place:path "rows.csv"
    local file = assert(io.open(path, "w"))
    file:write "id,title\n00000000-0000-0000-0000-00000000abcd,Boss\n"
    file:close()
    local plan = place:plan({
      source = fix.csv(path, { missing = "change" }),
      change = function() return fix.create("contact", { lastName = "New" }) end,
    }, "p", { where = "not workEmail" })
    assert.equal(0, plan.changes)
    assert.same({ ["not tested by the condition: there is no record yet"] = 1 }, plan.totals.skipped)
  end)

  it("of an undo is on the records as they were before the plan", function()
    place:plan({ change = function(contact)
      contact.title, contact.firstName = "Chief", "New"
      return contact
    end }, "p", { limit = 40 })
    assert(fix.apply(place.client, place:path "p"))
    local names, expected = {}, 0
    for _, before in pairs(ids_of "p") do
      names[#names + 1] = before.firstName
    end
    table.sort(names)
    local middle = names[20]
    for _, name in ipairs(names) do
      expected = expected + (name < middle and 1 or 0)
    end
    local plan = assert(fix.undo(place.client, place:path "p",
      { output = place:path "u", where = ('firstName < "%s"'):format(middle) }))
    assert.is_true(expected > 0 and expected < 40)
    assert.equal(expected, plan.changes)
    local none, err = fix.undo(place.client, place:path "p", { output = place:path "u2", where = "firstNam == nil" })
    assert.is_nil(none)
    assert.matches("unknown field 'firstNam', did you mean 'firstName'?", err.message, 1, true)
    assert.is_true(ec.is_error(err))
  end)
end)
