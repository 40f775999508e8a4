-- examples/fleet as `make fleet-example` starts it.

local command = require "spec.support.command"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"

local RUN = [[
eval "$(LUA_NAME=luajit BUILD=build/luajit sh spec/support/env.sh)"
export LUA=luajit TMPDIR="$HOME"
sh examples/fleet/run.sh & pid=$!
wait $pid; code=$?
ls "$HOME"
exit $code
]]

describe("the example with several machines", function()
  it("shares answers, one token and the news of changes, and leaves nothing behind", function()
    programs.need(redis.package, pending)
    local code, output = command.shell(RUN)
    assert.equal(0, code, output)
    assert.matches("200 equal lookups.-\n  API lookups: 1, tokens: 1\n", output)
    assert.matches("the second machine follows after %d+%.%d ms\n  first : Beatrix, .-\n  second: Beatrix, ", output)
    assert.matches("the first machine follows %d+%.%d ms after the run\n"
      .. "  the second machine follows %d+%.%d ms after the run\n"
      .. "  first : Beatrix, Captain .-\n  second: Beatrix, Captain ", output)
    assert.matches("API lookups in all: 3\n$", output)
  end)
end)
