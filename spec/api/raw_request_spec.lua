-- Endpoints that are not in the operation table: client:request.
local ec = require "extcontacts"
local errors = require "extcontacts.base.errors"
local fake = require "spec.support.fake"
local raw_request = require "extcontacts.api.raw_request"

local IDENTIFIERS = "/api/v2/externalcontacts/contacts/{contactId}/identifiers"
local MERGE = "/api/v2/externalcontacts/contacts/merge"

-- A client whose requests get these answers.
local function client_of(...)
  return fake.client { ... }
end

describe("client:request", function()
  it("sends the given request with the client's token", function()
    local self = client_of(fake.json(200, { entities = ec.array {} }), fake.json(200, { id = "x" }))
    local answer, err, response = self.client:request("GET", IDENTIFIERS, {
      path = { contactId = "a/b%" },
      query = { expand = { "a", "b" }, active = false, pageSize = 25 },
      headers = { ["x-trace"] = "1" },
    })
    assert.is_nil(err)
    assert.equal(200, response.status)
    assert.equal(0, #answer.entities)
    assert.equal("x", self.client:request("POST", MERGE, { body = { source = { id = "1" } } }).id)
    local first, second = self.requests[1], self.requests[2]
    assert.equal("GET", first.method)
    assert.equal("https://api.example.test/api/v2/externalcontacts/contacts/a%2Fb%25/identifiers"
      .. "?active=false&expand=a,b&pageSize=25", first.url)
    local headers = {}
    for _, header in ipairs(first.headers) do
      headers[header[1]] = header[2]
    end
    assert.same({ Accept = "application/json", ["x-trace"] = "1", Authorization = "Bearer given-token" }, headers)
    assert.is_nil(first.body)
    assert.same({ "POST", [[{"source":{"id":"1"}}]] }, { second.method, second.body })
  end)

  it("follows a link from the server, including its query", function()
    local self = client_of(fake.json(200, {}))
    assert(self.client:request("GET", "/api/v2/externalcontacts/externalsources?cursor=a%2Bb%3D&limit=10&empty",
      { query = { active = true } }))
    assert.equal("https://api.example.test/api/v2/externalcontacts/externalsources"
      .. "?cursor=a%2Bb%3D&limit=10&empty=&active=true", self.requests[1].url)
  end)

  it("returns true for an empty response, and an error for one that is not JSON", function()
    local self = client_of({ status = 204, headers = {}, body = "" },
      { status = 200, headers = { ["content-type"] = "text/html" }, body = "<html>" })
    assert.is_true(self.client:request("DELETE", "/api/v2/externalcontacts/settings"))
    local answer, err = self.client:request("GET", "/api/v2/externalcontacts/settings")
    assert.is_nil(answer)
    assert.equal("decode", err.kind)
  end)

  it("names the request that failed, without its query", function()
    local self = client_of(fake.json(403, { message = "no", code = "missing.any.permissions" }))
    local answer, err = self.client:request("GET", IDENTIFIERS, {
      path = { contactId = "7" }, query = { q = "secret" },
    })
    assert.is_nil(answer)
    assert.is_true(errors.is_error(err))
    assert.same({ "auth", 403, "request", "GET", "/api/v2/externalcontacts/contacts/7/identifiers" },
      { err.kind, err.status, err.operation, err.method, err.path })
    assert.equal("GET /api/v2/externalcontacts/contacts/7/identifiers: no "
      .. "(auth, HTTP 403, missing.any.permissions, correlation id ctx-0)", tostring(err))
    assert.equal(1, self.client:stats().operations.request.errors.auth)
  end)

  it("waits after a 429 for every method", function()
    local self = client_of(fake.json(429, {}, { ["retry-after"] = "3" }), fake.json(200, { id = "x" }))
    assert(self.client:request("POST", MERGE, { body = {} }))
    assert.equal(4.25, self.slept[1])
  end)

  describe("when the reply was lost", function()
    local lost = fake.failure("transport", "connection_reset", "all")

    it("sends a GET, PUT or DELETE again", function()
      for _, method in ipairs { "GET", "PUT", "DELETE" } do
        local self = client_of(lost, fake.json(200, {}))
        assert(self.client:request(method, MERGE))
        assert.equal(2, #self.requests)
      end
    end)

    it("sends a POST or PATCH again only if the caller calls it repeatable", function()
      for _, method in ipairs { "POST", "PATCH" } do
        local self = client_of(lost)
        local answer, err = self.client:request(method, MERGE, { body = {} })
        assert.is_nil(answer)
        assert.is_true(err.ambiguous)
        assert.matches("may have been carried out", err.message, 1, true)
        self = client_of(lost, fake.json(200, { id = "x" }))
        assert.equal("x", self.client:request(method, MERGE, { body = {}, repeatable = true }).id)
      end
    end)

    for _, method in ipairs { "GET", "PUT", "DELETE" } do
      it(("does not resend a %s that the caller calls not repeatable"):format(method), function()
        local self = client_of(lost)
        local _, err = self.client:request(method, MERGE, { repeatable = false })
        assert.is_true(err.ambiguous)
        assert.equal(1, #self.requests)
      end)
    end
  end)

  it("shows the request without sending it", function()
    local self = client_of()
    local plan = assert(self.client:plan("request", "PATCH", IDENTIFIERS,
      { path = { contactId = 7 }, body = { a = 1 } }))
    assert.same({ "PATCH", "/api/v2/externalcontacts/contacts/7/identifiers", [[{"a":1}]] },
      { plan.method, plan.path, plan.body })
    assert.equal(0, #self.requests)
  end)

  it("rejects values that can't be sent", function()
    local self = client_of()
    local answer, err = self.client:request("GET", IDENTIFIERS, { path = { contactId = ".." } })
    assert.is_nil(answer)
    assert.equal("invalid", err.kind)
    assert.matches("path argument 'contactId' must not be empty", err.message, 1, true)
    answer, err = self.client:request("GET", MERGE, { query = { a = ec.null } })
    assert.is_nil(answer)
    assert.matches("query parameter 'a' is null", err.message, 1, true)
    assert.equal(0, #self.requests)
  end)

  it("says how to correct misuse", function()
    local client = client_of().client
    local function says(expected, ...)
      assert.matches(expected, fake.misuse(client.request, client, ...), 1, true)
    end
    says("method 'get' is written 'GET'", "get", MERGE)
    says("unknown method 'FETCH'", "FETCH", MERGE)
    says("argument #1 (method) must be a string, got nil")
    says("argument #2 (path) must be a string, got table", "GET", {})
    says("argument #3 (options) must be a table, got string", "GET", MERGE, "x")
    says("must not name a host", "GET", "https://api.mypurecloud.de/api/v2/users/me")
    says("must start with '/'", "GET", "api/v2/users/me")
    says("must start with '/'", "GET", "//elsewhere.test/api")
    says("must not contain ' '", "GET", "/api/v2/a b")
    says("must not contain '#'", "GET", "/api/v2/a#b")
    says("must not contain '{'", "GET", "/api/v2/{a")
    says("control or non-ASCII characters", "GET", "/api/v2/a\r\nb")
    says("segments '.' and '..'", "GET", "/api/v2/../users")
    says("a '%' in the path must be followed by", "GET", "/api/v2/%zz")
    says("a '%' in the query must be followed by", "GET", "/api/v2/a?b=%z")
    says("no value for {contactId} in the path; pass path = { contactId = … }", "GET", IDENTIFIERS)
    says("unknown name in option 'path' 'contactid', did you mean 'contactId'?", "GET", IDENTIFIERS,
      { path = { contactId = 1, contactid = 2 } })
    says("unknown option 'quey', did you mean 'query'?", "GET", MERGE, { quey = {} })
    says("option 'body' must be a table, got string", "POST", MERGE, { body = "{}" })
    says("option 'query' must map names to values", "GET", MERGE, { query = { "a" } })
    says("option 'timeout' must be a number of seconds", "GET", MERGE, { timeout = "1" })
    says("option 'marker' is only for create operations", "POST", MERGE, { marker = "a" })
    assert.matches("call it with a colon", fake.misuse(client.request, "GET", MERGE), 1, true)
  end)
end)

describe("the row of a raw request", function()
  for method, expected in pairs {
    GET = { "read", true },
    PUT = { "update", true },
    PATCH = { "update", false },
    DELETE = { "delete", true },
    POST = { "unknown", false },
  } do
    it(("of a %s is a %s"):format(method, expected[1]), function()
      local row = raw_request.bind(method, MERGE)
      assert.same(expected, { row.effect, row.repeatable })
      assert.equal(expected[1], raw_request.effect(method))
      assert.is_true(raw_request.bind(method, MERGE, { repeatable = true }).repeatable)
      assert.is_false(raw_request.bind(method, MERGE, { repeatable = false }).repeatable)
    end)
  end

  it("of a POST stays unknown, even if the caller calls it repeatable", function()
    assert.equal("unknown", raw_request.bind("POST", MERGE, { repeatable = true }).effect)
  end)

  it("has an effect for every HTTP method, and none for other words", function()
    for _, method in ipairs(raw_request.methods) do
      assert.is_string(raw_request.effect(method))
    end
    for _, method in ipairs { "get", "FETCH", 7, false } do
      assert.is_nil(raw_request.effect(method))
    end
    assert.is_nil(raw_request.effect(nil))
  end)
end)
