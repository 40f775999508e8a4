-- The doctor: every problem that it recognises, against the sandbox and real
-- servers.
local doctor = require "extcontacts.doctor"
local json = require "extcontacts.base.json"
local problems = require "extcontacts.doctor.problems"
local sandbox = require "spec.support.sandbox"
local tls = require "spec.support.tls"

-- Configuration from neither the environment nor the profile file.
local NO_SOURCES = {
  getenv = function() end,
  read_file = function() end,
}

-- The doctor does not retry, so this server resets no connections.
local shared

local function shared_server()
  shared = shared or sandbox.start { contacts = 50, rate = 0, resets = false }
  return shared
end

local function examine(options, settings)
  local copy = { sources = NO_SOURCES }
  for name, value in pairs(settings or {}) do
    copy[name] = value
  end
  return doctor.examine(options, copy)
end

-- The finding of a check, and all findings as text for messages.
local function pick(findings, check, status)
  local lines = {}
  local found
  for _, finding in ipairs(findings) do
    lines[#lines + 1] = ("%s %s: %s"):format(finding.status, finding.check, finding.sentence)
    if finding.check == check and (not status or finding.status == status) then
      found = found or finding
    end
  end
  return found, table.concat(lines, "\n")
end

describe("the doctor", function()
  local server

  local function options(overrides)
    local opts = {
      base_url = server.base_url,
      login_url = server.login_url,
      client_id = server.client_id,
      client_secret = server.client_secret,
    }
    for name, value in pairs(overrides or {}) do
      opts[name] = value or nil
    end
    return opts
  end

  -- Asserts that a check fails with the named problem and exit code.
  local function assert_fails(check, name, exit_code, opts, settings)
    local findings, code = examine(opts, settings)
    local finding, all = pick(findings, check, "failed")
    assert.is_truthy(finding, all)
    assert.equal(name, finding.problem, all)
    assert.equal(exit_code, finding.exit_code)
    assert.equal(exit_code, code, all)
    assert.is_nil(finding.sentence:find("%s", 1, true))
    assert.is_true(#finding.remedy > 10)
    return finding, findings, all
  end

  before_each(function()
    server = shared_server()
    server:reset()
  end)

  it("finds no problem with a working configuration, and sends only reads", function()
    local findings, code = examine(options())
    local _, all = pick(findings, "rate")
    assert.equal(0, code, all)
    for _, check in ipairs { "configuration", "resolve", "connect", "api", "clock", "token", "permission" } do
      assert.equal("ok", (assert(pick(findings, check), check)).status, all)
    end
    local sent = 0
    for _, entry in ipairs(server:control("GET", "/sandbox/ledger")) do
      assert.is_true(entry.method == "GET" or entry.operation == "oauth.token", entry.method)
      sent = sent + 1
    end
    assert.is_true(sent <= 8, sent .. " requests")
  end)

  it("shows no secret, token or record", function()
    local findings = examine(options())
    local text = assert(json.encode(findings))
    assert.is_nil(text:find(server.client_secret, 1, true))
    assert.is_nil(text:find(server.client_id, 1, true))
    assert.is_nil(text:find("firstName", 1, true))
  end)

  it("names the setting that is missing", function()
    local finding = assert_fails("configuration", "configuration", 10, { client_id = "a" })
    assert.matches("client_secret is missing", finding.sentence)
    assert_fails("configuration", "configuration", 10, {})
    assert_fails("configuration", "configuration", 10, { region = "eu_centrall", client_id = "a", client_secret = "b" })
  end)

  it("recognises a name that can't be resolved", function()
    local opts = options { base_url = "https://nowhere.invalid", login_url = "https://nowhere.invalid", timeout = 5 }
    local findings, code = examine(opts)
    local finding, all = pick(findings, "resolve", "failed")
    if finding then
      assert.equal(11, code, all)
      assert.matches("nowhere.invalid", finding.sentence, 1, true)
    else
      -- This machine's name servers don't answer in time.
      assert.equal(13, code, all)
    end
    assert.equal("dns", problems.of { kind = "transport", code = "dns" })
  end)

  it("recognises a port where no server listens", function()
    local gone = sandbox.start { contacts = 0 }
    gone:stop()
    local finding, findings = assert_fails("connect", "refused", 12, options {
      base_url = gone.base_url, login_url = gone.login_url,
    })
    assert.matches(gone.base_url:match(":%d+$"), finding.sentence, 1, true)
    assert.equal("ok", pick(findings, "resolve").status)
    assert.is_nil((pick(findings, "token")))
  end)

  it("distinguishes a missing login server from the API's server", function()
    local gone = sandbox.start { contacts = 0 }
    gone:stop()
    local _, findings = assert_fails("connect", "refused", 12, options { login_url = gone.login_url })
    assert.equal("ok", pick(findings, "api").status)
  end)

  it("recognises a wrong secret", function()
    assert_fails("token", "credentials", 21, options { client_secret = "wrong" })
  end)

  it("recognises an overloaded token endpoint", function()
    server:control("POST", "/sandbox/faults", { { operation = "oauth.token", status = 429, retry_after = 7 } })
    assert_fails("token", "throttled", 75, options())
  end)

  it("recognises a revoked token", function()
    local opts = { base_url = server.base_url, access_token = require("spec.support.api").session(server).token }
    local findings, code = examine(opts)
    local _, all = pick(findings, "token")
    assert.equal(0, code, all)
    server:control("POST", "/sandbox/tokens/revoke", {})
    assert_fails("token", "token", 22, opts)
  end)

  it("recognises a token that is revoked as soon as it is granted", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", nth = 2, token = "revoked" } })
    assert_fails("token", "token", 22, options())
  end)

  it("recognises a clock that is behind the server's Date header", function()
    server:control("POST", "/sandbox/clock", { advance = 3600 })
    local finding = assert_fails("clock", "clock", 20, options())
    assert.is_true(finding.facts.seconds_ahead <= -3590)
    assert.matches("s behind the server's", finding.sentence)
  end)

  it("recognises a server that is not the API", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", body = "html" } })
    assert_fails("api", "not_the_api", 19, options())
  end)

  it("recognises a server that fails", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", status = 503 } })
    assert_fails("api", "server", 25, options())
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", drop = "before" } })
    assert_fails("api", "server", 25, options())
    server:control("POST", "/sandbox/faults", { { operation = "contacts.schemas.list", status = 500 } })
    local finding = assert_fails("permission", "server", 25, options())
    assert.is_string(finding.facts.correlation_id)
  end)

  it("recognises a token that has no requests left", function()
    server:control("POST", "/sandbox/settings", { rate = 2 })
    local finding, findings = assert_fails("rate", "throttled", 75, options())
    assert.is_number(finding.facts.retry_after)
    assert.equal("ok", pick(findings, "permission").status)
  end)

  it("measures the rate limit only on request", function()
    server:control("POST", "/sandbox/settings", { rate = 320 })
    local findings = examine(options())
    assert.equal("note", pick(findings, "rate").status)
    findings = examine(options(), { rate = true })
    local finding, all = pick(findings, "rate", "ok")
    assert.equal(320, finding.facts.requests, all)
  end)

  it("reads the rate limit from the headers if there are any", function()
    server:control("POST", "/sandbox/settings", { rate = 40, rate_headers = true })
    local findings, code = examine(options())
    assert.equal(0, code)
    assert.same({ 40, 4 }, { pick(findings, "rate").facts.allowed, pick(findings, "rate").facts.count })
  end)
end)

describe("the doctor and permissions", function()
  local server

  setup(function()
    server = sandbox.start {
      contacts = 20, rate = 0, resets = false,
      client = {
        "contacts:secret-1:externalContacts:contact:view",
        "none:secret-2:none",
        "viewer:secret-3:viewer",
      },
    }
  end)

  teardown(function()
    server:stop()
  end)

  local function examine_as(id, secret, groups)
    return examine({
      base_url = server.base_url, login_url = server.login_url, client_id = id, client_secret = secret,
    }, { groups = groups })
  end

  local function missing(findings)
    local names = {}
    for _, finding in ipairs(findings) do
      if finding.problem == "permission" then
        names[#names + 1] = finding.facts.permissions[#finding.facts.permissions]
      end
    end
    return names
  end

  it("names each missing permission and the operations that need it", function()
    local findings, code = examine_as("contacts", "secret-1")
    assert.equal(24, code)
    assert.same({ "externalContacts:customFields:view", "externalContacts:externalOrganization:view" },
      missing(findings))
    local finding = pick(findings, "permission", "failed")
    assert.matches("needed by contacts.schemas, organizations.schemas", finding.sentence, 1, true)
    findings = examine_as("none", "secret-2")
    assert.equal(4, #missing(findings))
  end)

  it("names the permissions that it did not check", function()
    local findings, code = examine_as("viewer", "secret-3")
    assert.equal(0, code)
    local finding = pick(findings, "permission", "note")
    assert.matches("externalContacts:contact:delete", finding.sentence, 1, true)
  end)

  it("checks only the permissions of the named groups", function()
    local findings, code = examine_as("contacts", "secret-1", { "contacts.notes" })
    assert.equal(0, code)
    local granted = pick(findings, "permission", "ok").facts.permissions
    assert.same({ "relate:contact:view", "externalContacts:contact:view" }, granted)
    local _, wider = examine_as("contacts", "secret-1", { "contacts" })
    assert.equal(24, wider) -- its schemas too
  end)

  it("rejects an unknown group", function()
    assert.has_error(function()
      doctor.examine({}, { groups = { "contakts" } })
    end, "unknown group 'contakts', did you mean 'contacts'?")
  end)
end)

describe("the doctor and certificates", function()
  local certificates, server

  tls.around(function(created)
    certificates = created
  end, setup, teardown)

  after_each(function()
    if server then
      server.stop()
      server = nil
    end
  end)

  for name, case in pairs {
    ["that is self-signed"] = { "self", "tls_untrusted", 15 },
    ["that has expired"] = { "expired", "tls_expired", 16 },
    ["that is not valid yet"] = { "early", "tls_expired", 16 },
    ["for another name"] = { "wrong", "tls_name", 17 },
  } do
    it("recognises a certificate " .. name, function()
      server = tls.serve(certificates, case[1])
      local url = server.url:gsub("/$", "")
      local findings, code = examine { base_url = url, access_token = "x", ca_file = certificates.ca }
      local finding, all = pick(findings, "tls", "failed")
      assert.equal(case[3], code, all)
      assert.equal(case[2], finding.problem)
      assert.equal("ok", pick(findings, "connect").status)
    end)
  end

  it("recognises a port without TLS", function()
    local plain = shared_server()
    local findings, code = examine { base_url = (plain.base_url:gsub("^http:", "https:")), access_token = "x" }
    local _, all = pick(findings, "tls")
    assert.equal(18, code, all)
  end)

  it("recognises a web server that is not the API, although its certificate is valid", function()
    server = tls.serve(certificates, "good")
    local findings, code = examine {
      base_url = (server.url:gsub("/$", "")), access_token = "x", ca_file = certificates.ca,
    }
    local _, all = pick(findings, "api")
    assert.equal(19, code, all)
    assert.equal("ok", pick(findings, "tls").status)
  end)

  it("recognises an unreadable CA file", function()
    server = tls.serve(certificates, "good")
    local findings, code = examine {
      base_url = (server.url:gsub("/$", "")), access_token = "x", ca_file = certificates.path .. "/missing.pem",
    }
    local _, all = pick(findings, "configuration")
    assert.equal(10, code, all)
  end)
end)
