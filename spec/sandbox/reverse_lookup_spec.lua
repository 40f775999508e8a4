local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the reverse lookup of the sandbox", function()
  local session
  sandbox.around({ contacts = 1200, rate = 0 }, function(...)
    session = select(2, ...)
  end, setup, teardown, before_each)

  local function looked_up(value, expand)
    return session:must("GET", "/reversewhitepageslookup?lookupVal=" .. api.escape(value) .. (expand or ""))
  end

  it("finds contacts by e-mail address in any case, E.164 number and screen name", function()
    local created = session:create {
      workEmail = "Ada@Example.com", otherEmail = "other@example.com",
      homePhone = { display = "+44 20 7946 0958" }, twitterId = { screenName = "AdaL" },
    }
    for _, value in ipairs {
      "ada@example.com", "ADA@EXAMPLE.COM", "other@example.com", "+442079460958", "adal", "@ADAL",
    } do
      local body = looked_up(value)
      assert.equal(1, #body.contacts, value)
      assert.equal(created.id, body.contacts[1].id)
    end
    for _, value in ipairs { "ada@example", "+44207946095", "02079460958", "Ada", "+44 20 7946 0958" } do
      assert.equal(0, #looked_up(value).contacts, value)
    end
  end)

  it("reads a plain + in the query as a space", function()
    session:create { homePhone = { display = "+44 20 7946 0958" } }
    assert.equal(0, #session:must("GET", "/reversewhitepageslookup?lookupVal=+442079460958").contacts)
  end)

  it("finds seeded contacts", function()
    local checked = 0
    for _, record in ipairs(session:must("GET", "/contacts?pageSize=100").entities) do
      local keys = {
        record.workEmail and record.workEmail:match("^%S+$"),
        record.cellPhone and record.cellPhone.e164,
        record.twitterId and record.twitterId.screenName,
      }
      for _, key in pairs(keys) do
        local ids = {}
        for _, match in ipairs(looked_up(key).contacts) do
          ids[match.id] = true
        end
        assert.is_true(ids[record.id], key)
        checked = checked + 1
      end
    end
    assert.is_true(checked > 50)
  end)

  it("does not find phone numbers that the server does not recognise", function()
    session:create { workPhone = { display = "030 12345678" } }
    assert.equal(0, #looked_up("+493012345678").contacts)
  end)

  it("finds organizations by phone number and screen name", function()
    local created = session:must("POST", "/organizations", {
      name = "X", phoneNumber = { display = "+49 30 98765432" }, twitterId = { screenName = "xcorp" } })
    assert.equal(created.id, looked_up("+493098765432").externalOrganizations[1].id)
    assert.equal(created.id, looked_up("xcorp").externalOrganizations[1].id)
  end)

  it("returns at most 25 contacts", function()
    for number = 1, 27 do
      session:create { firstName = "N" .. number, personalEmail = "many@example.com" }
    end
    assert.equal(25, #looked_up("many@example.com").contacts)
  end)

  it("expands the organization of contacts", function()
    local organization = session:must("POST", "/organizations", { name = "Engines" })
    session:create { workEmail = "ada@example.com", externalOrganization = { id = organization.id } }
    assert.is_nil(looked_up("ada@example.com").contacts[1].externalOrganization.name)
    local expand = "&expand=contacts.externalOrganization,externalDataSources"
    local contact = looked_up("ada@example.com", expand).contacts[1]
    assert.equal("Engines", contact.externalOrganization.name)
    assert.is_table(contact.externalDataSources)
  end)

  it("requires a value", function()
    assert.equal(400, session:call("GET", "/reversewhitepageslookup").status)
    assert.equal(400, session:call("GET", "/reversewhitepageslookup?lookupVal=").status)
  end)
end)
