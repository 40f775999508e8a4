local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

describe("the HTTP server of the sandbox", function()
  local server, session
  sandbox.around({ contacts = 300, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function raw(text)
    local connection = socket.connect("127.0.0.1", server.port)
    connection:settimeout(10)
    connection:send(text)
    local all, _, rest = connection:receive("*a")
    connection:close()
    return all or rest
  end

  it("keeps a connection open", function()
    local connection = socket.connect("127.0.0.1", server.port)
    for _ = 1, 1500 do
      connection:send("GET /sandbox/health HTTP/1.1\r\nHost: x\r\n\r\n")
      local length
      repeat
        local line = assert(connection:receive("*l"))
        length = length or line:match("^Content%-Length: (%d+)")
      until line == ""
      assert(connection:receive(tonumber(length)))
    end
    connection:close()
  end)

  it("compresses JSON for clients that accept it", function()
    local reply = session:call("GET", "/contacts", nil, { ["accept-encoding"] = "gzip" })
    assert.equal("gzip", reply.headers["content-encoding"])
    assert.equal("\31\139", reply.text:sub(1, 2))
    reply = session:call("GET", "/contacts")
    assert.is_nil(reply.headers["content-encoding"])
    assert.equal(#reply.text, tonumber(reply.headers["content-length"]))
  end)

  it("sends a different correlation id with every response", function()
    local seen = {}
    for _, path in ipairs { "/contacts", "/nothing", "/contacts/x", "/contacts?pageSize=0" } do
      local id = session:call("GET", path).headers["inin-correlation-id"]
      assert.matches("^%x+%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x+$", id)
      assert.equal(36, #id)
      assert.is_nil(seen[id])
      seen[id] = true
    end
    local accepted = session:call("PUT", "/conversations/x", { conversationId = "x", communicationId = "y",
      mediaType = "CHAT" })
    assert.equal(202, accepted.status)
    assert.is_string(accepted.headers["inin-correlation-id"])
  end)

  it("reports errors in the API's shape where nginx rejects a request", function()
    for _, text in ipairs {
      "GET /\1 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /api HTTP/1.1\r\n\r\n",
      "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
      "GET /api HTTP/1.1\r\nHost: x\r\nX: " .. ("x"):rep(70000) .. "\r\n\r\n",
    } do
      local answer = raw(text)
      assert.matches("^HTTP/1.1 400", answer)
      assert.matches("ININ%-Correlation%-Id: %x", answer)
      local body = cjson.decode(answer:match("\r\n\r\n(.*)$"))
      assert.equal("bad.request", body.code)
      assert.equal(400, body.status)
    end
  end)

  it("accepts chunked bodies up to the size limit", function()
    local head = ("POST %s/contacts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
      .. "Authorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n"):format(api.base, session.token)
    local answer = raw(head .. "1\r\n{\r\n20\r\n\"firstName\":\"A\",\"lastName\":\"B\"}\r\n0\r\n\r\n")
    assert.matches("^HTTP/1.1 200", answer)
    server:control("POST", "/sandbox/settings", { max_body = 100 })
    answer = raw(head .. "c8\r\n" .. ("x"):rep(200) .. "\r\n0\r\n\r\n")
    assert.matches("^HTTP/1.1 413", answer)
    assert.matches("Maximum bytes: 100", answer, 1, true)
  end)

  it("does not ask for a body that is too large", function()
    local connection = socket.connect("127.0.0.1", server.port)
    connection:send(("POST %s/contacts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      .. "Content-Length: 4000000\r\nExpect: 100-continue\r\nAuthorization: Bearer %s\r\n\r\n")
      :format(api.base, session.token))
    assert.matches("^HTTP/1.1 413", connection:receive("*l"))
    connection:close()
  end)

  it("accepts unusual but valid requests", function()
    -- Header names in any case, a token type in any case, parameters of the type.
    local reply = session:call("POST", "/contacts", '{"firstName":"A","lastName":"B"}', {
      authorization = false,
      AUTHORIZATION = "bearer  " .. session.token,
      ["content-type"] = "Application/JSON ; charset=UTF-8",
    })
    assert.equal(200, reply.status)
    -- A full URL in the request line, as the client of a proxy sends it.
    local answer = raw(("GET http://api.example%s/contacts?pageSize=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      .. "Authorization: Bearer %s\r\n\r\n"):format(api.base, session.token))
    assert.matches("^HTTP/1.1 200", answer)
    -- A body on a GET.
    assert.equal(200, session:call("GET", "/contacts?pageSize=1", "{}").status)
  end)
end)
