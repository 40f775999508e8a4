local config = require "extcontacts.config"

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
