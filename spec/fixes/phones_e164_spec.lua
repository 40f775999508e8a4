local libphonenumber = require "extcontacts.tidy.libphonenumber"
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

  -- The numbers that a plan gives contacts, by the text of their country.
  local function planned_numbers(number, countries, set)
    local ids, out = {}, {}
    for _, country in ipairs(countries) do
      ids[country] = ready:add { cellPhone = { display = number },
        address = country ~= "" and { countryCode = country } or nil }
    end
    local planned, changes = ready:plan(set)
    for country, id in pairs(ids) do
      local change = ready_fix.change_of(changes, id)
      out[country] = change and change.after.cellPhone.e164 or nil
      assert(place.direct.contacts:delete(id))
    end
    return out, planned
  end

  it("reads the numbers of contacts without a country as those of the region, and says so first", function()
    local before = ready:plan { region = "GB", checker = "builtin" }
    local count = before.totals.assumptions[1]:match "^(%d+) numbers? assumed GB: contact has no country$"
    count = tonumber(count) or 0
    local numbers, planned = planned_numbers("07911 123456", { "", "GB", "uk", "GBR", "England", "Royaume-Uni" },
      { region = "GB", checker = "builtin" })
    local expected = {}
    for _, country in ipairs { "", "GB", "uk", "GBR", "England", "Royaume-Uni" } do
      expected[country] = "+447911123456"
    end
    assert.same(expected, numbers)
    assert.equal(("%d numbers assumed GB: contact has no country"):format(count + 1), planned.totals.assumptions[1])
    numbers, planned = planned_numbers("07911 123456", { "", "GB" }, { region = "GB", assume = "no",
      checker = "builtin" })
    assert.same({ GB = "+447911123456" }, numbers)
    assert.is_true(planned.totals.skipped["phone: contact has no country"] > count)
    assert.equal(1, #planned.totals.assumptions)
    assert.matches("^%d+ numbers? checked by the built%-in numbering plans", planned.totals.assumptions[1])
  end)

  it("makes no number another country's", function()
    local countries = { "GB", "UK", "England", "united kingdom", "Nowhere", "X", "USA", "Georgia", "Korea", "AQ" }
    local numbers, planned = planned_numbers("07911 123456", countries, { region = "DE", checker = "builtin" })
    assert.same({}, numbers)
    local skipped = planned.totals.skipped
    assert.is_true(skipped["phone: contact of another country"] >= 5)
    assert.is_true(skipped["phone: contact of an unknown country"] >= 4)
    numbers = planned_numbers("07911 123456", countries, { region = "DE", address = "use", checker = "builtin" })
    local british = "+447911123456"
    assert.same({ GB = british, UK = british, England = british, ["united kingdom"] = british }, numbers)
    numbers = planned_numbers("07911 123456", { "", "GB" }, { address = "use", checker = "builtin" })
    assert.same({ GB = british }, numbers)
  end)

  it("converts a number with a country code, whatever the country of its contact is", function()
    for _, number in ipairs { "0044 7911 123456", "00 44 (0)7911 123456" } do
      local numbers = planned_numbers(number, { "", "DE", "GB", "Nowhere", "CA", "Georgia" },
        { region = "DE", checker = "builtin" })
      for _, country in ipairs { "", "DE", "GB", "Nowhere", "Georgia" } do
        assert.equal("+447911123456", numbers[country], country .. " " .. number)
      end
    end
    local planned = ready:plan { region = "US", checker = "builtin" }
    local id = ready:add { workPhone = { display = "001 (613) 555-0123" } }
    local again, changes = ready:plan { region = "US", checker = "builtin" }
    assert.equal("+16135550123", ready_fix.change_of(changes, id).after.workPhone.e164)
    assert.is_true(again.changes > planned.changes)
  end)

  it("skips a contact whose fields name two countries", function()
    local id = ready:add { workPhone = { display = "020 79460018", normalizationCountryCode = "FR" },
      address = { countryCode = "GB" } }
    local planned, changes = ready:plan({ region = "GB", checker = "builtin" }, "p")
    assert.is_nil(ready_fix.change_of(changes, id))
    assert.equal(1, planned.totals.skipped["phone: contact whose country fields contradict each other"])
    assert.matches("contradict each other: GB, FR", place:read "p.skipped.csv", 1, true)
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

  it("asks libphonenumber by default, and plans only numbers that it knows", function()
    programs.need("python3-phonenumbers", pending)
    local good = ready:add { workPhone = { display = "030 1234567" } }
    local bad = ready:add { workPhone = { display = "0101245358" } }
    local benin = ready:add { workPhone = { display = "01 97 12 34 56" }, address = { countryCode = "Bénin" } }
    local planned, _, verified = ready:converges({ region = "DE", address = "use" })
    assert.is_true(verified.match > 20)
    assert.equal("+49301234567", assert(place.client.contacts:get(good)).workPhone.e164)
    assert.equal("0101245358", assert(place.client.contacts:get(bad)).workPhone.display)
    assert.equal("+2290197123456", assert(place.client.contacts:get(benin)).workPhone.e164)
    assert.matches("^%d+ numbers? assumed DE", planned.totals.assumptions[1])
    assert.matches("^%d+ numbers checked by libphonenumber %d+%.%d+%.%d+, metadata of ", planned.totals.assumptions[2])
  end)

  it("works without libphonenumber, and says so", function()
    local start = libphonenumber.start
    libphonenumber.start = function()
      return nil, "libphonenumber is missing"
    end
    local ok, problem = pcall(function()
      local planned = ready:plan { region = "DE" }
      assert.matches("^%d+ numbers checked by the built%-in numbering plans.*; libphonenumber is missing$",
        planned.totals.assumptions[2])
      assert.matches("libphonenumber is missing", ready:refused { region = "DE", checker = "libphonenumber" }, 1, true)
    end)
    libphonenumber.start = start
    assert.is_true(ok, problem)
  end)

  it("falls back to the built-in plans when libphonenumber fails on the way", function()
    local start, answers = libphonenumber.start, 0
    libphonenumber.start = function()
      return { version = "9.9.9", outdated = {}, close = function() end, exists = function()
        answers = answers + 1
        return answers <= 3 or nil, "libphonenumber ended"
      end }
    end
    local ok, problem = pcall(function()
      local planned = ready:plan { region = "DE" }
      assert.is_true(planned.changes > 20)
      assert.equal("3 numbers checked by libphonenumber 9.9.9, metadata of unknown date", planned.totals.assumptions[2])
      assert.matches("^%d+ numbers checked by the built%-in.*; libphonenumber ended$", planned.totals.assumptions[3])
    end)
    libphonenumber.start = start
    assert.is_true(ok, problem)
  end)

  it("checks its options", function()
    for problem, set in pairs {
      ["--set region=DE"] = {},
      ["unknown region 'XX'"] = { region = "XX" },
      ["must be in upper case: DE"] = { region = "de" },
      ["option 'address' must be leave or use"] = { region = "DE", address = "ignore" },
      ["option 'checker' must be auto, libphonenumber or builtin"] = { region = "DE", checker = "x" },
      ["fix option 'assume' must be a boolean"] = { region = "DE", assume = "maybe" },
    } do
      assert.matches(problem, ready:refused(set), 1, true)
    end
  end)
end)
