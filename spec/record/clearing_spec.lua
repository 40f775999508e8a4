local clearing = require "extcontacts.record.clearing"
local json = require "extcontacts.base.json"

local PHONE = { display = "+49 30 1234567", e164 = "+49301234567", countryCode = "DE", userInput = "030 1234567" }

-- The field after it was changed from `before` to `after`.
local function completed(name, before, after, kind)
  return clearing.complete(kind or "contact", { [name] = before }, { [name] = after })[name]
end

describe("record.clearing", function()
  it("removes what has lost the part that it can't be without", function()
    for _, case in ipairs {
      { "externalOrganization", { id = "o", selfUri = "/o" }, { selfUri = "/o" } },
      { "externalOrganization", { id = "o", selfUri = "/o" }, { id = json.null, selfUri = "/o" } },
      { "externalOrganization", { id = "o", name = "x" }, { id = "", name = "x" } },
      { "workPhone", PHONE, { countryCode = "DE", userInput = "030 1234567" } },
      { "workPhone", PHONE, { display = " ", e164 = "" } },
      { "workPhone", PHONE, { display = json.null, extension = 7 } },
      { "workPhone", { display = "n/a" }, { e164 = json.null, acceptsSMS = true } },
      { "schema", { id = "s", version = 1 }, { id = "s" } },
      { "schema", { id = "s", version = 1 }, { version = 1 } },
      { "lineId", { ids = { { userId = "u" } }, displayName = "x" }, { displayName = "x" } },
      { "facebookId", { ids = { { scopedId = "u" } }, displayName = "x" }, { ids = json.array {}, displayName = "x" } },
      { "whatsAppId", { phoneNumber = PHONE, displayName = "x" }, { displayName = "x" } },
      { "whatsAppId", { phoneNumber = PHONE, displayName = "x" },
        { phoneNumber = { extension = 7 }, displayName = "x" } },
      { "createdBy", { id = "u", selfUri = "/u" }, { selfUri = "/u" }, "contact_note" },
      { "user", { id = "u", selfUri = "/u" }, { selfUri = "/u" }, "relationship" },
      { "phoneNumber", PHONE, { userInput = "x" }, "organization" },
    } do
      assert.is_nil(completed(case[1], case[2], case[3], case[4]), case[1])
    end
  end)

  it("keeps everything else", function()
    for _, case in ipairs {
      { "externalOrganization", { id = "o" }, { id = "p" } }, { "externalOrganization", nil, { selfUri = "/o" } },
      { "externalOrganization", { selfUri = "/o" }, { selfUri = "/o" } },
      { "workPhone", PHONE, { display = PHONE.display } }, { "workPhone", PHONE, { e164 = PHONE.e164 } },
      { "workPhone", { e164 = PHONE.e164 }, { e164 = PHONE.e164 } }, { "workPhone", nil, { extension = 7 } },
      { "workPhone", PHONE, "text" }, { "address", { city = "Bonn", state = "S" }, { state = "S" } },
      { "twitterId", { screenName = "x", id = "1" }, { id = "1" } }, { "customFields", { a_text = "x" }, {} },
      { "externalIds", { { id = "x" } }, { { y = 1 } } }, { "division", { id = "d" }, { name = "x" } },
    } do
      assert.equal(case[3], completed(case[1], case[2], case[3]), case[1])
    end
    local after = { title = "x", workPhone = PHONE }
    assert.equal(after, clearing.complete("contact", { title = "y", workPhone = PHONE }, after))
  end)

  it("does not change the record that it gets", function()
    local after = { externalOrganization = { selfUri = "/o" }, title = "x" }
    local out = clearing.complete("contact", { externalOrganization = { id = "o", selfUri = "/o" } }, after)
    assert.same({ title = "x" }, out)
    assert.same({ externalOrganization = { selfUri = "/o" }, title = "x" }, after)
  end)
end)
