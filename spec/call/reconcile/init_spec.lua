-- A create whose reply was lost: found, sent again, or ambiguous.
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local LOST = fake.failure("transport", "reset", "all")
local MAIL = { firstName = "Ann", lastName = "Lee", workEmail = "ann@example.com" }

-- The fake's clock starts 1000 s after 1970.
local NOW = "1970-01-01T00:16:40.000Z"
local BEFORE = "1970-01-01T00:10:00.000Z"

local DATED = { ["content-type"] = "application/json", date = "Thu, 01 Jan 1970 00:16:40 GMT" }

local function answer(value)
  return fake.json(200, value, DATED)
end

local function ann(id, created, more)
  local record = { id = id, firstName = "Ann", lastName = "Lee", workEmail = "ann@example.com",
    createDate = created, modifyDate = created }
  for name, value in pairs(more or {}) do
    record[name] = value
  end
  return record
end

-- A client that knows the server's clock from an earlier call.
local function client(script, options)
  local all = { answer {} }
  for _, reply in ipairs(script) do
    all[#all + 1] = reply
  end
  local self = fake.client(all, options)
  self.client.contacts:get("warm-up")
  self.first = 2
  return self
end

local function methods(self)
  local list = {}
  for index = 2, #self.requests do
    local request = self.requests[index]
    list[#list + 1] = request.method .. " " .. request.url:match("externalcontacts/(%a+)")
  end
  return list
end

local function nothing()
  return answer { contacts = ec.array {} }
end

describe("a create whose reply was lost", function()
  it("returns the record if it is found", function()
    local self = client { LOST, answer { contacts = { ann("new", NOW) } }, answer(ann("new", NOW)) }
    local contact, err, response = self.client.contacts:create(MAIL)
    assert.is_nil(err)
    assert.equal("new", contact.id)
    assert.is_true(response.recovered)
    assert.same({ "POST contacts", "GET reversewhitepageslookup", "GET contacts" }, methods(self))
    assert.equal(1, self.client:stats().recovered)
  end)

  it("is found though it names an organization in capitals", function()
    local id = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"
    local stored = ann("new", NOW, { externalOrganization = { id = id } })
    local self = client { LOST, answer { contacts = { stored } }, answer(stored) }
    local contact = self.client.contacts:create { firstName = "Ann", lastName = "Lee", workEmail = "ann@example.com",
      externalOrganization = { id = id:upper() } }
    assert.equal("new", contact.id)
  end)

  it("is searched for again while the index may lag", function()
    local self = client {
      LOST, nothing(), nothing(), answer { contacts = { ann("new", NOW) } }, answer(ann("new", NOW)),
    }
    assert.equal("new", self.client.contacts:create(MAIL).id)
    assert.same({ 0.5, 1 }, self.slept)
  end)

  it("is sent again if it certainly does not exist", function()
    local script = { LOST }
    for _ = 1, 20 do
      script[#script + 1] = function(request)
        return request.method == "POST" and answer(ann("second", NOW)) or nothing()
      end
    end
    local self = client(script, { check_time = 5 })
    local contact, _, response = self.client.contacts:create(MAIL)
    assert.equal("second", contact.id)
    assert.equal(2, response.attempts)
    assert.is_nil(response.recovered)
  end)

  for name, found in pairs {
    ["is older"] = ann("old", BEFORE),
    ["has another name"] = ann("x", NOW, { lastName = "Li" }),
    ["has no date"] = ann("x", nil),
  } do
    it("is not taken for one that " .. name, function()
      local script = { LOST }
      for _ = 1, 40 do
        script[#script + 1] = function(request)
          if request.method == "POST" then
            return answer(ann("second", NOW))
          end
          return request.url:find("reverse", 1, true) and answer { contacts = { found } } or answer(found)
        end
      end
      local self = client(script, { check_time = 3 })
      assert.equal("second", self.client.contacts:create(MAIL).id)
    end)
  end

  it("is not mistaken for the record of another create", function()
    local self = client {
      answer(ann("first", NOW)), LOST,
      answer { contacts = { ann("first", NOW), ann("new", NOW) } }, answer(ann("new", NOW)),
    }
    self.client.contacts:create(MAIL)
    assert.equal("new", self.client.contacts:create(MAIL).id)
  end)

  it("is recognised although the server rewrites values", function()
    local sent = { firstName = " Ann ", lastName = "Lee", cellPhone = { display = "+1 317 555 0100" },
      externalOrganization = { id = "org" }, middleName = ec.null, customFields = { a_text = "x" } }
    local found = ann("new", NOW, {
      cellPhone = { display = "+1 317-555-0100", e164 = "+13175550100", countryCode = "US",
        userInput = "+1 317 555 0100" },
      externalOrganization = { id = "org", name = "Acme" }, customFields = { a_text = "x" },
    })
    local self = client { LOST, answer { contacts = { found } }, answer(found) }
    assert.equal("new", self.client.contacts:create(sent).id)
    assert.matches("lookupVal=%%2B13175550100", self.requests[3].url)
  end)

  it("is recognised although the server composes letters", function()
    local found = ann("new", NOW, { firstName = "René" })
    local self = client { LOST, answer { contacts = { found } }, answer(found) }
    assert.equal("new", self.client.contacts:create({ firstName = "Rene\204\129", lastName = "Lee",
      workEmail = "ann@example.com" }).id)
  end)

  it("can be recognised by a marker alone", function()
    local sent = { firstName = "Ann", lastName = "Lee", workEmail = "ann@example.com",
      customFields = { import_id_text = "row 7" } }
    local other = ann("other", NOW, { customFields = { import_id_text = "row 6" } })
    local mine = ann("new", NOW, { firstName = "ANN", customFields = { import_id_text = "row 7" } })
    local self = client { LOST, answer { contacts = { other, mine } }, answer(other), answer(mine) }
    assert.equal("new",
      self.client.contacts:create(sent, { marker = "customFields.import_id_text" }).id)
  end)

  it("is looked up by its external ids", function()
    local sent = { lastName = "Lee", externalIds = { { value = " k1 ", externalSource = { id = "s" } } } }
    local found = { id = "new", lastName = "Lee", createDate = NOW,
      externalIds = { { value = "k1", externalSource = { id = "s", selfUri = "/s" } } } }
    local self = client { LOST, answer(found) }
    local contact = self.client.contacts:create(sent)
    assert.equal("new", contact.id)
    assert.same({ "POST contacts", "POST identifierlookup" }, methods(self))
    assert.same({ type = "ExternalId", value = "k1", externalSource = { id = "s" } },
      ec.json.decode(self.requests[3].body))
    found.createDate = BEFORE
    self = client({ LOST, answer(found), answer(found), answer(found) }, { check_time = 1 })
    local _, err = self.client.contacts:create(sent)
    assert.is_true(err.ambiguous)
  end)

  it("is not proven absent, nor uncertain, by a lookup of external ids", function()
    for _, refused in ipairs { fake.json(404), fake.json(403), fake.json(501) } do
      local self = client({ LOST, refused, refused, refused }, { check_time = 0.5 })
      local _, err = self.client.contacts:create { externalIds = { { value = "k1" } } }
      assert.is_true(err.ambiguous)
      self = client({ LOST, nothing(), refused, nothing(), refused, answer { id = "n" } },
        { check_time = 0.5 })
      local contact = self.client.contacts:create { workEmail = "a@x.org", externalIds = { { value = "k1" } } }
      assert.equal("n", contact.id)
    end
  end)

  it("is an error if the record has nothing to search by, and the error says what to pass", function()
    local self = client { LOST }
    local _, err = self.client.contacts:create { firstName = "Ann", lastName = "Lee" }
    assert.is_true(err.ambiguous)
    assert.is_false(err.retryable)
    assert.matches("marker=", err.message)
    assert.equal(2, #self.requests)
  end)

  it("is an error if it is not found and may still exist", function()
    local script = { LOST }
    for _ = 1, 20 do
      script[#script + 1] = answer { entities = ec.array {} }
    end
    local self = client(script, { check_time = 3 })
    local _, err = self.client.organizations:create { name = "Acme" }
    assert.is_true(err.ambiguous)
    assert.matches("may still exist", err.message)
  end)

  it("is an error when the search is refused", function()
    local script = { LOST }
    for _ = 1, 20 do
      script[#script + 1] = fake.json(403, { message = "no" })
    end
    local self = client(script, { check_time = 3 })
    local _, err = self.client.contacts:create(MAIL)
    assert.is_true(err.ambiguous)
    assert.equal(403, err.cause.status)
  end)

  it("is an error when the server's clock is unknown", function()
    local self = fake.client { LOST }
    local _, err = self.client.contacts:create(MAIL)
    assert.is_true(err.ambiguous)
    assert.equal(1, #self.requests)
  end)

  it("is an error when the deadline leaves no time to search", function()
    local self = client { LOST, nothing() }
    local _, err = self.client.contacts:create(MAIL, { deadline = 0.4 })
    assert.is_true(err.ambiguous)
    assert.matches("no time", err.message)
  end)

  it("is an error at once with on_ambiguous = error, and sent again with resend", function()
    local self = client { LOST }
    local _, err = self.client.contacts:create(MAIL, { on_ambiguous = "error" })
    assert.is_true(err.ambiguous)
    self = client({ LOST, answer(ann("second", NOW)) }, { on_ambiguous = "resend" })
    assert.equal("second", self.client.contacts:create(MAIL).id)
  end)

  it("is searched for after an answer from a gateway and after one that can't be read", function()
    for _, reply in ipairs {
      fake.json(502, nil, DATED), fake.json(503, nil, DATED), fake.json(504, nil, DATED),
      { status = 200, headers = DATED, body = "<html>" },
      fake.failure("timeout", "deadline", "all"), fake.failure("transport", "reset", "partial"),
    } do
      local self = client { reply, answer { contacts = { ann("new", NOW) } }, answer(ann("new", NOW)) }
      assert.equal("new", self.client.contacts:create(MAIL).id)
    end
  end)

  it("is not searched for after a refusal", function()
    for _, status in ipairs { 400, 403, 409, 413, 422, 500 } do
      local self = client { fake.json(status, {}, DATED) }
      local _, err = self.client.contacts:create(MAIL)
      assert.equal(status, err.status)
      assert.equal(status == 500 or nil, err.ambiguous) -- a server that failed may have created it
    end
  end)
end)

describe("other writes whose reply was lost", function()
  it("find a note among those of its contact", function()
    local note = { id = "n", noteText = "Hello", createDate = NOW, createdBy = { id = "u", name = "U" } }
    local self = client { LOST, answer { entities = { note } }, answer(note) }
    assert.equal("n", self.client.contacts.notes:create("c1", {
      noteText = "Hello", createdBy = { id = "u" } }).id)
    assert.matches("/contacts/c1/notes%?", self.requests[3].url)
    assert.matches("/contacts/c1/notes/n$", self.requests[4].url)
  end)

  it("find a note although the answer lacks its owner", function()
    local note = { id = "n", noteText = "Hello", createDate = NOW }
    local self = client { LOST, answer { entities = { note } }, answer(note) }
    assert.equal("n", self.client.contacts.notes:create("c1", {
      noteText = "Hello", entityId = "c1", entityType = "contact" }).id)
  end)

  it("find a relationship among those of its organization", function()
    local found = { id = "r", relationship = "Account Manager", user = { id = "u" },
      externalOrganization = { id = "o", name = "Acme" } }
    local self = client { LOST, answer { entities = { found } }, answer(found) }
    assert.equal("r", self.client.relationships:create {
      relationship = "Account Manager", user = { id = "u" }, externalOrganization = { id = "o" } }.id)
  end)

  it("find a schema in the listing", function()
    local found = { id = "s", name = "Customer", version = 1, dateCreated = NOW,
      jsonSchema = { title = "Customer" } }
    local self = client { LOST, answer { entities = { found } }, answer(found) }
    assert.equal("s", self.client.contacts.schemas:create {
      name = "Customer", version = 0, jsonSchema = { title = "Customer" } }.id)
  end)

  it("recognise a schema's update by its version", function()
    local sent = { name = "Customer", version = 3, jsonSchema = { title = "Customer" } }
    local function stored(version)
      return answer { id = "s", name = "Customer", version = version, jsonSchema = { title = "Customer" } }
    end
    local self = client { LOST, stored(4) }
    assert.equal(4, self.client.contacts.schemas:update("s", sent).version)
    self = client({ LOST, stored(3), stored(3), stored(4) }, { check_time = 0.5 })
    assert.equal(4, self.client.contacts.schemas:update("s", sent).version)
    assert.equal("PUT", self.requests[5].method)
  end)

  it("are ambiguous if their result stays unknown", function()
    local self = client({ LOST, LOST }, { max_attempts = 2 })
    local _, err = self.client.contacts:update("a", MAIL)
    assert.is_true(err.ambiguous)
    self = client({ LOST, fake.json(429, {}) }, { max_attempts = 2 })
    _, err = self.client.contacts:update("a", MAIL)
    assert.equal(429, err.status)
    assert.is_true(err.ambiguous)
    self = client { LOST, fake.json(400, {}) }
    _, err = self.client.contacts:update("a", MAIL)
    assert.is_nil(err.ambiguous)
    self = client({ LOST }, { retry = false })
    _, err = self.client.contacts:get "a"
    assert.is_nil(err.ambiguous)
    self = client({ fake.failure("transport", "refused", "nothing") }, { retry = false })
    _, err = self.client.contacts:update("a", MAIL)
    assert.is_nil(err.ambiguous)
  end)

  it("retry a PUT, and accept the 404 of a retried DELETE as success", function()
    local self = client { LOST, answer { id = "a" } }
    assert.equal("a", self.client.contacts:update("a", MAIL).id)
    self = client { LOST, fake.json(404, {}) }
    assert.is_true(self.client.contacts:delete("a"))
    self = client { fake.json(404, {}) }
    local _, err = self.client.contacts:delete("a")
    assert.equal(404, err.status)
    self = client { fake.failure("transport", "refused", "nothing"), fake.json(404, {}) }
    _, err = self.client.contacts:delete("a")
    assert.equal(404, err.status)
  end)
end)

-- A server with a clock of its own, an index that lags behind, an equal contact that
-- is half an hour old, and a reply that is lost; it stores a contact for each POST.
local function lagging_server(self, lag)
  local server = { posts = 0 }
  local function now()
    return self.time + 5000
  end
  local function stored_now(id, age)
    return { at = now() - age, record = ann(id, os.date("!%Y-%m-%dT%H:%M:%S.000Z", math.floor(now() - age))) }
  end
  local stored = { stored_now("old", 1800) }
  local function dated(value)
    return fake.json(200, value, { date = os.date("!%a, %d %b %Y %H:%M:%S GMT", math.floor(now())) })
  end
  function server.reply(request)
    if request.method == "POST" then
      server.posts = server.posts + 1
      stored[#stored + 1] = stored_now("new-" .. server.posts, 0)
      if server.posts == 1 then
        return LOST
      end
      return dated(stored[#stored].record)
    elseif request.url:find("reverse", 1, true) then
      local found = ec.array {}
      for _, entry in ipairs(stored) do
        found[#found + 1] = entry.at + lag <= now() and entry.record or nil
      end
      return dated { contacts = found }
    end
    for _, entry in ipairs(stored) do
      if request.url:find(entry.record.id, 1, true) then
        return dated(entry.record)
      end
    end
    return dated { id = "x" }
  end
  return server
end

describe("the machine's clock does not matter to a create whose reply is lost:", function()
  -- By how much this machine's date is off: at the start, when the create is sent,
  -- and while the record is searched for.
  for name, wall in pairs {
    ["an exact clock"] = { 0, 0, 0 }, ["one hour fast"] = { 3600, 3600, 3600 },
    ["one hour slow"] = { -3600, -3600, -3600 },
    ["set forward before the create"] = { 0, 3600, 3600 }, ["set back before the create"] = { 0, -3600, -3600 },
    ["set forward during the search"] = { 0, 0, 3600 }, ["set back during the search"] = { 0, 0, -3600 },
    ["corrected before the create"] = { 3600, 0, 0 }, ["corrected during the search"] = { -3600, -3600, 0 },
    ["years behind"] = { -9e8, -9e8, -9e8 },
  } do
    for _, lag in ipairs { 0, 20 } do
      it(("%s, and an index that lags %d s behind"):format(name, lag), function()
        local self, server
        self = fake.client(setmetatable({}, { __index = function()
          return function(request)
            self.wall = request.method == "POST" and wall[3] or self.wall
            return server.reply(request)
          end
        end }), { rate = false })
        server = lagging_server(self, lag)
        self.wall = wall[1]
        assert(self.client.contacts:get "x")
        self.time, self.wall = self.time + 100, wall[2]
        local contact, err, response = self.client.contacts:create(MAIL)
        assert.is_nil(err)
        assert.equal("new-1", contact.id)
        assert.is_true(response.recovered)
        assert.equal(1, server.posts)
      end)

      it(("%s, after a restart, and an index that lags %d s behind"):format(name, lag), function()
        local first, second, server
        local function script()
          return setmetatable({}, { __index = function()
            return function(request) return server.reply(request) end
          end })
        end
        first = fake.client(script(), { rate = false, on_ambiguous = "error" })
        server = lagging_server(first, lag)
        first.wall = wall[1]
        assert(first.client.contacts:get "x")
        first.time, first.wall = first.time + 100, wall[2]
        local sent_at = first.client:server_time()
        local _, err = first.client.contacts:create(MAIL)
        assert.is_true(err.ambiguous)
        -- Another process, whose monotonic clock differs.
        second = fake.client(script(), { rate = false })
        second.wall = wall[3]
        server.reply, second.time = (function(reply)
          return function(request)
            first.time = second.time + 77
            return reply(request)
          end
        end)(server.reply), first.time - 77
        assert(second.client.contacts:get "x")
        local contact, _, response = second.client.contacts:create(MAIL, { maybe_sent_at = sent_at })
        assert.equal("new-1", contact.id)
        assert.is_true(response.recovered)
        assert.equal(1, server.posts)
      end)
    end
  end
end)

describe("a create that an earlier run may have sent", function()
  it("is found and not sent", function()
    local self = client { answer { contacts = { ann("new", NOW) } }, answer(ann("new", NOW)) }
    local contact, _, response = self.client.contacts:create(MAIL, { maybe_sent_at = 990 })
    assert.equal("new", contact.id)
    assert.is_true(response.recovered)
    assert.same({ "GET reversewhitepageslookup", "GET contacts" }, methods(self))
  end)

  it("is sent if the record does not exist, at once if it would have been indexed by now", function()
    local older = answer { contacts = { ann("old", BEFORE) } }
    local self = client { older, answer(ann("old", BEFORE)), answer(ann("new", NOW)) }
    assert.equal("new", self.client.contacts:create(MAIL, { maybe_sent_at = 900 }).id)
    assert.same({}, self.slept)
    assert.same({ "GET reversewhitepageslookup", "GET contacts", "POST contacts" }, methods(self))
  end)

  it("is looked for as long as any other, if the reply to its own request is lost", function()
    local script = { nothing(), LOST }
    for _ = 1, 20 do
      script[#script + 1] = nothing()
    end
    local self = client(script)
    self.client.contacts:create(MAIL, { maybe_sent_at = 900, max_attempts = 1 })
    local waited = 0
    for _, seconds in ipairs(self.slept) do
      waited = waited + seconds
    end
    assert.is_true(waited >= 60, waited)
  end)

  it("is not mistaken for the record of another create", function()
    local self = client { answer { contacts = { ann("other", NOW) } }, answer(ann("new", NOW)) }
    assert.equal("new", self.client.contacts:create(MAIL, {
      maybe_sent_at = 900, except_ids = { other = true } }).id)
  end)

  it("is ambiguous if the record has nothing to search by", function()
    local self = client {}
    local contact, err = self.client.contacts:create({ firstName = "Ann", lastName = "Lee" },
      { maybe_sent_at = 900 })
    assert.is_nil(contact)
    assert.is_true(err.ambiguous)
    assert.same({}, methods(self))
  end)

  it("requires the time when it was sent", function()
    local self = client {}
    assert.matches("option 'maybe_sent_at' must be a number", fake.misuse(function()
      self.client.contacts:create(MAIL, { maybe_sent_at = true })
    end), 1, true)
  end)
end)
