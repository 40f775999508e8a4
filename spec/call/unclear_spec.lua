-- Answers that prove nothing about a record: what a call of each effect returns.
local fake = require "spec.support.fake"
local operations = require "extcontacts.api.operations"
local outcome = require "extcontacts.api.outcome"

local NAMES = { firstName = "Ann" } -- without an address a create can't be looked for

-- A call of each effect; `is_write`.
local CALLS = {
  { "a read", false, function(client) return client.contacts:get "a" end },
  { "a listing", false, function(client) return client.contacts:list() end },
  { "a create", true, function(client) return client.contacts:create(NAMES) end },
  { "an update", true, function(client) return client.contacts:update("a", NAMES) end },
  { "a delete", true, function(client) return client.contacts:delete "a" end },
  { "a link", true, function(client) return client.organizations.trustor:clear "a" end },
  { "a search", false, function(client) return client.contacts:search {} end },
  { "a bulk read", false, function(client) return client.contacts.bulk:get { entities = {} } end },
  { "a bulk create", true, function(client) return client.contacts.bulk:create { entities = {} } end },
  { "a merge", true, function(client) return client.contacts:merge { contactIds = { "a", "b" } } end },
  { "a job", true, function(client) return client.notes.exports:create {} end },
  { "an enrich", true, function(client) return client.contacts:enrich { action = "Insert" } end },
  { "a dry run", false, function(client) return client.contacts:enrich({}, { dry_run = true }) end },
  { "a raw POST", true, function(client) return client:request("POST", "/api/v2/x", { body = {} }) end },
  { "a raw PATCH", true, function(client) return client:request("PATCH", "/api/v2/x", { body = {} }) end },
}

-- The result of a call that each request answers with `reply`.
local function result_of(call, reply)
  local self = fake.client(fake.endless(function()
    return reply
  end), { max_attempts = 2 })
  local value, err = call(self.client)
  return value, err, self
end

local BODIES = {
  { "HTML", nil },
  { "nothing", "" },
  { "foreign JSON", '{"status":404,"error":"Not Found","path":"/"}' },
}

describe("a gateway's answer", function()
  for _, call in ipairs(CALLS) do
    local name, is_write, perform = call[1], call[2], call[3]
    for _, status in ipairs { 304, 400, 403, 404, 409, 413, 422, 451, 500, 501, 502, 503, 504 } do
      it(("to %s, HTTP %d, leaves the result open"):format(name, status), function()
        for _, body in ipairs(BODIES) do
          local value, err = result_of(perform, fake.foreign(status, body[2]))
          assert.is_nil(value, body[1])
          assert.equal(status, err.status, body[1])
          assert.is_false(err.from_api, body[1])
          assert.is_false(outcome.is_absent(err), body[1])
          assert.equal(is_write or nil, err.ambiguous, body[1])
        end
      end)
    end

    for _, status in ipairs { 301, 302, 307, 308, 401, 407, 429 } do
      it(("to %s, HTTP %d, says that the request was not carried out"):format(name, status), function()
        local value, err = result_of(perform, fake.foreign(status))
        assert.is_nil(value)
        assert.is_nil(err.ambiguous)
      end)
    end
  end
end)

describe("the API's own answer", function()
  for _, call in ipairs(CALLS) do
    for _, status in ipairs { 400, 403, 404, 409, 413, 422 } do
      it(("to %s, HTTP %d, is definite"):format(call[1], status), function()
        local value, err, self = result_of(call[3], fake.json(status))
        assert.is_nil(value)
        assert.is_true(err.from_api)
        assert.is_nil(err.ambiguous)
        assert.equal(1, #self.requests)
      end)
    end
  end
end)

-- Ways in which an answer fails after the request was sent.  `only`: for calls
-- that return a record.
local BROKEN = {
  { "a connection that breaks", fake.failure("transport", "reset", "all") },
  { "half a request", fake.failure("transport", "reset", "partial") },
  { "headers that are cut off", fake.failure("transport", "closed_early", "all") },
  { "a 200 whose body breaks off", { failure = {
    kind = "transport", code = "closed_early", sent = "all", status = 200, message = "cut short",
  } } },
  { "no answer in time", fake.failure("timeout", "timeout", "all") },
  { "a broken HTTP/2 stream", fake.failure("transport", "http2", "all") },
  { "bytes that are not HTTP", fake.failure("protocol", "malformed", "all") },
  { "an answer over max_body", fake.failure("limit", "body_cap", "all", true) },
  { "headers over the cap", fake.failure("limit", "header_cap", "all", true) },
  { "an answer for which there is no memory", fake.failure("limit", "memory", "all") },
  { "a cancelled transfer", fake.failure("cancelled", "cancelled", "all") },
  { "a closed engine", fake.failure("closed", "closed", "all") },
  { "a 200 with HTML", fake.foreign(200) },
  { "a 200 with half a body", fake.foreign(200, '{"id":"a"') },
  { "a 200 with the API's error", fake.json(200, { code = "not.found", message = "x", status = 404 }) },
  { "a 200 with an error without a code", fake.json(200, { message = "x", status = 503 }) },
  { "a 200 with another object", fake.json(200, { ok = true }), only = true },
  { "a 200 with an array", fake.json(200, { { id = "a" } }), only = true },
  { "a 200 with a nested object", fake.json(200, { data = { id = "a" } }), only = true },
  { "a 200 that is nested too deeply", fake.foreign(200, ('{"id":"a","a":'):rep(200) .. "1" .. ("}"):rep(200)) },
  { "a compressed answer that continues after its end", fake.failure("transport", "encoding", "all") },
  { "an empty 200", fake.json(200), only = true },
  { "an empty 204", fake.json(204), only = true },
  { "a 200 with a number", fake.json(200, 3), only = true },
}

local RETURNS_RECORD = { ["a read"] = true, ["a listing"] = true, ["a create"] = true, ["an update"] = true }

describe("the result", function()
  for _, call in ipairs(CALLS) do
    for _, case in ipairs(BROKEN) do
      if RETURNS_RECORD[call[1]] or not case.only then
        it(("of %s is open after %s"):format(call[1], case[1]), function()
          local value, err = result_of(call[3], case[2])
          assert.is_nil(value)
          assert.equal(call[2] or nil, err.ambiguous)
          assert.is_true(not (call[2] and err.retryable) or call[1] ~= "a create")
        end)
      end
    end

    for _, code in ipairs { "refused", "dns", "tls" } do
      it(("of %s is definite if nothing was sent (%s)"):format(call[1], code), function()
        local value, err = result_of(call[3], fake.failure("transport", code, "nothing"))
        assert.is_nil(value)
        assert.is_nil(err.ambiguous)
      end)
    end
  end

  it("of a read is asked for again after headers that are cut off", function()
    local self = fake.client { fake.failure("transport", "closed_early", "all"), fake.json(200, { id = "a" }) }
    assert.equal("a", self.client.contacts:get("a").id)
  end)
end)

-- The calls above stand for all operations: each effect, and each kind of answer.
describe("every operation", function()
  local BODY = { noteText = "x", version = 1, changes = { { field = "$.zz", action = "Remove" } } }

  local function arguments_of(row)
    local arguments = {}
    for index, name in ipairs(row.positional) do
      arguments[index] = row.by_name[name].place == "body" and BODY or name .. "-value"
    end
    return arguments
  end

  for _, row in ipairs(operations.list) do
    it(("leaves its result open where it is: %s"):format(row.short), function()
      local is_write = row.effect ~= "read"
      local returns_record = row.returns ~= nil and row.returns ~= "Empty"
      local function check(name, reply)
        local value, err = result_of(function(client)
          return client:call(row.short, fake.unpack(arguments_of(row)))
        end, reply)
        assert.is_nil(value, name)
        assert.equal(is_write or nil, err.ambiguous, name)
        assert.is_false(outcome.is_absent(err), name)
      end
      for _, case in ipairs(BROKEN) do
        local is_result = case[1] == "an empty 204" and row.other_success == 204
        if (returns_record or not case.only) and not is_result then
          check(case[1], case[2])
        end
      end
      for _, status in ipairs { 304, 400, 403, 404, 409, 500, 503 } do
        for _, body in ipairs(BODIES) do
          check(("HTTP %d with %s"):format(status, body[1]), fake.foreign(status, body[2]))
        end
      end
    end)
  end
end)

describe("a gateway's 404", function()
  local LOST = fake.failure("transport", "reset", "all")
  local DATED = { date = "Thu, 01 Jan 1970 00:16:40 GMT" }
  local MAIL = { firstName = "Ann", workEmail = "ann@example.com" }
  local ANN = { id = "new", firstName = "Ann", workEmail = "ann@example.com", createDate = "1970-01-01T00:16:40Z" }

  local function posts(self)
    local count = 0
    for _, request in ipairs(self.requests) do
      count = count + (request.method == "POST" and 1 or 0)
    end
    return count
  end

  it("does not make a retried DELETE succeed", function()
    local self = fake.client { LOST, fake.foreign(404) }
    local value, err = self.client.contacts:delete "a"
    assert.is_nil(value)
    assert.is_true(err.ambiguous)
  end)

  it("does not prove that a lost create was not carried out", function()
    local self = fake.client(setmetatable({ fake.json(200, { id = "x" }, DATED), LOST }, {
      __index = function() return fake.foreign(404, nil, DATED) end,
    }), { check_time = 5, rate = false })
    self.client.contacts:get "x"
    local value, err = self.client.contacts:create(MAIL)
    assert.is_nil(value)
    assert.is_true(err.ambiguous)
    assert.equal(1, posts(self))
  end)

  it("for one candidate does not prove it either", function()
    local found = fake.json(200, { contacts = { ANN } }, DATED)
    local self = fake.client(setmetatable({ fake.json(200, { id = "x" }, DATED), LOST }, {
      __index = function(_, index)
        return index % 2 == 1 and found or fake.foreign(404, nil, DATED)
      end,
    }), { check_time = 5, rate = false })
    self.client.contacts:get "x"
    local _, err = self.client.contacts:create(MAIL)
    assert.is_true(err.ambiguous)
    assert.equal(1, posts(self))
  end)

  it("is followed by another search, which finds the record", function()
    local self = fake.client {
      fake.json(200, { id = "x" }, DATED), fake.foreign(502, nil, DATED), fake.foreign(404), fake.foreign(404),
      fake.json(200, { contacts = { ANN } }), fake.json(200, ANN),
    }
    self.client.contacts:get "x"
    local contact, _, response = self.client.contacts:create(MAIL)
    assert.equal("new", contact.id)
    assert.is_true(response.recovered)
  end)
end)

describe("an operation whose arguments decide", function()
  local function patch(action)
    return function(client)
      return client.contacts:patch("a", { changes = { { field = "$.externalIds", action = action, value = {} } } })
    end
  end
  local function enrich(action, options)
    return function(client)
      return client.contacts:enrich(
        { action = action, matchingIdentifiers = { { type = "Email", value = "a@b.example" } } }, options)
    end
  end

  for _, case in ipairs {
    { "a PATCH that sets a field", patch "Update", 2 },
    { "a PATCH that appends", patch "AppendToCollection", 1 },
    { "an enrich that updates", enrich "Upsert", 2 },
    { "an enrich that inserts", enrich "Insert", 1 },
    { "an enrich that inserts, as a dry run", enrich("Insert", { dry_run = true }), 2 },
  } do
    it(("sends %s %s after a lost reply"):format(case[1], case[3] == 2 and "again" or "not again"), function()
      local value, err, self = result_of(case[2], fake.failure("transport", "reset", "all"))
      assert.is_nil(value)
      assert.equal(case[3], #self.requests)
      assert.equal("transport", err.kind)
      assert.equal(case[1]:find "dry run" == nil or nil, err.ambiguous)
    end)
  end
end)
