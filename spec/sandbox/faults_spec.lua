local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"

describe("a fault of the sandbox", function()
  local server, session
  sandbox.around({ contacts = 300, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function set(...)
    return server:control("POST", "/sandbox/faults", { ... })
  end

  local function statuses(count, path)
    local list = {}
    for number = 1, count do
      list[number] = session:call("GET", path or "/contacts?pageSize=1").status or "none"
    end
    return table.concat(list, " ")
  end

  it("selects requests by operation, method, path and number", function()
    set({ operation = "contacts.list", nth = 2, status = 503 })
    assert.equal("200 503 200", statuses(3))
    set({ operation = "contacts.*", nth = "2-3", status = 503 })
    assert.equal("200 503 503 200", statuses(4))
    set({ path = "*/contacts", every = 2, status = 500 })
    assert.equal("200 500 200 500", statuses(4))
    set({ method = "post", status = 500 })
    assert.equal("200", statuses(1))
    set({ operation = "contacts.list", times = 1, status = 504 })
    assert.equal("504 200 200", statuses(3))
    server:control("DELETE", "/sandbox/faults")
    assert.equal("200 200", statuses(2))
  end)

  it("follows a plan, one step per request", function()
    set({ operation = "contacts.list", plan = {
      {}, { status = 503 }, { status = 503 }, { drop = "after" }, { cut = 10 },
      { token = "revoked" },
    } })
    assert.equal("200 503 503 none none 401", statuses(6))
    local applied = server:control("GET", "/sandbox/faults")[1]
    assert.same({ 6, 5 }, { applied.seen, applied.applied })
  end)

  it("can come from a file", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write('[{"operation": "contacts.list", "plan": [{}, {"status": 503}, {"merge": {"a": {"b": [1, null]}}}]}]')
    file:close()
    local other = sandbox.start { contacts = 5, faults = path }
    os.remove(path)
    local mine = api.session(other)
    local replies = {}
    for number = 1, 3 do
      replies[number] = mine:call("GET", "/contacts")
    end
    other:stop()
    assert.same({ 200, 503, 200 }, { replies[1].status, replies[2].status, replies[3].status })
    assert.equal(1, replies[3].body.a.b[1])
    assert.has_error(function()
      sandbox.start { faults = "/nonexistent.json" }
    end, "the sandbox did not start:\nextcontacts sandbox: --faults /nonexistent.json: the file cannot be read\n")
  end)

  it("selects a share of the requests, the same with the same seed", function()
    set({ rate = 0.3, seed = 5, status = 503 })
    local first = statuses(60)
    set({ rate = 0.3, seed = 5, status = 503 })
    assert.equal(first, statuses(60))
    set({ rate = 0.3, seed = 6, status = 503 })
    assert.not_equal(first, statuses(60))
    local _, count = first:gsub("503", "")
    assert.is_true(count > 5 and count < 35)
  end)

  it("sends a status, a code and an optional Retry-After", function()
    set({ status = 429, retry_after = 7 })
    local reply = session:call("GET", "/contacts")
    assert.equal("7", reply.headers["retry-after"])
    assert.equal("too.many.requests.retry.after", reply.body.code)
    assert.matches("[7]", reply.body.message, 1, true)
    set({ status = 429 })
    reply = session:call("GET", "/contacts")
    assert.equal(429, reply.status)
    assert.is_nil(reply.headers["retry-after"])
    set({ status = 400, code = "response.entity.too.large", headers = { ["X-Test"] = "1" } })
    reply = session:call("GET", "/contacts")
    assert.equal("response.entity.too.large", reply.body.code)
    assert.equal("1", reply.headers["x-test"])
    assert.equal(reply.headers["inin-correlation-id"], reply.body.contextId)
  end)

  it("applies to the token endpoint too", function()
    set({ operation = "oauth.token", status = 503 })
    assert.equal(503, api.post_token(server, "grant_type=client_credentials").status)
  end)

  it("sends a status instead of running the operation, or after it", function()
    local function count()
      return server:control("GET", "/sandbox/counters").records.contact
    end
    set({ operation = "contacts.create", status = 503 })
    assert.equal(503, session:call("POST", "/contacts", { firstName = "A", lastName = "B" }).status)
    assert.equal(300, count())
    set({ operation = "contacts.create", status = 504, after = true })
    assert.equal(504, session:call("POST", "/contacts", { firstName = "A", lastName = "B" }).status)
    assert.equal(301, count())
  end)

  it("drops the reply before or after the write", function()
    local function count()
      return server:control("GET", "/sandbox/counters").records.contact
    end
    set({ operation = "contacts.create", drop = "before" })
    local reply = session:call("POST", "/contacts", { firstName = "A", lastName = "B" })
    assert.is_nil(reply.status)
    assert.is_string(reply.failure)
    assert.equal(300, count())
    set({ operation = "contacts.create", drop = "after" })
    assert.is_nil(session:call("POST", "/contacts", { firstName = "A", lastName = "B" }).status)
    assert.equal(301, count())
    local entry = server:control("GET", "/sandbox/ledger?limit=1")[1]
    assert.equal("dropped", entry.status)
    assert.is_true(entry.faulty)
  end)

  it("ends the connection without a byte", function()
    set({ drop = "before" })
    local connection = socket.connect("127.0.0.1", server.port)
    connection:send("GET /api/v2/externalcontacts/contacts HTTP/1.1\r\nHost: x\r\n\r\n")
    local line, failure = connection:receive("*l")
    assert.is_nil(line)
    assert.equal("closed", failure)
    connection:close()
  end)

  it("cuts a body short", function()
    set({ cut = 50 })
    local connection = socket.connect("127.0.0.1", server.port)
    connection:send(("GET %s/contacts HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer %s\r\n\r\n")
      :format(api.base, session.token))
    local all, _, rest = connection:receive("*a")
    connection:close()
    local head, body = (all or rest):match("^(.-\r\n)\r\n(.*)$")
    assert.equal(50, #body)
    assert.is_true(tonumber(head:match("Content%-Length: (%d+)")) > 50)
  end)

  it("replaces bodies and their types", function()
    set({ body = "html", status = 502 })
    local reply = session:call("GET", "/contacts")
    assert.equal(502, reply.status)
    assert.matches("^<html>", reply.text)
    assert.equal("text/html", reply.headers["content-type"])
    set({ body = "html" })
    reply = session:call("GET", "/contacts")
    assert.equal(200, reply.status)
    assert.matches("^<html>", reply.text)
    set({ body = "empty" })
    reply = session:call("GET", "/contacts")
    assert.equal(200, reply.status)
    assert.equal("", reply.text)
    set({ body = "garbage" })
    assert.is_nil(session:call("GET", "/contacts").body)
    set({ content_type = "text/plain" })
    reply = session:call("GET", "/contacts")
    assert.equal("text/plain", reply.headers["content-type"])
    assert.is_table(reply.body.entities)
    set({ content_type = "" })
    assert.is_nil(session:call("GET", "/contacts").headers["content-type"])
  end)

  it("adds fields to responses", function()
    set({ extra_field = true })
    local body = session:call("GET", "/contacts?pageSize=2").body
    assert.is_table(body.entities[1].fieldOfTheFuture)
    assert.is_table(session:call("GET", "/contacts/" .. body.entities[1].id).body.fieldOfTheFuture)
    set({ operation = "contacts.list", merge = { partialResults = true, total = 7 } })
    body = session:must("GET", "/contacts?pageSize=2")
    assert.is_true(body.partialResults)
    assert.equal(7, body.total)
    assert.equal(2, #body.entities)
    set({ operation = "contacts.scan", nth = 1, merge = { cursors = { after = "again" } } })
    assert.equal("again", session:must("GET", "/scan/contacts").cursors.after)
  end)

  it("revokes the token and expires cursors during a scan", function()
    set({ operation = "contacts.scan", nth = 2, token = "revoked" })
    local cursor = session:must("GET", "/scan/contacts?limit=50").cursors.after
    local path = "/scan/contacts?limit=50&cursor=" .. api.escape(cursor)
    assert.equal("bad.credentials", session:call("GET", path).body.code)
    session = api.session(server)
    assert.equal(200, session:call("GET", path).status)
    set({ operation = "contacts.scan", nth = 1, cursor = "expired" })
    assert.equal(400, session:call("GET", path).status)
    assert.equal(400, session:call("GET", path).status)
    local fresh = session:must("GET", "/scan/contacts?limit=50").cursors.after
    assert.equal(200, session:call("GET", "/scan/contacts?cursor=" .. api.escape(fresh)).status)
  end)

  it("delays a response", function()
    -- Longer than the timeout below, however slow the machine is.
    set({ delay = 30 })
    local connection = socket.connect("127.0.0.1", server.port)
    connection:settimeout(0.05)
    connection:send("GET /api/v2/externalcontacts/contacts HTTP/1.1\r\nHost: x\r\n\r\n")
    local _, failure = connection:receive("*l")
    assert.equal("timeout", failure)
    connection:close()
  end)

  it("is combined with other faults that apply", function()
    set({ nth = 1, status = 503 }, { nth = 1, content_type = "text/plain", status = 500 })
    local reply = session:call("GET", "/contacts")
    assert.equal(503, reply.status)
    assert.equal("text/plain", reply.headers["content-type"])
    assert.equal(1, server:control("GET", "/sandbox/faults")[2].applied)
  end)

  it("is checked, with the nearest name in the message", function()
    local function rejected(rule)
      local reply = api.request(server.direct_url .. "/sandbox/faults", {
        method = "POST", body = cjson.encode { rule },
      })
      assert.equal(400, reply.status)
      return reply.body.message
    end
    assert.matches("did you mean 'status'", rejected { statsu = 503 }, 1, true)
    assert.matches("known: after, before", rejected { drop = "now" }, 1, true)
    assert.matches("no effect", rejected { operation = "contacts.list" }, 1, true)
    assert.matches("number", rejected { status = "x" })
    assert.matches("range", rejected { nth = "a-b", status = 500 })
    assert.matches("step 2 of the plan: field 'drop': unknown value", rejected { plan = { {}, { drop = "now" } } })
    assert.matches("step 1 of the plan: the rule has no effect", rejected { plan = { { nth = 1 } } })
  end)
end)
