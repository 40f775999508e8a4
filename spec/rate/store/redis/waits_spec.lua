-- How calls wait for the store in Redis: other code runs meanwhile.  The server stands
-- still until that other code wakes it, and a wait lasts for 60 seconds at most.

local cqueues = require "cqueues"
local ec = require "extcontacts"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local sandbox = require "spec.support.sandbox"
local store_room = require "extcontacts.rate.store"

describe("calls that wait for the store in Redis", function()
  local store, api
  before_each(function()
    api = sandbox.shared()
    api:reset()
  end)
  after_each(function()
    if store then
      store:signal "CONT"
      store:stop()
      store = nil
    end
  end)

  -- A client whose connection to the store is open, and the store's link.
  local function connect(options)
    store = redis.start()
    local given = {
      base_url = api.base_url, login_url = api.login_url, client_id = api.client_id,
      client_secret = api.client_secret, store = store.url, rate = 100000,
    }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    return ec.new(given), assert(store_room.named(store.url)).link
  end

  local function get(client)
    return assert(client.contacts:list { page_size = 1 })
  end

  it("in tasks leave the turn to others, and share one connection", function()
    programs.need(redis.package, pending)
    local client, link = connect()
    get(client)
    store:signal "STOP"
    local count = 0
    for _, answer, err in client:map({ 1, 2, 3, 4, "wake" }, function(item)
      if item == "wake" then
        store:signal "CONT"
        return true
      end
      return get(client)
    end, { concurrency = 5 }) do
      assert.is_truthy(answer, tostring(err))
      count = count + 1
    end
    assert.equal(5, count)
    assert.is_false(link.is_away)
    local connections = 0
    for _ in store:command("CLIENT", "LIST"):gmatch "id=" do
      connections = connections + 1
    end
    assert.equal(2, connections) -- with that of this command
  end)

  it("in another event loop let it run", function()
    programs.need(redis.package, pending)
    local loop = cqueues.new()
    local client, link = connect {
      poll = function(fd, events, seconds)
        cqueues.poll({ pollfd = fd, events = events }, seconds)
      end,
    }
    local done = 0
    loop:wrap(function()
      get(client)
      store:signal "STOP"
      for _ = 1, 4 do
        loop:wrap(function()
          get(client)
          done = done + 1
        end)
      end
      for _ = 1, 5 do
        cqueues.sleep(0.001)
      end
      assert.equal(0, done)
      store:signal "CONT"
    end)
    assert(loop:loop())
    assert.equal(4, done)
    assert.is_false(link.is_away)
  end)

  it("settle what they sent, also when nobody waits for it", function()
    programs.need(redis.package, pending)
    local client = connect()
    for _ = 1, 3 do
      get(client)
    end
    client:close()
    local key
    for _, name in ipairs(store:command("KEYS", "extcontacts:*:window")) do
      key = name
    end
    local kept = ec.json.decode(store:command("GET", key))
    assert.equal(3, kept.sent)
    assert.equal(3, kept.certain + kept.late)
    for _, name in ipairs(store:command("KEYS", "*")) do
      assert.is_true(store:command("PTTL", name) > 0, name)
    end
  end)

  it("find in the statistics that the store is away, since when and why", function()
    programs.need(redis.package, pending)
    local client, link = connect { rate_period = 1 }
    local address = "127.0.0.1:" .. store.port
    function link.options.report() end
    get(client)
    assert.same({ address = address }, client:stats().store)
    store:kill()
    get(client)
    local status = client:stats().store
    assert.is_string(status.problem)
    assert.equal(address, status.address)
    assert.is_true(status.away_for >= 0)
    store:start_again()
    local ends_at = os.time() + 90
    repeat
      get(client)
      assert.is_true(os.time() < ends_at)
    until not link.is_away
    assert.same({ address = address }, client:stats().store)
    assert.is_nil(ec.new({ access_token = "x", rate_store = "process" }):stats().store)
  end)
end)
