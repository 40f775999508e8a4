-- A client's tokens: their source, renewal, and the pool.
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local header, grant = fake.header, fake.grant

local function contact()
  return fake.json(200, { id = "a" })
end

-- How many requests each token was sent with.
local function uses_of_tokens(self)
  local uses = {}
  for _, request in ipairs(self.requests) do
    local token = header(request, "Authorization"):match("^Bearer (.+)$")
    if token then
      uses[token] = (uses[token] or 0) + 1
    end
  end
  return uses
end

describe("tokens", function()
  it("come from the token endpoint once and are kept", function()
    local self = fake.client({ grant "t1", contact(), contact() }, fake.with_credentials())
    assert(self.client.contacts:get("a"))
    assert(self.client.contacts:get("b"))
    assert.equal("https://login.example.test/oauth/token", self.requests[1].url)
    assert.equal("Bearer t1", header(self.requests[2], "Authorization"))
    assert.equal("Bearer t1", header(self.requests[3], "Authorization"))
  end)

  it("are renewed before they expire", function()
    local self = fake.client({ grant("t1", 600), contact(), contact(), grant("t2", 600), contact() },
      fake.with_credentials())
    self.client.contacts:get("a")
    self.time = self.time + 539
    self.client.contacts:get("a")
    self.time = self.time + 2
    self.client.contacts:get("a")
    assert.equal("Bearer t2", header(self.requests[5], "Authorization"))
  end)

  it("are renewed once after a 401, and the request is retried once", function()
    local self = fake.client({ grant "t1", fake.json(401, { code = "bad.credentials" }), grant "t2", contact() },
      fake.with_credentials())
    local record, _, response = self.client.contacts:get("a")
    assert.equal("a", record.id)
    assert.equal(2, response.attempts)
    assert.same({ 0 }, self.slept)

    self = fake.client({ grant "t1", fake.json(401, {}), grant "t2", fake.json(401, {}) }, fake.with_credentials())
    local _, err = self.client.contacts:get("a")
    assert.equal("auth", err.kind)
    assert.equal(401, err.status)
    assert.equal(4, #self.requests)
  end)

  it("from the configuration are not renewed", function()
    local self = fake.client({ fake.json(401, {}) })
    local _, err = self.client.contacts:get("a")
    assert.equal("auth", err.kind)
    assert.equal(1, #self.requests)
  end)

  it("can come from a function, which receives the reason", function()
    local reasons, count = {}, 0
    local self = fake.client({ contact(), fake.json(401, {}), contact(), contact() }, {
      access_token = function(reason)
        reasons[#reasons + 1] = reason
        count = count + 1
        return "t" .. count, 600
      end,
    })
    self.client.contacts:get("a")
    assert(self.client.contacts:get("a"))
    assert.same({ "start", "revoked" }, reasons)
    assert.equal("Bearer t2", header(self.requests[3], "Authorization"))
    self.time = self.time + 600
    assert(self.client.contacts:get("a"))
    assert.same({ "start", "revoked", "expired" }, reasons)
  end)

  for name, source in pairs {
    ["raises"] = function() error("no vault") end,
    ["returns nothing"] = function() end,
    ["returns a line end"] = function() return "a\r\nX: y" end,
  } do
    it("are an auth error if the function " .. name, function()
      local self = fake.client({}, { access_token = source })
      local _, err = self.client.contacts:get("a")
      assert.equal("auth", err.kind)
      assert.equal("token_function", err.code)
    end)
  end

  it("keep the error object of their function", function()
    local own = ec.new { access_token = "x", base_url = "http://127.0.0.1:1" }
    own:close()
    local _, closed = own.contacts:get("a")
    for _, source in ipairs { function() error(closed) end, function() return nil, closed end } do
      local self = fake.client({}, { access_token = source })
      local _, err = self.client.contacts:get("a")
      assert.equal("closed", err.kind)
    end
  end)

  it("fail as the operation oauth.token, and nothing more is sent", function()
    for _, case in ipairs {
      { fake.json(400, { error = "invalid_client" }), "auth" },
      { { status = 200, headers = {}, body = "<html>" }, "decode" },
      { fake.foreign(302), "http" },
      { fake.foreign(403), "http" },
      { fake.json(500), "http" },
      { fake.failure("transport", "refused", "nothing"), "transport" },
      { fake.failure("timeout", "timeout", "all"), "timeout" },
    } do
      local self = fake.client({ case[1] }, fake.with_credentials { max_attempts = 1 })
      local _, err = self.client.contacts:create { firstName = "Ann" }
      assert.equal(case[2], err.kind)
      assert.equal("oauth.token", err.operation)
      assert.same({ "POST", "/oauth/token" }, { err.method, err.path })
      assert.equal("nothing", err.sent)
      assert.is_nil(err.ambiguous)
      assert.equal(1, #self.requests)
    end
  end)

  it("name login_url when its host can't be resolved", function()
    local failure = fake.failure("transport", "dns", "nothing")
    failure.failure.message = "cannot resolve the name; check base_url"
    local self = fake.client({ failure }, fake.with_credentials { max_attempts = 1 })
    local _, err = self.client.contacts:get("a")
    assert.equal("cannot resolve the name; check login_url", err.message)
  end)

  it("are requested again if the token endpoint is overloaded", function()
    local self = fake.client({ fake.json(503), grant "t1", contact() }, fake.with_credentials())
    assert(self.client.contacts:create { firstName = "Ann" })
    assert.equal(1, #self.slept)
  end)

  it("are not requested again for ten seconds once the credentials were rejected", function()
    local rejection = fake.json(400, { error = "invalid_client" })
    local self = fake.client({ rejection, rejection }, fake.with_credentials())
    for _ = 1, 50 do
      local _, err = self.client.contacts:get("a")
      assert.equal("auth", err.kind)
      assert.equal("invalid_client", err.code)
    end
    assert.equal(1, #self.requests)
    self.time = self.time + 10
    self.client.contacts:get("a")
    assert.equal(2, #self.requests)
  end)
end)

describe("a token pool", function()
  local function pool(size, rate, reply)
    return fake.client(fake.endless(reply), fake.with_credentials {
      rate = rate, reserve = 0, token_pool = size, token_cache = false,
    })
  end

  it("requests another token only if the others have no room", function()
    local self = pool(3, 10)
    for _ = 1, 10 do
      self.client.contacts:get("a")
    end
    assert.same({ t1 = 10 }, uses_of_tokens(self))
    for _ = 1, 15 do
      self.client.contacts:get("a")
    end
    assert.same({ t1 = 10, t2 = 10, t3 = 5 }, uses_of_tokens(self))
    assert.equal(1000, self.time)
    for _ = 1, 6 do
      self.client.contacts:get("a")
    end
    assert.is_true(self.time > 1060)
  end)

  it("waits for its tokens if the request for another one fails", function()
    local self = fake.client({
      grant "t1", contact(), contact(), fake.json(503), contact(),
    }, fake.with_credentials { rate = 2, reserve = 0, token_pool = 2, token_cache = false })
    for _ = 1, 3 do
      assert(self.client.contacts:get("a"))
    end
    assert.is_true(self.time > 1060)
  end)

  it("drops only the token that the server rejects", function()
    local self = pool(2, 1, function(request)
      return header(request, "Authorization") == "Bearer t1" and fake.json(401, {}) or nil
    end)
    assert(self.client.contacts:get("a"))
    assert(self.client.contacts:get("a"))
    assert.is_nil(uses_of_tokens(self).t4)
  end)

  it("needs client credentials", function()
    assert.matches("token_pool", fake.misuse(ec.new, { access_token = "x", token_pool = 2 }))
  end)
end)
