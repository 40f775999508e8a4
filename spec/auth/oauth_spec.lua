-- The token endpoint: its request, and the meaning of its answers.
local errors = require "extcontacts.base.errors"
local fake = require "spec.support.fake"
local oauth = require "extcontacts.auth.oauth"

describe("the request for a token", function()
  it("sends the credentials in the header only", function()
    local request = oauth.request {
      login_url = "https://login.example.test", client_id = "the-id", client_secret = "the-secret",
    }
    assert.equal("POST", request.method)
    assert.equal("https://login.example.test/oauth/token", request.url)
    assert.equal("grant_type=client_credentials", request.body)
    assert.equal("Basic dGhlLWlkOnRoZS1zZWNyZXQ=", fake.header(request, "Authorization"))
    assert.equal("application/x-www-form-urlencoded", fake.header(request, "Content-Type"))
  end)

  it("is an operation that is safe to retry and needs no permission", function()
    assert.same({}, oauth.row.permissions)
    assert.is_true(oauth.row.repeatable)
    assert.equal("read", oauth.row.effect)
  end)
end)

describe("the answer of the token endpoint", function()
  local function classify(reply)
    return oauth.classify(oauth.row, reply)
  end

  it("contains the token and its lifetime", function()
    assert.same({ token = "t1", lifetime = 600 }, (classify(fake.grant("t1", 600))))
    assert.same({ token = "t1", lifetime = 3600, is_assumed = true },
      (classify(fake.json(200, { access_token = "t1" }))))
    assert.equal("t1", classify(fake.json(200, { access_token = "t1", token_type = "bearer" })).token)
  end)

  for text, lifetime in pairs {
    ["600"] = 600, ["600.5"] = 600.5, ['"600"'] = 600, ['" 600.5 "'] = 600.5, ["172800"] = 172800,
    ["0.0001"] = 1, ['"0.2"'] = 1, ["1e400"] = 2592000, ["123456789012345678901234567890"] = 2592000,
    ['"99999999999999999999"'] = 2592000, ["86400000"] = 2592000,
    ["0"] = false, ["-5"] = false, ["-1e400"] = false, ["null"] = false, ['""'] = false, ['"soon"'] = false,
    ['"-5"'] = false, ['"0x10"'] = false, ['"nan"'] = false, ["true"] = false, ["[600]"] = false, ["{}"] = false,
  } do
    it("has a lifetime in every form: " .. text, function()
      local grant = assert(classify {
        status = 200, headers = {}, body = ('{"access_token":"t1","expires_in":%s}'):format(text),
      })
      assert.equal(lifetime or 3600, grant.lifetime)
      assert.equal(not lifetime or nil, grant.is_assumed)
    end)
  end

  for name, case in pairs {
    ["a rejection"] = {
      fake.json(400, { error = "invalid_client", error_description = "the-secret is wrong" }), "auth", "invalid_client",
    },
    ["a rejection without a body"] = { fake.foreign(401, ""), "auth" },
    ["a rejection with a code that is not a word"] = { fake.json(403, { error = "no\r\nX: y" }), "auth" },
    ["an HTML page"] = { { status = 200, headers = {}, body = "<html>" }, "decode" },
    ["an empty body"] = { fake.json(200), "decode" },
    ["no token"] = { fake.json(200, { expires_in = 5 }), "protocol" },
    ["another type of token"] = { fake.json(200, { access_token = "x", token_type = "mac" }), "protocol" },
    ["a token that a header can't hold"] = { fake.json(200, { access_token = "a b" }), "protocol" },
    ["an overloaded server"] = { fake.json(503), "http" },
    ["a firewall's page"] = { fake.foreign(403), "http" },
    ["a redirect"] = { fake.foreign(302), "http" },
  } do
    it("is an error for " .. name, function()
      local grant, err = classify(case[1])
      assert.is_nil(grant)
      assert.is_true(errors.is_error(err))
      assert.equal(case[2], err.kind)
      assert.equal(case[3], err.code)
      assert.is_nil(tostring(err):find("the-secret", 1, true))
    end)
  end

  it("names the token endpoint and its option, not the API's", function()
    for _, status in ipairs { 302, 400, 403, 404, 500 } do
      local _, err = classify(fake.foreign(status))
      assert.matches("login_url", err.message, 1, true)
      assert.is_nil(err.message:find("base_url", 1, true))
      assert.is_nil(err.message:find("credentials", 1, true))
    end
  end)

  it("has its correlation id in the error", function()
    local _, err = classify(fake.json(401, {}, { ["inin-correlation-id"] = "c-1" }))
    assert.equal("c-1", err.correlation_id)
  end)
end)

describe("a usable token", function()
  it("fits into a header line", function()
    assert.is_true(oauth.is_usable "a-B_1.~")
    for _, text in ipairs { "", "a b", "a\r\nX: y", "a\0" } do
      assert.is_false(oauth.is_usable(text))
    end
    assert.is_false(oauth.is_usable(nil))
  end)
end)
