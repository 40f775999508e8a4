-- What the sandbox makes of records that are written to it.

local sandbox = require "spec.support.sandbox"

local NOBODY = "11111111-2222-4333-8444-555555555555"
local ISO = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$"

describe("the sandbox's writes", function()
  local server, session
  sandbox.around({ contacts = 200, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function contact(more)
    local record = { firstName = "Ada", lastName = "Lovelace" }
    for key, value in pairs(more or {}) do
      record[key] = value
    end
    return record
  end

  local function create(more)
    return session:must("POST", "/contacts", contact(more))
  end

  local function read(id)
    return session:must("GET", "/contacts/" .. id)
  end

  describe("of contacts", function()
    it("are kept, with what only the server knows", function()
      local made = create { id = NOBODY, selfUri = "/x", createDate = "2001-01-01T00:00:00.000Z" }
      assert.not_equal(NOBODY, made.id)
      assert.equal("/api/v2/externalcontacts/contacts/" .. made.id, made.selfUri)
      assert.matches(ISO, made.createDate)
      assert.equal(made.createDate, made.modifyDate)
      assert.not_equal("2001", made.createDate:sub(1, 4))
      assert.same(made, read(made.id))
    end)

    it("replace the whole record: what is left out or null is gone", function()
      local made = create { title = "Countess", middleName = "King", workEmail = "ada@example.com" }
      server:control("POST", "/sandbox/clock", { advance = 10 })
      local text = '{"firstName":"Ada","lastName":"Byron","title":null}'
      local updated = session:must("PUT", "/contacts/" .. made.id, text)
      assert.equal("Byron", updated.lastName)
      for _, field in ipairs { "title", "middleName", "workEmail" } do
        assert.is_nil(updated[field])
      end
      assert.equal(made.createDate, updated.createDate)
      assert.is_true(updated.modifyDate > made.modifyDate)
      assert.equal(made.id, updated.id)
      assert.same(updated, read(made.id))
    end)

    it("trim texts", function()
      local made = create { firstName = "  Ada ", title = "Countess\t" }
      assert.equal("Ada", made.firstName)
      assert.equal("Countess", made.title)
    end)

    it("refuse what breaks a field rule, naming the field", function()
      local cases = {
        firstName = { "", "   ", ("x"):rep(1001) },
        lastName = { "" },
        middleName = { "", ("é"):rep(1001) },
        title = { "" },
        salutation = { "" },
        externalSystemUrl = { "", ("x"):rep(1001) },
        workEmail = { "", "nobody", "a@b", "a b@example.com", "@example.com", "a@@example.com", "a@example..com",
          ("x"):rep(60) .. "@" .. ("y."):rep(100) .. "com" },
        personalEmail = { "name at example.com" },
        otherEmail = { "x@" },
      }
      for field, values in pairs(cases) do
        for _, value in ipairs(values) do
          local reply = session:call("POST", "/contacts", contact { [field] = value })
          assert.equal(422, reply.status, field .. "=" .. value)
          assert.equal(field, reply.body.details[1].fieldName)
          assert.equal(422, reply.body.status)
        end
      end
      assert.equal(200, session:call("POST", "/contacts", contact { title = ("é"):rep(1000) }).status)
      server:control("POST", "/sandbox/settings", { invalid_status = 400 })
      assert.equal(400, session:call("POST", "/contacts", contact { workEmail = "nobody" }).status)
      assert.equal(200, server:control("GET", "/sandbox/counters").records.contact - 1)
    end)

    it("refuse values of the wrong type", function()
      local cases = {
        '"firstName":7', '"surveyOptOut":"yes"', '"workPhone":"+1 317 555 0123"', '"address":[]', '"workPhone":[]',
        '"workPhone":{"extension":1.5}', '"workPhone":{"display":7}', '"twitterId":{"screenName":{}}',
        '"lineId":{"ids":{"a":1}}', '"lineId":{"ids":[null]}', '"externalOrganization":"x"', '"customFields":[1]',
      }
      for _, case in ipairs(cases) do
        local reply = session:call("POST", "/contacts", '{"firstName":"A","lastName":"B",' .. case .. "}")
        assert.equal(400, reply.status, case)
        assert.equal("bad.request", reply.body.code)
      end
    end)

    it("refuse a date that is none", function()
      local reply = session:call("POST", "/contacts", contact { createDate = "yesterday" })
      assert.equal(400, reply.status)
      assert.equal("invalid.date", reply.body.code)
      assert.equal(400, session:call("POST", "/contacts", contact { modifyDate = "2024-13-01T00:00:00Z" }).status)
      assert.equal(200, session:call("POST", "/contacts", contact { modifyDate = "2024-12-01T00:00:00Z" }).status)
    end)

    it("ignore or refuse unknown fields", function()
      assert.is_nil(create { shoeSize = 43 }.shoeSize)
      server:control("POST", "/sandbox/settings", { unknown_fields = "reject" })
      local reply = session:call("POST", "/contacts", contact { shoeSize = 43 })
      assert.equal(400, reply.status)
      assert.equal("invalid.property", reply.body.code)
    end)

    it("keep empty arrays and objects apart", function()
      local _, reply = session:must("POST", "/contacts",
        '{"firstName":"A","lastName":"B","lineId":{"ids":[]},"facebookId":{},"address":{}}')
      assert.matches('"lineId":{"ids":%[%]}', reply.text)
      assert.matches('"facebookId":{}', reply.text)
      assert.matches('"address":{}', reply.text)
    end)

    it("own the read-only parts of a Twitter id", function()
      local made = create { twitterId = { screenName = "ada", verified = true, profileUrl = "https://evil.example" } }
      assert.is_false(made.twitterId.verified)
      assert.equal("https://twitter.com/ada", made.twitterId.profileUrl)
    end)

    it("link to an organization that exists", function()
      local organization = session:must("GET", "/organizations?pageSize=1").entities[1]
      local made = create { externalOrganization = { id = organization.id, name = "ignored" } }
      assert.same({ id = organization.id, selfUri = organization.selfUri }, made.externalOrganization)
      local expanded = session:must("GET", "/contacts/" .. made.id .. "?expand=externalOrganization")
      assert.equal(organization.name, expanded.externalOrganization.name)
      local listed = session:must("GET", "/organizations/" .. organization.id .. "/contacts?pageSize=500").entities
      assert.equal(made.id, listed[#listed].id)
      session:must("PUT", "/contacts/" .. made.id, contact())
      for _, record in ipairs(session:must("GET",
        "/organizations/" .. organization.id .. "/contacts?pageSize=500").entities) do
        assert.not_equal(made.id, record.id)
      end
      for _, reference in ipairs { '{"id":"' .. NOBODY .. '"}', "{}", '{"id":null}', '{"id":7}' } do
        local text = '{"firstName":"A","lastName":"B","externalOrganization":' .. reference .. "}"
        assert.equal(400, session:call("POST", "/contacts", text).status, reference)
      end
    end)

    it("take what was read, and then change nothing more", function()
      local refused = 0
      for _, record in ipairs(session:must("GET", "/contacts?pageSize=200").entities) do
        local reply = session:call("PUT", "/contacts/" .. record.id, record)
        if reply.status == 200 then
          local second = session:must("PUT", "/contacts/" .. record.id, reply.body)
          second.modifyDate, reply.body.modifyDate = nil, nil
          assert.same(reply.body, second)
        else
          assert.equal(422, reply.status)
          assert.matches("Email$", reply.body.details[1].fieldName)
          refused = refused + 1
        end
      end
      assert.is_true(refused < 10)
    end)

    it("answer the second DELETE with 404, and take the notes along", function()
      local made = create()
      local note = session:must("POST", "/contacts/" .. made.id .. "/notes", {
        noteText = "x", createdBy = { id = NOBODY } })
      local before = server:control("GET", "/sandbox/counters").records.contact_note
      session:must("DELETE", "/contacts/" .. made.id)
      local reply = session:call("DELETE", "/contacts/" .. made.id)
      assert.equal(404, reply.status)
      assert.equal("contact.not.found", reply.body.code)
      assert.equal(404, session:call("GET", "/contacts/" .. made.id).status)
      assert.equal(404, session:call("PUT", "/contacts/" .. made.id, contact()).status)
      assert.equal(404, session:call("GET", "/contacts/" .. made.id .. "/notes/" .. note.id).status)
      assert.equal(before - 1, server:control("GET", "/sandbox/counters").records.contact_note)
    end)

    it("know ids in any case, and malformed ones not at all", function()
      local made = create()
      assert.equal(made.id, read(made.id:upper()).id)
      for _, id in ipairs { "x", "1", made.id .. "0", made.id:sub(1, -2), made.id:gsub("-", "_"), "a%2Fb", "%2e%2e" } do
        assert.equal(404, session:call("GET", "/contacts/" .. id).status, id)
      end
      server:control("POST", "/sandbox/settings", { malformed_id = 400 })
      assert.equal(400, session:call("GET", "/contacts/x").status)
      assert.equal(404, session:call("GET", "/contacts/" .. NOBODY).status)
    end)

    it("reach GET only after the lag, when there is one", function()
      server:control("POST", "/sandbox/settings", { read_lag = 20 })
      local made = create()
      assert.equal(404, session:call("GET", "/contacts/" .. made.id).status)
      server:control("POST", "/sandbox/clock", { advance = 21 })
      assert.equal("Lovelace", read(made.id).lastName)
      session:must("PUT", "/contacts/" .. made.id, contact { lastName = "Byron" })
      assert.equal("Lovelace", read(made.id).lastName)
      server:control("POST", "/sandbox/clock", { advance = 21 })
      assert.equal("Byron", read(made.id).lastName)
      session:must("DELETE", "/contacts/" .. made.id)
      assert.equal("Byron", read(made.id).lastName)
      server:control("POST", "/sandbox/clock", { advance = 21 })
      assert.equal(404, session:call("GET", "/contacts/" .. made.id).status)
    end)
  end)

  describe("of phone numbers", function()
    it("are rewritten when they can be read", function()
      local phone = create { workPhone = { display = "(317) 555-0123", acceptsSMS = true } }.workPhone
      assert.same({
        display = "+1 317-555-0123", userInput = "(317) 555-0123", e164 = "+13175550123", countryCode = "US",
        acceptsSMS = true,
      }, phone)
      phone = create { cellPhone = { display = "+49 (0)30 12345678 ext. 12" } }.cellPhone
      assert.equal("+49 30 12345678", phone.display)
      assert.equal("+493012345678", phone.e164)
      assert.equal("DE", phone.countryCode)
      assert.equal(12, phone.extension)
    end)

    it("stay as they are when they can't", function()
      for _, text in ipairs { "n/a", "030 12345678", "12345", "++4930123456", "call me" } do
        local phone = create { workPhone = { display = text, e164 = "+10000000000", countryCode = "XX" } }.workPhone
        assert.same({ display = text }, phone)
      end
    end)

    it("follow the region given", function()
      assert.is_nil(create { workPhone = { display = "030 12345678" } }.workPhone.e164)
      local phone = create { workPhone = { display = "030 12345678", normalizationCountryCode = "DE" } }.workPhone
      assert.equal("+493012345678", phone.e164)
      server:control("POST", "/sandbox/settings", { region = "DE" })
      assert.equal("+493012345678", create { workPhone = { display = "030 12345678" } }.workPhone.e164)
    end)

    it("keep what was typed when they come back as they were read", function()
      local made = create { workPhone = { display = "317.555.0123" } }
      local again = session:must("PUT", "/contacts/" .. made.id, made)
      assert.equal("317.555.0123", again.workPhone.userInput)
      assert.same(made.workPhone, again.workPhone)
    end)

    it("have lengths", function()
      assert.equal(422, session:call("POST", "/contacts", contact { workPhone = { display = ("1"):rep(513) } }).status)
      assert.equal(422, session:call("POST", "/contacts",
        contact { workPhone = { display = "n/a", countryCode = "ABCDE" } }).status)
    end)

    it("are rewritten in organizations and WhatsApp ids too", function()
      local organization = session:must("POST", "/organizations", {
        name = "X", phoneNumber = { display = "+442079460958" }, faxNumber = { display = "+4930123456" } })
      assert.equal("+44 20 7946 0958", organization.phoneNumber.display)
      assert.equal("+49 30 123456", organization.faxNumber.display)
      assert.equal("+13175550123",
        create { whatsAppId = { phoneNumber = { display = "3175550123" } } }.whatsAppId.phoneNumber.e164)
    end)
  end)

  describe("of organizations", function()
    it("keep integers that no double can hold", function()
      local _, reply = session:must("POST", "/organizations",
        '{"name":"X","revenue":9007199254740993,"employeeCount":-9223372036854775808}')
      assert.matches('"revenue":9007199254740993', reply.text, 1, true)
      local id = reply.body.id
      _, reply = session:must("GET", "/organizations/" .. id)
      assert.matches('"revenue":9007199254740993', reply.text, 1, true)
      assert.matches('"employeeCount":-9223372036854775808', reply.text, 1, true)
      _, reply = session:must("GET", "/organizations/" .. id .. "?expand=externalDataSources")
      assert.matches('"revenue":9007199254740993', reply.text, 1, true)
    end)

    it("check their fields", function()
      assert.equal(422, session:call("POST", "/organizations", { name = " " }).status)
      local reply = session:call("POST", "/organizations", { name = "X", tickers = { { symbol = "X" } } })
      assert.equal(422, reply.status)
      assert.equal("tickers[1].exchange", reply.body.details[1].fieldName)
      assert.equal(400, session:call("POST", "/organizations", { name = "X", tags = "a" }).status)
      assert.equal(400, session:call("POST", "/organizations", { name = "X", tags = { 1 } }).status)
      assert.equal(400, session:call("POST", "/organizations", { name = "X", revenue = "1" }).status)
    end)

    it("change the trustor only by its own operation", function()
      local organization = session:must("POST", "/organizations", { name = "X", trustor = { enabled = true } })
      local path = "/organizations/" .. organization.id
      assert.is_nil(session:must("GET", path .. "?includeTrustors=true").trustor)
      assert.equal(404, session:call("DELETE", path .. "/trustor").status)
      session:must("PUT", path .. "/trustor/" .. NOBODY)
      assert.is_nil(session:must("GET", path).trustor)
      local trustor = session:must("GET", path .. "?includeTrustors=true").trustor
      assert.equal(NOBODY, trustor.id)
      assert.is_true(trustor.enabled)
      assert.matches(ISO, trustor.dateCreated)
      session:must("PUT", path, { name = "Y" })
      assert.equal(NOBODY, session:must("GET", path .. "?includeTrustors=true").trustor.id)
      assert.equal(204, session:call("DELETE", path .. "/trustor").status)
      assert.is_nil(session:must("GET", path .. "?includeTrustors=true").trustor)
    end)

    it("when deleted, leave their contacts and take notes and relationships along", function()
      local organization
      for _, candidate in ipairs(session:must("GET", "/organizations?pageSize=100").entities) do
        local path = "/organizations/" .. candidate.id
        if session:must("GET", path .. "/relationships").total > 0
          and session:must("GET", path .. "/contacts").total > 0
        then
          organization = candidate
        end
      end
      local path = "/organizations/" .. organization.id
      local member = session:must("GET", path .. "/contacts").entities[1]
      local relationship = session:must("GET", path .. "/relationships").entities[1]
      session:must("DELETE", path)
      assert.equal(404, session:call("GET", path .. "/contacts").status)
      assert.equal(404, session:call("GET", "/relationships/" .. relationship.id).status)
      local left = read(member.id)
      assert.is_nil(left.externalOrganization)
      assert.equal(member.lastName, left.lastName)
      assert.equal(404, session:call("DELETE", path).status)
    end)
  end)

  describe("of notes", function()
    it("belong to one record", function()
      local one, two = create(), create()
      local organization = session:must("POST", "/organizations", { name = "X" })
      local note = session:must("POST", "/contacts/" .. one.id .. "/notes", {
        noteText = " first ", createdBy = { id = NOBODY, name = "ignored" }, name = "n" })
      assert.equal("first", note.noteText)
      assert.same({ id = NOBODY, selfUri = "/api/v2/users/" .. NOBODY }, note.createdBy)
      assert.equal(("/api/v2/externalcontacts/contacts/%s/notes/%s"):format(one.id, note.id), note.selfUri)
      assert.equal(404, session:call("GET", "/contacts/" .. two.id .. "/notes/" .. note.id).status)
      assert.equal(404, session:call("GET", "/organizations/" .. organization.id .. "/notes/" .. note.id).status)
      assert.equal(404, session:call("DELETE", "/contacts/" .. two.id .. "/notes/" .. note.id).status)
      assert.equal(1, session:must("GET", "/contacts/" .. one.id .. "/notes").total)
      assert.equal(0, session:must("GET", "/contacts/" .. two.id .. "/notes").total)
      local found = 0
      for _, record in ipairs((session:scan("notes"))) do
        found = found + (record.id == note.id and 1 or 0)
      end
      assert.equal(1, found)
    end)

    it("have lengths and can be sorted", function()
      local path = "/contacts/" .. create().id .. "/notes"
      assert.equal(422, session:call("POST", path, { noteText = "", createdBy = { id = NOBODY } }).status)
      assert.equal(422, session:call("POST", path, { noteText = ("x"):rep(32001), createdBy = { id = NOBODY } }).status)
      assert.equal(422, session:call("POST", path, { noteText = "x", createdBy = {} }).status)
      for number = 1, 3 do
        session:must("POST", path, { noteText = tostring(number), createdBy = { id = NOBODY } })
        server:control("POST", "/sandbox/clock", { advance = 5 })
      end
      local function order(direction)
        local texts = {}
        for _, note in ipairs(session:must("GET", path .. "?sortOrder=createDate:" .. direction).entities) do
          texts[#texts + 1] = note.noteText
        end
        return table.concat(texts)
      end
      assert.equal("123", order("asc"))
      assert.equal("321", order("desc"))
    end)

    it("show their author when expanded", function()
      local contacts = session:must("GET", "/contacts?pageSize=20").entities
      for _, record in ipairs(contacts) do
        local body = session:must("GET", "/contacts/" .. record.id .. "/notes?expand=author,externalDataSources")
        for _, note in ipairs(body.entities) do
          assert.is_string(note.createdBy.name)
          assert.is_string(note.createdBy.email)
          assert.is_table(note.externalDataSources)
        end
        if body.total > 0 then
          return
        end
      end
      error("no seeded contact has notes")
    end)
  end)

  describe("of relationships", function()
    it("belong to an organization", function()
      local organization = session:must("POST", "/organizations", { name = "X" })
      local made = session:must("POST", "/relationships", {
        user = { id = NOBODY }, externalOrganization = { id = organization.id }, relationship = "Sales" })
      assert.equal(organization.selfUri, made.externalOrganization.selfUri)
      local other = session:must("POST", "/organizations", { name = "Y" })
      session:must("PUT", "/relationships/" .. made.id, {
        user = { id = NOBODY }, externalOrganization = { id = other.id }, relationship = "Support" })
      assert.equal(0, session:must("GET", "/organizations/" .. organization.id .. "/relationships").total)
      assert.equal("Support",
        session:must("GET", "/organizations/" .. other.id .. "/relationships").entities[1].relationship)
      assert.equal(422, session:call("POST", "/relationships", {
        user = { id = NOBODY }, externalOrganization = { id = other.id }, relationship = ("x"):rep(101) }).status)
    end)
  end)

  describe("of schemas", function()
    local function schema(properties, more)
      local record = {
        name = "Sizes",
        version = 0,
        jsonSchema = { ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "Sizes",
          properties = properties },
      }
      for key, value in pairs(more or {}) do
        record[key] = value
      end
      return record
    end
    local function property(kind, more)
      local p = { title = kind, allOf = { { ["$ref"] = "#/definitions/" .. kind } } }
      for key, value in pairs(more or {}) do
        p[key] = value
      end
      return p
    end

    it("count their versions", function()
      local made = session:must("POST", "/contacts/schemas", schema { size_integer = property "integer" })
      assert.equal(1, made.version)
      assert.same({ "CONTACT" }, made.appliesTo)
      assert.is_true(made.enabled)
      assert.matches(ISO, made.dateCreated)
      local path = "/contacts/schemas/" .. made.id
      made.jsonSchema.properties.colour_text = property "text"
      local second = session:must("PUT", path, made)
      assert.equal(2, second.version)
      local stale = session:call("PUT", path, made)
      assert.equal(409, stale.status)
      assert.equal("general.conflict", stale.body.code)
      second.name = "Sizes and colours"
      assert.equal(3, session:must("PUT", path, second).version)
      local versions = session:must("GET", path .. "/versions")
      assert.equal(3, versions.total)
      assert.equal(3, versions.entities[1].version)
      assert.is_nil(session:must("GET", path .. "/versions/1").jsonSchema.properties.colour_text)
      assert.is_table(session:must("GET", path .. "/versions/2").jsonSchema.properties.colour_text)
      for _, version in ipairs { "0", "4", "x", "1.5", "-1" } do
        assert.equal(404, session:call("GET", path .. "/versions/" .. version).status, version)
      end
    end)

    it("have names of their own", function()
      session:must("POST", "/organizations/schemas", schema {})
      assert.equal(409, session:call("POST", "/organizations/schemas", schema {}).status)
    end)

    it("are checked", function()
      local bad = {
        { size = property "integer" },
        { size_metres = property "metres" },
        { size_integer = property "text" },
        { size_integer = { title = "no type" } },
        { size_enum = property "enum" },
        { size_integer = "text" },
      }
      for _, properties in ipairs(bad) do
        assert.equal(400, session:call("POST", "/contacts/schemas", schema(properties)).status)
      end
    end)

    it("go softly, or hard when told to", function()
      local made = session:must("POST", "/contacts/schemas", schema {})
      local path = "/contacts/schemas/" .. made.id
      assert.equal(204, session:call("DELETE", path).status)
      assert.is_true(session:must("GET", path).deleted)
      assert.equal(404, session:call("DELETE", path).status)
      assert.equal(404, session:call("PUT", path, made).status)
      assert.equal(1, session:must("GET", "/contacts/schemas").total)
      server:control("POST", "/sandbox/settings", { schema_delete = "hard" })
      made = session:must("POST", "/contacts/schemas", schema {})
      assert.equal(204, session:call("DELETE", "/contacts/schemas/" .. made.id).status)
      assert.equal(404, session:call("GET", "/contacts/schemas/" .. made.id).status)
    end)

    it("rule the custom fields", function()
      local made = session:must("POST", "/contacts/schemas", schema {
        a_text = property("text", { maxLength = 5 }),
        b_longtext = property "longtext",
        c_url = property "url",
        d_identifier = property "identifier",
        e_enum = property("enum", { enum = { "red" }, _enumProperties = { red = { title = "Red" } } }),
        f_date = property "date",
        g_datetime = property "datetime",
        h_integer = property("integer", { minimum = 1, maximum = 10 }),
        i_number = property "number",
        j_checkbox = property "checkbox",
        k_tag = property "tag",
      })
      local reference = { id = made.id, version = 1 }
      local good = {
        a_text = "abcde", b_longtext = "long", c_url = "https://example.com", d_identifier = "1", e_enum = "red",
        f_date = "2024-02-29", g_datetime = "2024-02-29T10:00:00.000Z", h_integer = 10, i_number = 1.5,
        j_checkbox = true, k_tag = { "x" },
      }
      local record = create { schema = reference, customFields = good }
      assert.same(good, record.customFields)
      assert.same(reference, record.schema)
      local bad = {
        a_text = { "abcdef", 5 }, c_url = { "nowhere" }, e_enum = { "blue" }, f_date = { "2024-02-30x", "tomorrow" },
        g_datetime = { "2024-02-29" }, h_integer = { 0, 11, 1.5, "5" }, i_number = { "1" }, j_checkbox = { "true" },
        k_tag = { "x" }, z_text = { "unknown" },
      }
      for field, values in pairs(bad) do
        for _, value in ipairs(values) do
          local reply = session:call("POST", "/contacts",
            contact { schema = reference, customFields = { [field] = value } })
          assert.equal(422, reply.status, field)
          assert.equal("customFields." .. field, reply.body.details[1].fieldName)
        end
      end
      assert.equal(422, session:call("POST", "/contacts", contact { customFields = good }).status)
      assert.equal(422, session:call("POST", "/contacts",
        contact { schema = { id = made.id, version = 2 }, customFields = good }).status)
      assert.equal(422, session:call("POST", "/contacts",
        contact { schema = { id = NOBODY, version = 1 }, customFields = good }).status)
    end)
  end)

  describe("of conversations", function()
    it("are accepted, whether or not there is one, and recorded", function()
      local reply = session:call("PUT", "/conversations/" .. NOBODY, {
        conversationId = NOBODY, communicationId = "c", mediaType = "CALL", externalContactId = "nobody" })
      assert.equal(202, reply.status)
      assert.equal("", reply.text)
      assert.equal("CALL", server:control("GET", "/sandbox/associations")[1].mediaType)
      reply = session:call("PUT", "/conversations/" .. NOBODY, {
        conversationId = NOBODY, communicationId = "c", mediaType = "PIGEON" })
      assert.equal(400, reply.status)
      assert.equal("invalid.value", reply.body.code)
      assert.matches("SCREENSHARE", reply.body.message)
    end)
  end)

  it("of random texts come back as they were sent", function()
    local random = 12345
    local function below(n)
      random = (random * 1103515245 + 12345) % 2147483648
      return math.floor(random / 65536) % n
    end
    local letters = {
      "a", "Z", "é", "ß", "漢", "😀", '"', "\\", "/", "\1", "\127", "<", "&", "'", "%", "\226\128\168", " ",
    }
    for _ = 1, 100 do
      local parts = { "x" }
      for _ = 1, below(20) do
        parts[#parts + 1] = letters[1 + below(#letters)]
      end
      parts[#parts + 1] = "y"
      local text = table.concat(parts)
      assert.equal(text, read(create { title = text }.id).title)
    end
  end)
end)
