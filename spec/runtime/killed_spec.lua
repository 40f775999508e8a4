-- A coroutine can end at any wait: the specs of spec/support/killed_by_error.lua, in a
-- process of their own. They collect garbage hundreds of times, which takes minutes in
-- the large heap of a whole suite.
local script = require "spec.support.script"

describe("coroutines that end at any of their waits", function()
  it("leave nothing behind", function()
    local command = ("env -u EXTCONTACTS_REPORT '%s' spec/support/suite.lua spec/support/killed_by_error.lua 2>&1; "
      .. "echo \"exit $?\""):format(script.interpreter)
    local pipe = assert(io.popen(command, "r"))
    local output = pipe:read "*a"
    pipe:close()
    assert.matches("\nexit 0\n$", output)
    assert.matches("22 successes / 0 failures / 0 errors / 0 pending", output, 1, true)
  end)
end)
