--- core.engine against peers that break the rules: each fault has its kind
--- and code, and says how much of the request may have arrived.

local core = require "extcontacts.core"
local drive = require "spec.support.drive"
local peer = require "spec.support.peer"

-- Seconds a silent peer is listened to: enough for what it sends before, on a loaded machine.
local SILENCE = 3

describe("the engine's answer to", function()
  local fixture = drive.fixture()
  after_each(fixture.clear)

  -- A peer that reads one request and then does `...`.
  local function after_read(...)
    return fixture.start { { { "read" }, ... } }
  end

  local function reply_to(p, request, options)
    request.url = p.url .. "/"
    return assert(drive.send(fixture.new(options), request))
  end

  local function fails(kind, code, p, request, options)
    request = request or {}
    request.url = request.url or p.url .. "/"
    local reply, failure = drive.send(fixture.new(options), request)
    assert.is_nil(reply)
    assert.same({ kind = kind, code = code }, { kind = failure.kind, code = failure.code })
    assert.is_string(failure.message)
    return failure
  end

  local HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"

  describe("a connection that fails:", function()
    it("refused", function()
      local p = fixture.start { { { "hang" } } }
      p:stop() -- nobody listens on its port now
      local failure = fails("transport", "refused", p, { method = "POST", body = "x" })
      assert.equal("nothing", failure.sent)
      assert.is_nil(failure.permanent)
      assert.is_nil(failure.status)
    end)

    -- How soon a resolver says no is its own business.
    it("a name that does not exist", function()
      local reply, failure = drive.send(fixture.new(), { url = "https://nowhere.invalid/", deadline_in = 2 })
      assert.is_nil(reply)
      if failure.kind ~= "timeout" then
        assert.equal("transport", failure.kind)
        assert.equal("dns", failure.code)
      end
      assert.equal("nothing", failure.sent)
    end)

    it("closed without an answer", function()
      local failure = fails("transport", "closed_early", after_read(), { method = "POST", body = "x" })
      assert.equal("all", failure.sent)
    end)

    it("reset without an answer", function()
      local failure = fails("transport", "reset", after_read { "reset" }, { method = "POST", body = "x" })
      assert.equal("all", failure.sent)
    end)

    it("rejected by a proxy", function()
      for status, code in pairs {
        ["407 Proxy Authentication Required"] = "proxy_auth",
        ["403 Forbidden"] = "proxy",
        ["502 Bad Gateway"] = "proxy",
      } do
        local p = after_read { "send", peer.reply("", "", status) }
        local request = { url = "https://api.nowhere.invalid/", method = "POST", body = "x" }
        local failure = fails("transport", code, p, request, { proxy = p.url })
        assert.equal("nothing", failure.sent)
        assert.equal(code == "proxy_auth" or nil, failure.permanent)
      end
    end)

    it("reset within the body", function()
      local p = after_read({ "send", HEAD .. "\r\n12345" }, { "reset" })
      local failure = fails("transport", "reset", p, { method = "PUT", body = "x" })
      assert.equal("all", failure.sent)
    end)
  end)

  describe("a silent peer", function()
    local cases = {}

    -- All of them are waited for at the same time.
    setup(function()
      local engine, transfers = fixture.new(), {}
      for index, case in ipairs(cases) do
        local p = fixture.start(case.script)
        transfers[index] = assert(engine:submit {
          url = (case.scheme or "http") .. "://127.0.0.1:" .. p.port .. "/",
          method = case.method or "GET",
          body = case.body,
          deadline = core.engine.now() + SILENCE,
        })
      end
      for index, case in ipairs(cases) do
        drive.finish(engine, transfers[index])
        case.reply, case.failure = transfers[index]:result()
      end
      fixture.clear()
    end)

    local function times_out(case)
      cases[#cases + 1] = case
      it(case.name, function()
        local failure = case.failure
        assert.is_nil(case.reply)
        assert.same({ "timeout", case.code or "timeout" }, { failure.kind, failure.code })
        assert.is_string(failure.message)
        assert.equal(case.sent or "all", failure.sent)
        assert.equal(case.status, failure.status)
        assert.is_nil(failure.permanent)
      end)
    end

    times_out { name = "before the headers", script = { { { "read" }, { "hang" } } }, method = "POST", body = "x" }
    times_out {
      name = "within the headers", status = 200,
      script = { { { "read" }, { "send", HEAD .. "X-Half" }, { "hang" } } },
    }
    times_out {
      name = "within the body", status = 200,
      script = { { { "read" }, { "send", HEAD .. "\r\n12345" }, { "hang" } } },
    }
    times_out {
      name = "within the TLS handshake", scheme = "https", sent = "nothing", code = "connect_timeout",
      script = { { { "hang" } } }, method = "POST", body = "x",
    }
  end)

  describe("a body", function()
    it("shorter than its length", function()
      local failure = fails("transport", "closed_early", after_read { "send", HEAD .. "\r\n12345" })
      assert.equal(200, failure.status)
    end)

    it("that ends before its last chunk", function()
      local p = after_read { "send", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n" }
      fails("transport", "closed_early", p)
    end)

    it("of chunks that have no length", function()
      local p = after_read { "send", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n" }
      local failure = fails("protocol", "malformed", p)
      assert.equal("all", failure.sent)
    end)

    it("that claims to be gzip and is not", function()
      fails("protocol", "malformed", after_read { "send", peer.reply("plainly not", "Content-Encoding: gzip\r\n") })
    end)

    -- Two gzip members, `{"a":1,` and `"b":2}`, and what else may follow one.
    for name, tail in pairs {
      ["with a second member"] = "\31\139\8\0\0\0\0\0\2\3\83\74\82\178\50\170\5\0\176\127\87\248\6\0\0\0",
      ["with half a second member"] = "\31\139\8\0\0\0\0\0\2\3\83\74",
      ["with other bytes"] = "garbage!",
      ["with zeros"] = ("\0"):rep(20),
    } do
      it("that is compressed and continues after its end " .. name, function()
        local first = "\31\139\8\0\0\0\0\0\2\3\171\86\74\84\178\50\212\1\0\205\205\119\74\7\0\0\0"
        local bytes = peer.reply(first .. tail, "Content-Encoding: gzip\r\n")
        local failure = fails("transport", "encoding", after_read { "send", bytes })
        assert.is_nil(failure.permanent)
        assert.equal("all", failure.sent)
        fails("transport", "encoding", after_read({ "send", bytes:sub(1, -#tail - 1) }, { "send", tail }))
      end)
    end

    it("that is compressed and continues after its end, and then asks for uncompressed answers", function()
      local member = "\31\139\8\0\0\0\0\0\2\3\83\74\82\178\50\170\5\0\176\127\87\248\6\0\0\0"
      local plain = { { "read" }, { "send", peer.reply("true") } }
      local p = fixture.start {
        { { "read" }, { "send", peer.reply(member .. member, "Content-Encoding: gzip\r\n") } }, plain, plain,
      }
      local engine = fixture.new()
      assert.is_nil((drive.send(engine, { url = p.url })))
      assert.equal("true", assert(drive.send(engine, { url = p.url })).body)
      assert.equal("true", assert(drive.send(engine, { url = p.url })).body)
      local _, requests = p:log()
      assert.same({ "gzip", nil, nil }, { requests[1].headers["accept-encoding"],
        requests[2].headers["accept-encoding"], requests[3].headers["accept-encoding"] })
    end)

    it("in an encoding that was not requested", function()
      fails("protocol", "malformed", after_read { "send", peer.reply("x", "Content-Encoding: bogus\r\n") })
    end)

    -- What comes after the length would be the next request's answer.
    for name, bytes in pairs {
      ["longer than its length"] = peer.reply("12345"),
      ["where a 204 has none"] = "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n12345",
      ["after a 304"] = "HTTP/1.1 304 Not Modified\r\n\r\n12345",
    } do
      it(name .. " without touching the next request", function()
        local p = fixture.start {
          { { "read" }, { "send", bytes .. peer.reply("forged") }, { "read" }, { "send", peer.reply("true") } },
          { { "read" }, { "send", peer.reply("true") } },
        }
        local engine = fixture.new()
        local reply = assert(drive.send(engine, { url = p.url }))
        assert.equal(reply.status == 200 and "12345" or "", reply.body)
        assert.equal("true", assert(drive.send(engine, { url = p.url })).body)
      end)
    end

    it("of HTML with a 200, unchanged", function()
      local html = "<html><body>Down for maintenance</body></html>"
      local reply = reply_to(after_read { "send", peer.reply(html, "Content-Type: text/html\r\n") }, {})
      assert.equal(200, reply.status)
      assert.equal(html, reply.body)
      assert.equal("text/html", reply.headers["content-type"])
    end)

    it("of as many bytes as max_body, and of one more", function()
      local options = { max_body = 1000 }
      local body = ("x"):rep(1000)
      assert.equal(body, reply_to(after_read { "send", peer.reply(body) }, {}, options).body)
      local failure = fails("limit", "body_cap", after_read { "send", peer.reply(body .. "x") }, {}, options)
      assert.is_true(failure.permanent)
      assert.equal(200, failure.status)
    end)

    it("that never ends", function()
      local p = after_read({ "send", "HTTP/1.1 200 OK\r\n\r\n" }, { "send_repeat", ("x"):rep(65536), 1000000 })
      fails("limit", "body_cap", p, {}, { max_body = 1024 * 1024 })
    end)

    it("that decompresses to far more than its size", function()
      local gzip = assert(io.popen("head -c 20000000 /dev/zero | gzip -c", "r"))
      local bomb = gzip:read("*a")
      gzip:close()
      assert.is_true(#bomb > 1000 and #bomb < 100000)
      local bytes = peer.reply(bomb, "Content-Encoding: gzip\r\n")
      fails("limit", "body_cap", after_read { "send", bytes }, {}, { max_body = 1024 * 1024 })
      local reply = reply_to(after_read { "send", bytes }, {})
      assert.equal(20000000, #reply.body)
    end)
  end)

  -- A clean close within the headers is a success for libcurl.  The third value
  -- is how many bytes from its end an answer is incomplete, where it shows its
  -- end; libcurl does not need the line feed after the last chunk.
  describe("an answer that is cut off", function()
    for name, case in pairs {
      ["of HTTP/1.1 with a length"] = { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\n", "{}", 1 },
      ["of HTTP/1.1 without a length"] = { "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n", "{}" },
      ["of HTTP/1.0"] = { "HTTP/1.0 200 OK\r\nX-A: b\r\n\r\n", "{}" },
      ["in chunks"] = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n", 2 },
      ["without a body"] = { "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", "" },
      ["with bare line feeds"] = { "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "{}", 1 },
      ["after an interim answer"] = { "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "{}" },
    } do
      local head, body, missing = case[1], case[2], case[3]
      it(name .. " is a failure at every byte", function()
        local answer = head .. body
        local last = missing and #answer - missing or #head - 1
        local connections = {}
        for cut = 0, last do
          connections[cut + 1] = { { "read" }, { "send", answer:sub(1, cut) } }
        end
        connections[last + 2] = { { "read" }, { "send", answer } }
        local p, engine = fixture.start(connections), fixture.new()
        for cut = 0, last do
          local reply, failure = drive.send(engine, { url = p.url, method = "POST", body = "x" })
          assert.is_nil(reply, "after " .. cut .. " bytes")
          assert.same({ "transport", "closed_early", "all" }, { failure.kind, failure.code, failure.sent })
        end
        assert(drive.send(engine, { url = p.url, method = "POST", body = "x" }))
      end)
    end
  end)

  describe("headers", function()
    it("of 10 MB", function()
      local p = after_read({ "send", "HTTP/1.1 200 OK\r\n" },
        { "send_repeat", "X-Fill: " .. ("x"):rep(8000) .. "\r\n", 1300 }, { "send", "\r\n" })
      local failure = fails("limit", "header_cap", p)
      assert.is_true(failure.permanent)
    end)

    it("of 10 MB in one line", function()
      local p = after_read({ "send", "HTTP/1.1 200 OK\r\nX-Fill: " }, { "send_repeat", ("x"):rep(8000), 1300 })
      fails("limit", "header_cap", p)
    end)

    it("of 10 MB in interim answers", function()
      local interim = "HTTP/1.1 103 Early Hints\r\nLink: " .. ("x"):rep(8000) .. "\r\n\r\n"
      fails("limit", "header_cap", after_read { "send_repeat", interim, 1300 })
    end)

    local function with_line(line)
      return after_read {
        "send", "HTTP/1.1 200 OK\r\nConnection: close\r\n" .. line .. "\r\nX-Good: yes\r\n\r\nx",
      }
    end

    it("without a colon", function()
      fails("protocol", "malformed", with_line "no colon")
    end)

    it("without a name, by ignoring them", function()
      local reply = reply_to(with_line ": no name", {})
      assert.same({ connection = "close", ["x-good"] = "yes" }, reply.headers)
      assert.equal("x", reply.body)
    end)

    it("that end early, by treating the rest as the body", function()
      assert.equal("X-Good: yes\r\n\r\nx", reply_to(with_line "", {}).body)
    end)

    it("with a NUL", function()
      local p = after_read { "send", peer.reply("x", "X-Bad: a\0b\r\n") }
      local reply, failure = drive.send(fixture.new(), { url = p.url })
      if reply then
        assert.is_nil(reply.headers["x-bad"])
      else
        assert.equal("protocol", failure.kind)
      end
    end)
  end)

  describe("a start that is", function()
    it("an interim answer, by waiting for the final one", function()
      local p = after_read({ "send", "HTTP/1.1 100 Continue\r\n\r\n" },
        { "send", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" }, { "send", peer.reply("x") })
      local reply = reply_to(p, { method = "POST", body = "{}" })
      assert.equal(200, reply.status)
      assert.equal("x", reply.body)
      assert.is_nil(reply.headers.link)
    end)

    it("only an interim answer", function()
      local failure = fails("transport", "closed_early", after_read { "send", "HTTP/1.1 103 Early Hints\r\n\r\n" })
      assert.equal("all", failure.sent)
    end)

    it("a change of protocol that was not requested", function()
      fails("protocol", "malformed", after_read { "send", "HTTP/1.1 101 Switching\r\nUpgrade: other\r\n\r\nbytes" })
    end)

    it("not HTTP", function()
      for _, bytes in ipairs { "SSH-2.0-OpenSSH\r\n", "<html>hello</html>", ("x"):rep(300000), "\0\1\2\3\r\n\r\n" } do
        fails("protocol", "malformed", after_read { "send", bytes })
      end
    end)

    it("HTTP without a status", function()
      for _, line in ipairs { "HTTP/1.1 abc", "HTTP/1.1", "HTTP/9.9 200 OK", "HTTP/1.1 99 x" } do
        fails("protocol", "malformed", after_read { "send", line .. "\r\nContent-Length: 0\r\n\r\n" })
      end
    end)
  end)
end)
