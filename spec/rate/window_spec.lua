-- The rate window of a token, against a model of the server's window.
local rate_window = require "extcontacts.rate.window"

local function policy(rate, reserve)
  return { rate = rate, reserve = reserve or 0, period = 60 }
end

local function new_window()
  return rate_window.open {}
end

local ANSWER = { arrived = true, headers = {} }

-- Admits and answers `count` requests at the same time.
local function spend(self, now, rules, count)
  for _ = 1, count do
    local wait, number = rate_window.admit(self, now, rules)
    assert.is_nil(wait)
    rate_window.settle(self, number, now, rules, ANSWER)
  end
end

-- The server: a window opens with the first request after the previous one.
local function server(rate)
  local opened, count, refused = nil, 0, 0
  return function(now)
    if not opened or now >= opened + 60 then
      opened, count = now, 0
    end
    count = count + 1
    if count > rate then
      refused = refused + 1
      return false, math.ceil(opened + 60 - now)
    end
    return true
  end, function()
    return refused
  end
end

describe("a window", function()
  it("allows its rate and then waits for its end", function()
    local self, rules = new_window(), policy(5)
    spend(self, 100, rules, 5)
    local wait = rate_window.admit(self, 130, rules)
    assert.is_true(wait > 30 and wait < 30.1)
    assert.is_nil(rate_window.admit(self, 160.1, rules))
  end)

  it("leaves the reserve to others, and at least one request to itself", function()
    assert.equal(270, rate_window.allowance(new_window(), policy(300, 0.1)))
    assert.equal(1, rate_window.allowance(new_window(), policy(1, 0.9)))
  end)

  it("does not end before the server's, which may have opened with the reply", function()
    local self, rules = new_window(), policy(1)
    local _, number = rate_window.admit(self, 100, rules)
    assert.is_true(rate_window.admit(self, 161, rules) > 0)
    rate_window.settle(self, number, 103, rules, ANSWER)
    assert.is_true(rate_window.admit(self, 162.9, rules) > 0)
    assert.is_nil(rate_window.admit(self, 163.1, rules))
  end)

  it("counts a request that was under way at its end in the next one too", function()
    local self, rules = new_window(), policy(3)
    spend(self, 100, rules, 1)
    local _, late = rate_window.admit(self, 159, rules)
    assert.is_nil(rate_window.admit(self, 161, rules))
    rate_window.settle(self, late, 162, rules, ANSWER)
    assert.equal(1, self.carried)
    assert.is_nil(rate_window.admit(self, 162, rules))
    assert.is_true(rate_window.admit(self, 162, rules) > 0)
  end)

  it("releases the place of a request that did not arrive", function()
    local self, rules = new_window(), policy(1)
    local _, number = rate_window.admit(self, 100, rules)
    rate_window.settle(self, number, 100, rules, { arrived = false })
    assert.is_nil(rate_window.admit(self, 100, rules))
  end)

  it("does not wait forever for a reply that never arrives, as after a crash", function()
    local self, rules = new_window(), policy(2)
    rate_window.admit(self, 100, rules)
    rate_window.admit(self, 100, rules)
    assert.is_true(rate_window.admit(self, 170, rules) > 0)
    assert.is_true(rate_window.admit(self, 190.1, rules) > 0, "both may have landed here")
    assert.is_nil(rate_window.admit(self, 280.2, rules))
    assert.is_nil(rate_window.admit(self, 280.2, rules))
  end)

  it("ignores times from before a reboot", function()
    local self, rules = new_window(), policy(1)
    spend(self, 90000, rules, 1)
    assert.is_nil(rate_window.admit(self, 50, rules))
  end)

  it("stops at a 429 for the time in Retry-After", function()
    local self, rules = new_window(), policy(10)
    spend(self, 100, rules, 2)
    local _, number = rate_window.admit(self, 101, rules)
    rate_window.settle(self, number, 101, rules,
      { arrived = true, headers = {}, throttled = true, retry_after = 42 })
    assert.equal(42, rate_window.admit(self, 102, rules))
    assert.is_nil(rate_window.admit(self, 144.1, rules))
  end)

  it("stops at a 429 without Retry-After until its own window ends", function()
    local self, rules = new_window(), policy(10)
    local _, number = rate_window.admit(self, 100, rules)
    rate_window.settle(self, number, 100, rules, { arrived = true, headers = {}, throttled = true })
    assert.equal(59, rate_window.admit(self, 101, rules))
  end)

  it("lowers the limit at the second window with a 429, and raises it again step by step", function()
    local self, rules, now = new_window(), policy(100), 0
    for _ = 1, 2 do
      spend(self, now, rules, 20)
      local _, number = rate_window.admit(self, now, rules)
      rate_window.settle(self, number, now, rules,
        { arrived = true, headers = {}, throttled = true, retry_after = 59 })
      now = now + 61
    end
    assert.equal(20, rate_window.allowance(self, rules))
    spend(self, now, rules, 20)
    assert.is_true(rate_window.admit(self, now, rules) > 0)
    now = now + 61
    spend(self, now, rules, 30)
    assert.is_true(rate_window.admit(self, now, rules) > 0)
  end)

  it("adopts the limit and the count that the server reports", function()
    local self, rules = new_window(), policy(300)
    local _, number = rate_window.admit(self, 100, rules)
    rate_window.settle(self, number, 100, rules, { arrived = true, headers = {
      ["inin-ratelimit-allowed"] = "600", ["inin-ratelimit-count"] = "598" } })
    spend(self, 100, rules, 2)
    assert.is_true(rate_window.admit(self, 100, rules) > 0)
  end)

  for _, latency in ipairs { 0.001, 0.4, 5 } do
    it(("meets no 429 and uses its allowance at a latency of %g s"):format(latency), function()
      local rate, rules, self = 50, policy(50), new_window()
      local arrive, refused = server(rate)
      local now, flying, served = 0, {}, 0
      while now < 600 do
        for index = #flying, 1, -1 do
          local flight = flying[index]
          if not flight.seen and now >= flight.sent + latency * flight.way then
            flight.seen = true
            assert.is_true((arrive(now)))
            served = served + 1
          end
          if now >= flight.sent + latency then
            rate_window.settle(self, flight.number, now, rules, ANSWER)
            table.remove(flying, index)
          end
        end
        if #flying < 16 then
          local wait, number = rate_window.admit(self, now, rules)
          if not wait then
            flying[#flying + 1] = { sent = now, number = number, way = (number * 7 + #flying * 3) % 10 / 10 }
          end
        end
        now = now + math.max(latency / 8, 0.01)
      end
      assert.equal(0, refused())
      -- Ten windows, each longer by the latency that hides when it opened.
      assert.is_true(served >= math.floor(600 / (60 + 2 * latency + 0.2)) * rate * 0.95, served)
    end)
  end

  -- After an outage it is not known when the server's window opened: requests
  -- that broke may have opened it, or not.
  for name, arrives in pairs { ["reach the server"] = true, ["don't"] = false } do
    for length = 160, 220, 7 do
      it(("continues after %d s of broken requests and %s"):format(length, name), function()
        local rate, self, latency = 60, new_window(), 0.4
        local rules = policy(rate)
        local arrive, refused = server(rate)
        local served = 0
        for step = 0, (100 + length + 180) * 10 do
          local now = step / 10
          local broken = now > 100 and now < 100 + length
          -- One request in ten seconds during the outage, as the circuit breaker
          -- allows; otherwise as many as fit into the window.
          local most = broken and (step % 100 == 0 and 1 or 0) or 20
          for _ = 1, most do
            local wait, number = rate_window.admit(self, now, rules)
            if wait then
              break
            end
            if arrives or not broken then
              assert.is_true((arrive(now + latency / 2)))
            end
            rate_window.settle(self, number, now + latency, rules, broken and { arrived = true } or ANSWER)
            served = served + (now >= 100 + length and 1 or 0)
          end
        end
        assert.equal(0, refused())
        assert.is_true(served >= 0.85 * 3 * rate, served) -- of three windows
      end)
    end
  end
end)
