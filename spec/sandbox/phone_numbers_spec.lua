local phone_numbers = require "extcontacts.sandbox.phone_numbers"

describe("phone_numbers.parse", function()
  it("reads numbers in national and international spellings", function()
    -- text, default region, E.164, display, region
    local cases = {
      { "+13175550123", "US", "+13175550123", "+1 317-555-0123", "US" },
      { "(317) 555-0123", "US", "+13175550123", "+1 317-555-0123", "US" },
      { "1-317-555-0123", "US", "+13175550123", "+1 317-555-0123", "US" },
      { "+1 416 555 0199", "US", "+14165550199", "+1 416-555-0199", "CA" },
      { "+44 20 7946 0958", "US", "+442079460958", "+44 20 7946 0958", "GB" },
      { "+44 (0)20 7946 0958", "US", "+442079460958", "+44 20 7946 0958", "GB" },
      { "011 44 20 7946 0958", "US", "+442079460958", "+44 20 7946 0958", "GB" },
      { "020 7946 0958", "GB", "+442079460958", "+44 20 7946 0958", "GB" },
      { "0049 30 12345678", "DE", "+493012345678", "+49 30 12345678", "DE" },
      { "0151/12345678", "DE", "+4915112345678", "+49 1511 2345678", "DE" },
      { "01 99 00 12 34", "FR", "+33199001234", "+33 1 99 00 12 34", "FR" },
      { "06 6982 1234", "IT", "+390669821234", "+39 06 6982 1234", "IT" },
      { "612 345 678", "ES", "+34612345678", "+34 612 34 56 78", "ES" },
      { "03-1234-5678", "JP", "+81312345678", "+81 3-1234-5678", "JP" },
      { "(11) 91234-5678", "BR", "+5511912345678", "+55 11 91234-5678", "BR" },
      { "55 1234 5678", "MX", "+525512345678", "+52 55 1234 5678", "MX" },
      { "098765 43210", "IN", "+919876543210", "+91 98765 43210", "IN" },
      { "0491 570 156", "AU", "+61491570156", "+61 491 570 156", "AU" },
      { "070-174 06 05", "SE", "+46701740605", "+46 70 174 06 05", "SE" },
      { "06 12345678", "NL", "+31612345678", "+31 6 12345678", "NL" },
      { "501 234 567", "PL", "+48501234567", "+48 501 234 567", "PL" },
      { "+212 600 000000", "US", "+212600000000", "+212 600 000 000", "MA" },
      { "+7 912 345 67 89", "US", "+79123456789", "+7 912 345 67 89", "RU" },
    }
    for _, case in ipairs(cases) do
      local number = phone_numbers.parse(case[1], case[2])
      assert.is_table(number, case[1])
      assert.equal(case[3], number.e164)
      assert.equal(case[4], number.display)
      assert.equal(case[5], number.region)
      -- It reads its own results.
      assert.same(number, phone_numbers.parse(number.display, "US"))
      assert.equal(number.e164, phone_numbers.parse(number.e164, "US").e164)
    end
  end)

  it("reads extensions", function()
    local cases = {
      ["(317) 555-0123 ext. 12"] = 12, ["317 555 0123 x7"] = 7,
      ["3175550123 extension 100"] = 100, ["3175550123#5"] = 5,
    }
    for text, extension in pairs(cases) do
      local number = phone_numbers.parse(text, "US")
      assert.equal("+13175550123", number.e164)
      assert.equal(extension, number.extension)
    end
    assert.is_nil(phone_numbers.parse("ext. 12", "US"))
  end)

  it("rejects numbers that it does not recognise", function()
    for _, text in ipairs {
      "", " ", "+", "n/a", "12345", "555-0123", "0049 30 12345678", "030 12345678", "++493012345678", "+4930+123456",
      "317555O123",
      "+1 117 555 0123", "+1 317 055 0123", "+999 123456789", "+44 20 7946 09580", "317 555 0123 / 124",
      "+1234567890123456", "１２３",
    } do
      assert.is_nil(phone_numbers.parse(text, "US"), text)
    end
  end)
end)
