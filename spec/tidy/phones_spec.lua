local phones = require "extcontacts.tidy.phones"

local function parsed(text, region)
  local number, reason = phones.parse(text, region or "DE")
  return number and number.e164 .. (number.extension and "|" .. number.extension or "") or reason
end

describe("tidy.phones", function()
  it("reads numbers as people type them in a region", function()
    for text, wanted in pairs {
      ["030/1234567"] = "+49301234567", ["(030) 123 45-67"] = "+49301234567",
      ["+49 (0)30 1234567"] = "+49301234567", ["0049 30 1234567"] = "+49301234567",
      ["(+49) 30 1234567"] = "+49301234567", ["tel: 030 1234567"] = "+49301234567",
      ["030 1234567 ext. 12"] = "+49301234567|12", ["030 1234567x12"] = "+49301234567|12",
      ["+49\194\16030\194\1601234567"] = "+49301234567", ["030 12345\226\128\14767"] = "+49301234567",
      ["00 1 212 555 2368"] = "+12125552368",
    } do
      assert.equal(wanted, parsed(text), text)
    end
    assert.equal("+12125552368", parsed("(212) 555-2368", "US"))
    assert.equal("+12125552368", parsed("1-212-555-2368", "US"))
    assert.equal("+49301234567", parsed("011 49 30 1234567", "US"))
    assert.equal("+390612345678", parsed("06 1234 5678", "IT"))
    assert.equal("+74951234567", parsed("8 (495) 123-45-67", "RU"))
    assert.equal("+33142685300", parsed("01 42 68 53 00", "FR"))
  end)

  it("returns a reason for a number that is not certain", function()
    for text, reason in pairs {
      ["49 30 1234567"] = "no country code and no leading 0",
      ["1234567"] = "no country code and no leading 0",
      ["030 12345 / 67890"] = "may be two numbers",
      ["030 123456/0171 234567"] = "may be two numbers",
      ["030 1234567 oder 0171 1234567"] = "contains more than a phone number",
      ["O30 1234567"] = "contains more than a phone number",
      ["n/a"] = "contains more than a phone number",
      [""] = "too few digits",
      ["112"] = "too few digits",
      ["+999 123456789"] = "unknown country code",
      ["+49 1"] = "too few digits",
      ["030 1234567 ext. 012"] = "the extension starts with 0",
      ["030 1234567890123"] = "length is wrong for the region",
    } do
      assert.matches(reason, parsed(text), 1, true)
    end
    assert.equal("the number's length is wrong for its country code", parsed "+49 0 12345678901234")
    assert.equal("no country code and no leading 8", parsed("495 123-45-67", "RU"))
    assert.matches("may or may not start with the country code", parsed("39 0612345", "IT"), 1, true)
    assert.matches("depends on the number", parsed("011 15-2345-6789", "AR"), 1, true)
  end)

  -- spec/fixtures/phone_numbers.tsv: valid numbers of every region in several
  -- spellings, some damaged but still valid, as libphonenumber-js 1.13.16 reads
  -- them.
  it("never reads a number differently from libphonenumber", function()
    local read, skipped = 0, 0
    for line in io.lines "spec/fixtures/phone_numbers.tsv" do
      local region, text, wanted = line:match "^(%u%u)\t([^\t]*)\t(.*)$"
      local number = phones.parse(text, region)
      if number then
        assert.equal(wanted, number.e164 .. (number.extension and "|" .. number.extension or ""),
          region .. " " .. text)
        read = read + 1
      else
        skipped = skipped + 1
      end
    end
    assert.is_true(read > 900 and skipped < 300, read .. " read, " .. skipped .. " skipped")
  end)

  it("states the version of the numbering plans wherever they are explained", function()
    local version, date = phones.source:match "^libphonenumber%-js (%S+), (%d%d%d%d%-%d%d%-%d%d)$"
    for _, path in ipairs { "docs/tidy.md", "lua/extcontacts/fixes/phones_e164.lua" } do
      local file = assert(io.open(path))
      local text = file:read "*a"
      file:close()
      assert.truthy(text:find(("libphonenumber-js %s of\n%s"):format(version, date), 1, true)
        or text:find(("libphonenumber-js %s of %s"):format(version, date), 1, true), path)
    end
  end)

  it("reads Lithuanian numbers with the national prefix of today and of before", function()
    for _, text in ipairs { "0 612 34567", "8 612 34567", "(8-612) 34567", "612 34567", "+370 612 34567",
      "+370 8 612 34567", "+370 (8) 612 34567", "+370 (0) 612 34567", "00370 612 34567" } do
      assert.equal("+37061234567", parsed(text, "LT"), text)
    end
    assert.equal("+37080012345", parsed("80012345", "LT"))
    assert.equal("+37080012345", parsed("0 800 12345", "LT"))
    assert.equal("the number's length is wrong for the region", parsed("0 8 612 34567", "LT"))
  end)

  it("reads a national prefix after the country code", function()
    for text, wanted in pairs { ["+1 (1)614 555 7076"] = "+16145557076", ["+36 06 1 123 4567"] = "+3611234567",
      ["+7 8 495 123-45-67"] = "+74951234567", ["+7 800 555-35-35"] = "+78005553535",
      ["+993 8 12 123456"] = "+99312123456", ["+39 06 1234 5678"] = "+390612345678",
      ["+375 29 496 92 85"] = "+375294969285" } do
      assert.equal(wanted, parsed(text), text)
    end
    assert.matches("may or may not start with the national prefix", parsed "+375 8 29 496 92 85", 1, true)
  end)

  it("knows which numbers changed since 2022", function()
    assert.equal("+998712345678", parsed("71 234 56 78", "UZ"))
    assert.equal("+998712345678", parsed("00 998 71 234 56 78", "UZ"))
    assert.equal("+525512345678", parsed("55 1234 5678", "MX"))
    for region, text in pairs { UZ = "8 71 234 56 78", MX = "01 55 1234 5678" } do
      assert.matches("length is wrong", parsed(text, region), 1, true)
    end
  end)

  it("knows that numbers in Benin have ten digits since 2024", function()
    assert.equal("+2290197123456", parsed("01 97 12 34 56", "BJ"))
    assert.equal("+2290197123456", parsed "+229 01 97 12 34 56")
    assert.matches("an old form: numbers in Benin have 10 digits", parsed("97 12 34 56", "BJ"), 1, true)
  end)

  it("reads countries, and numbers without a region", function()
    assert.equal("GB", phones.country "England")
    assert.same({ nil, "unknown country" }, { phones.country "Nowhere" })
    assert.equal("+491711234567", phones.parse("0049 171 1234567").e164)
    assert.same({ nil, "no country code" }, { phones.parse("0171 1234567") })
  end)

  it("knows what is a national number, and the country code of others", function()
    for _, text in ipairs { "030 1234567", "171 1234567", "(212) 555-0100", "030 1234567 ext. 12" } do
      assert.is_true(phones.is_national(text), text)
    end
    for _, text in ipairs { "+49 30 1234567", "0049 30 1234567", "n/a", "030 1 / 030 2", "11", "+999 1234567" } do
      assert.is_false(phones.is_national(text), text)
    end
    assert.equal("49", phones.country_code "+49301234567")
    assert.equal("1", phones.country_code "+12125550100")
    assert.equal("229", phones.country_code "+2290197123456")
    assert.is_nil(phones.country_code "+9991234567")
    assert.same({ "GB" }, { phones.region_of({ address = { countryCode = "UK" } }, nil, "DE"), nil })
  end)

  it("knows the regions", function()
    assert.is_true(phones.is_region "GB")
    assert.is_false(phones.is_region "UK")
    assert.has_error(function() phones.parse("1", "de") end, "region 'de' must be in upper case: DE")
    assert.has_error(function() phones.parse("1", "XX") end,
      "unknown region 'XX'; use a country's two letters from ISO 3166, such as US, DE or GB")
    assert.matches("unknown region 'GERMANY'", phones.unknown_region "germany", 1, true)
  end)
end)
