-- One call through all its stages: tokens, errors, retries, hooks.
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local log = require "extcontacts.transport.log"
local oauth = require "extcontacts.auth.oauth"
local response = require "extcontacts.api.response"

local CREDENTIALS = { client_id = "the-id", client_secret = "the-secret" }

local function with(options)
  for name, value in pairs(CREDENTIALS) do
    options[name] = value
  end
  return options
end

local function grant(token, lifetime)
  return fake.json(200, { access_token = token, token_type = "Bearer", expires_in = lifetime })
end

local function header(request, name)
  for _, pair in ipairs(request.headers) do
    if pair[1] == name then
      return pair[2]
    end
  end
end

describe("tokens", function()
  it("come from the token endpoint once and are kept", function()
    local self = fake.client({ grant("t1", 86400), fake.json(200, {}), fake.json(200, {}) }, CREDENTIALS)
    assert(self.client.contacts:get("a"))
    assert(self.client.contacts:get("b"))
    local request = self.requests[1]
    assert.equal("https://login.example.test/oauth/token", request.url)
    assert.equal("grant_type=client_credentials", request.body)
    assert.equal("Basic dGhlLWlkOnRoZS1zZWNyZXQ=", header(request, "Authorization"))
    assert.equal("Bearer t1", header(self.requests[2], "Authorization"))
    assert.equal("Bearer t1", header(self.requests[3], "Authorization"))
  end)

  it("are renewed before they expire", function()
    local self = fake.client({
      grant("t1", 600), fake.json(200, {}), fake.json(200, {}), grant("t2", 600), fake.json(200, {}),
    }, CREDENTIALS)
    self.client.contacts:get("a")
    self.time = self.time + 539
    self.client.contacts:get("a")
    self.time = self.time + 2
    self.client.contacts:get("a")
    assert.equal("Bearer t2", header(self.requests[5], "Authorization"))
  end)

  it("are renewed once after a 401, and the request is sent again once", function()
    local self = fake.client({
      grant("t1", 600), fake.json(401, { code = "bad.credentials" }), grant("t2", 600), fake.json(200, { id = "a" }),
    }, CREDENTIALS)
    local contact, _, answer = self.client.contacts:get("a")
    assert.equal("a", contact.id)
    assert.equal(2, answer.attempts)
    assert.same({ 0 }, self.slept)

    self = fake.client({ grant("t1", 600), fake.json(401, {}), grant("t2", 600), fake.json(401, {}) }, CREDENTIALS)
    local _, err = self.client.contacts:get("a")
    assert.equal("auth", err.kind)
    assert.equal(401, err.status)
    assert.equal(4, #self.requests)
  end)

  it("that were given are not renewed", function()
    local self = fake.client({ fake.json(401, {}) })
    local _, err = self.client.contacts:get("a")
    assert.equal("auth", err.kind)
    assert.equal(1, #self.requests)
  end)

  it("may come from a function, which learns why it is asked", function()
    local reasons, count = {}, 0
    local self = fake.client({ fake.json(200, {}), fake.json(401, {}), fake.json(200, {}) }, {
      access_token = function(reason)
        reasons[#reasons + 1] = reason
        count = count + 1
        return "t" .. count, 600
      end,
    })
    self.client.contacts:get("a")
    assert(self.client.contacts:get("a"))
    self.time = self.time + 600
    assert.same({ "start", "revoked" }, reasons)
    assert.equal("Bearer t2", header(self.requests[3], "Authorization"))
  end)

  for name, given in pairs {
    ["raises"] = function() error("no vault") end,
    ["gives nothing"] = function() end,
    ["gives a line end"] = function() return "a\r\nX: y" end,
  } do
    it("are an auth error when the function " .. name, function()
      local self = fake.client({}, { access_token = given })
      local _, err = self.client.contacts:get("a")
      assert.equal("auth", err.kind)
      assert.equal("token_function", err.code)
    end)
  end

  for name, case in pairs {
    ["a refusal"] = {
      fake.json(400, { error = "invalid_client", error_description = "the-secret is wrong" }),
      "auth", "invalid_client",
    },
    ["a refusal without a body"] = { fake.json(401), "auth" },
    ["an HTML page"] = { { status = 200, headers = {}, body = "<html>" }, "decode" },
    ["an empty body"] = { fake.json(200), "decode" },
    ["no token"] = { fake.json(200, { expires_in = 5 }), "protocol" },
    ["another type of token"] = { fake.json(200, { access_token = "x", token_type = "mac" }), "protocol" },
  } do
    it("fail clearly on " .. name .. " and send nothing more", function()
      local self = fake.client({ case[1] }, CREDENTIALS)
      local _, err = self.client.contacts:get("a")
      assert.equal(case[2], err.kind)
      assert.equal(case[3], err.code)
      assert.equal("oauth.token", err.operation)
      assert.is_nil(tostring(err):find("the%-secret"))
      assert.equal(1, #self.requests)
    end)
  end

  it("are asked for again when the token endpoint is busy", function()
    local self = fake.client({ fake.json(503), grant("t1", 600), fake.json(200, {}) }, CREDENTIALS)
    assert(self.client.contacts:create { firstName = "Ann" })
    assert.equal(1, #self.slept)
  end)
end)

describe("errors", function()
  local function failing(reply, call)
    local self = fake.client({ reply }, { retry = false })
    local value, err = (call or function(client)
      return client.contacts:get("a")
    end)(self.client)
    assert.is_nil(value)
    assert.is_true(ec.is_error(err))
    return err
  end

  it("carry what the server said", function()
    local err = failing(fake.json(404, {
      message = "The requested resource was not found.", code = "not.found", status = 404,
      contextId = "ctx-1", details = { { errorCode = "x" } },
    }))
    assert.equal("http", err.kind)
    assert.equal(404, err.status)
    assert.equal("not.found", err.code)
    assert.equal("ctx-1", err.correlation_id)
    assert.equal("get_externalcontacts_contact", err.operation)
    assert.equal("GET", err.method)
    assert.equal("/api/v2/externalcontacts/contacts/a", err.path)
    assert.equal(1, err.attempts)
    assert.is_false(err.retryable)
    assert.equal("x", err.details[1].errorCode)
    assert.equal(404, err.response.status)
    assert.equal("get_externalcontacts_contact: The requested resource was not found. "
      .. "(http, HTTP 404, not.found, correlation id ctx-1)", tostring(err))
    assert.equal("because " .. tostring(err), "because " .. err)
  end)

  for status, kind in pairs {
    [400] = "http", [401] = "auth", [403] = "auth", [404] = "http", [409] = "conflict",
    [429] = "throttled", [422] = "http", [500] = "http", [302] = "http",
  } do
    it("are of kind " .. kind .. " for " .. status .. ", also without a JSON body", function()
      assert.equal(kind, failing(fake.json(status)).kind)
      local err = failing { status = status, headers = {}, body = "<html>no</html>" }
      assert.equal(kind, err.kind)
      assert.is_nil(tostring(err):find("<html>", 1, true))
    end)
  end

  it("name the permissions that would do", function()
    assert.truthy(tostring(failing(fake.json(403))):find("externalContacts:contact:view", 1, true))
  end)

  it("mask what the request carried when the server quotes it", function()
    local err = failing(fake.json(400, { message = "Value [+13175550100] of Ann Lee is not valid" }),
      function(client)
        return client.contacts:create { firstName = "Ann", cellPhone = { display = "+13175550100" } }
      end)
    assert.equal("Value […] of … Lee is not valid", err.message)
    err = failing(fake.json(400, { message = "no ann@x.org here" }), function(client)
      return client.lookup:reverse("ann@x.org")
    end)
    assert.is_nil(tostring(err):find("ann@x.org", 1, true))
    assert.is_nil(err.path:find("ann", 1, true))
  end)

  it("tell a 2xx that is not JSON from one that is", function()
    local err = failing { status = 200, headers = { ["content-type"] = "text/html" }, body = "<p>hi</p>" }
    assert.equal("decode", err.kind)
    assert.truthy(tostring(err):find("text/html", 1, true))
    assert.is_nil(tostring(err):find("<p>", 1, true))
    assert.equal("decode", failing { status = 200, headers = {}, body = '{"id":"x"' }.kind)
    assert.equal("protocol", failing { status = 200, headers = {}, body = "3" }.kind)
  end)

  it("include a read without a body, while a write may be empty", function()
    assert.equal("protocol", failing(fake.json(200)).kind)
    local self = fake.client { fake.json(200), fake.json(204), fake.json(202), fake.json(200, {}) }
    assert.is_true((self.client.contacts:delete("a")))
    assert.is_true((self.client.organizations.trustor:clear("a")))
    assert.is_true((self.client.conversations:associate({}, "a")))
    assert.same({}, (self.client.contacts:delete("a")))
  end)

  it("come from the engine with their kind and code", function()
    local err = failing(fake.failure("timeout", "timeout", "all"))
    assert.equal("timeout", err.kind)
    assert.is_true(err.retryable)
    err = failing(fake.failure("transport", "reset", "all"), function(client)
      return client.contacts:create {}
    end)
    assert.equal("transport", err.kind)
    assert.is_false(err.retryable)
  end)
end)

describe("retry", function()
  it("sends a throttled create again after Retry-After", function()
    local self = fake.client {
      fake.json(429, {}, { ["retry-after"] = "7" }), fake.json(200, { id = "x" }),
    }
    local value, _, answer = self.client.contacts:create { firstName = "Ann" }
    assert.equal("x", value.id)
    assert.equal(2, answer.attempts)
    assert.same({ 8.25 }, self.slept)
  end)

  it("does not resend a POST whose body may have arrived", function()
    local self = fake.client { fake.failure("transport", "reset", "all") }
    local _, err = self.client.contacts:create { firstName = "Ann" }
    assert.equal("transport", err.kind)
    assert.equal(1, #self.requests)
  end)

  it("gives up after max_attempts with the last error", function()
    local self = fake.client({ fake.json(503), fake.json(503), fake.json(502) }, { max_attempts = 3 })
    local _, err = self.client.contacts:get("a")
    assert.equal(502, err.status)
    assert.equal(3, err.attempts)
    assert.truthy(tostring(err):find("3 attempts", 1, true))
  end)

  it("does not wait past the call's deadline", function()
    local self = fake.client { fake.json(429, {}, { ["retry-after"] = "30" }) }
    local _, err = self.client.contacts:get("a", { deadline = 10 })
    assert.equal("throttled", err.kind)
    assert.equal(30, err.retry_after)
    assert.same({}, self.slept)
  end)

  it("hands the nearer of timeout and deadline to the engine", function()
    local self = fake.client { fake.json(200, {}), fake.json(200, {}) }
    self.client.contacts:get("a", { timeout = 5, deadline = 60 })
    self.client.contacts:get("a", { timeout = 60, deadline = 3 })
    assert.equal(1005, self.requests[1].deadline)
    assert.equal(1003, self.requests[2].deadline)
  end)
end)

describe("hooks", function()
  it("tell of every exchange, without ids, queries, bodies or tokens", function()
    local entries, lines = {}, {}
    local options = with {
      on_request = function(entry)
        entries[#entries + 1] = entry
      end,
      log = function(entry)
        lines[#lines + 1] = log.line(entry)
      end,
    }
    local self = fake.client({
      grant("the-token", 600), fake.json(503), fake.json(200, {}, { ["inin-correlation-id"] = "c-1" }),
      fake.json(200, {}),
    }, options)
    self.client.contacts:get("the-contact")
    self.client.lookup:reverse("ann@x.org")
    local seen = {}
    for index, entry in ipairs(entries) do
      seen[index] = ("%s %s %s"):format(entry.operation, entry.status, entry.attempt)
    end
    assert.same({
      "oauth.token 200 0", "get_externalcontacts_contact 503 1", "get_externalcontacts_contact 200 2",
      "get_externalcontacts_reversewhitepageslookup 200 1",
    }, seen)
    assert.equal("/api/v2/externalcontacts/contacts/{contactId}", entries[2].path)
    assert.equal(0.25, entries[2].wait)
    assert.equal("c-1", entries[3].correlation_id)
    local all = table.concat(lines, "\n")
    for _, secret in ipairs { "the-token", "the-secret", "the-id", "the-contact", "ann@x.org" } do
      assert.is_nil(all:find(secret, 1, true))
    end
  end)
end)

describe("a Retry-After or correlation id that makes no sense", function()
  it("is ignored", function()
    assert.is_nil(response.retry_after { ["retry-after"] = "soon" })
    assert.is_nil(response.retry_after {})
    assert.is_nil(response.correlation_id { ["inin-correlation-id"] = "a\r\nb" })
    assert.is_nil(oauth.classify(oauth.row, fake.json(200, { access_token = "a b" })))
  end)
end)
