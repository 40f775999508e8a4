--- core.engine: requests as the other side sees them, and the step loop.

local core = require "extcontacts.core"
local drive = require "spec.support.drive"
local peer = require "spec.support.peer"

local engine_new, now = core.engine.new, core.engine.now

describe("the engine", function()
  local fixture = drive.fixture()
  after_each(fixture.clear)

  -- The reply to `request` and what the peer read of it.
  local function exchange(request, options)
    local p = fixture.start { { { "read" }, { "send", peer.reply("{}") } } }
    local copy = { url = p.url .. (request.path or "/") }
    for _, name in ipairs { "method", "headers", "body" } do
      copy[name] = request[name]
    end
    local reply = assert(drive.send(fixture.new(options), copy))
    local connections, requests = p:log()
    assert.equal(1, connections)
    assert.equal(1, #requests)
    return requests[1], reply, p
  end

  it("sends a GET with the given path, query and headers", function()
    local seen, _, p = exchange {
      path = "/api/v2/contacts?q=a%2Fb&limit=2",
      headers = { { "X-One", "1" }, { "X-Two", "a, b" } },
    }
    assert.equal("GET", seen.method)
    assert.equal("/api/v2/contacts?q=a%2Fb&limit=2", seen.path)
    assert.equal("1", seen.headers["x-one"])
    assert.equal("a, b", seen.headers["x-two"])
    assert.equal("127.0.0.1:" .. p.port, seen.headers.host)
    assert.equal("gzip", seen.headers["accept-encoding"])
    assert.is_nil(seen.headers["content-length"])
    assert.is_nil(seen.headers["content-type"])
  end)

  it("sends the path and query unchanged, without the fragment", function()
    local paths = { "/a/../b//./%2e%2E/%2f?q=..%zz&r=?|", "/?", "/x?y#z", "/a/..;/?b/../c", "/#", "/last" }
    local script = {}
    for _ = 1, #paths do
      script[#script + 1] = { "read" }
      script[#script + 1] = { "send", peer.reply("{}") }
    end
    local p = fixture.start { script }
    local engine = fixture.new()
    for _, path in ipairs(paths) do
      assert(drive.send(engine, { url = p.url .. path }))
    end
    local _, seen = p:log()
    for index, path in ipairs(paths) do
      assert.equal(path:match "^[^#]*", seen[index].path)
      assert.equal("127.0.0.1:" .. p.port, seen[index].headers.host)
    end
  end)

  it("connects to origins in every notation", function()
    local hosts = {
      "127.0.0.1", "localhost", "LOCALHOST", "127.1", "127.0.1", "2130706433", "0x7f.1", "0177.0.0.1",
      "LocalHost", "0x7f000001", "127.0.0.1",
    }
    local scripts = {}
    for index = 1, #hosts * 2 do
      scripts[index] = { { "read" }, { "send", peer.reply(tostring(index), "Connection: close\r\n") } }
    end
    local p = fixture.start(scripts)
    local engine = fixture.new()
    for round = 1, 2 do
      for index, host in ipairs(hosts) do
        local reply = assert(drive.send(engine, { url = ("http://%s:%d/%d?%s"):format(host, p.port, round, host) }))
        assert.equal(tostring((round - 1) * #hosts + index), reply.body)
      end
    end
    local _, seen = p:log()
    for index, request in ipairs(seen) do
      local host = hosts[(index - 1) % #hosts + 1]
      assert.equal(("/%d?%s"):format(index <= #hosts and 1 or 2, host), request.path)
      assert.equal(host:lower():find "local" and "localhost" or "127.0.0.1",
        (request.headers.host:lower():gsub(":%d+$", "")))
    end
    assert.equal(#hosts * 2, #seen)
  end)

  it("sends an additional header without changing the request", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("{}") } } }
    local engine, request = fixture.new(), { method = "GET", url = p.url .. "/", headers = { { "X-One", "1" } } }
    local transfer = assert(engine:submit(request, { "Authorization", "Bearer token" }))
    drive.finish(engine, transfer)
    assert(transfer:result())
    local _, seen = p:log()
    assert.equal("Bearer token", seen[1].headers.authorization)
    assert.equal("1", seen[1].headers["x-one"])
    assert.same({ method = "GET", url = p.url .. "/", headers = { { "X-One", "1" } } }, request)
  end)

  it("sends a header with an empty value", function()
    local seen = exchange { headers = { { "X-Empty", "" } } }
    assert.equal("", seen.headers["x-empty"])
  end)

  it("sends its own user agent", function()
    local seen = exchange({}, { user_agent = "specs/1" })
    assert.equal("specs/1", seen.headers["user-agent"])
  end)

  for _, method in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
    it("sends the body of a " .. method .. " byte for byte", function()
      local body = '{"a":"\0\r\n\r\n\195\169"}' .. ("x"):rep(100000)
      local seen = exchange {
        method = method, body = body,
        headers = { { "Content-Type", "application/json" } },
      }
      assert.equal(method, seen.method)
      assert.is_true(body == seen.body)
      assert.equal("application/json", seen.headers["content-type"])
      assert.is_nil(seen.headers.expect)
      assert.is_nil(seen.headers["transfer-encoding"])
    end)
  end

  for _, method in ipairs { "POST", "PUT" } do
    it("sends Content-Length: 0 for a " .. method .. " without a body", function()
      local seen = exchange { method = method }
      assert.equal("0", seen.headers["content-length"])
      assert.is_nil(seen.headers["content-type"])
      assert.is_nil(seen.headers.expect)
    end)
  end

  it("sends no body headers for a DELETE without a body", function()
    local seen = exchange { method = "DELETE" }
    assert.equal("DELETE", seen.method)
    assert.is_nil(seen.headers["content-length"])
    assert.is_nil(seen.headers["content-type"])
  end)

  it("returns the status, headers, body and statistics", function()
    local bytes = peer.reply('{"id":1}', "X-Id: 7\r\nX-Many: a\r\nx-many:  b \r\n", "201 Created")
    local p = fixture.start { { { "read" }, { "send", bytes } } }
    local reply = assert(drive.send(fixture.new(), { method = "POST", url = p.url, body = "abc" }))
    local _, requests = p:log()
    assert.equal(201, reply.status)
    assert.same({ ["content-length"] = "8", ["x-id"] = "7", ["x-many"] = "a, b" }, reply.headers)
    assert.equal('{"id":1}', reply.body)
    assert.equal("1.1", reply.version)
    assert.equal("all", reply.sent)
    assert.is_false(reply.reused)
    assert.equal("127.0.0.1", reply.address)
    assert.equal(#requests[1].head + 3, reply.bytes_sent)
    assert.equal(#bytes, reply.bytes_received)
    assert.is_true(reply.elapsed >= 0)
  end)

  it("returns every status, and an empty body as an empty string", function()
    for _, status in ipairs { 200, 204, 304, 404, 429, 500, 503 } do
      local bytes = "HTTP/1.1 " .. status .. " Some\r\nConnection: close\r\n\r\n"
      local p = fixture.start { { { "read" }, { "send", bytes } } }
      local reply = assert(drive.send(fixture.new(), { url = p.url }))
      assert.equal(status, reply.status)
      assert.equal("", reply.body)
      p:stop()
    end
  end)

  it("decodes a chunked body", function()
    local p = fixture.start { {
      { "read" },
      { "send", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" },
    } }
    assert.equal("abcde", assert(drive.send(fixture.new(), { url = p.url })).body)
  end)

  it("does not follow a redirect", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("", "Location: /other\r\n", "302 Found") } } }
    local reply = assert(drive.send(fixture.new(), { url = p.url }))
    assert.equal(302, reply.status)
    assert.equal("/other", reply.headers.location)
    assert.same({ connections = 1, requests = 1 }, p:counts())
  end)

  it("reuses a connection", function()
    local p = fixture.start { {
      { "read" }, { "send", peer.reply("one") }, { "read" }, { "send", peer.reply("two") }, { "hang" },
    } }
    local engine = fixture.new()
    local first = assert(drive.send(engine, { url = p.url }))
    local second = assert(drive.send(engine, { url = p.url, method = "POST", body = "x" }))
    assert.is_false(first.reused)
    assert.is_true(second.reused)
    assert.equal("two", second.body)
    assert.same({ connections = 1, requests = 2 }, p:counts())
  end)

  it("replaces a connection that the server closed while idle", function()
    local p = fixture.start {
      { { "read" }, { "send", peer.reply("one") }, { "close" } },
      { { "read" }, { "send", peer.reply("two") } },
    }
    local engine = fixture.new()
    assert(drive.send(engine, { url = p.url }))
    assert.equal("two", assert(drive.send(engine, { url = p.url })).body)
    assert.same({ connections = 2, requests = 2 }, p:counts())
  end)

  it("does not spin when a server closes an idle connection", function()
    local p = fixture.start {
      { { "read" }, { "send", peer.reply("one") }, { "close" } },
      { { "read" }, { "send", peer.reply("two") }, { "hang" } },
    }
    local engine = fixture.new()
    assert(drive.send(engine, { url = p.url }))
    for _ = 1, 3 do -- the close comes during one of these
      local before, began = os.clock(), now()
      engine:step(0.1)
      assert.is_true(now() - began > 0.09)
      assert.is_true(os.clock() - before < 0.05)
    end
    assert.equal("two", assert(drive.send(engine, { url = p.url })).body)
  end)

  -- The handle that libcurl knows a request by is used again for the next one.
  it("leaks nothing of a request into the next one", function()
    local script = {}
    for _ = 1, 7 do
      script[#script + 1] = { "read" }
      script[#script + 1] = { "send", peer.reply("{}") }
    end
    local p = fixture.start { script }
    local engine = fixture.new()
    local sent = {
      { method = "POST", body = "first", headers = { { "X-First", "1" }, { "Content-Type", "text/plain" } } },
      { method = "GET", path = "two" },
      { method = "PUT", path = "three" },
      { method = "DELETE", path = "four" },
      { method = "PATCH", path = "five", body = "fifth" },
      { method = "DELETE", path = "six" },
      { method = "GET", path = "seven" },
    }
    for _, request in ipairs(sent) do
      assert(drive.send(engine, {
        url = p.url .. "/" .. (request.path or "one"), method = request.method, body = request.body,
        headers = request.headers,
      }))
    end
    local connections, seen = p:log()
    assert.equal(1, connections)
    for index, request in ipairs(sent) do
      local body = request.body or ""
      assert.equal(request.method, seen[index].method)
      assert.equal("/" .. (request.path or "one"), seen[index].path)
      assert.equal(body, seen[index].body or "")
      local length = (body ~= "" or request.method == "PUT") and tostring(#body) or nil
      assert.equal(length, seen[index].headers["content-length"])
      assert.equal(index == 1 and "1" or nil, seen[index].headers["x-first"])
      assert.equal(index == 1 and "text/plain" or nil,
        index ~= 5 and seen[index].headers["content-type"] or nil)
    end
  end)

  it("leaves no deadline of a request to the next one", function()
    local p = fixture.start { { { "read" }, { "await" }, { "send", peer.reply("{}") } } }
    local engine = fixture.new()
    local reply, failure = drive.send(engine, { url = p.url, deadline_in = 0.3 })
    assert.is_nil(reply)
    assert.equal("timeout", failure.kind)
    local transfer = assert(engine:submit { method = "GET", url = p.url, deadline = now() + 20 })
    local ends_at = now() + 0.6
    while now() < ends_at do
      engine:step(0.1)
    end
    assert.is_false(transfer:done())
    p:release()
    drive.finish(engine, transfer)
    assert.equal("{}", assert(transfer:result()).body)
  end)

  -- The first connection answers only after the second was served.
  it("drives several transfers in one loop", function()
    local p = fixture.start { { { "read" }, { "hang" } }, { { "read" }, { "send", peer.reply("done") } } }
    local engine = fixture.new()
    local slow = assert(engine:submit { method = "GET", url = p.url .. "/slow" })
    while p:counts().requests < 1 do
      engine:step(0.01)
    end
    local quick = assert(engine:submit { method = "GET", url = p.url .. "/quick" })
    assert.equal(2, engine:pending())
    local finished
    repeat
      finished = engine:step(5)
    until #finished > 0
    assert.equal(1, #finished)
    assert.equal(quick, finished[1])
    assert.is_true(quick:done())
    assert.is_false(slow:done())
    assert.equal(1, engine:pending())
    assert.equal("done", assert(quick:result()).body)
  end)

  it("returns each finished transfer once, and keeps none that nobody references", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
    local engine = fixture.new()
    for _ = 1, 5 do
      assert(engine:submit { method = "GET", url = p.url })
    end
    collectgarbage()
    local count, seen = 0, {}
    while engine:pending() > 0 do
      for _, transfer in ipairs(engine:step(5)) do
        assert.is_nil(seen[transfer])
        seen[transfer] = true
        count = count + 1
        assert.equal("x", assert(transfer:result()).body)
      end
    end
    assert.equal(5, count)
    assert.same({}, engine:step(0))
  end)

  it("has a descriptor and a timeout for event loops #pollable", function()
    local engine = fixture.new()
    assert.is_true(engine:pollfd() >= 0)
    assert.is_nil(engine:timeout())
    assert.equal(0, engine:pending())
    local p = fixture.start { { { "read" }, { "hang" } } }
    local transfer = assert(engine:submit { method = "GET", url = p.url, deadline = now() + 20 })
    assert.equal(1, engine:pending())
    assert.equal("number", type(engine:timeout()))
    assert.same({}, engine:step(0))
    transfer:cancel()
    assert.equal(0, engine:timeout())
    assert.equal(0, engine:pending())
    assert.same({ transfer }, engine:step(0))
  end)

  it("ends a cancelled transfer at once, and once", function()
    local p = fixture.start { { { "read" }, { "hang" } } }
    local engine = fixture.new()
    local transfer = assert(engine:submit { method = "POST", url = p.url, body = "x" })
    while p:counts().requests < 1 do
      engine:step(0.01)
    end
    transfer:cancel()
    transfer:cancel()
    assert.is_true(transfer:done())
    local reply, failure = transfer:result()
    assert.is_nil(reply)
    assert.equal("cancelled", failure.kind)
    assert.equal("all", failure.sent)
    transfer:cancel()
  end)

  it("does not change a finished transfer that is cancelled", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
    local engine = fixture.new()
    local transfer = assert(engine:submit { method = "GET", url = p.url })
    drive.finish(engine, transfer)
    transfer:cancel()
    assert.equal("x", assert(transfer:result()).body)
  end)

  it("ends its transfers as closed when it is closed", function()
    local p = fixture.start { { { "read" }, { "hang" } } }
    local engine = engine_new()
    local first = assert(engine:submit { method = "GET", url = p.url })
    local second = assert(engine:submit { method = "GET", url = p.url })
    while p:counts().requests < 2 do
      engine:step(0.01)
    end
    assert.is_true(engine:usable())
    engine:close()
    engine:close()
    assert.is_false(engine:usable())
    for _, transfer in ipairs { first, second } do
      assert.is_true(transfer:done())
      local reply, failure = transfer:result()
      assert.is_nil(reply)
      assert.equal("closed", failure.kind)
    end
    for _, name in ipairs { "submit", "step", "pollfd", "timeout", "pending" } do
      assert.error_matches(function()
        engine[name](engine, {})
      end, "the engine is closed")
    end
  end)

  it("keeps a result that was not yet taken after the engine is collected", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
    local engine = engine_new()
    local transfer = assert(engine:submit { method = "GET", url = p.url })
    drive.finish(engine, transfer)
    engine = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.equal("x", assert(transfer:result()).body)
  end)

  it("returns a result once, and only if there is one", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
    local engine = fixture.new()
    local transfer = assert(engine:submit { method = "GET", url = p.url })
    assert.error_matches(function()
      transfer:result()
    end, "has not finished")
    drive.finish(engine, transfer)
    assert(transfer:result())
    assert.error_matches(function()
      transfer:result()
    end, "already been taken")
  end)

  it("ends a request whose deadline has passed without sending it", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
    local engine = fixture.new()
    local transfer = assert(engine:submit { method = "GET", url = p.url, deadline = now() - 1 })
    assert.is_true(transfer:done())
    assert.same({ transfer }, engine:step(0))
    local reply, failure = transfer:result()
    assert.is_nil(reply)
    assert.equal("timeout", failure.kind)
    assert.equal("nothing", failure.sent)
    assert.same({ connections = 0, requests = 0 }, p:counts())
  end)

  it("accepts a deadline that is never reached", function()
    local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
    local reply = assert(drive.send(fixture.new(), { url = p.url, deadline_in = math.huge }))
    assert.equal("x", reply.body)
  end)

  it("returns from an idle step after its timeout", function()
    assert.same({}, fixture.new():step(0.01))
  end)

  describe("refuses", function()
    local url = "http://127.0.0.1:1/"

    -- The failure of a submit that is refused before anything is sent.
    local function refused(address)
      local engine = fixture.new()
      local transfer, failure = engine:submit { method = "GET", url = address }
      assert.is_nil(transfer)
      assert.equal("invalid", failure.kind)
      assert.equal("nothing", failure.sent)
      assert.is_true(failure.permanent)
      assert.equal(0, engine:pending())
      return failure.code
    end

    it("plain http to another machine", function()
      for _, host in ipairs {
        "example.com", "127.0.0.1.example.com", "127.1x", "10.0.0.1", "0.0.0.0", "localhost.example.com",
        "example.com#@127.0.0.1", "127.0.0.256", "127.0.0.1.1",
      } do
        assert.equal("insecure", refused("http://" .. host .. "/"), host)
      end
    end)

    it("text that only begins like a URL that was sent", function()
      local p = fixture.start { { { "read" }, { "send", peer.reply("{}") }, { "hang" } } }
      local engine = fixture.new()
      assert(drive.send(engine, { url = p.url .. "/api" }))
      for ending, code in pairs {
        ["@example.com/"] = "url", ["\\@example.com/"] = "url", ["9/"] = "url", [".example.com/"] = "url",
        ["/a b"] = "url", ["/\1"] = "url",
      } do
        local transfer, failure = engine:submit { method = "GET", url = p.url .. ending }
        assert.is_nil(transfer, ending)
        assert.equal(code, failure.code, ending)
      end
      local transfer, failure = engine:submit { method = "GET", url = "http://example.com/api" }
      assert.is_nil(transfer)
      assert.equal("insecure", failure.code)
    end)

    it("a user name or a password in the URL", function()
      for _, address in ipairs {
        "https://user:secret@example.com/", "https://user@example.com/", "http://127.0.0.1@example.com/",
      } do
        assert.equal("url", refused(address))
      end
    end)

    it("other protocols", function()
      for _, scheme in ipairs { "ftp", "file", "gopher", "telnet" } do
        assert.is_string(refused(scheme .. "://127.0.0.1/"))
      end
    end)

    it("text that is not a URL", function()
      for _, text in ipairs { "", "http://", "/path", "https://a b/", "http://127.0.0.1:99999/" } do
        assert.equal("url", refused(text), text)
      end
    end)

    -- The error that `request` raises.
    local function misuse(request)
      local engine = fixture.new()
      local ok, message = pcall(engine.submit, engine, request)
      assert.is_false(ok)
      assert.equal(0, engine:pending())
      return message
    end

    it("a header that would start another line, and names it without its value", function()
      for _, value in ipairs { "secret\rx", "secret\nx", "secret\0x" } do
        local message = misuse { method = "GET", url = url, headers = { { "X-Token", value } } }
        assert.matches("X-Token", message, 1, true)
        assert.is_nil(message:find("secret", 1, true))
      end
    end)

    it("an invalid header name", function()
      for _, name in ipairs { "", "a b", "a:", "a\r\nb", "a\0b", "\195\169", 1, {} } do
        assert.matches("name", misuse { method = "GET", url = url, headers = { { name, "v" } } })
      end
    end)

    it("an invalid authorization, without showing it", function()
      local engine, request = fixture.new(), { method = "GET", url = "http://127.0.0.1:1/" }
      for _, wrong in ipairs { "Bearer secret", { "Authorization", "Bearer secret\n" }, { "Bearer secret" } } do
        local ok, message = pcall(engine.submit, engine, request, wrong)
        assert.is_false(ok)
        assert.is_nil(message:find("secret", 1, true), message)
        assert.equal(0, engine:pending())
      end
    end)

    it("headers that are not pairs", function()
      assert.matches("array", misuse { method = "GET", url = url, headers = { Accept = "x" } })
      assert.matches("table", misuse { method = "GET", url = url, headers = { "Accept: x" } })
      assert.matches("table", misuse { method = "GET", url = url, headers = "Accept: x" })
      assert.matches("X%-One", misuse { method = "GET", url = url, headers = { { "X-One", 1 } } })
    end)

    it("requests without a method or a URL, or whose values are not text", function()
      assert.matches("method", misuse { url = url })
      assert.matches("url", misuse { method = "GET" })
      assert.matches("string", misuse { method = "POST", url = url, body = {} })
      assert.matches("number", misuse { method = "GET", url = url, deadline = "soon" })
    end)

    it("a method or a URL that would start another line", function()
      assert.matches("method", misuse { method = "GET / HTTP/1.1\r\nX: y", url = url })
      assert.matches("method", misuse { method = "", url = url })
      assert.matches("url", misuse { method = "GET", url = url .. "\0x" })
      assert.equal("url", refused(url .. "a\r\nX: y"))
    end)

    it("unknown options and invalid values", function()
      local function option(name, value)
        local ok, message = pcall(engine_new, { [name] = value })
        assert.is_false(ok)
        return message
      end
      assert.matches("user_agnet", option("user_agnet", "x"))
      assert.matches("max_body", option("max_body", "x"))
      assert.matches("max_body", option("max_body", 0))
      assert.matches("max_body", option("max_body", 0 / 0))
      assert.matches("connect_timeout", option("connect_timeout", -1))
      assert.matches("ca_file", option("ca_file", true))
      assert.matches("names", option(1, "x"))
    end)
  end)
end)
