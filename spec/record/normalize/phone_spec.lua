local phone = require "extcontacts.record.normalize.phone"

local function read(text, region)
  local number, reason = phone.read(text, region)
  return number and number.e164 .. (number.extension and "|" .. number.extension or "") or reason
end

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
      ["+1 317 555 010"] = "the number's length is wrong for its country code",
      ["+1 122 232 3571"] = "no North American number: the area code and the exchange start with 2 to 9",
      ["+1 (212) 155-0100"] = "no North American number: the area code and the exchange start with 2 to 9",
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

  it("reads a number without a country code in a region", function()
    assert.equal("+491711234567", read("0171 1234567", "DE"))
    assert.equal("+491711234567", read("'0171 1234567", "DE"))
    assert.equal("a spreadsheet turned these digits into a number", read("301234567.0", "DE"))
    assert.equal("+12125550100", read("(212) 555-0100", "US"))
    assert.equal("no North American number: the area code and the exchange start with 2 to 9",
      read("0221323571", "US"))
  end)
end)
