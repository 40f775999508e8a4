local identifiers = require "extcontacts.record.identifiers"

describe("identifiers in the fields of a record", function()
  local SOURCE = { id = "A1B2C3D4-0000-4000-8000-000000000001" }
  local record = {
    workEmail = " Ann@Example.COM ", otherPhone = { display = "+49 30 1234567", e164 = "+49301234567" },
    cellPhone = { display = "+49 30 999" }, twitterId = { id = "17", screenName = "@Ann_L" },
    lineId = { ids = { { userId = "L1" } } }, facebookId = { ids = { { scopedId = "F1" }, { scopedId = "F2" } } },
    instagramId = { ids = { { scopedId = "I1" } }, handle = "ann.i" }, appleOpaqueIds = { { value = "A1" } },
    whatsAppId = { phoneNumber = { display = "+49 151 2345678", e164 = "+491512345678" } },
    externalIds = { { externalSource = SOURCE, value = "X 1" }, { value = "no source" } },
  }

  local function has(kind, value, source)
    return identifiers.has(record, { type = kind, value = value, externalSource = source })
  end

  it("are found in every spelling that means the same", function()
    for _, case in ipairs {
      { "Email", "ann@example.com" }, { "Phone", "+49301234567" }, { "Phone", "+49 30 1234567" },
      { "Phone", "+4930999" },
      { "SocialTwitter", "ann_l" }, { "SocialTwitter", "17" }, { "SocialLine", "L1" }, { "SocialFacebook", "F2" },
      { "SocialInstagram", "I1" }, { "SocialInstagramHandle", "ann.i" }, { "SocialWhatsapp", "+491512345678" },
      { "AppleOpaqueId", "A1" }, { "ExternalId", "X 1", { id = SOURCE.id:lower() } }, { "ExternalId", "no source" },
    } do
      assert.is_true(has(case[1], case[2], case[3]), case[1] .. " " .. case[2])
    end
  end)

  it("are not found where they differ, or where no field has their type", function()
    for _, case in ipairs {
      { "Email", "ann@example.org" }, { "Phone", "+49301234568" }, { "SocialLine", "l1" }, { "AppleOpaqueId", "a1" },
      { "ExternalId", "X 1" }, { "ExternalId", "X 1", { id = "a1b2c3d4-0000-4000-8000-000000000002" } },
      { "ExternalId", "no source", SOURCE }, { "Cookie", "c" }, { "SocialWhatsappBsuid", "b" }, { "Future", "x" },
    } do
      assert.is_false(has(case[1], case[2], case[3]), case[1] .. " " .. case[2])
    end
    assert.is_false(identifiers.has({}, { type = "Email", value = "a@example.com" }))
    assert.is_false(identifiers.has({ lineId = require("extcontacts").null }, { type = "SocialLine", value = "x" }))
    assert.is_false(identifiers.has(record, { type = "Email" }))
  end)

  it("have one key per value that the reverse lookup finds", function()
    local keys = {}
    identifiers.each_search_key({ workEmail = "A@example.com", otherEmail = "a@example.com", lineId = record.lineId,
      workPhone = { display = "+49 30 1234567", e164 = "+49301234567" } }, function(key)
      keys[#keys + 1] = key
    end)
    assert.same({ "Email a@example.com", "Phone +49301234567" }, keys)
    assert.equal(keys[2], identifiers.search_key { type = "Phone", value = "+49 30 1234567" })
    assert.is_nil(identifiers.search_key { type = "Cookie", value = "c" })
  end)

  it("are the same with the same type, value and source", function()
    local a = { type = "ExternalId", value = "1", externalSource = SOURCE }
    assert.is_true(identifiers.same(a, { type = "ExternalId", value = " 1",
      externalSource = { id = SOURCE.id:lower() } }))
    assert.is_false(identifiers.same(a, { type = "ExternalId", value = "1" }))
    assert.is_false(identifiers.same(a, { type = "Cookie", value = "1" }))
  end)
end)
