-- The rate limiter, alone and in calls.
local fake = require "spec.support.fake"
local limiter = require "extcontacts.rate.limiter"

local function client(options, reply)
  return fake.client(fake.endless(reply), options)
end

-- Replies with 503 to the first request.
local function fails_once(status, headers)
  local count = 0
  return function()
    count = count + 1
    return count == 1 and fake.json(status, {}, headers) or fake.json(200, {})
  end
end

local function get(self, times)
  for _ = 1, times or 1 do
    self.client.contacts:get("a")
  end
end

describe("the limiter", function()
  local own, store

  before_each(function()
    store = fake.store()
    own = limiter.new({ rate = 2, reserve = 0 }, store)
  end)

  it("admits the rate, then returns the time to wait", function()
    assert(own:admit("k", 100))
    assert(own:admit("k", 100))
    local ticket, wait = own:admit("k", 110)
    assert.is_nil(ticket)
    assert.is_true(wait > 0)
    assert(own:admit("other", 110))
  end)

  it("returns the place of a request that did not arrive", function()
    local ticket = own:admit("k", 100)
    own:admit("k", 100)
    own:settle(ticket, 101, { arrived = false })
    assert(own:admit("k", 101))
  end)

  it("keeps numbers under a key that does not reveal the token", function()
    own:admit(limiter.key "secret-token", 100)
    for key, values in pairs(store.tables) do
      assert.equal(limiter.key "secret-token", key)
      for _, value in pairs(values) do
        assert.equal("number", type(value))
      end
    end
    assert.matches("^%x+$", limiter.key "secret-token")
    assert.equal(32, #limiter.key "")
  end)

  it("shares a window with every limiter of the store", function()
    local other = limiter.new({ rate = 2, reserve = 0 }, store)
    assert(own:admit("k", 100))
    assert(other:admit("k", 100))
    assert.is_nil((own:admit("k", 100)))
  end)
end)

describe("calls under a rate limit", function()
  it("use the allowance and wait for the next window", function()
    local self = client { rate = 10, reserve = 0 }
    for _ = 1, 25 do
      assert(self.client.contacts:get("a"))
    end
    assert.is_true(self.time > 1120 and self.time < 1121, self.time)
    assert.is_true(self.client:stats().waits.rate > 120)
  end)

  it("do not take a gateway's reply for the beginning of the server's window", function()
    local self = client({ rate = 2, reserve = 0, retry = false }, fails_once(503))
    get(self)
    self.time = self.time + 50
    get(self, 2) -- the server's window may begin with the first of these
    assert.is_true(self.time > 1110, self.time)
  end)

  it("leave a reserve to others, and have no limit with rate = false", function()
    local self = client { rate = 10, reserve = 0.5 }
    get(self, 6)
    assert.is_true(self.time > 1060)
    self = client { rate = false }
    get(self, 1000)
    assert.equal(1000, self.time)
  end)

  it("count retries", function()
    local self = client({ rate = 2, reserve = 0 }, fails_once(503))
    get(self, 2)
    assert.is_true(self.time > 1060)
  end)

  it("fail if the window opens after their deadline", function()
    local self = client { rate = 1, reserve = 0 }
    get(self)
    local _, err = self.client.contacts:get("a", { deadline = 5 })
    assert.equal("rate_allowance", err.code)
    assert.equal(0, err.attempts)
    assert.equal(1, #self.requests)
  end)

  it("all wait after a 429 of their token", function()
    local self = client({}, fails_once(429, { ["retry-after"] = "30" }))
    local _, err = self.client.contacts:get("a", { retry = false })
    assert.equal(429, err.status)
    self.client.contacts:get("b")
    assert.is_true(self.time >= 1031)
    assert.equal(1, self.client:stats().throttled)
  end)
end)
