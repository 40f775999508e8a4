local programs = require "spec.support.programs"
local ready_fix = require "spec.support.ready_fix"

local ready, place = ready_fix.fresh("phones_e164", before_each, after_each)

describe("the fix phones_e164", function()
  it("converts numbers that the region decides, and skips the others with reasons", function()
    local planned, changes = ready:plan({ region = "DE" })
    assert.is_true(planned.changes > 20)
    for _, change in ipairs(changes) do
      assert.equal("update", change.op)
      for _, one in ipairs(change.diff) do
        assert.matches("Phone$", one.path[1])
        assert.is_nil(one.before.e164)
        assert.matches("^%+%d+$", one.after.e164)
        assert.equal(one.after.e164, one.after.display)
      end
    end
    local skipped = 0
    for reason, count in pairs(planned.totals.skipped) do
      assert.is_truthy(reason:find "^phone: " or reason:find "^the server would reject", reason)
      skipped = skipped + count
    end
    assert.is_true(skipped > 20)
  end)

  it("skips national numbers of contacts in another country, or reads them in the region of the address", function()
    local id = ready:add { workPhone = { display = "020 7946 0018" }, address = { countryCode = "GB" } }
    local _, changes = ready:plan({ region = "DE" })
    assert.is_nil(ready_fix.change_of(changes, id))
    _, changes = ready:plan({ region = "DE", address = "use" })
    assert.equal("+442079460018", ready_fix.change_of(changes, id).after.workPhone.e164)
    _, changes = ready:plan({ region = "DE", address = "ignore" })
    assert.equal("+492079460018", ready_fix.change_of(changes, id).after.workPhone.e164)
  end)

  it("never reads an unknown country as the region", function()
    local unknown = "phone: no country code, and the country of the address is unknown"
    for _, text in ipairs { "GB", "UK", "GBR", "England", "united kingdom", "Nowhere", "X", "USA" } do
      local id = ready:add { cellPhone = { display = "07911 123456" }, address = { countryCode = text } }
      local planned, changes = ready:plan { region = "DE" }
      assert.is_nil(ready_fix.change_of(changes, id), text)
      assert.equal((text == "Nowhere" or text == "X") and 1 or nil, planned.totals.skipped[unknown], text)
      _, changes = ready:plan { region = "DE", address = "use" }
      local change = ready_fix.change_of(changes, id)
      local is_british = text ~= "USA" and text ~= "Nowhere" and text ~= "X"
      assert.equal(is_british and "+447911123456" or nil, change and change.after.cellPhone.e164, text)
      assert(place.direct.contacts:delete(id))
    end
    local id = ready:add { cellPhone = { display = "0171 1234567" }, address = { countryCode = "Deutschland" },
      homePhone = { display = "+44 7911 123456" } }
    local _, changes = ready:plan { region = "DE" }
    assert.equal("+491711234567", ready_fix.change_of(changes, id).after.cellPhone.e164)
  end)

  it("finds nothing to do after it was applied, although the server rewrites numbers", function()
    local planned, _, verified = ready:converges({ region = "DE" })
    assert.is_true(planned.changes > 20)
    assert.equal(planned.changes, verified.checked)
    -- Some contacts without an address are in another country; verify names the
    -- numbers that the server does not recognise.
    assert.is_true(verified.match > 0.8 * planned.changes, verified.match)
    -- What was skipped before is skipped again; only in a record that was written does
    -- the server read the other numbers again.
    local changed, lines = place:read "p", 0
    for line in place:read("p.skipped.csv"):gmatch "[^\r\n]+" do
      local id = line:match "^,contact,([^,]+)"
      if id and not changed:find(id, 1, true) then
        lines = lines + 1
        assert.truthy(place:read("again.skipped.csv"):find(line, 1, true), line)
      end
    end
    assert.is_true(lines > 50)
  end)

  it("asks libphonenumber on request, and plans only numbers that exist", function()
    programs.need("python3-phonenumbers", pending)
    local good = ready:add { workPhone = { display = "030 1234567" } }
    local bad = ready:add { workPhone = { display = "0101245358" } }
    local _, _, verified = ready:converges({ region = "DE", check = "libphonenumber" })
    assert.is_true(verified.match > 20)
    assert.equal("+49301234567", assert(place.client.contacts:get(good)).workPhone.e164)
    assert.equal("0101245358", assert(place.client.contacts:get(bad)).workPhone.display)
  end)

  it("checks its options", function()
    for problem, set in pairs {
      ["--set region=DE"] = {},
      ["unknown region 'XX'"] = { region = "XX" },
      ["must be in upper case: DE"] = { region = "de" },
      ["option 'address' must be leave, use or ignore"] = { region = "DE", address = "x" },
      ["option 'check' must be length or libphonenumber"] = { region = "DE", check = "x" },
    } do
      assert.matches(problem, ready:refused(set), 1, true)
    end
  end)
end)
