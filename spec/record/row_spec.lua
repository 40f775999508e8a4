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
      ["customFields.a_text"] = "007", ["customFields.b_integer"] = "7", ["customFields.c_checkbox"] = "no",
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
    local organization = set({}, { revenue = "9007199254740993", employeeCount = "-3" }, nil, "organization")
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

  it("skips numbers that are not what was entered", function()
    for column, cells in pairs {
      employeeCount = { "012", "-03", "00", "7.0", "7.5", "1,000", "4.93E+11", "12345678901234500", "seven", "#N/A" },
      ["customFields.a_integer"] = { "007", "1.0", "1e3", "4.93E+11", "1234567890123450000", "nan" },
      ["customFields.b_number"] = { "007", "01.5", "4.93E+11", "5E+11", "1,5", "12345678901234500", "x", "NaN" },
    } do
      for _, cell in ipairs(cells) do
        local record, skipped = set({}, { [column] = cell }, nil, "organization")
        assert.same({}, record, cell)
        assert.equal(1, #skipped, cell)
        assert.matches("^" .. column:gsub("%.", "%%.") .. ": ", skipped[1])
      end
    end
    local record, skipped = set({}, { employeeCount = " 12 ", revenue = "123456789012345",
      ["customFields.a_integer"] = "-7", ["customFields.b_number"] = "0.50", ["customFields.c_number"] = "7.0" }, nil,
      "organization")
    assert.same({ { employeeCount = 12, revenue = 123456789012345,
      customFields = { a_integer = -7, b_number = 0.5, c_number = 7.0 } }, {} }, { record, skipped })
    assert.same({ "customFields.b_number: the leading zeros would be lost" },
      { select(2, set({}, { ["customFields.b_number"] = "007" }))[1] })
  end)

  it("reads dates of custom fields, and skips those that only a country decides", function()
    local COUNTRY = "a date in a country-specific format; use 2026-01-31"
    for name, cells in pairs {
      a_date = { ["31.01.1990"] = COUNTRY, ["1/31/1990"] = COUNTRY, ["31-01-90"] = COUNTRY, ["33269"] = "not a date",
        ["1990-02-30"] = "not a date", ["1990-01-31T00:00:00Z"] = "a date with a time; use 2026-01-31",
        ["1990-01-31 00:00:00"] = "a time without a time zone" },
      b_datetime = { ["31.01.1990 10:00"] = COUNTRY, ["1990-01-31"] = "a date without a time",
        ["1990-01-31T10:00:00"] = "a time without a time zone" },
    } do
      for cell, reason in pairs(cells) do
        local record, skipped = set({}, { ["customFields." .. name] = cell })
        assert.same({ {}, { ("customFields.%s: %s"):format(name, reason) } }, { record, skipped }, cell)
      end
    end
    for cell, value in pairs { [" 1990-01-31 "] = "1990-01-31", ['="1990-01-31"'] = "1990-01-31" } do
      assert.equal(value, set({}, { ["customFields.a_date"] = cell }).customFields.a_date)
    end
    local current = "2026-01-31T08:00:00.000Z"
    for cell, value in pairs {
      ["2026-01-31T10:00:00+02:00"] = current, ["2026-01-31 08:00:00Z"] = current,
      ["2026-01-31T02:30:00-05:30"] = current, ["2026-01-31T11:00:00+02:00"] = "2026-01-31T11:00:00+02:00",
      ["2026-01-31 11:00+0200"] = "2026-01-31T09:00:00.000Z", ["2026-01-31t09:00:00z"] = "2026-01-31T09:00:00.000Z",
    } do
      assert.equal(value, set({ customFields = { b_datetime = current } }, { ["customFields.b_datetime"] = cell })
        .customFields.b_datetime, cell)
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
    for _, extension in ipairs { "0", '"012"', "1.5", '""' } do
      local record, skipped = set(before(), { workPhone = '{"display":"+49 30 1","extension":' .. extension .. "}" })
      assert.same({ before(), { "workPhone: not an extension of at most 7 digits without leading zeros" } },
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

  it("skips a phone cell that is not one number", function()
    local function before()
      return { workPhone = { display = "+49 30 1234567", e164 = "+49301234567", extension = 5 } }
    end
    for cell, reason in pairs {
      unknown = "not a phone number", ["n/a"] = "not a phone number", ["-"] = "not a phone number",
      ["+49 30 7654321 (Zentrale)"] = "contains more than a phone number",
      ["Mrz 78"] = "contains more than a phone number",
      ["+49 30 7654321 / +49 30 7654322"] = "may be two numbers", ["030 7654321\n030 7654322"] = "may be two numbers",
      ["01.03.1978"] = "may be a date or an amount", ["2026-01-31"] = "may be a date or an amount",
      ["493,076,543,210"] = "contains more than a phone number",
      ["=+49307654321"] = "contains more than a phone number",
      ["0"] = "too few digits", ["########"] = "a spreadsheet's error value",
    } do
      local record, skipped = set(before(), { workPhone = cell })
      assert.same({ before(), { "workPhone: " .. reason } }, { record, skipped }, cell)
      record, skipped = set(before(), { ["workPhone.display"] = cell })
      assert.same({ before(), { "workPhone.display: " .. reason } }, { record, skipped }, cell)
    end
    for cell, reason in pairs { ["030 7654321"] = "no country code", ["+49 1"] = "too few digits",
      Ann = "contains more than a phone number" } do
      assert.same({ before(), { "workPhone.e164: " .. reason } }, { set(before(), { ["workPhone.e164"] = cell }) })
    end
    assert.equal("+49307654321", set(before(), { ["workPhone.e164"] = "+49 (0)30 7654321" }).workPhone.e164)
    -- A text without an extension leaves the extension as it is.
    for _, cell in ipairs { "+49 30 1234567", "0049 30 1234567", "+49301234567 ext. 5" } do
      assert.same({ before(), {} }, { set(before(), { workPhone = cell }) }, cell)
    end
  end)

  it("skips a cell that contradicts the one of a column that contains its field", function()
    local OTHER = "00000000-0000-4000-8000-000000000000"
    local function before()
      return { workPhone = { display = "+49 30 1234567", e164 = "+49301234567" }, address = { city = "Bonn" } }
    end
    local function skipped_of(row)
      local record, skipped = set(before(), row)
      return skipped[1], record
    end
    for part, cells in pairs { display = { "+49 30 2222222", "+49 30 1111111" }, e164 = { "+49302222222",
      "+49301111111" },
      extension = { "9", "4" } } do
      local row = { workPhone = "+49 30 1111111 ext. 4", ["workPhone." .. part] = cells[1] }
      local reason, record = skipped_of(row)
      assert.equal(("workPhone.%s: contradicts column 'workPhone'"):format(part), reason)
      row["workPhone." .. part] = cells[2]
      assert.is_nil(skipped_of(row))
      assert.same({ display = "+49 30 1111111", e164 = "+49301111111", extension = 4 }, record.workPhone)
    end
    assert.equal("workPhone.e164: not the number of workPhone.display",
      skipped_of { ["workPhone.display"] = "+49 30 2222222", ["workPhone.e164"] = "+49301111111" })
    assert.same(before().workPhone,
      select(2, skipped_of { ["workPhone.display"] = "+49 30 2222222", ["workPhone.e164"] = "+49301111111" }).workPhone)
    assert.is_nil(skipped_of { ["workPhone.display"] = "+49 30 2222222", ["workPhone.e164"] = "+49302222222" })
    assert.equal("address.city: contradicts column 'address'",
      skipped_of { address = '{"city":"Ulm"}', ["address.city"] = "Köln" })
    assert.equal("externalOrganization.id: contradicts column 'externalOrganization'",
      skipped_of { externalOrganization = ID, ["externalOrganization.id"] = OTHER })
    assert.is_nil(skipped_of { externalOrganization = ID, ["externalOrganization.id"] = ID:upper() })
    local record, skipped = set({}, { cellPhone = "+49 171 1234567", ["cellPhone.extension"] = "4",
      ["cellPhone.acceptsSMS"] = "yes" })
    assert.same({ { display = "+49 171 1234567", e164 = "+491711234567", extension = 4, acceptsSMS = true }, {} },
      { record.cellPhone, skipped })
  end)

  it("says so if it can't set what the server derives from another column", function()
    for row, reason in pairs {
      [{ ["externalOrganization.name"] = "Example Ltd" }] =
        "externalOrganization.name: read-only; set 'externalOrganization.id'",
      [{ ["workPhone.userInput"] = "030 1234567" }] = "workPhone.userInput: read-only; set 'workPhone.display'",
    } do
      assert.same({ {}, { reason } }, { set({}, row) })
      row["externalOrganization.id"], row["workPhone.display"] = ID, "+49 30 1234567"
      assert.same({}, (select(2, set({}, row))))
    end
  end)

  it("reads cells without regard to blanks, full-width forms and the mark of a text", function()
    local record, skipped = set({}, {
      title = "\194\160CTO\226\128\139 ", ["address.postalCode"] = "'01099", surveyOptOut = "TRUE\194\160",
      ["customFields.a_integer"] = "７\194\160", ["customFields.b_number"] = "−1.5",
      ["customFields.c_enum"] = "gold\194\160",
      lastName = "'t Hooft",
    })
    assert.same({}, skipped)
    assert.same({ title = "CTO", address = { postalCode = "01099" }, surveyOptOut = true, lastName = "'t Hooft",
      customFields = { a_integer = 7, b_number = -1.5, c_enum = "gold" } }, record)
    for _, cell in ipairs { "1e400", "-1e999" } do
      assert.same({ "customFields.b_number: the number is too large" },
        select(2, set({}, { ["customFields.b_number"] = cell })))
    end
  end)

  it("reads the values of a JSON object", function()
    local record, skipped = set({ lastName = "Lee", middleName = "M" }, {
      surveyOptOut = true, title = ec.json.null, workPhone = { display = "+49 30 1234567" }, ["address.city"] = "Bonn",
      externalOrganization = { id = ID }, ["customFields.a_integer"] = 7,
      ["customFields.b_tag"] = ec.json.array { "x" },
      lastName = 5, middleName = true, ["address.postalCode"] = { "x" }, ["customFields.c_date"] = 2026,
    })
    assert.same({
      lastName = "Lee", middleName = "M", surveyOptOut = true, workPhone = { display = "+49 30 1234567" },
      address = { city = "Bonn" }, externalOrganization = { id = ID }, customFields = { a_integer = 7,
      b_tag = { "x" } },
    }, record)
    assert.same({ "address.postalCode: not a text", "lastName: not a text", "middleName: not a text",
      "customFields.c_date: not a text" }, skipped)
    local row = { title = ec.json.null }
    assert.same({}, (set({ title = "x" }, row, { clear = true })))
    assert.same({ title = ec.json.null }, row)
  end)

  it("ignores an empty cell, or clears its field", function()
    local row = { title = " ", ["address.city"] = "", selfUri = "" }
    local function record()
      return { title = "Head", address = { city = "Bonn" }, selfUri = "/x" }
    end
    assert.same(record(), (set(record(), row)))
    assert.same({ selfUri = "/x" }, (set(record(), row, { clear = true })))
  end)

  it("clears a number with its text, and a reference with its id", function()
    local function before()
      return { externalOrganization = { id = ID, selfUri = "/o" }, workPhone = { display = "+49 30 1234567",
        e164 = "+49301234567", countryCode = "DE", userInput = "030 1234567", extension = 3 } }
    end
    local CLEAR = { clear = true }
    assert.same({ extension = 3 }, set(before(), { ["workPhone.display"] = "" }, CLEAR).workPhone)
    assert.same({ extension = 3 }, set(before(), { ["workPhone.e164"] = "" }, CLEAR).workPhone)
    assert.same({ extension = 3 }, set(before(), { ["workPhone.display"] = "", ["workPhone.e164"] = "+49301234567" },
      CLEAR).workPhone)
    assert.is_nil(set(before(), { workPhone = "" }, CLEAR).workPhone)
    assert.same({ selfUri = "/o" }, set(before(), { ["externalOrganization.id"] = "" }, CLEAR).externalOrganization)
    local record, skipped = set(before(), { ["workPhone.display"] = "+49 30 1234567", ["workPhone.e164"] = "" },
      CLEAR)
    assert.same({ before(), { "workPhone.e164: empty, but workPhone.display is not" } }, { record, skipped })
    record, skipped = set(before(), { ["workPhone.display"] = "+49 40 111111", ["workPhone.e164"] = "" }, CLEAR)
    assert.same({ { display = "+49 40 111111", e164 = "+4940111111", extension = 3 }, {} },
      { record.workPhone, skipped })
  end)

  it("does not set what the server ignores", function()
    local record, skipped = set({ externalOrganization = { id = ID, name = "Old" },
      workPhone = { display = "+49 30 1", countryCode = "DE" } }, { ["externalOrganization.name"] = "New",
      ["workPhone.countryCode"] = "US" })
    assert.same({ "externalOrganization.name: read-only, only the server sets it",
      "workPhone.countryCode: read-only, only the server sets it" }, skipped)
    assert.equal("Old", record.externalOrganization.name)
  end)

  it("checks custom fields against their schema, which the row may set", function()
    local schema = { jsonSchema = { properties = { loyalty_enum = { _enumProperties = { gold = {}, silver = {} } },
      note_text = { maxLength = 5 },
      level_integer = { minimum = 1, allOf = { { ["$ref"] = "#/definitions/integer" } } },
      born_date = { allOf = { { ["$ref"] = "#/definitions/date" } } } } } }
    local function read_schema(kind, record)
      assert(kind == "contact")
      if record.schema and record.schema.id == ID and record.schema.version == 2 then
        return schema
      end
      return nil, "the record has no schema", record.title == "unreadable"
    end
    local function skipped_of(row, record)
      return (select(2, set(record or { schema = { id = ID, version = 2 } }, row, { schema = read_schema })))
    end
    assert.same({}, skipped_of { ["customFields.loyalty_enum"] = "gold", ["customFields.note_text"] = "short",
      ["customFields.level_integer"] = "1", ["customFields.born_date"] = "1990-01-31" })
    for column, case in pairs {
      loyalty_enum = { "Gold", "loyalty_enum is not one of the allowed values" },
      note_text = { "longer", "note_text has more than 5 characters" },
      level_integer = { "0", "level_integer is too small" },
      birthdy_date = { "1990-01-31", "birthdy_date is not in the schema" },
      levl_integer = { "1", "levl_integer is not in the schema, did you mean 'level_integer'?" },
      born_date = { "31.01.1990", "a date in a country-specific format; use 2026-01-31" },
    } do
      assert.same({ ("customFields.%s: %s"):format(column, case[2]) },
        skipped_of { ["customFields." .. column] = case[1] })
    end
    local row = { ["customFields.note_text"] = "x" }
    assert.same({ "customFields.note_text: the record has no schema" }, skipped_of(row, {}))
    assert.same({}, skipped_of(row, { title = "unreadable" }))
    assert.same({}, skipped_of(row, { customFields = { note_text = "x" } }))
    row["schema.id"], row["schema.version"] = ID:upper(), "2"
    assert.same({}, skipped_of(row, {}))
    assert.same({ "customFields: note_text has more than 5 characters" },
      skipped_of { customFields = '{"note_text":"longer"}' })
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
    local function held_after(first, last)
      for index = first, last do
        set({}, { ["customFields.column" .. index .. "_text"] = "x" })
      end
      collectgarbage()
      return collectgarbage "count"
    end
    -- Lua doubles its table of all texts at some number of them: not in the second half.
    local before = held_after(1, 20000)
    local kept = (held_after(20001, 40000) - before) * 1024
    assert.is_true(kept < 1500000, kept .. " bytes kept")
  end)
end)
