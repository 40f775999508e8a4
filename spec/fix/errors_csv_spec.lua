-- PLAN.errors.csv: the changes that failed, with their values.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("the file of errors", function()
  local place = fixes.fresh_place(before_each, after_each)

  it("has the id, the reason and the values, and is the source of a plan once it is corrected", function()
    local bad = {}
    for index, id in ipairs(place:ids(60)) do
      if index % 8 == 0 then
        bad[id] = true
      end
    end
    local plan = place:plan {
      source = fix.ids(place:ids(60)),
      change = function(contact)
        contact.workEmail = bad[contact.id] and "nobody at nowhere" or "someone@example.com"
        contact.personalEmail, contact.otherEmail = nil, nil
        return contact
      end,
    }
    assert.equal(60, plan.changes)
    local result = assert(place:apply())
    assert.same({ 53, 7 }, { result.applied, result.failed })
    assert.equal(place:path "p.errors.csv", result.errors_path)
    local rows = {}
    for row in place:read("p.errors.csv"):gmatch "[^\r\n]+" do
      rows[#rows + 1] = row
    end
    assert.equal(8, #rows)
    assert.is_true(bad[rows[2]:match "^[^,]+"])
    assert.matches(",422,constraint.validation,workEmail,", rows[2], 1, true)

    place:write("right.csv", (place:read("p.errors.csv"):gsub("nobody at nowhere", "right@example.com")))
    place:plan({
      source = fix.csv(place:path "right.csv"),
      change = function(contact, ctx)
        contact.workEmail = ctx.row.workEmail
        contact.personalEmail, contact.otherEmail = nil, nil
        return contact
      end,
    }, "q")
    assert.equal(7, assert(place:apply(nil, "q")).applied)
    for _, contact in pairs(place:contacts()) do
      if bad[contact.id] then
        assert.equal("right@example.com", contact.workEmail)
      end
    end
  end)

  it("has the value of a field that was not planned but rejected", function()
    place:faults { operation = "contacts.update", status = 422 }
    place:plan_titles(1, "Pilot")
    assert.equal(1, assert(place:apply()).failed)
    assert.matches(",title\r\n", place:read "p.errors.csv", 1, true)
  end)

  it("is removed once nothing fails any more", function()
    place:faults { operation = "contacts.bulk.update", item = 1, item_status = 422 }
    place:plan_titles(2, "Pilot")
    assert.equal(1, assert(place:apply()).failed)
    assert.is_string(place:read "p.errors.csv")
    place:faults()
    local result = assert(place:resume { retry_failed = true })
    assert.same({ 2, 0 }, { result.applied, result.failed })
    assert.is_nil(result.errors_path)
    assert.is_nil(place:read "p.errors.csv")
  end)

  it("says of a create that may have arrived that resume finds out, and it is not created again", function()
    place:plan { source = fix.ids(place:ids(1)), change = function()
      return { fix.create("contact", { firstName = "Eve" }) }
    end }
    place:faults { operation = "contacts.create", nth = 1, drop = "after" }
    local client = fixes.client(place.server, { on_ambiguous = "error" })
    local result = assert(fix.apply(client, place:path "p"))
    client:close()
    place:faults()
    assert.equal(1, result.unknown)
    assert.matches("; extcontacts resume finds out whether it arrived", place:read "p.errors.csv", 1, true)
    local again = place:plan({
      source = fix.csv(place:path "p.errors.csv", { missing = "change" }),
      change = function(_, ctx)
        return { fix.create("contact", { firstName = ctx.row.firstName }) }
      end,
    }, "again")
    assert.same({ 0, { ["this create may have arrived; extcontacts resume finds out"] = 1 } },
      { again.changes, again.totals.skipped })
  end)
end)
