-- LuaJIT 2.1 of before September 2023 may never leave a compiled loop over
-- `pairs` that a finaliser runs: an nginx worker hung when a map that had been
-- dropped was collected.  Such code is kept from being compiled.
local script = require "spec.support.script"

-- A loop that is compiled at once, unless it may not be, and whose exits are
-- not: so it is in a finaliser always.
local LOOP = [[
  local finalizer = require "extcontacts.base.finalizer"
  local function collect(t)
    local entries = {}
    for entry in pairs(t) do
      entries[#entries + 1] = entry
    end
    return #entries
  end
  finalizer.interpreted(collect)
  if jit then
    jit.opt.start("hotloop=2", "hotexit=1000")
  end
  local full = {}
  for _ = 1, 40 do
    full[{}] = true
  end
  for _ = 1, 4 do
    collect(full)
  end
  local counts = {}
  local anchor = finalizer.new(function()
    counts[1], counts[2] = collect {}, collect(full)
  end)
  anchor = nil
  collectgarbage()
  print(counts[1], counts[2], anchor)
]]

describe("a loop that a finaliser runs", function()
  it("ends", function()
    local running = script.start(LOOP)
    local alarm = io.popen(("(sleep 90; kill -KILL %s) >/dev/null 2>&1 & echo $!"):format(running.pid))
    local alarm_pid = alarm:read "*l"
    alarm:close()
    local code, output = running:finish()
    os.execute("kill " .. alarm_pid .. " 2>/dev/null")
    assert.equal(0, code)
    assert.equal("0\t40\tnil\n", output)
  end)
end)
