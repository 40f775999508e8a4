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
