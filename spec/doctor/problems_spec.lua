-- The table of problems.
local problems = require "extcontacts.doctor.problems"

describe("the doctor's problems", function()
  it("have distinct exit codes, a sentence and a remedy", function()
    local seen = {}
    for _, problem in ipairs(problems.list) do
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
    for _, problem in ipairs(problems.list) do
      assert.is_truthy(text:find("| " .. problem.exit_code .. " |", 1, true), problem.name)
    end
  end)

  it("distinguish a missing permission from a firewall", function()
    assert.equal("permission", problems.of { kind = "auth", status = 403, from_api = true })
    assert.equal("not_the_api", problems.of { kind = "http", status = 403, from_api = false })
    assert.equal("not_the_api", problems.of { kind = "http", status = 404, from_api = false })
    assert.equal("server", problems.of { kind = "http", status = 503, from_api = false })
  end)

  it("cover every connection failure of the engine", function()
    for code, name in pairs {
      dns = "dns", refused = "refused", unreachable = "unreachable", connect_timeout = "unreachable",
      proxy = "proxy", proxy_auth = "proxy", tls = "tls", tls_client_cert = "tls", tls_ca_file = "configuration",
      insecure = "configuration", reset = "server", closed_early = "server", timeout = "server",
      http2 = "server", malformed = "not_the_api",
    } do
      assert.equal(name, problems.of { kind = "transport", code = code })
    end
  end)
end)
