-- A plan with two changes of one record in a row was never carried out: the
-- run put the first of them into its group again and again.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("changes of one record in a row", function()
  local place

  fixes.around(function(given)
    place = given
  end, before_each, after_each)

  it("are applied one after the other", function()
    local user = place.client:scan_notes():next().createdBy
    place:plan {
      source = fix.ids(place:ids(2)),
      change = function(contact)
        contact.title = "Pilot"
        return { fix.update(contact), fix.add_note { noteText = "first", createdBy = user },
          fix.add_note { noteText = "second", createdBy = user } }
      end,
    }
    local result = assert(fix.apply(place.client, place:path "p"))
    assert.equal(6, result.applied)
    local limited = assert(place:plan({
      source = fix.ids(place:ids(1)),
      change = function()
        return { fix.add_note { noteText = "third", createdBy = user },
          fix.add_note { noteText = "fourth", createdBy = user } }
      end,
    }, "q"))
    assert.equal(2, limited.changes)
    result = assert(fix.apply(place.client, place:path "q", { limit = 1 }))
    assert.equal(1, result.applied)
    assert.equal("limit", result.stopped)
    assert.equal(2, assert(fix.resume(place.client, place:path "q")).applied)
  end)
end)
