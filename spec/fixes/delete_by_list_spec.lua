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

  it("finds a contact by every spelling, and names a line that it can't read", function()
    local id = ready:add { workEmail = "ann.lee@example.com", cellPhone = { display = "+49 171 1234567" } }
    for _, line in ipairs { "ann.lee@example.com", '"ann.lee@example.com"', "ann.lee@example.com;",
      "mailto:ann.lee@example.com", "Ann Lee <ann.lee@example.com>", "+49 171 1234567", "+49 (0)171 1234567",
      "0049 171 1234567", "tel:+491711234567", "{" .. id:upper() .. "}", id .. ",",
      "ann.lee@example.com\226\128\139" } do
      local _, changes = ready:plan { list = place:write("list", line .. "\n") }
      assert.same({ 1, id }, { #changes, changes[1] and changes[1].id }, line)
    end
    assert.same({
      ["unreadable phone number: no country code"] = 2,
      ["unreadable phone number: a spreadsheet turned these digits into a number"] = 1,
      ["unreadable e-mail address: more than one address"] = 1,
      ["unreadable id: not a valid id"] = 1,
      ["not an e-mail address or a phone number in E.164"] = 1,
      ["no such record; numbers that the server does not recognise were not searched"] = 1,
      ["no such record"] = 1,
    }, ready:skipped { list = place:write("list", "0171 1234567\n491711234567\n4.91711E+11\n"
      .. "ann.lee@example.com, bob@example.com\n" .. id .. "0\nAnn Lee\n+49 171 7654321\nbob@example.com\n") })
  end)

  it("needs a list", function()
    assert.matches("--set list=ids.txt", ready:refused(), 1, true)
  end)
end)
