-- `extcontacts doctor`, as a program.
local command = require "spec.support.command"
local doctor = require "extcontacts.doctor"
local json = require "extcontacts.base.json"
local peer = require "spec.support.peer"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

describe("extcontacts doctor", function()
  local server

  before_each(function()
    server = sandbox.shared { resets = false }
    server:reset()
  end)

  local function run(arguments, environment)
    return command.shell("extcontacts doctor " .. arguments, environment)
  end

  it("prints the checks as text", function()
    local code, output = run("", command.environment(server))
    assert.equal(0, code, output)
    assert.matches("ok      token", output, 1, true)
    assert.matches("\nNo problems found.\n$", output)
  end)

  it("exits with the problem's code and prints the remedy", function()
    local with_wrong_secret = command.environment(server)
    with_wrong_secret.GENESYSCLOUD_OAUTHCLIENT_SECRET = "wrong"
    local code, output = run("", with_wrong_secret)
    assert.equal(21, code, output)
    assert.matches("FAILED  token", output, 1, true)
    assert.matches("%-> check both", output)
  end)

  it("prints JSON", function()
    local code, output = run("--json --group lookup", command.environment(server))
    assert.equal(0, code, output)
    local report = assert(json.decode(output))
    assert.is_true(report.ok)
    assert.equal(0, report.exit_code)
    assert.equal("configuration", report.checks[1].check)
  end)

  it("ends at Ctrl-C while it waits for an answer", function()
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

  it("lists its exit codes and rejects an unknown group", function()
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
