-- Every example runs against the sandbox, under the VM that runs this spec.
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

local function shell(command)
  local pipe = assert(io.popen(command .. ' 2>&1; echo "exit $?"', "r"))
  local output = pipe:read("*a")
  pipe:close()
  return output:match("^(.*)exit (%d+)%s*$")
end

local function run(server, example, arguments)
  return shell(("%s '%s' %s %s"):format(server:environment(), script.interpreter, example, arguments or ""))
end

local EXPECTED = {
  ["01_fetch.lua"] = "a missing contact: not.found",
  ["02_search.lua"] = " contacts found",
  ["03_scan_filter.lua"] = "500 contacts scanned",
  ["04_create_update_delete.lua"] = "all four records deleted",
  ["05_custom_fields.lua"] = "an update with a stale version: conflict",
  ["06_tidy_contacts.lua"] = "nothing was written",
  ["07_reverse_lookup.lua"] = ",",
  ["08_cqueues.lua"] = "the loop kept running",
  ["09_luv.lua"] = "the loop kept running",
  ["many.lua"] = "797 items in ",
  ["10_patch.lua"] = "Ada Lovelace, Countess, London",
  ["11_enrich.lua"] = "updated, status 200: Ada Lovelace, Countess",
  ["12_export_job.lua"] = " bytes exported",
  ["13_find_or_create.lua"] = "the second time it was found",
  ["14_ndjson.lua"] = " of 500 contacts copied",
}

describe("the examples", function()
  local server

  before_each(function()
    server = sandbox.shared { resets = false }
    server:reset()
    server:control("POST", "/sandbox/settings", { job_time = 0 })
  end)

  it("are complete", function()
    local files = shell("ls examples/*.lua")
    local count = 0
    for name in files:gmatch("examples/(%S+)") do
      assert.is_string(EXPECTED[name], name .. " is not run by this spec")
      count = count + 1
    end
    local expected = 0
    for _ in pairs(EXPECTED) do
      expected = expected + 1
    end
    assert.equal(expected, count)
  end)

  for name, text in pairs(EXPECTED) do
    it("run: " .. name, function()
      local output, code = run(server, "examples/" .. name)
      assert.equal("0", code, output)
      assert.truthy(output:find(text, 1, true), output)
    end)
  end

  it("tidy what they can; a second run finds only the rest", function()
    local output, code = run(server, "examples/06_tidy_contacts.lua", "--apply")
    assert.equal("0", code, output)
    local fixed = tonumber(output:match("phones%s+%d+%s+(%d+)"))
    assert.is_true(fixed > 50, output)
    local skipped = {}
    for kind, count in output:gmatch("(%S+)%s+%d+%s+%d+%s+(%d+)\n") do
      skipped[kind] = count
    end
    output = run(server, "examples/06_tidy_contacts.lua")
    for kind, found in output:gmatch("(%S+)%s+(%d+)%s+%d+%s+%d+\n") do
      assert.equal(skipped[kind], found, kind)
    end
  end)

  it("form a demo that succeeds", function()
    local output, code = shell(("LUA='%s' sh examples/demo.sh"):format(script.interpreter))
    assert.equal("0", code, output)
    local first, last = output:match("phones%s+(%d+).*phones%s+(%d+)")
    assert.is_true(tonumber(last) < tonumber(first), output)
    assert.is_nil(output:find("could not be written", 1, true))
  end)
end)
