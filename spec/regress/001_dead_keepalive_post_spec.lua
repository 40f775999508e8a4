-- A server may take a request off a kept-alive connection, act on it and die
-- before it answers.  libcurl takes such a connection for one that was idle
-- and dead, and sends the request again by itself on a new one: a POST that
-- created a contact would create a second.  Bodies were guarded by having no
-- rewind, but a DELETE or an empty PUT has none to rewind and went out twice.
-- The engine refuses a second attempt at anything but a read.
local drive = require "spec.support.drive"
local peer = require "spec.support.peer"

describe("a kept-alive connection that dies after a request", function()
  local fixture = drive.fixture()
  after_each(fixture.clear)

  -- The second connection answers, so that a silent repeat would succeed.
  local function script()
    return {
      { { "read" }, { "send", peer.reply("one") }, { "read" }, { "close" } },
      { { "read" }, { "send", peer.reply("again") }, { "read" } },
    }
  end

  for _, case in ipairs {
    { name = "POST", method = "POST", body = '{"firstName":"A"}' },
    { name = "PUT", method = "PUT", body = '{"firstName":"A"}' },
    { name = "POST without a body", method = "POST" },
    { name = "PUT with an empty body", method = "PUT", body = "" },
    { name = "PATCH", method = "PATCH", body = "{}" },
    { name = "DELETE", method = "DELETE" },
    { name = "DELETE with a body", method = "DELETE", body = "{}" },
  } do
    it("does not make the engine send a " .. case.name .. " again", function()
      local p = fixture.start(script())
      local engine = fixture.new()
      local first = assert(drive.send(engine, { url = p.url .. "/first" }))
      assert.equal("one", first.body)

      local reply, failure = drive.send(engine, {
        method = case.method, url = p.url .. "/second", body = case.body,
      })
      local _, requests = p:log()
      local count = 0
      for _, request in ipairs(requests) do
        if request.path == "/second" then
          count = count + 1
        end
      end
      assert.equal(1, count)
      assert.is_nil(reply)
      assert.equal("transport", failure.kind)
      assert.equal("all", failure.sent)
    end)
  end

  it("lets libcurl send a GET again", function()
    local p = fixture.start(script())
    local engine = fixture.new()
    assert(drive.send(engine, { url = p.url .. "/first" }))
    local reply = assert(drive.send(engine, { url = p.url .. "/second" }))
    assert.equal("again", reply.body)
  end)
end)
