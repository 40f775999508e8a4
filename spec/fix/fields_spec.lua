local ec = require "extcontacts"
local fix = require "extcontacts.fix"

describe("the fields of a record in a fix", function()
  it("are read by their path; null counts as missing", function()
    local contact = { title = fix.null, address = { city = "Bonn" } }
    assert.equal(ec.null, fix.null)
    assert.equal("Bonn", fix.get(contact, "address.city"))
    for _, path in ipairs { "title", "address.state", "workPhone.display" } do
      assert.is_nil(fix.get(contact, path))
    end
  end)

  it("are cells of a CSV file, which set_row reads", function()
    local names = fix.columns "contact"
    local contact = { title = "Head", middleName = fix.null, externalIds = ec.array { { value = "x" } },
      workPhone = { display = "+49 30 1234567", extension = 12 }, customFields = { tier_text = "gold" } }
    local cells, row = fix.cells(contact, names), {}
    for index, name in ipairs(names) do
      row[name] = cells[index] and tostring(cells[index])
    end
    assert.same({ title = "Head", externalIds = '[{"value":"x"}]', ["workPhone.display"] = "+49 30 1234567",
      ["workPhone.extension"] = "12", customFields = '{"tier_text":"gold"}' }, row)
    local again = fix.set_row({}, "contact", { row = row, skip = error })
    contact.middleName = nil
    assert.same({ "Head", "x", 12, "gold" }, { again.title, again.externalIds[1].value, again.workPhone.extension,
      again.customFields.tier_text })
    assert.error_matches(function() fix.columns "contcat" end, "did you mean 'contact'", 1, true)
    assert.same({ 1700000000, nil }, { fix.time "2023-11-14T22:13:20Z", fix.time "2023-11-14" })
  end)

  it("are known by their path", function()
    for _, path in ipairs { "title", "address.city", "customFields.any_text" } do
      assert.is_true(fix.is_field("contact", path), path)
    end
    for _, path in ipairs { "titel", "address.citty", "" } do
      assert.is_false(fix.is_field("contact", path), path)
    end
    assert.error_matches(function() fix.is_field("contcat", "title") end, "did you mean 'contact'", 1, true)
  end)

  -- A record with its fields set from a row, and the reasons for skipped cells.
  local function set(row, options)
    local reasons = {}
    local ctx = { row = row, skip = function(reason) reasons[#reasons + 1] = reason end }
    return fix.set_row({ title = "old" }, "contact", ctx, options), reasons
  end

  it("are set from the row at hand", function()
    local contact, reasons = set { title = "Head", workPhone = "4.9E+11", ["address.city"] = "Bonn" }
    assert.same({ title = "Head", address = { city = "Bonn" } }, contact)
    assert.same({ "workPhone: a spreadsheet turned these digits into a number" }, reasons)
  end)

  it("are neither the columns of PLAN.errors.csv nor those to be ignored", function()
    assert.same({ title = "old" }, (set { id = "1", reason = "x", status = "422", code = "x", correlation_id = "x" }))
    assert.same({ title = "old" }, (set({ number = "7" }, { ignore = { "number" } })))
    assert.error_matches(function() set { number = "7" } end, "unknown field 'number'", 1, true)
  end)

  it("are cleared by an empty cell on request", function()
    assert.same({ title = "old" }, (set { title = "" }))
    assert.same({}, (set({ title = "" }, { clear = true })))
  end)
end)
