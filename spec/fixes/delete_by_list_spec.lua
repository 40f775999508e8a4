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

  describe("with scan=yes", function()
    -- The outcome for one line: the number of erased contacts, and the reasons.
    local function outcome(line)
      local planned, changes = ready:plan { list = place:write("list", line .. "\n"), scan = "yes" }
      return #changes == 1 and changes[1].id or #changes, planned.totals.skipped
    end

    it("finds numbers that the server does not recognise", function()
      local id = ready:add { cellPhone = { display = "0044 20 7946 0018" } }
      assert.is_nil(assert(place.direct.contacts:get(id)).cellPhone.e164)
      for _, line in ipairs { "+44 20 7946 0018", "+44 (0)20 7946 0018", "tel:+442079460018", "0044 20 7946 0018" } do
        assert.same({ id, {} }, { outcome(line) }, line)
        assert.same({ ["no such record; numbers that the server does not recognise were not searched"] = 1 },
          ready:skipped { list = place:write("list", line .. "\n") })
      end
      ready:add { homePhone = { display = "+44 20 7946 0018" } }
      assert.same({ 0, { ["several contacts have this address"] = 1 } }, { outcome "+44 20 7946 0018" })
    end)

    it("names contacts that may have a number, and never says that nobody has it", function()
      for index, display in ipairs { "0171 2223331", "171 2223332", "2223333", "(0171) 222-3334",
        "0171/2223335 (mobile)", "0171 2223336 / 89", "030 99887766; 0171 2223337", "49171 2223338 ext 012" } do
        local id = ready:add { otherPhone = { display = display } }
        local erased, reasons = outcome("+49 171 222333" .. index)
        assert.equal(0, erased)
        assert.same({ [("contact %s may have this number: it has the same last digits"):format(id)] = 1 }, reasons,
          display)
      end
      local id = ready:add { otherPhone = { display = "334447" } }
      assert.same({ 0, { [("contact %s may have this number: it has the same last digits"):format(id)] = 1 } },
        { outcome "+49 30 334447" })
      for _, display in ipairs { "0171 3334445", "3446", "0044 171 3334446" } do
        ready:add { otherPhone = { display = display } }
      end
      assert.same({ 0, { ["no such record"] = 1 } }, { outcome "+49 171 3334446" })
    end)

    it("erases the contact that has the number, and names those that may have it", function()
      local id = ready:add { cellPhone = { display = "+49 171 5556667" } }
      local other = ready:add { cellPhone = { display = "0171 5556667" } }
      local erased, reasons = outcome "+49 171 5556667"
      assert.equal(id, erased)
      assert.same({ [("contact %s may have this number: it has the same last digits"):format(other)] = 1 },
        reasons)
    end)

    it("finds e-mail addresses in spellings that no search knows", function()
      local id = ready:add { otherEmail = "éLise@xn--bcher-kva.example" }
      for _, line in ipairs { "élise@bücher.example", "E\204\129LISE@XN--BCHER-KVA.example" } do
        assert.same({ id, {} }, { outcome(line) }, line)
      end
      assert.same({ 0, { ["no such record"] = 1 } }, { outcome "zoë@bücher.example" })
      assert.same({ ["no such record; the address in a mixture of capitals and small letters was not searched"] = 1 },
        ready:skipped { list = place:write("list", "zoë@bücher.example\n") })
      ready:add { workEmail = "éLISE@bücher.example" }
      assert.same({ 0, { ["several contacts have this address"] = 1 } }, { outcome "élise@bücher.example" })
    end)

    it("treats ids, e-mail addresses and unreadable lines as without it", function()
      local id = ready:add { workEmail = "scan@example.com" }
      for line, expected in pairs {
        [id] = { id, {} }, ["scan@example.com"] = { id, {} },
        ["nobody@example.com"] = { 0, { ["no such record"] = 1 } },
        ["0171 2223331"] = { 0, { ["unreadable phone number: no country code"] = 1 } },
        ["Ann Lee"] = { 0, { ["not an e-mail address or a phone number in E.164"] = 1 } },
      } do
        assert.same(expected, { outcome(line) }, line)
      end
    end)
  end)

  -- What an answer to a request under the GDPR may say depends on the reason: only
  -- "no such record" means that the address was looked up and nobody has it.
  it("says of no line that nothing is stored unless it was looked up", function()
    ready:add { firstName = "Ann", lastName = "Lee", workEmail = "ann.lee@example.com",
      cellPhone = { display = "+49 171 1234567", extension = 12 } }
    for line, looked_up in pairs {
      ["nobody@example.com"] = true, ["mailto:Nobody@EXAMPLE.com"] = true, ["+49 171 7654321"] = "partly",
      ["0049 171 7654321"] = "partly", ["{00000000-0000-0000-0000-000000000000}"] = true,
      ["ann.lee@example"] = false, ["ann.lee at example.com"] = false, ["ann.lee@example.com ann@example.com"] = false,
      ["ann.lee@@example.com"] = false, ["@example.com"] = false, ["0171 1234567"] = false, ["171 1234567"] = false,
      ["+49 171 1234567.0"] = false, ["4.91711E+11"] = false, ["491711234567"] = false, ["#N/A"] = false,
      ["+49 171 1234567 / +49 30 1234567"] = false, ["+49 171 1234567 ext. 13"] = false, ["Ann Lee"] = false,
      ["4711"] = false, ["00000000-0000-0000-0000-00000000000"] = false, ["+999 171 1234567"] = false,
    } do
      local skipped = ready:skipped { list = place:write("list", line .. "\n") }
      local reason, count = next(skipped)
      assert.equal(1, count, line)
      assert.equal(looked_up ~= false, reason:find "^no such record" ~= nil, line .. ": " .. reason)
      assert.equal(looked_up == "partly", reason:find("were not searched", 1, true) ~= nil, line .. ": " .. reason)
    end
  end)

  it("needs a list", function()
    assert.matches("--set list=ids.txt", ready:refused(), 1, true)
  end)
end)
