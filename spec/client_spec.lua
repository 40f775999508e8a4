local ec = require "extcontacts"
local fake = require "spec.support.fake"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"

local ID = "0b1c0c0e-6d2b-4b59-9a36-6c6f6d9b2f11"

-- A body that every operation accepts.
local BODY = { id = "x", changes = { { field = "$.zz", action = "Remove" } } }

local function arguments_for(row)
  local arguments = {}
  for index, name in ipairs(row.positional) do
    arguments[index] = row.by_name[name].place == "body" and BODY or name .. "-value"
  end
  return arguments
end

-- An answer that has all fields of what the operation returns.
local function answer_of(row)
  local body = { id = "x" }
  for _, field in ipairs(row.returns and models[row.returns].fields or {}) do
    body[field.wire] = field.shape == "array" and {} or "x"
  end
  return body
end

describe("the client's methods", function()
  for _, row in ipairs(operations.list) do
    it("has " .. row.name .. " and " .. row.short .. ", which send the same", function()
      local reply = fake.json(200, answer_of(row))
      local self = fake.client { reply, reply, reply }
      local arguments = arguments_for(row)
      assert(self.client[row.name](self.client, fake.unpack(arguments)))
      local space, verb = row.short:match("^(.*)%.([%w_]+)$")
      local namespace = self.client
      for part in space:gmatch("[%w_]+") do
        namespace = namespace[part]
      end
      assert(namespace[verb](namespace, fake.unpack(arguments)))
      assert(self.client:call(row.short, fake.unpack(arguments)))
      assert.equal(3, #self.requests)
      for _, request in ipairs(self.requests) do
        assert.equal(row.method, request.method)
        assert.equal(self.requests[1].url, request.url)
        assert.equal(self.requests[1].body, request.body)
      end
      for _, param in ipairs(row.params) do
        if param.place == "path" then
          assert.truthy(self.requests[1].url:find("/" .. param.name .. "-value", 1, true))
        end
      end
      local body = row.by_name.body or row.by_name.identifier
      assert.equal(body ~= nil and body.required, self.requests[1].body ~= nil)
    end)
  end

  it("returns the value, nil and the response", function()
    local self = fake.client {
      fake.json(200, { id = ID }, { ["inin-correlation-id"] = "abc-1" }),
    }
    local contact, err, response = self.client.contacts:get(ID)
    assert.equal(ID, contact.id)
    assert.is_nil(err)
    assert.equal(200, response.status)
    assert.equal(1, response.attempts)
    assert.equal("abc-1", response.correlation_id)
  end)

  it("says if the API returned the contact that the one asked for was merged into", function()
    local OTHER = "11111111-2222-4333-8444-555555555555"
    local client = fake.client(fake.endless(function()
      return fake.json(200, { id = OTHER })
    end)).client
    local body = { lastName = "x" }
    local changes = { changes = { { field = "$.title", action = "Remove" } } }
    for _, call in ipairs {
      { "contacts.get", ID }, { "contacts.update", ID, body }, { "contacts.patch", ID, changes },
      { "contacts.promote", ID },
    } do
      local contact, _, response = client:call(fake.unpack(call))
      assert.equal(OTHER, contact.id)
      assert.equal(OTHER, response.resolved_id, call[1])
      call[2] = OTHER:upper()
      assert.is_nil((select(3, client:call(fake.unpack(call)))).resolved_id)
    end
    for _, call in ipairs {
      { "contacts.create", body }, { "organizations.get", ID }, { "contacts.notes.get", ID, ID },
    } do
      assert.is_nil((select(3, client:call(fake.unpack(call)))).resolved_id, call[1])
    end
  end)

  it("sends the query as specified, without nil values", function()
    local self = fake.client { fake.json(200, { entities = {} }) }
    self.client.organizations:list {
      page_size = 50, q = "a b+c", trustor_id = { "x", "y,z" }, include_trustors = false,
    }
    assert.equal("https://api.example.test/api/v2/externalcontacts/organizations"
      .. "?pageSize=50&q=a%20b%2Bc&trustorId=x,y%2Cz&includeTrustors=false", self.requests[1].url)
  end)

  it("accepts the conversation's body first, as specified", function()
    local self = fake.client { fake.json(202) }
    local done = self.client:put_externalcontacts_conversation({ mediaType = "CALL" }, "conv-1")
    assert.is_true(done)
    assert.truthy(self.requests[1].url:match("/conversations/conv%-1$"))
    assert.equal('{"mediaType":"CALL"}', self.requests[1].body)
  end)

  it("encodes an id as one segment and rejects one that would leave it", function()
    local self = fake.client { fake.json(200, { id = "x" }) }
    self.client.contacts:get("a/b%?#+ é")
    assert.truthy(self.requests[1].url:match("/contacts/a%%2Fb%%25%%3F%%23%%2B%%20%%C3%%A9$"))
    for _, id in ipairs { "", ".", ".." } do
      local value, err = self.client.contacts:get(id)
      assert.is_nil(value)
      assert.equal("invalid", err.kind)
      assert.truthy(tostring(err):find("contactId", 1, true))
    end
    assert.equal(1, #self.requests)
  end)

  it("plans a request without sending it or requesting a token", function()
    local self = fake.client({}, { client_id = "id", client_secret = "the-secret" })
    local plan = assert(self.client:plan("put_externalcontacts_contact", ID, { firstName = "Ann" }))
    assert.equal("PUT", plan.method)
    assert.equal('{"firstName":"Ann"}', plan.body)
    assert.equal("/api/v2/externalcontacts/contacts/" .. ID, plan.path)
    assert.equal(0, #self.requests)
    assert.is_nil(tostring(plan):find("Ann", 1, true))
  end)

  it("returns a closed error after close", function()
    local self = fake.client {}
    self.client:close()
    self.client:close()
    local _, err = self.client.contacts:get(ID)
    assert.equal("closed", err.kind)
  end)

  it("keeps secrets out of tostring and the object", function()
    local self = fake.client({}, { client_id = "the-id", client_secret = "the-secret" })
    assert.is_nil(tostring(self.client):find("the-", 1, true))
    assert.equal("client.contacts", tostring(self.client.contacts))
    -- What a dump of the object shows: no text but names, and no table of settings.
    local seen = {}
    local function dump(value)
      assert.is_false(type(value) == "string" and value:find("the-", 1, true) ~= nil)
      if type(value) == "table" and not seen[value] then
        seen[value] = true
        for key, item in pairs(value) do
          dump(key)
          dump(item)
        end
      end
    end
    dump(self.client)
    assert.is_true(seen[self.client])
  end)
end)

describe("misuse", function()
  -- No tail calls here: they have no position of their own.
  local client = fake.client({}).client

  local cases = {
    { "an unknown operation", "did you mean 'get_externalcontacts_contact'", function()
      local _ = client:get_externalcontacts_contakt("x")
    end },
    { "an unknown operation of a namespace", "did you mean 'client.contacts.notes.list'", function()
      local _ = client.contacts.notes:lst("x")
    end },
    { "an unknown name to call", "did you mean 'contacts.get'", function()
      local _ = client:call("contact.get", "x")
    end },
    { "an unknown option", "did you mean 'page_size'", function()
      local _ = client.contacts:list { pagesize = 5 }
    end },
    { "an unknown option of the client", "did you mean 'client_secret'", function()
      local _ = ec.new { client_id = "x", clientsecret = "y" }
    end },
    { "an unknown region", "did you mean 'eu_central_1'", function()
      local _ = ec.new { access_token = "x", region = "eu_centrl_1" }
    end },
    { "a missing argument", "argument #1 (contact_id) is missing", function()
      local _ = client.contacts:get()
    end },
    { "an argument too many", "at most 2 arguments, got 3", function()
      local _ = client.contacts:get("x", {}, {})
    end },
    { "a record for an id", "pass the record's id", function()
      local _ = client.contacts:get { id = "x" }
    end },
    { "a text for a list", "must be an array, got string", function()
      local _ = client.contacts:get("x", { expand = "externalOrganization" })
    end },
    { "a text for a number", "use tonumber", function()
      local _ = client.contacts:list { page_size = "25" }
    end },
    { "a broken number for a whole one", "must be an integer", function()
      local _ = client.contacts:list { page_size = 2.5 }
    end },
    { "JSON for a record", "pass the record as a table", function()
      local _ = client.contacts:create "{}"
    end },
    { "a positional argument as an option", "positional argument", function()
      local _ = client.lookup:reverse("x", { lookup_val = "y" })
    end },
    { "a dot for a colon", "call it with a colon", function()
      local _ = client.get_externalcontacts_contact("x")
    end },
    { "an assignment", "only 'validate'", function()
      client.timeout = 3
    end },
    { "no credentials", "GENESYSCLOUD_OAUTHCLIENT_ID", function()
      local _ = ec.new {}
    end },
    { "an iterator's option", "did you mean 'max_items'", function()
      local _ = client:scan_contacts { maxitems = 3 }
    end },
    { "an unknown model", "did you mean 'ExternalContact'", function()
      local _ = ec.writable("ExternalContacts", {})
    end },
  }
  for _, case in ipairs(cases) do
    it("of " .. case[1] .. " is raised at the caller's position", function()
      local message = fake.misuse(case[3])
      assert.truthy(message:find(case[2], 1, true), message)
      assert.truthy(message:match("^[^:]*spec/client_spec%.lua:%d+: "), message)
    end)
  end
end)

describe("a documented limit", function()
  local cases = {
    { "limit below 10", { 10, 200 }, function(c) return c:get_externalcontacts_scan_contacts { limit = 9 } end },
    { "limit above 200", { 10, 200 }, function(c) return c:get_externalcontacts_scan_notes { limit = 201 } end },
    { "page_size 0", 1, function(c) return c.contacts:list { page_size = 0 } end },
    { "page_number * page_size above 1000", 1000, function(c)
      return c.contacts:list { page_size = 100, page_number = 11 }
    end },
    { "26 trustor ids", 25, function(c)
      local ids = {}
      for i = 1, 26 do ids[i] = "id" .. i end
      return c.organizations:list { trustor_id = ids }
    end },
    { "257 characters of q", 256, function(c) return c.contacts:list { q = ("é"):rep(257) } end },
  }
  for _, case in ipairs(cases) do
    it("is checked before sending: " .. case[1], function()
      local self = fake.client {}
      local value, err = case[3](self.client)
      assert.is_nil(value)
      assert.equal("limit", err.kind)
      assert.same(case[2], err.limit.limit)
      assert.truthy(tostring(err):find(err.limit.argument, 1, true))
      assert.equal(0, #self.requests)
    end)

    it("is not checked with validate=false: " .. case[1], function()
      local self = fake.client { fake.json(200, { entities = {} }) }
      self.client.validate = false
      assert(case[3](self.client))
      assert.equal(1, #self.requests)
    end)
  end

  it("accepts values at the limits", function()
    local self = fake.client {
      fake.json(200, {}), fake.json(200, {}), fake.json(200, {}), fake.json(200, {}),
    }
    assert(self.client:get_externalcontacts_scan_contacts { limit = 10 })
    assert(self.client:get_externalcontacts_scan_contacts { limit = 200 })
    assert(self.client.contacts:list { page_size = 100, page_number = 10 })
    assert(self.client.contacts:list { q = ("é"):rep(256) })
  end)

  it("names the allowed values of an enum", function()
    local self = fake.client {}
    local _, err = self.client.contacts:get(ID, { expand = { "externalOrganisation" } })
    assert.equal("invalid", err.kind)
    assert.truthy(tostring(err):find("did you mean 'externalOrganization'", 1, true))
    assert.equal(0, #self.requests)
  end)

  it("sends additional query parameters unchecked if there is no option for them", function()
    local self = fake.client {
      fake.json(200, {}), fake.json(200, { entities = {}, cursors = { after = "c" } }),
      fake.json(200, { entities = {}, cursors = {} }),
    }
    assert(self.client.contacts:list { q = "a",
      query = { expand = { "division" }, divisionIds = { "x", "y" }, z = 1 } })
    assert.equal("q=a&divisionIds=x,y&expand=division&z=1", self.requests[1].url:match "%?(.*)$")
    assert.is_nil(self.client:scan_contacts({ limit = 50, query = { divisionId = "a b" } }):next())
    assert.equal("limit=50&divisionId=a%20b", self.requests[2].url:match "%?(.*)$")
    assert.equal("limit=50&cursor=c&divisionId=a%20b", self.requests[3].url:match "%?(.*)$")
    local function says(text, fn, ...)
      assert.matches(text, fake.misuse(fn, self.client.contacts, ...), 1, true)
    end
    says("'pageSize' has an option of its own: 'page_size'", self.client.contacts.list, { query = { pageSize = 1 } })
    says("'expand' has an option of its own: 'expand'", self.client.contacts.list,
      { query = { expand = "x" }, expand = { "externalOrganization" } })
    says("option 'query' must map names to values", self.client.contacts.list, { query = { "x" } })
    says("option 'query' must be a table of names and values, got string", self.client.contacts.get, ID,
      { query = "a=1" })
    local _, err = self.client.contacts:get(ID, { query = { a = ec.null } })
    assert.matches("query parameter 'a' is null", err.message, 1, true)
  end)

  it("rejects text in another encoding", function()
    local self = fake.client {}
    for argument, call in pairs {
      contact_id = function() return self.client.contacts:get "M\252ller" end,
      q = function() return self.client.contacts:list { q = "M\252ller" } end,
      lookup_val = function() return self.client.lookup:reverse "m\252ller@example.com" end,
    } do
      local _, err = call()
      assert.equal("invalid", err.kind)
      assert.truthy(tostring(err):find("'" .. argument .. "' is not valid UTF-8", 1, true))
    end
    local _, err = self.client.contacts:create { lastName = "M\252ller" }
    assert.truthy(tostring(err):find("lastName: the string is not valid UTF-8", 1, true))
    assert.equal(0, #self.requests)
  end)

  it("names the path of what can't be encoded", function()
    local self = fake.client {}
    local _, err = self.client.contacts:create { workPhone = { extension = 0 / 0 } }
    assert.equal("invalid", err.kind)
    assert.truthy(tostring(err):find("workPhone.extension", 1, true))
  end)
end)

describe("ec.writable", function()
  it("omits read-only fields that the API added later", function()
    assert.same({ lastName = "Lee", division = { id = "d" }, externalIds = { { value = "x" } } },
      ec.writable("ExternalContact", {
        lastName = "Lee", type = "Curated", canonicalContact = { id = "c" }, mergeSet = { { id = "c" } },
        mergedFrom = {}, mergedTo = { id = "c" }, mergeOperation = ec.null, division = { id = "d" },
        externalIds = { { value = "x" } },
      }))
  end)

  it("omits read-only fields and copies the rest deeply", function()
    local record = {
      id = "1", firstName = "Ann", selfUri = "/x", unknown = { a = 1 },
      externalOrganization = { id = "o", selfUri = "/o", name = "Acme" },
      twitterId = { screenName = "a", verified = true },
      tags = ec.array {}, middleName = ec.null,
    }
    local copy = ec.writable("ExternalContact", record)
    assert.same({
      firstName = "Ann", unknown = { a = 1 },
      externalOrganization = { id = "o", name = "Acme" },
      twitterId = { screenName = "a" }, tags = {}, middleName = ec.null,
    }, copy)
    assert.are_not.equal(record.unknown, copy.unknown)
    assert.equal("[]", ec.json.encode(copy.tags))
    assert.equal("1", record.id)
  end)

  it("keeps the id of a note's author, which a write requires", function()
    assert.same({ createdBy = { id = "u" } },
      ec.writable("Note", { id = "n", createdBy = { id = "u", selfUri = "/u" } }))
  end)
end)
