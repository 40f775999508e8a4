local config = require "extcontacts.config"
local growth = require "spec.support.growth"

-- Resolves with a made-up environment and profile file.
local function resolve(options, environment, profile)
  return config.resolve(options, {
    getenv = function(name)
      return (environment or {})[name]
    end,
    read_file = function(path)
      assert.equal("/home/ann/.gc/config.toml", path)
      return profile
    end,
  })
end

local PROFILE = [[
# written by the platform's CLI
[DEFAULT]
  environment = "mypurecloud.ie"
  client_credentials = "profile-id"   # the client
  client_secret = "profile-\"secret\""
  logging_enabled = false

[staging]
  environment = 'usw2.pure.cloud'
  access_token = "staging-token"
]]

describe("the configuration", function()
  it("comes from the arguments alone unless another source is requested", function()
    local settings = assert(config.resolve { client_id = "a", client_secret = "b" })
    assert.equal("https://api.mypurecloud.com", settings.base_url)
    assert.equal("https://login.mypurecloud.com", settings.login_url)
    assert.equal(30, settings.timeout)
    assert.is_true(settings.validate)
  end)

  for id, domain in pairs(config.regions) do
    it("knows the region " .. id, function()
      assert.equal(domain, config.domain(id))
      assert.equal(domain, config.domain((id:gsub("_", "-"))))
      assert.equal(domain, config.domain(domain))
    end)
  end

  it("uses the store of several machines for what has no store of its own", function()
    local url, own = "rediss://user:word@redis.internal:6380/0", { update = function() end }
    local credentials = {
      GENESYSCLOUD_OAUTHCLIENT_ID = "a", GENESYSCLOUD_OAUTHCLIENT_SECRET = "b", EXTCONTACTS_STORE = url,
    }
    local settings = assert(resolve(nil, credentials))
    assert.same({ url, url, url }, { settings.store, settings.rate_store, settings.token_cache })
    settings = assert(resolve({ rate_store = own, token_cache = false }, credentials))
    assert.same({ own, false }, { settings.rate_store, settings.token_cache })
    settings = assert(resolve({ token_cache = true }, credentials))
    assert.equal(url, settings.token_cache)
    settings = assert(resolve(nil, { GENESYSCLOUD_ACCESS_TOKEN = "token", EXTCONTACTS_STORE = url }))
    assert.same({ url, false }, { settings.rate_store, settings.token_cache })
  end)

  it("reads the platform's environment variables, then the older ones", function()
    local settings = assert(resolve(nil, {
      GENESYSCLOUD_REGION = "eu-central-1", PURECLOUD_CLIENT_ID = "old", PURECLOUD_SECRET = "older",
    }))
    assert.equal("https://api.mypurecloud.de", settings.base_url)
    assert.equal("old", settings.client_id)
    settings = assert(resolve(nil, {
      GENESYSCLOUD_OAUTHCLIENT_ID = "new", GENESYSCLOUD_OAUTHCLIENT_SECRET = "newer",
      PURECLOUD_CLIENT_ID = "old", PURECLOUD_SECRET = "older",
    }))
    assert.equal("new", settings.client_id)
    assert.equal("newer", settings.client_secret)
  end)

  it("reads the profile after the environment", function()
    local environment = { HOME = "/home/ann" }
    local settings = assert(resolve(nil, environment, PROFILE))
    assert.equal("https://api.mypurecloud.ie", settings.base_url)
    assert.equal("profile-id", settings.client_id)
    assert.equal('profile-"secret"', settings.client_secret)

    settings = assert(resolve({ profile = "Staging" }, environment, PROFILE))
    assert.equal("https://api.usw2.pure.cloud", settings.base_url)
    assert.equal("staging-token", settings.access_token)

    settings = assert(resolve({ region = "us_west_2" }, environment, PROFILE))
    assert.equal("https://api.usw2.pure.cloud", settings.base_url)
    assert.equal("profile-id", settings.client_id)
  end)

  it("never mixes credentials of two sources", function()
    local environment = { HOME = "/home/ann", GENESYSCLOUD_ACCESS_TOKEN = "env-token" }
    local settings = assert(resolve({ client_id = "a", client_secret = "b" }, environment, PROFILE))
    assert.is_nil(settings.access_token)
    settings = assert(resolve(nil, environment, PROFILE))
    assert.equal("env-token", settings.access_token)
    assert.is_nil(settings.client_id)
  end)

  for name, case in pairs {
    ["an unknown profile"] = { { profile = "stagin" }, "did you mean 'staging'" },
    ["a secret without an id"] = { { client_secret = "x" }, "client_id is missing" },
    ["an id without a secret"] = { { client_id = "x" }, "client_secret is missing" },
    ["a base_url without a login_url"] = {
      { client_id = "x", client_secret = "y", base_url = "https://gw.example" }, "login_url is missing",
    },
    ["a URL with a query"] = {
      { access_token = "x", base_url = "https://gw.example/?a" }, "'base_url' must be a URL",
    },
    ["a URL of another scheme"] = { { access_token = "x", base_url = "ftp://x" }, "must be a URL" },
    ["a timeout of 0"] = { { access_token = "x", timeout = 0 }, "above 0" },
    ["a wrong type"] = { { access_token = 5 }, "must be a string or function" },
  } do
    it("rejects " .. name, function()
      local settings, misuse = resolve(case[1], { HOME = "/home/ann" }, PROFILE)
      assert.is_nil(settings)
      assert.truthy(misuse:find(case[2], 1, true), misuse)
    end)
  end

  for name, case in pairs {
    ["https_proxy"] = { { https_proxy = "http://a:1", HTTPS_PROXY = "http://b:2", all_proxy = "http://c:3" },
      "http://a:1", "https_proxy" },
    ["HTTPS_PROXY"] = { { HTTPS_PROXY = "http://b:2", all_proxy = "http://c:3", ALL_PROXY = "http://d:4" },
      "http://b:2", "HTTPS_PROXY" },
    ["all_proxy"] = { { all_proxy = "http://c:3", ALL_PROXY = "http://d:4" }, "http://c:3", "all_proxy" },
    ["ALL_PROXY"] = { { ALL_PROXY = "socks5h://d:4" }, "socks5h://d:4", "ALL_PROXY" },
    ["no proxy if the variable is empty"] = { { https_proxy = "" }, "" },
    ["the next one if a variable is empty"] = { { https_proxy = "", ALL_PROXY = "d:4" }, "d:4", "ALL_PROXY" },
    -- Plain http goes to this machine only, and never through a proxy; HTTP_PROXY is
    -- what a CGI client can set.
    ["no proxy of plain http"] = { { http_proxy = "http://a:1", HTTP_PROXY = "http://b:2" }, "" },
  } do
    it("takes the proxy from the environment: " .. name, function()
      for _, options in ipairs { { access_token = "x" }, { access_token = "x", region = "eu_central_1" } } do
        local settings = assert(resolve(options, case[1]))
        assert.equal(case[2], settings.proxy)
        assert.equal(case[3], settings.proxy_variable)
      end
    end)
  end

  it("takes the hosts without a proxy from no_proxy, then NO_PROXY", function()
    assert.equal("a", assert(resolve({ access_token = "x" }, { no_proxy = "a", NO_PROXY = "b" })).no_proxy)
    assert.equal("b", assert(resolve({ access_token = "x" }, { NO_PROXY = "b" })).no_proxy)
    assert.equal("", assert(resolve({ access_token = "x" }, {})).no_proxy)
  end)

  it("prefers the arguments for the proxy, each on its own", function()
    local environment = { https_proxy = "http://a:1", no_proxy = "a.example" }
    local settings = assert(resolve({ access_token = "x", proxy = "http://b:2" }, environment))
    assert.same({ "http://b:2", "a.example" }, { settings.proxy, settings.no_proxy })
    assert.is_nil(settings.proxy_variable)
    settings = assert(resolve({ access_token = "x", no_proxy = "b.example" }, environment))
    assert.same({ "http://a:1", "b.example" }, { settings.proxy, settings.no_proxy })
    settings = assert(resolve({ access_token = "x", proxy = "", no_proxy = "" }, environment))
    assert.same({ "", "" }, { settings.proxy, settings.no_proxy })
  end)

  for _, url in ipairs { "ftp://user:secret@p:1", "http://", "http://user:secret@", "http://user:secret@p:x",
    "h ttp://p", "http://user:sec ret@p:1", "http://p:1/path?secret" } do
    it("rejects a proxy that is no proxy's URL, and does not show it: " .. url, function()
      local _, misuse = resolve({ access_token = "x", proxy = url })
      assert.matches("^option 'proxy' must be the URL of a proxy", misuse)
      assert.is_nil(misuse:find("sec", 1, true))
      _, misuse = resolve({ access_token = "x" }, { HTTPS_PROXY = url })
      assert.matches("^HTTPS_PROXY must be the URL of a proxy", misuse)
      assert.is_nil(misuse:find("sec", 1, true))
    end)
  end

  it("names a missing profile file if a profile was requested", function()
    local _, misuse = resolve({ profile = "x" }, { HOME = "/home/ann" })
    assert.truthy(misuse:find("config.toml", 1, true))
  end)

  it("does not change the caller's table", function()
    local options = { access_token = "x", base_url = "https://gw.example/prefix/" }
    local settings = assert(config.resolve(options))
    assert.equal("https://gw.example/prefix", settings.base_url)
    assert.same({ access_token = "x", base_url = "https://gw.example/prefix/" }, options)
  end)
end)

describe("the profile file", function()
  it("is read in linear time", function()
    for _, line in ipairs { { "[", " ", "x" }, { "a = x", " ", "x" }, { "a =", " ", "" }, { " ", " ", "[" },
      { "['", "a ", "" }, { "", "a", "" }, { "a = \"", "\\\"", "" } } do
      growth.assert_linear(line[1] .. line[2], function(text)
        resolve({ access_token = "token" }, { HOME = "/home/ann" }, "[DEFAULT]\n" .. text)
      end, growth.text(line[1], line[2], line[3]))
    end
  end)
end)

describe("the configuration of what is sent", function()
  local function problem(options, environment)
    options.access_token = options.access_token or not environment and "token" or nil
    local settings, text = config.resolve(options, environment and {
      getenv = function(name)
        return environment[name]
      end,
      read_file = function() end,
    })
    assert.is_nil(settings)
    return text
  end

  it("contains no line ends and control characters", function()
    for _, name in ipairs { "user_agent", "proxy", "region", "base_url", "login_url", "client_id", "client_secret",
      "access_token" } do
      for _, bad in ipairs { "a\r\nX: y", "a\n", "\ra", "a\0b", "a\127", "a\27[0m" } do
        assert.equal(("option '%s' contains a line end or another control character; remove it"):format(name),
          problem { [name] = bad })
      end
    end
    assert.truthy(problem({}, { GENESYSCLOUD_ACCESS_TOKEN = "token\n" }):find("option 'access_token'", 1, true))
    assert.truthy(problem({}, { GENESYSCLOUD_REGION = "mypurecloud.de\r", GENESYSCLOUD_ACCESS_TOKEN = "t" })
      :find("option 'region'", 1, true))
  end)

  it("contains headers that can be sent", function()
    assert.truthy(config.resolve { access_token = "token", headers = { ["X-A"] = "a\tb ü", ["x-b"] = 1 } })
    for name, value in pairs {
      ["X-A"] = "b\r\nAuthorization: c", ["X-B"] = "a\0", ["X-C"] = true, ["X D"] = "a", ["X:"] = "a", [""] = "a",
      ["X\nY"] = "a", [1] = "a",
    } do
      local text = problem { headers = { [name] = value } }
      assert.truthy(text:find("^option 'headers'"), text)
      assert.is_nil(text:find "%c", text)
    end
  end)

  it("has no header that the client sends itself, in any case", function()
    for _, name in ipairs { "Authorization", "authorization", "AUTHORIZATION", "Host", "content-length",
      "Transfer-Encoding", "Connection", "TE", "Proxy-Authorization", "User-Agent" } do
      assert.truthy(problem { headers = { [name] = "secret" } }
        :find(("option 'headers' contains '%s', which the client sends itself; "):format(name), 1, true))
    end
    assert.truthy(problem { headers = { authorization = "secret" } }:find("use access_token", 1, true))
    assert.truthy(problem { headers = { ["X-A"] = "1", ["x-a"] = "2" } }:find("twice", 1, true))
  end)
end)
