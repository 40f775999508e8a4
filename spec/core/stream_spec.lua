-- core.stream: connections that carry bytes, over libcurl, with and without TLS.

local core = require "extcontacts.core"
local peer = require "spec.support.peer"
local socket = require "socket"
local tls = require "spec.support.tls"

-- Steps a stream until a condition holds.
local function until_it(stream, condition)
  local ends_at = core.engine.now() + 90
  local received = ""
  while not condition(received) do
    assert(core.engine.now() < ends_at, "nothing happened in time")
    stream:step(1)
    received = received .. stream:read()
  end
  return received
end

local function until_state(stream, state)
  return until_it(stream, function()
    return stream:state() == state
  end)
end

describe("a stream", function()
  local listener, port, stream, accepted
  before_each(function()
    listener = assert(socket.bind("127.0.0.1", 0))
    local _
    _, port = listener:getsockname()
  end)
  after_each(function()
    for _, one in ipairs { listener, accepted } do
      one:close()
    end
    accepted = nil
    if stream then
      stream:close()
      stream = nil
    end
  end)

  local function open()
    stream = assert(core.stream.open { url = "http://127.0.0.1:" .. port })
    until_state(stream, "open")
    accepted = assert(listener:accept())
    return stream
  end

  it("does not connect before a step, and keeps what is written until then", function()
    stream = assert(core.stream.open { url = "http://127.0.0.1:" .. port })
    assert.equal("connecting", stream:state())
    assert.is_true(stream:write "first")
    until_state(stream, "open")
    accepted = assert(listener:accept())
    stream:step(0)
    assert.equal("first", accepted:receive(5))
  end)

  it("returns what has arrived, any bytes, and each of them once", function()
    open()
    local bytes = {}
    for code = 0, 255 do
      bytes[#bytes + 1] = string.char(code)
    end
    accepted:send(table.concat(bytes))
    assert.equal(table.concat(bytes), until_it(stream, function(received)
      return #received == 256
    end))
    assert.equal("", stream:read())
    assert.is_false(stream:step(0))
  end)

  it("sends more than the socket takes at once, in order", function()
    open()
    accepted:settimeout(0)
    local text = ("0123456789abcdef"):rep(15000)
    assert.is_true(stream:write(text))
    local parts = {}
    local length = 0
    until_it(stream, function()
      stream:step(0)
      local whole, _, part = accepted:receive(65536)
      parts[#parts + 1] = whole or part
      length = length + #parts[#parts]
      if length < #text then
        socket.select({ accepted }, nil, 1)
      end
      return length == #text
    end)
    assert.is_true(table.concat(parts) == text)
  end)

  it("takes no more than its buffer holds", function()
    open()
    assert.is_false(stream:write(("x"):rep(256 * 1024 + 1)))
    assert.is_true(stream:write(("x"):rep(256 * 1024)))
    assert.is_false(stream:write "x")
  end)

  it("is closed when the peer closes it, after the last bytes", function()
    open()
    accepted:send "last"
    accepted:close()
    assert.equal("last", until_state(stream, "closed"))
    local state, code = stream:state()
    assert.same({ "closed", "reset" }, { state, code })
    assert.is_false(stream:usable())
    assert.is_false(stream:write "more")
    assert.is_false(stream:step(0))
  end)

  it("is closed by its owner without a failure", function()
    open()
    stream:close()
    assert.same({ "closed" }, { stream:state() })
    stream:step(1)
    accepted:settimeout(90)
    local _, why = accepted:receive(1)
    assert.equal("closed", why)
  end)

  it("fails where nothing listens, and for a name that does not exist", function()
    listener:close()
    stream = assert(core.stream.open { url = "http://127.0.0.1:" .. port })
    until_state(stream, "closed")
    assert.equal("refused", select(2, stream:state()))
    stream = assert(core.stream.open { url = "https://name.invalid:6380" })
    until_state(stream, "closed")
    assert.equal("dns", select(2, stream:state()))
  end)

  it("is not for plain text to other machines, nor for other protocols", function()
    for url, code in pairs {
      ["http://10.0.0.1:6379"] = "insecure", ["http://redis.example.com:6379"] = "insecure",
      ["ftp://127.0.0.1:1"] = "insecure", ["https://user:guessme@127.0.0.1:1"] = "url", ["https://:::"] = "url",
    } do
      local opened, why, message = core.stream.open { url = url }
      assert.is_nil(opened)
      assert.equal(code, why)
      assert.is_nil(message:find("guessme", 1, true))
    end
  end)

  it("checks its arguments", function()
    assert.has_error(function() core.stream.open {} end)
    assert.has_error(function() core.stream.open { url = "https://a\0b" } end)
    assert.has_error(function() core.stream.open { url = "https://a", ca_file = 1 } end)
    open()
    assert.has_error(function() stream:write() end)
    assert.has_error(function() stream.step({}, 0) end)
  end)

  it("has a descriptor that is readable when bytes arrive", function()
    open()
    local fd = stream:pollfd()
    if fd then
      stream:step(0)
      local set = assert(core.poll.set())
      assert(set:watch(fd))
      assert.is_false(set:wait(0))
      accepted:send "x"
      assert.is_true(set:wait(90))
      set:close()
    end
  end)
end)

describe("a stream over TLS", function()
  local certificates, child, stream
  tls.around(function(made)
    certificates = made
  end, setup, teardown)
  after_each(function()
    if stream then
      stream:close()
      stream = nil
    end
    peer.kill(child)
  end)

  -- A server that sends each line back in reverse.
  local function connect(name, ca_file)
    local place = certificates.path .. "/" .. name
    child = peer.spawn(("openssl s_server -accept 127.0.0.1:0 -rev -key %s.key -cert %s.pem </dev/null 2>&1")
      :format(place, place), "^ACCEPT 127%.0%.0%.1:(%d+)")
    stream = assert(core.stream.open { url = "https://localhost:" .. child.found, ca_file = ca_file })
    return stream
  end

  it("carries bytes both ways, also many", function()
    connect("good", certificates.ca)
    stream:write "stressed\n"
    assert.equal("desserts\n", until_it(stream, function(received)
      return #received == 9
    end))
    local line = ("ab"):rep(4000)
    for _ = 1, 20 do
      stream:write(line .. "\n")
    end
    assert.is_true(((line:reverse() .. "\n"):rep(20)) == until_it(stream, function(received)
      return #received == 20 * 8001
    end))
  end)

  for name, case in pairs {
    ["for another name"] = { "wrong", true, "tls_name" },
    ["that has expired"] = { "expired", true, "tls_expired" },
    ["that signed itself"] = { "self", true, "tls_untrusted" },
    ["of an unknown authority"] = { "good", false, "tls_untrusted" },
  } do
    it("rejects a certificate " .. name, function()
      connect(case[1], case[2] and certificates.ca or nil)
      stream:write "secret\n"
      until_state(stream, "closed")
      assert.equal(case[3], select(2, stream:state()))
    end)
  end
end)
