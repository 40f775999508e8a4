-- Bodies that stay in a transfer's memory: decoded there, and given back.
local core = require "extcontacts.core"
local drive = require "spec.support.drive"
local peer = require "spec.support.peer"

local json = core.json

describe("a transfer that keeps its body", function()
  local fixture = drive.fixture()

  after_each(fixture.clear)

  -- A finished transfer whose answer has the body.
  local function finished(body, engine)
    local p = fixture.start { { { "read" }, { "send", peer.reply(body) } } }
    engine = engine or fixture.new()
    local transfer = assert(engine:submit { method = "GET", url = p.url })
    drive.finish(engine, transfer)
    return transfer, engine
  end

  it("returns the response with the length instead of the body", function()
    local transfer = finished "hello"
    local reply = assert(transfer:result(true))
    assert.same({ 200, 5 }, { reply.status, reply.length })
    assert.is_nil(reply.body)
    assert.same({ "hello", "hello", "llo", "" },
      { transfer:body(), transfer:body(9), transfer:body(3), transfer:body(0) })
    transfer:release()
    transfer:release()
    assert.error_matches(function() transfer:body() end, "keeps no body")
    assert.error_matches(function() transfer:result(true) end, "already been taken")
  end)

  it("is a text for json.decode, whatever its length", function()
    for _, length in ipairs { 0, 1, 500, 501, 502, 503, 510, 511, 512, 1013, 1023, 1024, 20000, 65000, 65536 } do
      local text = json.encode { a = ("x"):rep(length) }
      local transfer = finished(text)
      assert(transfer:result(true))
      assert.equal(length, #assert(json.decode(transfer)).a)
      assert.equal(length, #json.decode(transfer, { select = json.selection { a = true } }).a)
      transfer:release()
      assert.error_matches(function() json.decode(transfer) end, "keeps no body")
    end
  end)

  it("has the same faults as its text", function()
    for _, text in ipairs { "", "{", '{"a":1', "[1,2", '{"a":"\255"}', "1 2", "\0", '"\0"' } do
      local transfer = finished(text)
      assert(transfer:result(true))
      assert.same({ json.decode(text) }, { json.decode(transfer) })
      transfer:release()
    end
  end)

  it("keeps the body after the engine is closed, and until it is collected", function()
    local transfer, engine = finished "[1,2]"
    assert(transfer:result(true))
    engine:close()
    engine = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.same({ 1, 2 }, setmetatable(json.decode(transfer), nil))
    transfer = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
  end)

  it("gives its memory to the next transfer of the engine", function()
    local transfer, engine = finished(("x"):rep(100000))
    assert(transfer:result(true))
    transfer:release()
    local other = finished("short", engine)
    assert(other:result(true))
    assert.equal("short", other:body())
    other:release()
  end)

  it("has nothing to keep before its end, after a failure or without keep", function()
    local transfer = finished "hello"
    assert.error_matches(function() transfer:body() end, "keeps no body")
    assert.error_matches(function() json.decode(transfer) end, "keeps no body")
    assert.equal("hello", transfer:result().body)
    assert.error_matches(function() transfer:body() end, "keeps no body")
    transfer:release()
    local p = fixture.start { { { "read" }, { "reset" } } }
    local engine = fixture.new()
    local failed = assert(engine:submit { method = "GET", url = p.url })
    drive.finish(engine, failed)
    assert.error_matches(function() failed:body() end, "keeps no body")
    assert.error_matches(function() json.decode(io.stdout) end, "transfer expected")
  end)
end)
