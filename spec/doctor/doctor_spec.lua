-- The doctor: every failure it knows, against the sandbox and real servers.
local clock = require "extcontacts.doctor.clock"
local doctor = require "extcontacts.doctor"
local json = require "extcontacts.base.json"
local peer = require "spec.support.peer"
local permissions = require "extcontacts.doctor.permissions"
local problems = require "extcontacts.doctor.problems"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"
local tls = require "spec.support.tls"

-- Nothing from this machine's environment or profile.
local NOWHERE = {
  getenv = function() end,
  read_file = function() end,
}

-- The doctor sends nothing again, so there are no resets on the way to this.
local shared

local function shared_server()
  shared = shared or sandbox.start { contacts = 50, rate = 0, resets = false }
  return shared
end

local function examine(options, settings)
  local copy = { sources = NOWHERE }
  for name, value in pairs(settings or {}) do
    copy[name] = value
  end
  return doctor.examine(options, copy)
end

-- The finding of a check, and the whole as text for messages.
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

  local function options(more)
    local given = {
      base_url = server.base_url,
      login_url = server.login_url,
      client_id = server.client_id,
      client_secret = server.client_secret,
    }
    for name, value in pairs(more or {}) do
      given[name] = value or nil
    end
    return given
  end

  -- That it fails at a check with the problem of that name and exit code.
  local function assert_fails(check, name, exit_code, given, settings)
    local findings, code = examine(given, settings)
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

  it("finds nothing wrong where nothing is, and sends reads only", function()
    local findings, code = examine(options())
    local _, all = pick(findings, "rate")
    assert.equal(0, code, all)
    for _, check in ipairs { "configuration", "resolve", "connect", "api", "clock", "token", "permission" } do
      assert.equal("ok", (assert(pick(findings, check), check)).status, all)
    end
    local asked = 0
    for _, entry in ipairs(server:control("GET", "/sandbox/requests")) do
      assert.is_true(entry.method == "GET" or entry.operation == "oauth.token", entry.method)
      asked = asked + 1
    end
    assert.is_true(asked <= 8, asked .. " requests")
  end)

  it("tells no secret, token or record", function()
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

  it("tells a name that can't be resolved", function()
    local given = options { base_url = "https://nowhere.invalid", login_url = "https://nowhere.invalid", timeout = 5 }
    local findings, code = examine(given)
    local finding, all = pick(findings, "resolve", "failed")
    if finding then
      assert.equal(11, code, all)
      assert.matches("nowhere.invalid", finding.sentence, 1, true)
    else
      -- No name server answers in time here.
      assert.equal(13, code, all)
    end
    assert.equal("dns", problems.of { kind = "transport", code = "dns" })
  end)

  it("tells a port where nobody listens", function()
    local gone = sandbox.start { contacts = 0 }
    gone:stop()
    local finding, findings = assert_fails("connect", "refused", 12, options {
      base_url = gone.base_url, login_url = gone.login_url,
    })
    assert.matches(gone.base_url:match(":%d+$"), finding.sentence, 1, true)
    assert.equal("ok", pick(findings, "resolve").status)
    assert.is_nil((pick(findings, "token")))
  end)

  it("tells a login server that is not there from the API's", function()
    local gone = sandbox.start { contacts = 0 }
    gone:stop()
    local _, findings = assert_fails("connect", "refused", 12, options { login_url = gone.login_url })
    assert.equal("ok", pick(findings, "api").status)
  end)

  it("tells a wrong secret", function()
    assert_fails("token", "credentials", 21, options { client_secret = "wrong" })
  end)

  it("tells a token endpoint that is overloaded", function()
    server:control("POST", "/sandbox/faults", { { operation = "oauth.token", status = 429, retry_after = 7 } })
    assert_fails("token", "throttled", 75, options())
  end)

  it("tells a token that was revoked", function()
    local given = { base_url = server.base_url, access_token = require("spec.support.api").session(server).token }
    local findings, code = examine(given)
    local _, all = pick(findings, "token")
    assert.equal(0, code, all)
    server:control("POST", "/sandbox/tokens/revoke", {})
    assert_fails("token", "token", 22, given)
  end)

  it("tells a token that is revoked as soon as it is granted", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", nth = 2, token = "revoked" } })
    assert_fails("token", "token", 22, options())
  end)

  it("tells a clock that is behind, by the server's Date", function()
    server:control("POST", "/sandbox/clock", { advance = 3600 })
    local finding = assert_fails("clock", "clock", 20, options())
    assert.is_true(finding.facts.seconds_ahead <= -3590)
    assert.matches("s behind the server's", finding.sentence)
  end)

  it("tells what is not the API", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", body = "html" } })
    assert_fails("api", "not_the_api", 19, options())
  end)

  it("tells a server that fails", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", status = 503 } })
    assert_fails("api", "server", 25, options())
    server:control("POST", "/sandbox/faults", { { operation = "contacts.list", drop = "before" } })
    assert_fails("api", "server", 25, options())
    server:control("POST", "/sandbox/faults", { { operation = "contacts.schemas.list", status = 500 } })
    local finding = assert_fails("permission", "server", 25, options())
    assert.is_string(finding.facts.correlation_id)
  end)

  it("tells a token that has no requests left", function()
    server:control("POST", "/sandbox/settings", { rate = 2 })
    local finding, findings = assert_fails("rate", "throttled", 75, options())
    assert.is_number(finding.facts.retry_after)
    assert.equal("ok", pick(findings, "permission").status)
  end)

  it("measures the rate limit only when asked", function()
    server:control("POST", "/sandbox/settings", { rate = 320 })
    local findings = examine(options())
    assert.equal("note", pick(findings, "rate").status)
    findings = examine(options(), { rate = true })
    local finding, all = pick(findings, "rate", "ok")
    assert.equal(320, finding.facts.requests, all)
  end)

  it("reads the rate limit from the headers where there are any", function()
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

  it("names each permission that is missing, and what needs it", function()
    local findings, code = examine_as("contacts", "secret-1")
    assert.equal(24, code)
    assert.same({ "externalContacts:customFields:view", "externalContacts:externalOrganization:view",
      "externalContacts:externalOrganization:view" }, missing(findings))
    local finding = pick(findings, "permission", "failed")
    assert.matches("needed by contacts.schemas, organizations.schemas", finding.sentence, 1, true)
    findings = examine_as("none", "secret-2")
    assert.equal(4, #missing(findings))
  end)

  it("says which it did not ask for", function()
    local findings, code = examine_as("viewer", "secret-3")
    assert.equal(0, code)
    local finding = pick(findings, "permission", "note")
    assert.matches("externalContacts:contact:delete", finding.sentence, 1, true)
  end)

  it("leaves out the groups that don't matter", function()
    local findings, code = examine_as("contacts", "secret-1", { "contacts.notes" })
    assert.equal(0, code)
    assert.same({ "externalContacts:contact:view" }, pick(findings, "permission", "ok").facts.permissions)
    local _, wider = examine_as("contacts", "secret-1", { "contacts" })
    assert.equal(24, wider) -- its schemas too
  end)

  it("refuses a group that is none", function()
    assert.has_error(function()
      doctor.examine({}, { groups = { "contakts" } })
    end, "unknown group 'contakts', did you mean 'contacts'?")
  end)

  it("asks for every permission of a read in the table", function()
    local operations = require "extcontacts.api.operations"
    local asked = {}
    for _, question in ipairs(permissions.questions()) do
      asked[table.concat(question.any, " ")] = question.row
    end
    for _, row in ipairs(operations.list) do
      if row.effect == "read" then
        assert.is_truthy(asked[table.concat(row.permissions, " ")], row.short)
      end
    end
  end)
end)

describe("the doctor and certificates", function()
  local certificates, server

  tls.around(function(made)
    certificates = made
  end, setup, teardown)

  after_each(function()
    if server then
      server.stop()
      server = nil
    end
  end)

  for name, case in pairs {
    ["that signed itself"] = { "self", "tls_untrusted", 15 },
    ["that has expired"] = { "expired", "tls_expired", 16 },
    ["that is not valid yet"] = { "early", "tls_expired", 16 },
    ["for another name"] = { "wrong", "tls_name", 17 },
  } do
    it("tells a certificate " .. name, function()
      server = tls.serve(certificates, case[1])
      local url = server.url:gsub("/$", "")
      local findings, code = examine { base_url = url, access_token = "x", ca_file = certificates.ca }
      local finding, all = pick(findings, "tls", "failed")
      assert.equal(case[3], code, all)
      assert.equal(case[2], finding.problem)
      assert.equal("ok", pick(findings, "connect").status)
    end)
  end

  it("tells a port that does not speak TLS", function()
    local plain = shared_server()
    local findings, code = examine { base_url = (plain.base_url:gsub("^http:", "https:")), access_token = "x" }
    local _, all = pick(findings, "tls")
    assert.equal(18, code, all)
  end)

  it("tells a web server that is not the API, however good its certificate", function()
    server = tls.serve(certificates, "good")
    local findings, code = examine {
      base_url = (server.url:gsub("/$", "")), access_token = "x", ca_file = certificates.ca,
    }
    local _, all = pick(findings, "api")
    assert.equal(19, code, all)
    assert.equal("ok", pick(findings, "tls").status)
  end)

  it("tells a CA file that can't be read", function()
    server = tls.serve(certificates, "good")
    local findings, code = examine {
      base_url = (server.url:gsub("/$", "")), access_token = "x", ca_file = certificates.path .. "/missing.pem",
    }
    local _, all = pick(findings, "configuration")
    assert.equal(10, code, all)
  end)
end)

describe("the doctor's problems", function()
  it("each have an exit code of their own, a sentence and a remedy", function()
    local seen = {}
    for _, problem in ipairs(doctor.problems) do
      assert.is_nil(seen[problem.exit_code], problem.name)
      seen[problem.exit_code] = true
      assert.matches("%%s", problem.sentence)
      assert.is_true(#problem.remedy > 10)
    end
  end)

  it("are all in docs/doctor.md", function()
    local file = assert(io.open("docs/doctor.md"))
    local text = file:read("*a")
    file:close()
    for _, problem in ipairs(doctor.problems) do
      assert.is_truthy(text:find("| " .. problem.exit_code .. " |", 1, true), problem.name)
    end
  end)

  it("cover every failure of a connection that the engine has", function()
    for code, name in pairs {
      dns = "dns", refused = "refused", unreachable = "unreachable", connect_timeout = "unreachable",
      proxy = "proxy", tls = "tls", tls_client_cert = "tls", tls_ca_file = "configuration",
      insecure = "configuration", reset = "server", closed_early = "server", timeout = "server",
      http2 = "server", malformed = "not_the_api",
    } do
      assert.equal(name, problems.of { kind = "transport", code = code })
    end
  end)
end)

describe("the doctor's clock", function()
  it("gives the answer's travel the benefit of the doubt", function()
    local date = "Thu, 01 Jan 1970 00:16:40 GMT" -- 1000
    assert.equal(0, clock.ahead(date, 1000, 1000))
    assert.equal(0, clock.ahead(date, 990, 1010))
    assert.equal(0, clock.ahead(date, 1001, 1002))
    assert.equal(9, clock.ahead(date, 1010, 1012))
    assert.equal(-9, clock.ahead(date, 980, 990))
    assert.is_nil(clock.ahead(nil, 1, 2))
  end)
end)

describe("extcontacts doctor", function()
  local function run(arguments, environment)
    local command = "HOME=/nonexistent EXTCONTACTS_LUA='%s' %s bin/extcontacts doctor %s 2>&1; echo \"exit $?\""
    local pipe = assert(io.popen(command:format(script.interpreter, environment or "", arguments), "r"))
    local text = pipe:read("*a")
    pipe:close()
    local output, code = text:match("^(.*)exit (%d+)\n$")
    return tonumber(code), output
  end

  local function environment(server)
    return ("EXTCONTACTS_BASE_URL=%s EXTCONTACTS_LOGIN_URL=%s GENESYSCLOUD_OAUTHCLIENT_ID=%s "
      .. "GENESYSCLOUD_OAUTHCLIENT_SECRET=%s"):format(
      server.base_url, server.login_url, server.client_id, server.client_secret)
  end

  it("says in words that all is well", function()
    local code, output = run("", environment(shared_server()))
    assert.equal(0, code, output)
    assert.matches("ok      token", output, 1, true)
    assert.matches("\nNo problems found.\n$", output)
  end)

  it("exits with the problem's code, and says what to do", function()
    local code, output = run("", environment(shared_server()) .. "x")
    assert.equal(21, code, output)
    assert.matches("FAILED  token", output, 1, true)
    assert.matches("%-> check both", output)
  end)

  it("prints JSON", function()
    local code, output = run("--json --group lookup", environment(shared_server()))
    assert.equal(0, code, output)
    local report = assert(json.decode(output))
    assert.is_true(report.ok)
    assert.equal(0, report.exit_code)
    assert.equal("configuration", report.checks[1].check)
  end)

  it("ends at Ctrl-C, while it waits for an answer", function()
    local silent = peer.start { { { "read" }, { "hang" } } }
    local running = script.start([[
      require("extcontacts").main(function()
        require("extcontacts.doctor").examine { base_url = arg[1], access_token = "t" }
      end)
    ]], silent.url)
    script.wait_until(function()
      return silent:counts().requests == 1
    end, "the request")
    running:signal "INT"
    local code, _, errors = running:finish()
    silent:stop()
    assert.equal(130, code, errors)
  end)

  it("tells its exit codes, and a wrong word", function()
    local code, output = run "--help"
    assert.equal(0, code)
    for _, problem in ipairs(doctor.problems) do
      assert.matches(("  %2d  "):format(problem.exit_code), output, 1, true)
    end
    code, output = run "--group contakts"
    assert.equal(2, code)
    assert.matches("did you mean 'contacts'", output, 1, true)
  end)
end)
