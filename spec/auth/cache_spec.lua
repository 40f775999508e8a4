-- Tokens shared between processes through a store.
local fake = require "spec.support.fake"
local token_cache = require "extcontacts.auth.cache"

local CONFIG = { login_url = "https://login.example.test", client_id = "the-id", client_secret = "the-secret" }

describe("the token cache", function()
  local store, time

  before_each(function()
    store, time = fake.store(), 5000
  end)

  local function open(config)
    return token_cache.new(store, config or CONFIG, function()
      return time
    end)
  end

  it("lets one process at a time request a token", function()
    local first, second = open(), open()
    local token, _, busy = first:take(1)
    assert.is_nil(token)
    assert.is_false(busy)
    assert.is_true((select(3, second:take(1))))
    assert.is_false((select(3, second:take(2))), "another slot has a claim of its own")
  end)

  it("drops the claim of a dead process, or of a request that hangs, after 2 seconds", function()
    local first, second = open(), open()
    first:take(1)
    time = time + 1
    assert.is_true((select(3, second:take(1))))
    time = time + 1
    assert.is_false((select(3, second:take(1))))
  end)

  it("leaves the claim and the token of another to it when a late request ends", function()
    local late, other = open(), open()
    late:take(1)
    time = time + 2
    other:take(1)
    late:put(1, nil)
    assert.is_true((select(3, open():take(1))))
    other:put(1, { token = "new", lifetime = 3600 })
    late:put(1, { token = "late", lifetime = 3600 })
    assert.equal("new", (open():take(1)))
  end)

  it("returns the old token to others while one renews it", function()
    local first, second = open(), open()
    first:put(1, { token = "old", lifetime = 3600 })
    local token, _, busy = first:take(1, nil, nil, "old")
    assert.same({ nil, false }, { token, busy })
    assert.equal("old", (second:take(1)))
    assert.is_true((select(3, second:take(1, nil, nil, "old"))))
    first:put(1, { token = "new", lifetime = 3600 })
    assert.equal("new", (second:take(1, nil, nil, "old")))
  end)

  it("ignores a claim from a clock that was set back", function()
    open():take(1)
    time = time - 3600
    assert.is_false((select(3, open():take(1))))
  end)

  it("returns a token with the rest of its lifetime", function()
    local first, second = open(), open()
    first:take(1)
    first:put(1, { token = "t", lifetime = 3600 })
    time = time + 600
    local token, lifetime = second:take(1)
    assert.same({ "t", 3000 }, { token, lifetime })
    time = time + 3000 - 60
    assert.is_nil((second:take(1)), "a token is not used in its last minute")
  end)

  it("does not return a token that the server rejected", function()
    local first = open()
    first:put(1, { token = "t", lifetime = 3600 })
    assert.is_nil((first:take(1, "t")))
  end)

  it("releases the claim if the request failed", function()
    local first, second = open(), open()
    first:take(1)
    first:put(1, nil)
    assert.is_false((select(3, second:take(1))))
  end)

  it("finds no token for another secret, and its keys reveal none", function()
    open():put(1, { token = "t", lifetime = 3600 })
    local other = open { login_url = CONFIG.login_url, client_id = "the-id", client_secret = "a guess" }
    assert.is_nil((other:take(1)))
    for key in pairs(store.tables) do
      assert.matches("^tokens%-%x+$", key)
    end
  end)
end)

describe("a client with a token cache", function()
  local store

  before_each(function()
    store = fake.store()
  end)

  local function client(reply)
    return fake.client(fake.endless(reply), fake.with_credentials { token_cache = store, rate = false })
  end

  it("uses the token of an earlier client until it expires", function()
    client().client.contacts:get("a")
    local second = client()
    second.client.contacts:get("a")
    assert.equal(1, #second.requests)
    local third = client()
    third.time = 1000 + 86400
    third.client.contacts:get("a")
    assert.equal(2, #third.requests)
  end)

  it("replaces a token that the server rejects", function()
    client().client.contacts:get("a")
    local second
    second = client(function()
      return #second.requests == 1 and fake.json(401, {}) or nil
    end)
    assert(second.client.contacts:get("a"))
    assert.equal(3, #second.requests)
  end)

  it("waits for another process's request for as long as the call may", function()
    token_cache.new(store, CONFIG, function() return 1000 end):take(1)
    local self = client()
    local _, err = self.client.contacts:get("a", { deadline = 1 })
    assert.equal("token_wait", err.code)
    assert(self.client.contacts:get("a"))
    assert.is_true(self.time >= 1002)
  end)
end)
