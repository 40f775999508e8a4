local ec = require "extcontacts"
local diff = require "extcontacts.record.diff"
local lint = require "extcontacts.record.lint"

-- The warnings as texts: `code: text`.
local function texts(warnings)
  local out = {}
  for index, warning in ipairs(warnings) do
    out[index] = warning.code .. ": " .. warning.text
  end
  return out
end

-- The warnings about a contact.
local function of_contact(fields)
  local contact = { firstName = "Ada", lastName = "Lovelace" }
  for name, value in pairs(fields) do
    contact[name] = value
  end
  return texts(lint.check("contact", contact))
end

describe("record.lint", function()
  it("accepts what the documentation allows", function()
    assert.same({}, of_contact {
      title = ("x"):rep(1000), workEmail = " ada@example.com ", surveyOptOut = false, unheard_of = { {} },
      workPhone = { display = "(030) 123 4567 ext. 7", extension = 7, acceptsSMS = ec.null },
      customFields = { a_text = 1, b_tag = ec.array {} }, address = ec.null,
    })
  end)

  it("warns about each value that breaks a limit", function()
    local ids = {}
    for index = 1, 11 do
      ids[index] = { externalSource = { id = "s" }, value = tostring(index) }
    end
    for text, fields in pairs {
      ["limit: title has 1001 characters; 1 to 1000 are allowed"] = { title = ("ä"):rep(1001) },
      ["limit: title has 0 characters; 1 to 1000 are allowed"] = { title = "" },
      ["limit: workPhone.countryCode has 5 characters; 0 to 4 are allowed"] = {
        workPhone = { display = "+49 30 1234567", countryCode = "GERMA" } },
      ["limit: workEmail is not an e-mail address"] = { workEmail = "nobody at nowhere" },
      ["limit: firstName has 0 characters; 1 to 1000 are allowed"] = { firstName = "" },
      ["limit: externalIds has 11 entries; at most 10 are allowed"] = { externalIds = ids },
    } do
      local found = of_contact(fields)
      assert.equal(text, found[#found], table.concat(found, "\n"))
    end
  end)

  it("warns about missing fields that are required, which a contact's names are not", function()
    assert.same({}, texts(lint.check("contact", {})))
    assert.same({}, texts(lint.check("contact", { firstName = "Ada" })))
    assert.same({ "required: name is required" }, texts(lint.check("organization", {})))
    assert.same({ "required: createdBy is required" }, texts(lint.check("contact_note", { noteText = "x" })))
    assert.same({ "required: externalOrganization is required", "required: relationship is required",
      "required: user is required" }, texts(lint.check("relationship", {})))
  end)

  it("warns about values of another type than their field's", function()
    for text, fields in pairs {
      ["type: title must be text, not a number"] = { title = 12 },
      ["type: surveyOptOut must be true or false, not text"] = { surveyOptOut = "yes" },
      ["type: workPhone must be an object, not text"] = { workPhone = "+49 30 1234567" },
      ["type: address must be an object, not a boolean"] = { address = true },
      ["type: title must be text, not an array"] = { title = { "x" } },
      ["type: externalIds must be an array, not an object"] = { externalIds = { a = 1 } },
      ["type: cellPhone.extension must be a whole number"] = {
        cellPhone = { display = "+49 30 1234567", extension = 1.5 } },
      ["type: externalOrganization.id must be text, not a boolean"] = { externalOrganization = { id = true } },
    } do
      assert.same({ text }, of_contact(fields))
    end
  end)

  it("warns about phone numbers that no search finds", function()
    for _, number in ipairs { "n/a", "call 030 1234567", "123456", ("1"):rep(21), "030 1234567 a" } do
      assert.same({ "not_searchable: workPhone is not a phone number that a search can find" },
        of_contact { workPhone = { display = number } }, number)
    end
    assert.same({}, of_contact { workPhone = { display = "n/a", e164 = "+49301234567" } })
  end)

  it("warns about new fields that look like misspelled ones", function()
    local function unknown(before, after)
      return texts(lint.unknown("contact", diff.between("contact", before, after)))
    end
    assert.same({
      "unknown: unknown field 'address.City', did you mean 'city'?",
      "unknown: unknown field 'workemail', did you mean 'workEmail'?",
    }, unknown({}, { workemail = "x", address = { City = "x" }, newer_than_us = 1,
      customFields = { adress_text = "x" } }))
    assert.same({}, unknown({ workemail = "x" }, { workemail = "y" }))
  end)

  it("warns about fields that an update clears", function()
    assert.same({ "cleared: address.city is cleared", "cleared: title is cleared" },
      texts(lint.cleared(diff.between("contact", { title = "x", address = { city = "x" }, firstName = "x" },
        { firstName = "y", lastName = "z" }))))
  end)
end)
