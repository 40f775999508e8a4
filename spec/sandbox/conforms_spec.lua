-- Session:must compares answers with their models; this is what it finds.
local conforms = require "spec.support.conforms"

local CONTACT = "/api/v2/externalcontacts/contacts/1"

local function problems(text, method, path)
  local list = conforms.check(method or "GET", path or CONTACT, text)
  table.sort(list)
  return list
end

describe("the comparison of answers with their models", function()
  it("accepts an answer with known fields of the right types", function()
    assert.same({}, problems [[{"id":"1","firstName":"Ada","surveyOptOut":false,"createDate":"2026-11-30T01:02:03.456Z",
      "workPhone":{"display":"x","extension":7},"externalIds":[],"customFields":{"a_text":[1,"2",null]},
      "externalOrganization":{"id":"2","selfUri":"/api/v2/externalcontacts/organizations/2"}}]])
  end)

  it("finds wrong types, formats and values, null, and fields that are unknown or missing", function()
    assert.same({
      "ExternalContact.createDate must be date, is \"yesterday\"",
      "ExternalContact.externalIds must be array, is {}",
      "ExternalContact.externalOrganization.name is missing",
      "ExternalContact.firstName must be string, is 7",
      "ExternalContact.lastName is null",
      "ExternalContact.lineId.ids[1].userId must be string, is true",
      "ExternalContact.nickname is no field of ExternalContact",
      "ExternalContact.selfUri must be uri, is \"contacts/1\"",
      "ExternalContact.type has an unknown value: Wise",
      "ExternalContact.workPhone must be a PhoneNumber, is \"1\"",
    }, problems [[{"firstName":7,"lastName":null,"nickname":"A","createDate":"yesterday",
      "externalIds":{},"type":"Wise","workPhone":"1","lineId":{"ids":[{"userId":true}]},"selfUri":"contacts/1",
      "externalOrganization":{"industry":"x"}}]])
  end)

  it("takes an object for a reference only where a record is not the answer itself", function()
    local listing = '{"entities":[{"id":"1","selfUri":"/x"}]}'
    assert.same({ "ExternalOrganizationListing.entities[1].name is missing" },
      problems(listing, "GET", "/api/v2/externalcontacts/organizations"))
  end)
end)
