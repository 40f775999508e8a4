-- A disk that fills up during a run: nothing is sent without its intent on the
-- disk, and the run can be resumed once there is room.
local fixes = require "spec.support.fixes"
local script = require "spec.support.script"

local APPLY = [[
local ec = require "extcontacts"
local client = ec.new {
  base_url = arg[1], login_url = arg[1], client_id = arg[2], client_secret = arg[3], rate = false,
}
local result, err = require("extcontacts.fix").apply(client, arg[4], {
  batch = 1, write = "bulk", concurrency = tonumber(arg[5]),
})
err = err or result.err
print(result and result.stopped or "nothing", result and result.applied, err and err.kind, err and err.code,
  err and err.message)
]]

describe("a full disk", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false, batch = 1 }) -- it counts requests

  -- Applies `p` in a process whose files may have so many blocks of 512 bytes.
  local function apply_with(blocks, concurrency)
    local server = place.server
    local pipe = assert(io.popen(("trap '' XFSZ; ulimit -f %d; '%s' '%s' %s %s %s %s %d 2>&1"):format(blocks,
      script.interpreter, place:write("apply.lua", APPLY), server.base_url, server.client_id, server.client_secret,
      place:path "p", concurrency)))
    local output = pipe:read "*a"
    pipe:close()
    return output:match "^(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(.-)\n$"
  end

  for _, concurrency in ipairs { 1, 4 } do
    it(("stops a run with %d at a time before it sends more, and resume finishes it"):format(concurrency), function()
      place:plan_titles(12, "Pilot")
      for _, blocks in ipairs { 7, 13, 20 } do
        os.remove(place:path "p.journal")
        place.server:reset()
        local stopped, _, kind, code, message = apply_with(blocks, concurrency)
        assert.same({ "io", "io", "EFBIG" }, { stopped, kind, code })
        assert.equal(place:path "p.journal" .. ": File too large", message)
        local intents = 0
        for _, line in ipairs(place:objects "p.journal") do
          intents = intents + (line.t == "intent" and 1 or 0)
        end
        local sent = place:requests "contacts.update"
        assert.is_true(intents > 0 and intents < 12)
        assert.equal(intents, sent)
        assert.equal(12, assert(place:resume()).applied)
        assert.equal(12, place:requests "contacts.update") -- each once
      end
    end)
  end

  it("does not leave a journal that can't be started", function()
    place:plan_titles(1, "Pilot")
    local outcome = { apply_with(0, 1) }
    table.remove(outcome)
    assert.same({ "nothing", "nil", "io", "EFBIG" }, outcome)
    assert.is_nil(place:read "p.journal")
    assert.is_nil(place:read "p.journal.tmp")
    assert.equal(1, assert(place:apply()).applied)
  end)
end)
