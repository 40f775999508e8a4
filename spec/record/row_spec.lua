-- The cells of a spreadsheet as values of fields.
local ec = require "extcontacts"
local record_row = require "extcontacts.record.row"

-- A record set to a row's cells, and what was left.
local function set(record, row, how, kind)
  local left = {}
  how = how or {}
  function how.skip_value(reason)
    left[#left + 1] = reason
  end
  return record_row.set(record, kind or "contact", row, how), left
end

describe("cells", function()
  it("are read as what their fields hold", function()
    local record, left = set({}, {
      title = " Head ", surveyOptOut = "Yes", ["address.city"] = "Bonn", workPhone = "+49 30 1234567 ext. 12",
      cellPhone = '{"display":"1"}', externalOrganization = "x-1", ["lineId.ids"] = '[{"userId":"u"}]',
      ["customFields.a_text"] = "007", ["customFields.b_integer"] = "007", ["customFields.c_checkbox"] = "no",
      ["customFields.d_tag"] = '["x"]',
    })
    assert.same({}, left)
    assert.same({
      title = "Head", surveyOptOut = true, address = { city = "Bonn" },
      workPhone = { display = "+49 30 1234567", e164 = "+49301234567", extension = 12 },
      cellPhone = { display = "1" }, externalOrganization = { id = "x-1" }, lineId = { ids = { { userId = "u" } } },
      customFields = { a_text = "007", b_integer = 7, c_checkbox = false, d_tag = { "x" } },
    }, record)
    assert.same({ createdBy = { id = "u" }, noteText = "n" },
      (set({}, { ["createdBy.id"] = "u", noteText = "n" }, nil, "contact_note")))
    local organization = set({}, { revenue = "9007199254740993", employeeCount = "-03" }, nil, "organization")
    assert.equal('{"employeeCount":-3,"revenue":9007199254740993}',
      ec.json.encode(organization, { sort_keys = true }))
  end)

  it("leave what can't be read, and what a spreadsheet spoilt", function()
    local function was()
      return { address = { postalCode = "01067" }, workPhone = { display = "+49 30 1", e164 = "+49301" } }
    end
    local record, left = set(was(), {
      surveyOptOut = "perhaps", ["address.postalCode"] = "1067", ["workPhone.e164"] = "4.9E+4", title = "",
      cellPhone = "4.93012E+10", lineId = "x",
    })
    assert.same(was(), record)
    assert.same({
      "address.postalCode: digits that a spreadsheet took for a number",
      "cellPhone: a value that the field can't hold",
      "lineId: a value that the field can't hold",
      "surveyOptOut: a value that the field can't hold",
      "workPhone.e164: digits that a spreadsheet took for a number",
    }, left)
  end)

  it("that are empty say nothing, or clear", function()
    local row = { title = " ", ["address.city"] = "", selfUri = "" }
    local function record()
      return { title = "Head", address = { city = "Bonn" }, selfUri = "/x" }
    end
    assert.same(record(), (set(record(), row)))
    assert.same({ selfUri = "/x" }, (set(record(), row, { clear = true })))
  end)

  it("let what the server makes of a number follow the number", function()
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

  it("don't set what only the server sets", function()
    local record = { selfUri = "/x", modifyDate = "2026-01-01T00:00:00.000Z" }
    local row = { selfUri = "/x", modifyDate = "2026-01-02T00:00:00.000Z", ["twitterId.verified"] = "no" }
    local _, left = set(record, row)
    assert.same({ "modifyDate: only the server sets it" }, left)
    assert.same({ selfUri = "/x", modifyDate = "2026-01-01T00:00:00.000Z" }, record)
  end)

  it("belong to fields that there are", function()
    assert.error_matches(function()
      set({}, { frstName = "x" })
    end, "did you mean 'firstName'", 1, true)
    assert.same({ {}, {} }, { set({}, { frstName = "x" }, { skip = { frstName = true } }) })
  end)
end)
