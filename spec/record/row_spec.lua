local ec = require "extcontacts"
local record_row = require "extcontacts.record.row"

-- A record with its fields set from a row, and the reasons for skipped values.
local function set(record, row, options, kind)
  local skipped = {}
  options = options or {}
  function options.skip(reason)
    skipped[#skipped + 1] = reason
  end
  return record_row.set(record, kind or "contact", row, options), skipped
end

local ID = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"

describe("record.row", function()
  it("reads each cell as its field's type", function()
    local record, skipped = set({}, {
      title = " Head ", surveyOptOut = "Yes", ["address.city"] = "Bonn", workPhone = "+49 30 1234567 ext. 12",
      cellPhone = '{"display":"1"}', externalOrganization = "{" .. ID:upper() .. "}",
      ["lineId.ids"] = '[{"userId":"u"}]',
      ["customFields.a_text"] = "007", ["customFields.b_integer"] = "007", ["customFields.c_checkbox"] = "no",
      ["customFields.d_tag"] = '["x"]',
    })
    assert.same({}, skipped)
    assert.same({
      title = "Head", surveyOptOut = true, address = { city = "Bonn" },
      workPhone = { display = "+49 30 1234567", e164 = "+49301234567", extension = 12 },
      cellPhone = { display = "1" }, externalOrganization = { id = ID }, lineId = { ids = { { userId = "u" } } },
      customFields = { a_text = "007", b_integer = 7, c_checkbox = false, d_tag = { "x" } },
    }, record)
    assert.same({ createdBy = { id = ID }, noteText = "n" },
      (set({}, { ["createdBy.id"] = ID:upper(), noteText = "n" }, nil, "contact_note")))
    local organization = set({}, { revenue = "9007199254740993", employeeCount = "-03" }, nil, "organization")
    assert.equal('{"employeeCount":-3,"revenue":9007199254740993}',
      ec.json.encode(organization, { sort_keys = true }))
  end)

  it("skips cells that can't be read, and those that a spreadsheet damaged", function()
    local function before()
      return { address = { postalCode = "01067" }, workPhone = { display = "+49 30 1", e164 = "+49301" } }
    end
    local record, skipped = set(before(), {
      surveyOptOut = "perhaps", ["address.postalCode"] = "1067", ["workPhone.e164"] = "4.9E+4", title = "",
      cellPhone = "4.93012E+10", lineId = "x", externalOrganization = "Example Ltd", ["externalOrganization.id"] = "7",
    })
    assert.same(before(), record)
    assert.same({
      "address.postalCode: a spreadsheet turned these digits into a number",
      "cellPhone: a spreadsheet turned these digits into a number",
      "externalOrganization: not a valid id or a JSON object",
      "externalOrganization.id: not a valid id",
      "lineId: not a JSON array or object",
      "surveyOptOut: not yes, no, true or false",
      "workPhone.e164: a spreadsheet turned these digits into a number",
    }, skipped)
  end)

  it("skips every kind of spreadsheet damage", function()
    local function before()
      return { title = "CEO", address = { postalCode = "01067" }, workPhone = { display = "+49 30 1", e164 = "+49301" },
        surveyOptOut = true }
    end
    local NUMBER, ERROR = "a spreadsheet turned these digits into a number", "a spreadsheet's error value"
    for _, case in ipairs {
      { NUMBER, "address.postalCode", "1067", "1067.0", "1067,0", "10115.0", "5E+11", "4.93e+11", "12345678901234500" },
      { NUMBER, "workPhone", "49301", "49301.0", "49301234567.0", "301234567.0", "4.93e+11", "4.93E11", " 4.93E+11 ",
        "5E+11", "4930123.00" },
      { NUMBER, "homePhone", "301234567.0", "4.93E+11" },
      { NUMBER, "workPhone.display", "49301", "4.93E+11" }, { NUMBER, "customFields.a_identifier", "1.2E+17", "7.0" },
      { ERROR, "title", "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "nan", "NaN" },
      { ERROR, "lastName", "nan", "#REF!" }, { ERROR, "workPhone", "#NAME?", "#VALUE!", "nan" },
      { ERROR, "surveyOptOut", "#N/A" }, { ERROR, "workPhone.extension", "#N/A" },
    } do
      for index = 3, #case do
        local record, skipped = set(before(), { [case[2]] = case[index] })
        assert.same({ before(), { case[2] .. ": " .. case[1] } }, { record, skipped }, case[2] .. " " .. case[index])
      end
    end
    -- What the field has already is not damage.
    local record, skipped = set({ title = "1.0", lastName = "nan" }, { title = "1.0", lastName = "nan" })
    assert.same({ { title = "1.0", lastName = "nan" }, {} }, { record, skipped })
  end)

  it("takes every blank for an empty cell", function()
    for _, cell in ipairs { "", " ", "\194\160", "\227\128\128", "\226\128\139", "\239\187\191", "\t", "=\"\"" } do
      assert.same({ title = "CEO" }, (set({ title = "CEO" }, { title = cell })))
      assert.same({}, (set({ title = "CEO" }, { title = cell }, { clear = true })))
    end
  end)

  it("skips an extension that a number can't hold", function()
    local function before()
      return { workPhone = { display = "+49 30 1", e164 = "+49301", extension = 12 } }
    end
    for _, cell in ipairs { "0", "00", "012", "12.0", "1x", "-1", "12345678" } do
      local record, skipped = set(before(), { ["workPhone.extension"] = cell })
      assert.same({ before(), { "workPhone.extension: not an extension of at most 7 digits without leading zeros" } },
        { record, skipped })
    end
    assert.equal(34, set(before(), { ["workPhone.extension"] = " 34 " }).workPhone.extension)
    assert.same(before(), (set(before(), { ["workPhone.extension"] = "12" })))
  end)

  it("names a column that is no field", function()
    local ok, message = pcall(set, {}, { ["."] = "x" })
    assert.same({ false, "column '.' names no field; rename or remove it" }, { ok, message })
  end)

  it("writes an address without what surrounds it, and keeps one that is the same", function()
    local function before()
      return { workEmail = "Ann@Example.com", workPhone = { display = "+49 30 1234567", e164 = "+49301234567" } }
    end
    for _, cells in ipairs { { "mailto:ANN@example.com", "tel:+49301234567" },
      { "ann@example.com\226\128\139", "0049 (0)30 1234567" }, { "Ann Lee <ann@example.com>;", "'+49 30 1234567" } } do
      local record, skipped = set(before(), { workEmail = cells[1], workPhone = cells[2] })
      assert.same({ before(), {} }, { record, skipped })
    end
    local record, skipped = set(before(), { workEmail = '"Bob@Example.COM"', workPhone = "'+49 (0)30 7654321",
      cellPhone = "030 555", otherPhone = "\226\128\170+49 171 1234567\226\128\172 ext. 5" })
    assert.same({}, skipped)
    assert.same({
      workEmail = "Bob@example.com", workPhone = { display = "+49 (0)30 7654321", e164 = "+49307654321" },
      cellPhone = { display = "030 555" },
      otherPhone = { display = "+49 171 1234567", e164 = "+491711234567", extension = 5 },
    }, record)
    record, skipped = set(before(), { workEmail = "n/a", personalEmail = "a@x.example, b@x.example",
      workPhone = "+49 30 1234567 ext. 012" })
    assert.same(before(), record)
    assert.same({ "personalEmail: more than one address", "workEmail: not an e-mail address",
      "workPhone: the extension starts with 0 or has more than 7 digits" }, skipped)
  end)

  it("ignores an empty cell, or clears its field", function()
    local row = { title = " ", ["address.city"] = "", selfUri = "" }
    local function record()
      return { title = "Head", address = { city = "Bonn" }, selfUri = "/x" }
    end
    assert.same(record(), (set(record(), row)))
    assert.same({ selfUri = "/x" }, (set(record(), row, { clear = true })))
  end)

  it("removes what the server derived from a phone number along with the number", function()
    local function phone(row)
      return set({ workPhone = { display = "+49 30 1234567", e164 = "+49301234567", countryCode = "DE", extension = 3,
        userInput = "+49301234567" } }, row).workPhone
    end
    assert.equal("DE", phone({ ["workPhone.extension"] = "3", ["workPhone.display"] = "+49 30 1234567" }).countryCode)
    assert.same({ display = "030 7654321", extension = 3 },
      phone { ["workPhone.display"] = "030 7654321", ["workPhone.e164"] = "+49301234567" })
    assert.same({ display = "+4940111111", e164 = "+4940111111", extension = 3 },
      phone { ["workPhone.e164"] = "+4940111111" })
  end)

  it("does not set read-only fields", function()
    local record = { selfUri = "/x", modifyDate = "2026-01-01T00:00:00.000Z" }
    local row = { selfUri = "/x", modifyDate = "2026-01-02T00:00:00.000Z", ["twitterId.verified"] = "no" }
    local _, skipped = set(record, row)
    assert.same({ "modifyDate: read-only, only the server sets it" }, skipped)
    assert.same({ selfUri = "/x", modifyDate = "2026-01-01T00:00:00.000Z" }, record)
  end)

  it("raises for a column that is not a field", function()
    assert.error_matches(function()
      set({}, { frstName = "x" })
    end, "did you mean 'firstName'", 1, true)
    assert.same({ {}, {} }, { set({}, { frstName = "x" }, { ignore = { frstName = true } }) })
  end)

  it("knows as many columns as files have, without keeping all of them", function()
    collectgarbage()
    local before = collectgarbage "count"
    for index = 1, 20000 do
      set({}, { ["customFields.column" .. index .. "_text"] = "x" })
    end
    collectgarbage()
    local kept = (collectgarbage "count" - before) * 1024
    assert.is_true(kept < 1500000, kept .. " bytes kept")
  end)
end)
