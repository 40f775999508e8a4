-- The soak (bench/soak) in a small form: the same scripts and claims, with
-- fewer records and shorter windows.  `make soak` runs it at full size.
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local script = require "spec.support.script"

-- A sanitizer keeps what is freed and shadows the rest: the peak of a process
-- under it says nothing of the client, so only the other claims count there.
local PEAK = os.getenv "EXTCONTACTS_SANITIZED" and " most_megabytes=1024" or ""

describe("the soak, in small:", function()
  for _, case in ipairs {
    { "creates", "creates=200 lost=0.1 unsent=0.01 concurrency=8" },
    { "creates", "creates=40 lost=0.1 unsent=0 gateway=0.05 lag=0.2" },
    { "scan", "contacts=8000 share=5" .. PEAK },
    { "windows", "processes=3 windows=2 rate=10 period=0.8 tokens=2 least=0" },
    { "outage", "seconds=1.5 calls=20 period=2" },
    { "fleet", "processes=32 windows=1 rate=64 period=1 timeout=60 least=0", redis.package },
    { "fleet", "processes=3 windows=2 rate=10 period=0.5 timeout=60 fault=clients least=0", redis.package },
  } do
    local name, options = case[1], case[2]
    it(name .. " " .. options, function()
      if case[3] then
        programs.need(case[3], pending)
      end
      -- Their own networks are bad enough.
      local pipe = assert(io.popen(("env -u EXTCONTACTS_CHAOS LUA_PATH='./?.lua;'\"$LUA_PATH\" '%s' "
        .. "bench/soak/%s.lua %s 2>&1; echo \"exit $?\""):format(script.interpreter, name, options), "r"))
      local output = pipe:read("*a")
      pipe:close()
      assert.matches("\nexit 0\n$", output)
      assert.matches("\n  ok ", output, 1, true)
      assert.is_nil(output:find("FAILED", 1, true), output)
    end)
  end
end)
