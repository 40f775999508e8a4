local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

local ISO = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$"

describe("the sandbox", function()
  local server, session
  sandbox.around({ contacts = 200, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function read(id)
    return session:must("GET", "/contacts/" .. id)
  end

  it("stores a contact with its id, selfUri and dates", function()
    local created = session:create { id = api.NOBODY, selfUri = "/x", createDate = "2001-01-01T00:00:00.000Z" }
    assert.not_equal(api.NOBODY, created.id)
    assert.equal("/api/v2/externalcontacts/contacts/" .. created.id, created.selfUri)
    assert.matches(ISO, created.createDate)
    assert.equal(created.createDate, created.modifyDate)
    assert.not_equal("2001", created.createDate:sub(1, 4))
    assert.same(created, read(created.id))
  end)

  it("accepts contacts as they were read, and changes nothing the second time", function()
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

  it("deletes a contact with its notes, and answers the second DELETE with 404", function()
    local created = session:create()
    local note = session:must("POST", "/contacts/" .. created.id .. "/notes", {
      noteText = "x", createdBy = { id = api.NOBODY } })
    local before = server:control("GET", "/sandbox/counters").records.contact_note
    session:must("DELETE", "/contacts/" .. created.id)
    local reply = session:call("DELETE", "/contacts/" .. created.id)
    assert.equal(404, reply.status)
    assert.equal("contact.not.found", reply.body.code)
    assert.equal(404, session:call("GET", "/contacts/" .. created.id).status)
    assert.equal(404, session:call("PUT", "/contacts/" .. created.id, api.contact()).status)
    assert.equal(404, session:call("GET", "/contacts/" .. created.id .. "/notes/" .. note.id).status)
    assert.equal(before - 1, server:control("GET", "/sandbox/counters").records.contact_note)
  end)

  it("accepts ids in any case; a malformed one is unknown", function()
    local created = session:create()
    assert.equal(created.id, read(created.id:upper()).id)
    for _, id in ipairs {
      "x", "1", created.id .. "0", created.id:sub(1, -2), created.id:gsub("-", "_"), "a%2Fb",
      "%2e%2e",
    } do
      assert.equal(404, session:call("GET", "/contacts/" .. id).status, id)
    end
    server:control("POST", "/sandbox/settings", { malformed_id = 400 })
    assert.equal(400, session:call("GET", "/contacts/x").status)
    assert.equal(404, session:call("GET", "/contacts/" .. api.NOBODY).status)
  end)

  it("shows a write in GET only after --read-lag", function()
    server:control("POST", "/sandbox/settings", { read_lag = 20 })
    local created = session:create()
    assert.equal(404, session:call("GET", "/contacts/" .. created.id).status)
    server:control("POST", "/sandbox/clock", { advance = 21 })
    assert.equal("Lovelace", read(created.id).lastName)
    session:must("PUT", "/contacts/" .. created.id, api.contact { lastName = "Byron" })
    assert.equal("Lovelace", read(created.id).lastName)
    server:control("POST", "/sandbox/clock", { advance = 21 })
    assert.equal("Byron", read(created.id).lastName)
    session:must("DELETE", "/contacts/" .. created.id)
    assert.equal("Byron", read(created.id).lastName)
    server:control("POST", "/sandbox/clock", { advance = 21 })
    assert.equal(404, session:call("GET", "/contacts/" .. created.id).status)
  end)

  it("deletes an organization with its notes and relationships, but not its contacts", function()
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

  it("changes the trustor only with its own operations", function()
    local organization = session:must("POST", "/organizations", { name = "X", trustor = { enabled = true } })
    local path = "/organizations/" .. organization.id
    assert.is_nil(session:must("GET", path .. "?includeTrustors=true").trustor)
    assert.equal(404, session:call("DELETE", path .. "/trustor").status)
    session:must("PUT", path .. "/trustor/" .. api.NOBODY)
    assert.is_nil(session:must("GET", path).trustor)
    local trustor = session:must("GET", path .. "?includeTrustors=true").trustor
    assert.equal(api.NOBODY, trustor.id)
    assert.is_true(trustor.enabled)
    assert.matches(ISO, trustor.dateCreated)
    session:must("PUT", path, { name = "Y" })
    assert.equal(api.NOBODY, session:must("GET", path .. "?includeTrustors=true").trustor.id)
    assert.equal(204, session:call("DELETE", path .. "/trustor").status)
    assert.is_nil(session:must("GET", path .. "?includeTrustors=true").trustor)
  end)

  it("stores one owner for each note", function()
    local first, second = session:create(), session:create()
    local organization = session:must("POST", "/organizations", { name = "X" })
    local note = session:must("POST", "/contacts/" .. first.id .. "/notes", {
      noteText = " first ", createdBy = { id = api.NOBODY, name = "ignored" }, name = "n" })
    assert.equal("first", note.noteText)
    assert.same({ id = api.NOBODY, selfUri = "/api/v2/users/" .. api.NOBODY }, note.createdBy)
    assert.equal(("/api/v2/externalcontacts/contacts/%s/notes/%s"):format(first.id, note.id), note.selfUri)
    assert.equal(404, session:call("GET", "/contacts/" .. second.id .. "/notes/" .. note.id).status)
    assert.equal(404, session:call("GET", "/organizations/" .. organization.id .. "/notes/" .. note.id).status)
    assert.equal(404, session:call("DELETE", "/contacts/" .. second.id .. "/notes/" .. note.id).status)
    assert.equal(1, session:must("GET", "/contacts/" .. first.id .. "/notes").total)
    assert.equal(0, session:must("GET", "/contacts/" .. second.id .. "/notes").total)
    local found = 0
    for _, record in ipairs((session:scan("notes"))) do
      found = found + (record.id == note.id and 1 or 0)
    end
    assert.equal(1, found)
  end)

  it("checks the length of notes, and sorts them", function()
    local path = "/contacts/" .. session:create().id .. "/notes"
    assert.equal(422, session:call("POST", path, { noteText = "", createdBy = { id = api.NOBODY } }).status)
    local long = { noteText = ("x"):rep(32001), createdBy = { id = api.NOBODY } }
    assert.equal(422, session:call("POST", path, long).status)
    assert.equal(422, session:call("POST", path, { noteText = "x", createdBy = {} }).status)
    for number = 1, 3 do
      session:must("POST", path, { noteText = tostring(number), createdBy = { id = api.NOBODY } })
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

  it("expands the author of notes", function()
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

  it("stores one organization for each relationship", function()
    local organization = session:must("POST", "/organizations", { name = "X" })
    local created = session:must("POST", "/relationships", {
      user = { id = api.NOBODY }, externalOrganization = { id = organization.id }, relationship = "Sales" })
    assert.equal(organization.selfUri, created.externalOrganization.selfUri)
    local other = session:must("POST", "/organizations", { name = "Y" })
    session:must("PUT", "/relationships/" .. created.id, {
      user = { id = api.NOBODY }, externalOrganization = { id = other.id }, relationship = "Support" })
    assert.equal(0, session:must("GET", "/organizations/" .. organization.id .. "/relationships").total)
    assert.equal("Support",
      session:must("GET", "/organizations/" .. other.id .. "/relationships").entities[1].relationship)
    assert.equal(422, session:call("POST", "/relationships", {
      user = { id = api.NOBODY }, externalOrganization = { id = other.id }, relationship = ("x"):rep(101) }).status)
  end)

  it("accepts a conversation association whether or not the conversation exists", function()
    local reply = session:call("PUT", "/conversations/" .. api.NOBODY, {
      conversationId = api.NOBODY, communicationId = "c", mediaType = "CALL", externalContactId = "nobody" })
    assert.equal(202, reply.status)
    assert.equal("", reply.text)
    assert.equal("CALL", server:control("GET", "/sandbox/associations")[1].mediaType)
    reply = session:call("PUT", "/conversations/" .. api.NOBODY, {
      conversationId = api.NOBODY, communicationId = "c", mediaType = "PIGEON" })
    assert.equal(400, reply.status)
    assert.equal("invalid.value", reply.body.code)
    assert.matches("SCREENSHARE", reply.body.message)
  end)
end)
