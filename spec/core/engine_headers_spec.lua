--- core.engine: what becomes of an answer's header lines.

local drive = require "spec.support.drive"
local peer = require "spec.support.peer"

describe("the engine's headers", function()
  local fixture = drive.fixture()
  after_each(fixture.clear)

  -- What the engine makes of an answer in these bytes.
  local function answer(bytes, options)
    local p = fixture.start { { { "read" }, { "send", bytes } } }
    return drive.send(fixture.new(options), { url = p.url })
  end

  it("have lower-case names and trimmed values", function()
    local reply = assert(answer(peer.reply("", "X-MiXed:  a b\t \r\nX-Empty:\r\nX_Odd~!:1:2\r\n")))
    assert.same({ ["content-length"] = "0", ["x-mixed"] = "a b", ["x-empty"] = "", ["x_odd~!"] = "1:2" },
      reply.headers)
  end)

  it("join repeated headers in their order", function()
    local reply = assert(answer(peer.reply("", "A: 1\r\nB: x\r\na: 2\r\nA:\r\nA: 3\r\n")))
    assert.equal("1, 2, , 3", reply.headers.a)
    assert.equal("x", reply.headers.b)
  end)

  it("keep every byte that a value may contain", function()
    local value = "\1\195\169\255,;\"=?"
    assert.equal(value, assert(answer(peer.reply("", "X-Raw: " .. value .. "\r\n"))).headers["x-raw"])
  end)

  it("continue in a line that starts with a space", function()
    local reply = assert(answer(peer.reply("", "X-Long: one\r\n  two\r\n\tthree \r\nX-Late:\r\n four\r\n")))
    assert.equal("one two three", reply.headers["x-long"])
    assert.equal("four", reply.headers["x-late"])
  end)

  it("are those of the final answer, not of an interim one", function()
    local interim = "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    local reply = assert(answer(interim .. peer.reply("body", "X-Final: 1\r\n", "201 Created")))
    assert.equal(201, reply.status)
    assert.equal("body", reply.body)
    assert.same({ ["content-length"] = "4", ["x-final"] = "1" }, reply.headers)
  end)

  it("are not changed by trailers", function()
    local reply = assert(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nRetry-After: 1\r\n\r\n"
      .. "2\r\n{}\r\n0\r\nRetry-After: 99\r\nHTTP/1.1 500 X: y\r\n\r\n"))
    assert.equal(200, reply.status)
    assert.equal("{}", reply.body)
    assert.equal("1", reply.headers["retry-after"])
  end)

  it("do not include the status line", function()
    local reply = assert(answer(peer.reply("x", "HTTP/1.1 500 Inside: y\r\nX-After: 1\r\n")))
    assert.equal(200, reply.status)
    assert.equal("1", reply.headers["x-after"])
  end)

  it("may be as many as the cap allows and no more", function()
    assert.equal("1", assert(answer(peer.reply("", ("X: 1\r\n"):rep(998) .. "Last: 1\r\n"))).headers.last)
    local reply, failure = answer(peer.reply("", ("X: 1\r\n"):rep(1000)))
    assert.is_nil(reply)
    assert.equal("limit", failure.kind)
    assert.equal("header_cap", failure.code)
    assert.equal(200, failure.status)
  end)

  it("may be as long as max_header allows, interim answers counted", function()
    local function padded(size)
      return peer.reply("", "X-Pad: " .. ("p"):rep(size) .. "\r\n")
    end
    assert.equal(900, #assert(answer(padded(900), { max_header = 1000 })).headers["x-pad"])
    for _, bytes in ipairs {
      padded(1000), ("HTTP/1.1 100 Continue\r\n\r\n"):rep(50) .. peer.reply(""),
    } do
      local reply, failure = answer(bytes, { max_header = 1000 })
      assert.is_nil(reply)
      assert.equal("header_cap", failure.code)
    end
  end)
end)
