-- Bodies that go into files instead of memory.
local core = require "extcontacts.core"
local peer = require "spec.support.peer"
local tempfile = require "spec.support.tempfile"

local engine = core.engine

for _, threaded in ipairs { false, true } do
  describe(threaded and "a file as the body, with a thread" or "a file as the body", function()
    local create = tempfile.creator(after_each)
    local e, p, path, file

    before_each(function()
      e = engine.new { threaded = threaded }
      path = create()
      file = assert(core.file.open(path, "update"))
    end)

    after_each(function()
      e:close()
      file:close()
      if p then
        p:stop()
      end
    end)

    local function fetch(script, fields)
      p = peer.start { script }
      local request = { method = "GET", url = p.url .. "/file", file = file, deadline = engine.now() + 20 }
      for name, value in pairs(fields or {}) do
        request[name] = value
      end
      local transfer, failure = e:submit(request)
      if not transfer then
        return nil, failure
      end
      repeat
        e:step(1)
      until transfer:done()
      return transfer:result()
    end

    local function contents()
      local handle = assert(io.open(path, "rb"))
      local text = handle:read "*a"
      handle:close()
      return text
    end

    it("receives every byte, and replaces what was there", function()
      assert(file:write(("old"):rep(1000)))
      local body = ("0123456789abcdef"):rep(20000)
      local reply = assert(fetch { { "read" }, { "send", peer.reply(body) } })
      assert.equal(#body, reply.written)
      assert.equal("", reply.body)
      assert.is_true(body == contents())
    end)

    it("receives an empty body", function()
      assert(file:write "old")
      local reply = assert(fetch { { "read" }, { "send", peer.reply "" } })
      assert.equal(0, reply.written)
      assert.equal("", contents())
    end)

    it("leaves the body of an error in memory", function()
      local reply = assert(fetch { { "read" }, { "send", peer.reply("gone", nil, "404 Not Found") } })
      assert.equal(404, reply.status)
      assert.equal("gone", reply.body)
      assert.is_nil(reply.written)
      assert.equal("", contents())
    end)

    it("ends a transfer that is larger than max_size", function()
      local reply, failure = fetch({ { "read" }, { "send", peer.reply(("x"):rep(1001)) } }, { max_size = 1000 })
      assert.is_nil(reply)
      assert.equal("file_cap", failure.code)
      assert.equal("limit", failure.kind)
      p:stop()
      assert.equal(1000, assert(fetch({ { "read" }, { "send", peer.reply(("x"):rep(1000)) } },
        { max_size = 1000 })).written)
    end)

    it("counts what the server compressed by its length after decompression", function()
      local pipe = assert(io.popen("head -c 100000 /dev/zero | gzip -c | od -An -v -tx1", "r"))
      local packed = pipe:read("*a"):gsub("%s+", ""):gsub("%x%x", function(digits)
        return string.char(tonumber(digits, 16))
      end)
      pipe:close()
      local _, failure = fetch({ { "read" }, { "send", peer.reply(packed, "Content-Encoding: gzip\r\n") } },
        { max_size = 5000 })
      assert.equal("file_cap", failure.code)
    end)

    it("fails when the body is shorter than its length", function()
      local reply, failure = fetch { { "read" },
        { "send", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort" } }
      assert.is_nil(reply)
      assert.equal("closed_early", failure.code)
    end)

    it("fails when no byte moves for too long", function()
      local reply, failure = fetch({ { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab" },
        { "hang" } }, { stall = 0.1 })
      assert.is_nil(reply)
      assert.equal("stalled", failure.code)
      assert.equal("timeout", failure.kind)
    end)

    it("fails when the file can't be written", function()
      local readable = assert(core.file.open(path, "read"))
      local _, failure = fetch({ { "read" }, { "send", peer.reply "x" } }, { file = readable })
      readable:close()
      assert.equal("io", failure.kind)
      assert.equal("nothing", failure.sent)
    end)

    it("keeps its own descriptor", function()
      p = peer.start { { { "read" }, { "send", peer.reply(("y"):rep(50000)) } } }
      local request = { method = "GET", url = p.url .. "/", file = file, deadline = engine.now() + 20 }
      local transfer = assert(e:submit(request))
      file:close()
      repeat
        e:step(1)
      until transfer:done()
      assert.equal(50000, assert(transfer:result()).written)
      assert.equal(50000, #contents())
    end)

    it("must be an open file", function()
      file:close()
      assert.error_matches(function()
        e:submit { method = "GET", url = "http://127.0.0.1:1/", file = file }
      end, "the file is closed")
      assert.error_matches(function()
        e:submit { method = "GET", url = "http://127.0.0.1:1/", file = io.stdout }
      end, "extcontacts.file expected")
    end)
  end)
end
