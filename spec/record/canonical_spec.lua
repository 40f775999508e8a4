local canonical = require "extcontacts.record.canonical"
local diff = require "extcontacts.record.diff"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"

local function field(model, name)
  return models[model].by_wire[name]
end

describe("the canonical form", function()
  it("is equal for equal records, whatever their order and what the server rewrote", function()
    local sent = { firstName = "Ada", workPhone = { display = "+49 30 1234567", e164 = "+49301234567" } }
    local found = { id = "1", modifyDate = "x", firstName = "Ada",
      workPhone = { e164 = "+49301234567", display = "+49301234567", userInput = "x" } }
    assert.equal(canonical.digest("contact", sent), canonical.digest("contact", found))
    found.firstName = "Eve"
    assert.not_equal(canonical.digest("contact", sent), canonical.digest("contact", found))
  end)

  it("has neither read-only fields nor nulls nor empty objects", function()
    assert.same({ firstName = "Ada", address = { city = "Bonn" } }, canonical.form("contact", {
      id = "1", selfUri = "/x", modifyDate = "d", firstName = "Ada", title = json.null, customFields = {},
      address = { city = "Bonn", state = json.null },
    }))
  end)

  it("has only the id of a record that is referred to", function()
    assert.same({ externalOrganization = { id = "o" } }, canonical.form("contact", {
      externalOrganization = { id = "o", name = "expanded", selfUri = "/o" },
    }))
  end)

  it("compares ids of other records without regard to case, and times by their moment", function()
    local id = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"
    local function form(fields)
      return canonical.text(canonical.form("contact", fields))
    end
    assert.equal(form { externalOrganization = { id = id } }, form { externalOrganization = { id = id:upper() } })
    assert.not_equal(form { title = id }, form { title = id:upper() })
    local function seen(text)
      return form { customFields = { seen_datetime = text } }
    end
    for _, text in ipairs { "2026-01-31T10:00:00+02:00", "2026-01-31T08:00:00Z", "2026-01-31T02:30:00-05:30",
      "2026-01-31T08:00:00.000+00:00", "2026-01-31T08:00:00-00:00" } do
      assert.equal(seen "2026-01-31T08:00:00.000Z", seen(text), text)
    end
    for _, text in ipairs { "2026-01-31T08:00:00.001Z", "2026-01-31T08:00:00", "31.01.2026" } do
      assert.not_equal(seen "2026-01-31T08:00:00.000Z", seen(text), text)
    end
    local function noted(text)
      return form { customFields = { seen_text = text } }
    end
    assert.not_equal(noted "2026-01-31T08:00:00Z", noted "2026-01-31T08:00:00.000Z")
  end)

  it("keeps nulls inside arrays, which have positions", function()
    assert.same({ unheard_of = { 1, json.null, { a = 1 } } }, canonical.form("contact", {
      unheard_of = json.array { 1, json.null, { a = 1, b = json.null } },
    }))
  end)

  it("is the same for spellings of one text, date-time or number", function()
    local composed, decomposed = "Rene\204\129e", "Renée"
    for _, case in ipairs {
      { { firstName = composed }, { firstName = decomposed }, true },
      { { title = "A\204\138" }, { title = "Å" }, true },
      { { address = { city = "Ko\204\136ln" } }, { address = { city = "Köln" } }, true },
      { { customFields = { a_text = composed } }, { customFields = { a_text = decomposed } }, true },
      { { customFields = { a_tag = json.array { composed } } },
        { customFields = { a_tag = json.array { decomposed } } }, true },
      { { customFields = { seen_datetime = "2026-01-31T10:00:00+02:00" } },
        { customFields = { seen_datetime = "2026-01-31T08:00:00.000Z" } }, true },
      { { customFields = { seen_datetime = "2026-01-31T08:00:00Z" } },
        { customFields = { seen_datetime = "2026-01-31T08:00:00.000-00:00" } }, true },
      { { workPhone = { display = "Jose\204\129" } }, { workPhone = { display = "José" } }, true },
      { { firstName = "René" }, { firstName = "RENÉ" }, false },
      { { firstName = "René" }, { firstName = "Rene" }, false },
      { { lastName = "O'Neil" }, { lastName = "O’Neil" }, false },
      { { customFields = { a_text = "2026-01-31T10:00:00+02:00" } },
        { customFields = { a_text = "2026-01-31T08:00:00.000Z" } }, false },
      { { customFields = { seen_datetime = "yesterday" } }, { customFields = { seen_datetime = "today" } }, false },
    } do
      local same = canonical.digest("contact", case[1]) == canonical.digest("contact", case[2])
      assert.equal(case[3], same, json.encode(case[1]))
      assert.equal(case[3], #diff.between("contact", case[1], case[2]) == 0, json.encode(case[1]))
      for name, value in pairs(case[1]) do
        local path, other = { name }, case[2][name]
        if name == "customFields" then
          path[2], value = next(value)
          other = other[path[2]]
        end
        assert.equal(case[3], diff.same("contact", path, value, other), json.encode(case[1]))
      end
    end
  end)

  it("raises an error object for a value without a JSON form", function()
    local ok, err = pcall(canonical.text, { x = print })
    assert.is_false(ok)
    assert.equal("invalid", err.kind)
  end)
end)

describe("canonical", function()
  it("knows which fields are compared as a whole, and which refer to a record", function()
    for name, expected in pairs {
      workPhone = { true, false }, externalOrganization = { true, true }, title = { true, false },
      address = { false, false },
    } do
      local found = field("ExternalContact", name)
      assert.same(expected, { canonical.is_whole(found), canonical.is_reference(found) }, name)
    end
    assert.is_true(canonical.is_whole(nil))
    assert.is_false(canonical.is_reference(field("ExternalContact", "schema")) or false)
  end)

  it("ignores white space at the ends of texts on request", function()
    local title = field("ExternalContact", "title")
    assert.not_equal(canonical.value_text(title, "Head"), canonical.value_text(title, " Head "))
    assert.equal(canonical.value_text(title, "Head"), canonical.value_text(title, " Head ", true))
    assert.equal("", canonical.value_text(title, nil))
  end)

  it("recognises a phone number that was sent as typed", function()
    local found = { display = "+49 30 1", e164 = "+49301", userInput = "030 1", extension = 7 }
    for _, case in ipairs {
      { true, { display = " 030 1 " } },
      { true, { display = "030 1", extension = 7 } },
      { true, { display = "030 1", extension = json.null } },
      { false, { display = "030 2" } },
      { false, { display = "030 1", extension = 8 } },
      { false, { display = "030 1", acceptsSMS = true } },
      { false, { display = "030 1", e164 = "+49301" } },
      { false, "030 1" },
    } do
      assert.equal(case[1], canonical.same_phone(case[2], found))
    end
  end)
end)
