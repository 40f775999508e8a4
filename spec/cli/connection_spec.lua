-- The options that select a server and credentials.
local command = require "spec.support.command"
local connection = require "extcontacts.cli.connection"

local function none() end

describe("the connection options", function()
  it("can precede the command", function()
    assert.same({ "get", "--profile", "x", "--verbose", "contacts" },
      connection.hoist { "--profile", "x", "--verbose", "get", "contacts" })
    assert.same({ "get", "--region=eu", "contacts" }, connection.hoist { "--region=eu", "get", "contacts" })
    assert.same({ "--unknown", "get" }, connection.hoist { "--unknown", "get" })
    assert.same({ "--profile" }, connection.hoist { "--profile" })
  end)

  it("are settings of the client", function()
    local options, sources = connection.settings({ profile = "p", base_url = "u", timeout = 3, no_cache = true,
      max_depth = 200, max_body = 1000 }, none)
    assert.same({ profile = "p", base_url = "u", timeout = 3, max_depth = 200, max_body = 1000 }, options)
    assert.equal(none, sources.getenv)
    assert.is_nil(sources.read_file)
  end)

  it("name another profile file, which must exist", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "[p]\n"
    file:close()
    local _, sources = connection.settings({ config = path }, none)
    assert.equal("[p]\n", sources.read_file())
    os.remove(path)
    assert.error_matches(function()
      connection.settings({ config = path }, none)
    end, "^%-%-config: cannot read " .. path)
  end)

  it("are not needed to print a request", function()
    local code, output = command.run("get contacts x --dry-run --region eu_central_1 --timeout 5")
    assert.equal(0, code)
    assert.matches("^GET https://api.mypurecloud.de/", output)
  end)

  it("are named in one line if they are missing", function()
    local code, output, errors = command.run("get contacts x", { environment = { HOME = "/nonexistent" } })
    assert.equal(2, code)
    assert.equal("", output)
    assert.matches("^extcontacts get: [^\n]*GENESYSCLOUD_OAUTHCLIENT_ID[^\n]*\n$", errors)
  end)

  it("log each request with --verbose", function()
    local code, _, errors = command.run("get contacts x --verbose --base-url http://127.0.0.1:9 --login-url "
      .. "http://127.0.0.1:9 --no-cache", { environment = { GENESYSCLOUD_OAUTHCLIENT_ID = "i",
      GENESYSCLOUD_OAUTHCLIENT_SECRET = "hidden" } })
    assert.is_true(code == 1 or code == 75)
    local _, lines = errors:gsub("\n", "")
    assert.is_true(lines > 1, errors)
    assert.not_matches("hidden", errors, 1, true)
  end)
end)
