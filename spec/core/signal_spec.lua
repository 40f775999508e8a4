-- Signals that are noted: deferred ones, and SIGUSR1.
local signal = require "extcontacts.core".signal
local script = require "spec.support.script"

describe("core.signal", function()
  it("hides a deferred signal from calls until it is asked for", function()
    local running = script.start [[
      local signal = require "extcontacts.core".signal
      local guard = signal.catch()
      signal.defer(true)
      io.write("ready\n")
      io.stdout:flush()
      while not signal.pending() do end
      print(signal.pending(), signal.caught())
      signal.defer(false)
      print(signal.pending(), signal.caught())
      guard:release()
      print(signal.pending(), signal.caught())
    ]]
    assert.equal("ready", running:line())
    running:signal "INT"
    local code, output, errors = running:finish()
    assert.equal(0, code, errors)
    assert.equal("INT\tnil\nINT\tINT\nnil\tnil\n", output)
  end)

  it("ends waiting requests, even while deferred, but not work that can be done at once", function()
    local running = script.start [[
      local fake = require "spec.support.fake"
      local signal = require "extcontacts.core".signal
      local guard = signal.catch()
      signal.defer(true)
      local function too_many()
        return fake.json(429, {}, { ["retry-after"] = "60" })
      end
      local self = fake.client { function()
        os.execute "kill -TERM $PPID" -- INT is ignored while os.execute waits
        while not signal.pending() do end
        return fake.json(200, { id = "x" })
      end, fake.json(200, { id = "y" }), too_many }
      print(assert(self.client.contacts:get "x").id, assert(self.client.contacts:get "y").id)
      local _, err = self.client.contacts:get "waits"
      print(err.code, #self.requests)
      signal.defer(false)
      _, err = self.client.contacts:get "z"
      print(err.code, err.sent, #self.requests)
      guard:release()
    ]]
    local code, output, errors = running:finish()
    assert.equal(0, code, errors)
    assert.equal("x\ty\ninterrupted\t3\ninterrupted\tnothing\t3\n", output)
  end)

  it("counts SIGUSR1 while a listener exists", function()
    local listener = signal.listen()
    assert.is_nil(signal.listen())
    assert.equal(0, signal.heard())
    for number = 1, 2 do
      os.execute "kill -USR1 $PPID"
      script.wait_until(function()
        return signal.heard() == number
      end, "the signal")
    end
    listener:release()
    assert.equal(0, signal.heard())
    local again = signal.listen()
    assert.is_not_nil(again)
    again:release()
    listener:release()
  end)

  it("restores the former action of SIGUSR1 after the last listener", function()
    local running = script.start [[
      local signal = require "extcontacts.core".signal
      signal.listen():release()
      os.execute "kill -USR1 $PPID"
      while true do end
    ]]
    assert.equal(128 + 10, (running:finish()))
  end)
end)
