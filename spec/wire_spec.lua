-- The requests of all operations, beside those of another client.
--
-- spec/fixtures/wire_requests.jsonl contains the requests that the official JavaScript SDK,
-- purecloud-platform-client-v2 262.0.0 (npm), sent to a local server: every operation with
-- its required arguments, and with all of them in two ways.  A line has the arguments by
-- their Lua names, the path as it was sent, the query as decoded pairs in the order of
-- their names, and the body.  The SDK sends bodies unchanged: a line's body is an argument,
-- too.  The values are made to need escaping; no server would accept all of them.
local cjson = require "cjson"
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local operations = require "extcontacts.api.operations"
local peer = require "spec.support.peer"
local unescape = require("socket.url").unescape

local recorded, texts = {}, {}
for line in io.lines "spec/fixtures/wire_requests.jsonl" do
  recorded[#recorded + 1], texts[#texts + 1] = assert(ec.json.decode(line)), line
end

-- Calls the operation with the arguments of a recorded request; returns what `plan` says.
local function send(client, expected)
  local row = operations.by_name[expected.operation]
  local arguments, opts = {}, {}
  for _, param in ipairs(row.params) do
    local value = expected.arguments[param.name]
    if param.place == "body" then
      value = expected.body
    end
    opts[param.name] = value
  end
  for index, name in ipairs(row.positional) do
    arguments[index], opts[name] = opts[name], nil
  end
  arguments[#row.positional + 1] = opts
  client:call(row.name, fake.unpack(arguments, 1, #row.positional + 1))
  return (client:plan(row.name, fake.unpack(arguments, 1, #row.positional + 1)))
end

-- The query's pairs as in the fixture.
local function pairs_of(query)
  local list = {}
  for name, value in query:gsub("+", " "):gmatch "([^&=]+)=([^&]*)" do
    list[#list + 1] = { unescape(name), unescape(value) }
  end
  table.sort(list, function(one, other)
    return one[1] < other[1]
  end)
  return list
end

-- The five characters that JavaScript leaves as they are.
local function escaped(path)
  return (path:gsub("[!'()*]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

-- Distinguishes `[]` from `{}`, which lua-cjson does not.
local function shape(value)
  return ec.json.encode(value, { sort_keys = true })
end

describe("the client", function()
  local requests
  local plans = {}

  setup(function()
    local script = {}
    for _ = 1, #recorded do
      script[#script + 1] = { "read" }
      script[#script + 1] = { "send", peer.reply("{}", "Content-Type: application/json\r\n") }
    end
    local server = peer.start { script }
    local client = ec.new {
      base_url = server.url, access_token = "token", retry = false, rate = false, on_ambiguous = "error",
    }
    for index, expected in ipairs(recorded) do
      plans[index] = send(client, expected)
    end
    requests = select(2, server:log())
    client:close()
    server:stop()
  end)

  it("sends a request for each recorded one", function()
    assert.equal(#recorded, #requests)
  end)

  local times, covered = {}, 0
  for index, expected in ipairs(recorded) do
    local name = expected.operation
    times[name] = (times[name] or 0) + 1
    covered = covered + (times[name] == 1 and 1 or 0)

    it(("sends %s like the official SDK (%d)"):format(name, times[name]), function()
      local request = requests[index]
      local path, query = request.path:match "^([^?]*)%??(.*)$"
      assert.equal(expected.method, request.method)
      assert.equal(escaped(expected.path), path)
      assert.same(expected.query, pairs_of(query))
      assert.equal("application/json", request.headers.accept)
      if expected.body then
        assert.same(cjson.decode(texts[index]).body, cjson.decode(request.body))
        assert.equal(shape(expected.body), shape(ec.json.decode(request.body)))
      else
        assert.equal("", request.body)
      end
      -- The SDK states a content type for GET and DELETE, too, where it means nothing.
      if expected.method ~= "GET" and expected.method ~= "DELETE" then
        assert.equal("application/json", request.headers["content-type"])
        assert.equal(tostring(#request.body), request.headers["content-length"])
      end
    end)
  end

  it("plans the requests that it sends", function()
    for index, request in ipairs(requests) do
      local plan = plans[index]
      assert.equal(request.method, plan.method)
      assert.equal(request.path, plan.path .. (plan.query == "" and "" or "?" .. plan.query))
      assert.equal(request.body, plan.body or "")
    end
  end)

  it("has all operations among them, with every argument", function()
    assert.equal(#operations.list, covered)
    local unused = {}
    for _, row in ipairs(operations.list) do
      for _, param in ipairs(row.params) do
        unused[row.name .. " " .. param.name] = true
      end
    end
    for _, expected in ipairs(recorded) do
      for name in pairs(expected.arguments) do
        unused[expected.operation .. " " .. name] = nil
      end
      for _, param in ipairs(operations.by_name[expected.operation].params) do
        if param.place == "body" and expected.body then
          unused[expected.operation .. " " .. param.name] = nil
        end
      end
    end
    assert.same({}, unused)
  end)
end)
