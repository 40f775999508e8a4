-- Undo finds what an earlier undo has recreated with few requests.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local recreated = require "extcontacts.fix.recreated"

describe("an undo of many deletes", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests
  local most_looked_up = recreated.MOST_LOOKED_UP

  after_each(function()
    recreated.MOST_LOOKED_UP = most_looked_up
  end)

  local USER = { id = "11111111-1111-4111-8111-111111111111" }

  -- Deletes contacts, each of which has notes; some have the same content.
  local function delete(count, notes)
    local ids = {}
    for index = 1, count do
      local email = index % 10 ~= 1 and ("n%d@undo.example"):format(index) or nil
      ids[index] = assert(place.direct.contacts:create { firstName = "Ann", lastName = "Lee", workEmail = email }).id
      for number = 1, notes do
        assert(place.direct.contacts.notes:create(ids[index], { noteText = "note " .. number, createdBy = USER }))
      end
    end
    place:plan { source = fix.ids(ids), change = function() return fix.delete end }
    assert.equal(count, assert(place:apply()).applied)
  end

  local function undo(name)
    return assert(fix.undo(place.client, place:path "p", { output = place:path(name) }))
  end

  -- How many requests of each operation something takes.
  local function taken(operations, fn, ...)
    local before, out = {}, {}
    for index, operation in ipairs(operations) do
      before[index] = place:requests(operation)
    end
    fn(...)
    for index, operation in ipairs(operations) do
      out[index] = place:requests(operation) - before[index]
    end
    return out
  end

  it("reads what the journals name in batches", function()
    delete(60, 2)
    assert.equal(180, undo("u").changes)
    assert.equal(180, assert(place:apply({}, "u")).applied)
    local again
    local requests = taken({ "contacts.get", "contacts.notes.get", "contacts.bulk.get", "notes.bulk.get",
      "lookup.reverse", "contacts.scan" }, function()
      again = undo "again"
    end)
    assert.same({ 0, { ["the deleted record was recreated"] = 180 } }, { again.changes, again.totals.skipped })
    assert.same({ 0, 0 }, { requests[1], requests[2] })
    assert.is_true(requests[3] + requests[4] <= 20, requests[3] + requests[4])
    assert.same({ 0, 0 }, { requests[5], requests[6] })
    place:faults({ operation = "contacts.bulk.get", rate = 1, status = 403 },
      { operation = "notes.bulk.get", rate = 1, status = 403 })
    assert.equal(0, undo("single").changes)
  end)

  it("scans once without the journals, instead of a lookup for each", function()
    recreated.MOST_LOOKED_UP = 5
    delete(40, 0)
    local requests = taken({ "lookup.reverse", "contacts.scan" }, function()
      assert.equal(40, undo("u").changes)
    end)
    -- A lookup for each page of the scan.
    assert.is_true(requests[1] <= 5 + requests[2] and requests[2] <= 5, requests[1] .. " " .. requests[2])
    assert.equal(40, assert(place:apply({}, "u")).applied)
    os.remove(place:path "u.journal")
    local again = undo "again"
    assert.same({ 0, { ["the deleted record was recreated"] = 40 } }, { again.changes, again.totals.skipped })
  end)
end)
