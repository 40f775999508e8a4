local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the sandbox, storing a record", function()
  local server, session
  sandbox.around({ contacts = 200, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  it("rewrites a phone number that it recognises", function()
    local phone = session:create { workPhone = { display = "(317) 555-0123", acceptsSMS = true } }.workPhone
    assert.same({
      display = "+1 317-555-0123", userInput = "(317) 555-0123", e164 = "+13175550123", countryCode = "US",
      acceptsSMS = true,
    }, phone)
    phone = session:create { cellPhone = { display = "+49 (0)30 12345678 ext. 12" } }.cellPhone
    assert.equal("+49 30 12345678", phone.display)
    assert.equal("+493012345678", phone.e164)
    assert.equal("DE", phone.countryCode)
    assert.equal(12, phone.extension)
  end)

  it("keeps a phone number that it does not recognise", function()
    for _, text in ipairs { "n/a", "030 12345678", "12345", "++4930123456", "call me" } do
      local sent = { display = text, e164 = "+10000000000", countryCode = "XX" }
      local phone = session:create { workPhone = sent }.workPhone
      assert.same({ display = text }, phone)
    end
  end)

  it("reads a phone number without a country code by its region", function()
    assert.is_nil(session:create { workPhone = { display = "030 12345678" } }.workPhone.e164)
    local phone = session:create { workPhone = { display = "030 12345678", normalizationCountryCode = "DE" } }.workPhone
    assert.equal("+493012345678", phone.e164)
    server:control("POST", "/sandbox/settings", { region = "DE" })
    assert.equal("+493012345678", session:create { workPhone = { display = "030 12345678" } }.workPhone.e164)
  end)

  it("keeps the userInput of a phone number that comes back as it was read", function()
    local created = session:create { workPhone = { display = "317.555.0123" } }
    local again = session:must("PUT", "/contacts/" .. created.id, created)
    assert.equal("317.555.0123", again.workPhone.userInput)
    assert.same(created.workPhone, again.workPhone)
  end)

  it("checks the lengths of a phone number", function()
    assert.equal(422,
      session:call("POST", "/contacts", api.contact { workPhone = { display = ("1"):rep(513) } }).status)
    assert.equal(422, session:call("POST", "/contacts",
      api.contact { workPhone = { display = "n/a", countryCode = "ABCDE" } }).status)
  end)

  it("rewrites phone numbers in organizations and WhatsApp ids too", function()
    local organization = session:must("POST", "/organizations", {
      name = "X", phoneNumber = { display = "+442079460958" }, faxNumber = { display = "+4930123456" } })
    assert.equal("+44 20 7946 0958", organization.phoneNumber.display)
    assert.equal("+49 30 123456", organization.faxNumber.display)
    assert.equal("+13175550123",
      session:create { whatsAppId = { phoneNumber = { display = "3175550123" } } }.whatsAppId.phoneNumber.e164)
  end)

  it("sets the read-only fields of a Twitter id", function()
    local sent = { screenName = "ada", verified = true, profileUrl = "https://evil.example" }
    local created = session:create { twitterId = sent }
    assert.is_false(created.twitterId.verified)
    assert.equal("https://twitter.com/ada", created.twitterId.profileUrl)
  end)

  it("links a contact to an organization that exists", function()
    local organization = session:must("GET", "/organizations?pageSize=1").entities[1]
    local created = session:create { externalOrganization = { id = organization.id, name = "ignored" } }
    assert.same({ id = organization.id, selfUri = organization.selfUri }, created.externalOrganization)
    local expanded = session:must("GET", "/contacts/" .. created.id .. "?expand=externalOrganization")
    assert.equal(organization.name, expanded.externalOrganization.name)
    local listed = session:must("GET", "/organizations/" .. organization.id .. "/contacts?pageSize=500").entities
    assert.equal(created.id, listed[#listed].id)
    session:must("PUT", "/contacts/" .. created.id, api.contact())
    for _, record in ipairs(session:must("GET",
      "/organizations/" .. organization.id .. "/contacts?pageSize=500").entities) do
      assert.not_equal(created.id, record.id)
    end
    for _, reference in ipairs { '{"id":"' .. api.NOBODY .. '"}', "{}", '{"id":null}', '{"id":7}' } do
      local text = '{"firstName":"A","lastName":"B","externalOrganization":' .. reference .. "}"
      assert.equal(400, session:call("POST", "/contacts", text).status, reference)
    end
  end)
end)
