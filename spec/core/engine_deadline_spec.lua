-- Deadlines are absolute: a request whose deadline has passed is not sent, whoever
-- was late, and whatever it was waiting for.
local engine = require "extcontacts.core".engine
local peer = require "spec.support.peer"
local socket = require "socket"

local ANSWERING = { { { "read" }, { "send", peer.reply "a" }, { "read" }, { "send", peer.reply "b" },
  { "read" }, { "send", peer.reply "c" } } }

-- Accepts connections, and never answers anything: not even a TLS handshake.
local SILENT = { { { "hang" } } }

for mode, threaded in pairs { stepped = false, threaded = true } do
  describe("the deadline of a transfer (" .. mode .. ")", function()
    local e, server

    local function start(script)
      server = peer.start(script)
      e = assert(engine.new { threaded = threaded, proxy = "" })
    end

    after_each(function()
      e:close()
      server:stop()
    end)

    local function submit(seconds, url)
      return assert(e:submit { method = "GET", url = url or server.url .. "/", deadline = engine.now() + seconds })
    end

    -- Steps until a transfer is done, for so long that only a fault ends it.
    local function finish(transfer)
      local ends_at = engine.now() + 30
      while not transfer:done() do
        assert(engine.now() < ends_at, "the transfer never ends")
        e:step(0.2)
      end
      return transfer:result()
    end

    it("that passed before it was submitted ends it unsent", function()
      start(ANSWERING)
      local response, failure = finish(submit(-1))
      assert.is_nil(response)
      assert.same({ "timeout", "timeout", "nothing" }, { failure.kind, failure.code, failure.sent })
      assert.equal("a", finish(submit(30)).body)
      assert.same({ connections = 1, requests = 1 }, server:counts())
    end)

    it("counts while it waits for another transfer's connection", function()
      start(SILENT)
      local url = server.url:gsub("^http:", "https:")
      local first = submit(60, url)
      local ends_at = engine.now() + 30
      while server:counts().connections < 1 do
        assert(engine.now() < ends_at, "it never connects")
        e:step(0.01)
      end
      local second = submit(0.2, url)
      local response, failure = finish(second)
      assert.is_nil(response)
      assert.same({ "timeout", "nothing" }, { failure.kind, failure.sent })
      assert.is_false(first:done())
      assert.equal(1, server:counts().connections)
    end)

    it("ends those that wait, and leaves the others", function()
      start(SILENT)
      local url = server.url:gsub("^http:", "https:")
      submit(60, url)
      local transfers, ended = {}, {}
      for index, seconds in ipairs { 0.3, 60, 0.1, 0.2 } do
        transfers[submit(seconds, url)] = index
      end
      local ends_at = engine.now() + 30
      while #ended < 3 do
        assert(engine.now() < ends_at, "they never end")
        for _, transfer in ipairs(e:step(0.2)) do
          ended[#ended + 1] = transfers[transfer]
        end
      end
      table.sort(ended) -- one step may end several
      assert.same({ 1, 3, 4 }, ended)
    end)

    -- However the two race: what was reported as unsent did not arrive.
    it("of no time at all sends nothing that is not reported as sent", function()
      start { { { "read" }, { "send", peer.reply "a" }, { "close" } } }
      local sent = 0
      for _ = 1, 60 do
        local response, failure = finish(submit(0.0003))
        if response or failure.sent ~= "nothing" then
          sent = sent + 1
        end
      end
      assert.equal("a", finish(submit(30)).body)
      assert.is_true(server:counts().requests <= sent + 1)
    end)
  end)
end

describe("a transfer whose deadline passes before the engine's next step", function()
  local e, server

  before_each(function()
    server = peer.start(ANSWERING)
    e = assert(engine.new { proxy = "" })
  end)

  after_each(function()
    e:close()
    server:stop()
  end)

  local function submit(seconds)
    return assert(e:submit { method = "POST", url = server.url .. "/", body = "{}", deadline = engine.now() + seconds })
  end

  local function finish(transfer)
    while not transfer:done() do
      e:step(30)
    end
    return transfer:result()
  end

  it("is not sent on a new connection", function()
    local late, other = submit(0.05), submit(30)
    assert.is_true(e:timeout() <= 0.05)
    socket.sleep(0.1)
    assert.equal(late, e:step(30)[1])
    local _, failure = late:result()
    assert.same({ "timeout", "timeout", "nothing" }, { failure.kind, failure.code, failure.sent })
    assert.equal("a", finish(other).body)
    assert.same({ connections = 1, requests = 1 }, server:counts())
  end)

  it("is not sent on an open connection, which stays in use", function()
    assert.equal("a", finish(submit(30)).body)
    local late = submit(0.05)
    socket.sleep(0.1)
    local _, failure = finish(late)
    assert.same({ "timeout", "nothing" }, { failure.kind, failure.sent })
    local response = finish(submit(30))
    assert.same({ "b", true }, { response.body, response.reused })
    assert.same({ connections = 1, requests = 2 }, server:counts())
  end)

  it("is not sent by a step of no time", function()
    local late = submit(0.05)
    socket.sleep(0.1)
    assert.equal(late, e:step(0)[1])
    assert.equal(0, server:counts().connections)
  end)

  it("ends although another one is handed out first", function()
    local late = submit(0.05)
    local cancelled = submit(30)
    cancelled:cancel()
    socket.sleep(0.1)
    e:step(0)
    assert.is_true(late:done())
    assert.equal(0, server:counts().requests)
  end)
end)
