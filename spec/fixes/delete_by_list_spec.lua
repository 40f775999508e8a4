local ready_fix = require "spec.support.ready_fix"

local ready, place = ready_fix.fresh("delete_by_list", before_each, after_each)

describe("the fix delete_by_list", function()
  it("erases by id and by address, but nobody who shares an address", function()
    local first, second = ready:add { workEmail = "one@example.com" }, ready:add { personalEmail = "Two@example.com" }
    ready:add { workEmail = "shared@example.com" }
    ready:add { otherEmail = "shared@example.com" }
    local path = place:write("list", ("%s\n\ntwo@EXAMPLE.com\nshared@example.com\nnobody@example.com\n%s\n"):format(
      first, first))
    local planned, changes = ready:plan({ list = path }, "p")
    assert.equal(2, planned.changes)
    assert.equal("erase", ready_fix.change_of(changes, first).op)
    assert.equal("erase", ready_fix.change_of(changes, second).op)
    assert.same({ irreversible = 2 }, planned.totals.classes)
    assert.same({ ["several contacts have this address"] = 1, ["no such record"] = 1,
      ["duplicate row: this record appears earlier in the file"] = 1 }, planned.totals.skipped)
    assert.is_nil(place:read "p":find("Two@", 1, true))
  end)

  it("finds nothing to do after it was applied", function()
    ready:add { workEmail = "two@example.com" }
    local path = place:write("list", ready:add { workEmail = "one@example.com" } .. "\ntwo@example.com\n")
    local _, again = ready:converges({ list = path }, { allow_irreversible = true })
    assert.same({ ["no such record"] = 2 }, again.totals.skipped)
    local proof = place:read "p.proof.csv"
    assert.equal(3, select(2, proof:gsub("\n", "")))
    assert.is_nil(proof:find("example", 1, true))
  end)

  it("needs a list", function()
    assert.matches("--set list=ids.txt", ready:refused(), 1, true)
  end)
end)
