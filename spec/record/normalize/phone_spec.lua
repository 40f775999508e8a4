local phone = require "extcontacts.record.normalize.phone"

local function read(text, region)
  local number, reason = phone.read(text, region)
  return number and number.e164 .. (number.extension and "|" .. number.extension or "") or reason
end

local AMERICAN = "no North American number: it has ten digits, and the area code and the exchange start with 2 to 9"

describe("record.normalize.phone", function()
  it("reads every spelling with a country code", function()
    for _, text in ipairs {
      "+491711234567", "+49 171 1234567", "+49 (0)171 1234567", "+49 (0) 171/1234567", "+49 0171 1234567",
      "+49(171)1234567", "(+49) 171 1234567", "+49.171.1234567", "+49-171-123-45-67",
      "+49 171/1234567", "0049 171 1234567", "00491711234567", "0049 (0)171 1234567", "tel:+491711234567",
      "TEL: +49 171 1234567", "tel://+491711234567", " +49 171 1234567\r", "+49\194\160171\194\1601234567",
      "+49\226\128\175171\226\128\1371234567", "\226\128\170+49 171 1234567\226\128\172",
      "\226\129\166+49 171 1234567\226\129\169", "\226\128\142+491711234567", "\239\187\191+491711234567",
      "＋４９ １７１ １２３４５６７", "+٤٩ ١٧١ ١٢٣٤٥٦٧", "+49 171 12345\226\128\14767",
      "'+49 171 1234567", "'+49 171 1234567'", '"+49 171 1234567"', '="+491711234567"', "+49 171 1234567;",
      "“+49 171 1234567”", "+49\227\128\128171\227\128\1281234567",
    } do
      assert.equal("+491711234567", read(text), text)
    end
    assert.equal("+390612345678", read "+39 06 1234 5678")
    assert.equal("+81312345678", read "+81-3-1234-5678")
    assert.equal("+81312345678", read("０３ー１２３４ー５６７８", "JP"))
  end)

  it("reads an extension", function()
    for _, text in ipairs { "+49 30 1234567 ext. 12", "+49 30 1234567 ext12", "+49 30 1234567x12",
      "+49 30 1234567 #12", "tel:+49301234567;ext=12", "+49 30 1234567, extension 12", "+49301234567;ext=12" } do
      assert.equal("+49301234567|12", read(text), text)
    end
    for _, text in ipairs { "+49 30 1234567 ext. 0", "+49 30 1234567 ext. 012", "+49 30 1234567 x12345678" } do
      assert.equal("the extension starts with 0 or has more than 7 digits", read(text), text)
    end
  end)

  it("reads no number that could be another one", function()
    for text, reason in pairs {
      ["0171 1234567"] = "no country code", ["171 1234567"] = "no country code",
      ["491711234567"] = "no country code", ["011 49 171 1234567"] = "no country code",
      ["001 317 555 0100"] = "the international prefix depends on the region",
      ["00 999 123456"] = "unknown country code", ["+999 123456"] = "unknown country code",
      ["+49 1"] = "too few digits", ["112"] = "too few digits", [""] = "too few digits",
      ["+1 317 555 010"] = "the number's length is wrong for its country code", ["+1 555 2368"] = AMERICAN,
      ["+1 122 232 3571"] = AMERICAN,
      ["+1 (212) 155-0100"] = AMERICAN,
      ["+491711234567.0"] = "a spreadsheet turned these digits into a number",
      ["491711234567.0"] = "a spreadsheet turned these digits into a number",
      ["491711234567,0"] = "a spreadsheet turned these digits into a number",
      ["4930123.00"] = "a spreadsheet turned these digits into a number",
      ["4.93E+11"] = "a spreadsheet turned these digits into a number",
      ["4.93e+11"] = "a spreadsheet turned these digits into a number",
      ["4,93E+11"] = "a spreadsheet turned these digits into a number",
      [" 5E+11 "] = "a spreadsheet turned these digits into a number",
      ["4.93E11"] = "a spreadsheet turned these digits into a number",
      ["#NAME?"] = "a spreadsheet's error value", ["nan"] = "a spreadsheet's error value",
      ["+49 171 1234567 / 89"] = "may be two numbers",
      ["+49 171 1234567 or +49 30 1234567"] = "contains more than a phone number",
      ["+49 171 1234567 (Ann)"] = "contains more than a phone number",
      ["tel:1234567;phone-context=+49"] = "contains more than a phone number",
      ["+49 171 12345O7"] = "contains more than a phone number",
      [("1"):rep(500)] = "contains more than a phone number",
    } do
      assert.equal(reason, read(text), text)
    end
    assert.equal("not a phone number", read(5))
  end)

  it("reads no number with a 0 that the country does not have", function()
    for _, case in ipairs { { "0 22 123 45 67", "PL" }, { "+48 022 123 45 67" }, { "+48 (0)22 123 45 67" },
      { "+30 0210 123 4567" }, { "0210 123 456", "GR" } } do
      assert.equal("no number of the country starts with 0", read(case[1], case[2]), case[1])
    end
    assert.equal("+390612345678", read("06 1234 5678", "IT"))
    assert.equal("+2290197123456", read("01 97 12 34 56", "BJ"))
    assert.equal("+2250712345678", read "+225 07 12 34 56 78")
    assert.equal("+3780549123456", read "+378 0549 123456")
  end)

  it("says why a text is not one number in any region", function()
    for text, reason in pairs {
      ["030 1234567"] = false, ["+49 30 1"] = false, ["112"] = false, ["600.123.456"] = false,
      ["11"] = "too few digits",
      ["Ann"] = "not a phone number", [""] = "not a phone number", ["030 12 / 030 13"] = "may be two numbers",
      ["030 1234567 Ann"] = "contains more than a phone number", ["31.12.1999"] = "may be a date or an amount",
      ["1/31/1999"] = "contains more than a phone number",
    } do
      assert.equal(reason or nil, phone.problem(text), text)
    end
    assert.equal("+66812345678", read "+๖๖ ๘๑ ๒๓๔ ๕๖๗๘")
    assert.equal("may be two numbers", read "+49 30 12345\n67890")
  end)

  it("makes no number of a local, short or emergency number", function()
    for region, texts in pairs {
      US = { "555-2368", "911", "9115550100", "311 555 0100", "1 411 555 0100", "988" },
      CA = { "555-2368", "310-1234" }, IT = { "112", "116117", "892424" }, LU = { "12421", "113" },
      PT = { "112", "16200" }, ES = { "112", "016", "11888" }, NO = { "11200", "1881" }, HK = { "18501", "999" },
      DE = { "110", "116117", "11833" }, FR = { "15", "3919", "118218" }, GB = { "999", "101", "118118" },
      SG = { "1777", "995" }, DK = { "112", "1813" }, PL = { "112", "116111" },
    } do
      for _, text in ipairs(texts) do
        assert.is_nil(phone.read(text, region), region .. " " .. text)
      end
    end
    assert.equal("may be a short number, which works in the country only", read("116117", "IT"))
    assert.equal("+39061234", read("06 1234", "IT"))
  end)

  it("leaves a number in an old form, and says so", function()
    local BENIN = "an old form: numbers in Benin have 10 digits since 2024-11-30 and start with 01"
    for _, case in ipairs { { "97 12 34 56", "BJ" }, { "+229 97 12 34 56" }, { "00 229 97123456", "FR" } } do
      assert.equal(BENIN, read(case[1], case[2]), case[1])
    end
    assert.equal("+2290197123456", read("01 97 12 34 56", "BJ"))
    local IVORY = "an old form: numbers in Côte d'Ivoire have 10 digits since 2021-01-31"
    assert.equal(IVORY, read "+225 07 12 34 56")
    assert.equal(IVORY, read("07 12 34 56", "CI"))
    assert.equal("an old form: mobile numbers in Mexico have no 1 after the country code since 2019",
      read "+52 1 55 1234 5678")
    assert.equal("+525512345678", read "+52 55 1234 5678")
  end)

  it("reads a number without a country code in a region", function()
    assert.equal("+491711234567", read("0171 1234567", "DE"))
    assert.equal("+491711234567", read("'0171 1234567", "DE"))
    assert.equal("a spreadsheet turned these digits into a number", read("301234567.0", "DE"))
    assert.equal("+12125550100", read("(212) 555-0100", "US"))
    assert.equal(AMERICAN,
      read("0221323571", "US"))
  end)
end)
