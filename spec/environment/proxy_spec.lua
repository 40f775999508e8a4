-- The proxies of the environment, in scripts and inside nginx.
local doctor = require "extcontacts.doctor"
local ec = require "extcontacts"
local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"
local script = require "spec.support.script"

-- A proxy that refuses to connect to any server.
local REFUSING = { { { "read" }, { "send", peer.reply("nope!", "", "403 Forbidden") } } }

describe("a proxy of the environment", function()
  local proxy

  before_each(function()
    proxy = peer.start(REFUSING)
  end)

  after_each(function()
    proxy:stop()
  end)

  -- The hosts that the proxy was asked for.
  local function asked()
    local hosts = {}
    for index, request in ipairs(select(2, proxy:log())) do
      assert.equal("CONNECT", request.method)
      hosts[index] = request.path
    end
    return hosts
  end

  local function with_user()
    return (proxy.url:gsub("://", "://ann:secret@"))
  end

  -- What a script prints that makes one call, with these variables.
  local CALL = [[
    local client = require("extcontacts").%s
    print(client, (select(2, client.contacts:get "11111111-2222-4333-8444-555555555555")))
  ]]
  local function run(variables, constructor, options)
    local text = CALL:format(constructor .. "{ access_token = 't', retry = false, " .. options .. " }")
    local code, output, errors = script.start(text, nil, variables):finish()
    assert.equal("", errors)
    assert.equal(0, code)
    return output
  end

  local REGION = 'region = "eu_central_1"'
  -- A host that nobody can resolve, so that no request leaves this machine.
  local HOST = 'base_url = "https://api.example.invalid", login_url = "https://login.example.invalid"'

  for _, variable in ipairs { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" } do
    it("is used by a script and named by its error: " .. variable, function()
      for index, constructor in ipairs { "connect", "new" } do
        local output = run(variable .. "=" .. with_user(), constructor, REGION)
        assert.equal(index, #asked())
        assert.matches("check " .. variable .. " (transport, proxy)", output, 1, true)
        assert.is_nil(output:find("secret", 1, true))
      end
      assert.equal("api.mypurecloud.de:443", asked()[1])
      assert.matches("Proxy-Authorization: Basic", select(2, proxy:log())[1].head, 1, true)
    end)
  end

  for name, case in pairs {
    ["no_proxy"] = { "no_proxy=example.invalid" },
    ["NO_PROXY"] = { "NO_PROXY=.example.invalid,other.example" },
    ["no_proxy for every host"] = { "no_proxy=*" },
    ["the option 'proxy'"] = { "", ', proxy = ""' },
    ["the option 'no_proxy'"] = { "no_proxy=other.example", ', no_proxy = "other.example,example.invalid"' },
  } do
    it("is not used for hosts that need none: " .. name, function()
      local output = run("https_proxy=" .. proxy.url .. " " .. case[1], "connect", HOST .. (case[2] or ""))
      assert.matches("(transport, dns)", output, 1, true)
      assert.same({}, asked())
    end)
  end

  it("is used for hosts that the option 'no_proxy' no longer names", function()
    run("https_proxy=" .. proxy.url .. " no_proxy=example.invalid", "connect", HOST .. ', no_proxy = ""')
    assert.same({ "api.example.invalid:443" }, asked())
  end)

  it("is not used for this machine", function()
    local server = peer.start { { { "read" }, { "send", peer.reply '{"id":"1"}' } } }
    local output = run("https_proxy=" .. proxy.url .. " http_proxy=" .. proxy.url, "connect",
      ('base_url = "%s", login_url = "%s"'):format(server.url, server.url))
    server:stop()
    assert.same({}, asked())
    assert.matches("nil\n$", output)
  end)

  it("is used inside nginx, which removes the environment of its workers", function()
    for _, options in ipairs { {}, { main = "env https_proxy;" }, { http = "lua_code_cache off;" } } do
      local before = #asked()
      local server = nginx.start {
        environment = "https_proxy=" .. with_user(),
        main = options.main,
        http = (options.http or "") .. [[
          init_by_lua_block {
            ec = require "extcontacts"
            client = ec.connect { region = "eu_central_1", access_token = "t", retry = false }
          }
        ]],
        server = [[
          location = /get {
            content_by_lua_block { ngx.print(tostring(select(2, client.contacts:get "1"))) }
          }
        ]],
      }
      local ok, body = pcall(server.must, server, "/get")
      server:stop()
      assert.is_true(ok, body)
      assert.matches("check https_proxy (transport, proxy)", body, 1, true)
      assert.is_nil(body:find("secret", 1, true))
      assert.equal(before + 1, #asked())
    end
  end)

  it("is shown by the doctor, without its password", function()
    local variables = { https_proxy = with_user(), no_proxy = "intranet" }
    local findings = doctor.examine({ region = "eu_central_1", access_token = "t" }, {
      sources = { getenv = function(name) return variables[name] end, read_file = function() end },
    })
    local found
    for _, finding in ipairs(findings) do
      assert.is_nil(finding.sentence:find("secret", 1, true))
      found = finding.check == "proxy" and finding.sentence or found
    end
    assert.equal(proxy.url .. ", from https_proxy, but not for intranet", found)
  end)

  it("stays out of the text of a client and of its errors", function()
    local client = ec.new { region = "eu_central_1", access_token = "t", retry = false, proxy = with_user() }
    local _, err = client.contacts:get "1"
    client:close()
    assert.is_nil((tostring(client) .. tostring(err)):find("secret", 1, true))
    assert.matches("check the proxy option", tostring(err), 1, true)
  end)
end)
