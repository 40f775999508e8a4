-- Which result belongs to which item, and what is reported when that is not certain.
local bulk = require "spec.support.bulk"
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local A, B, C, D = bulk.id(1), bulk.id(2), bulk.id(3), bulk.id(4)

-- What get_many (or another verb) hands out for A and B if the bulk answer is `results`.
local function outcome(results, verb, items, space)
  local self = bulk.client({ answer = function()
    return bulk.answer(results)
  end, single = function()
    return fake.json(404)
  end }, { max_attempts = 1 })
  space = self.client[space or "contacts"]
  local list = bulk.collect(space[(verb or "get") .. "_many"](space, items or { A, B }))
  return list[1], list[2], self
end

local function record(id)
  return { id = id, firstName = id }
end

local function assert_protocol(entry, message)
  assert.is_nil(entry.result)
  assert.equal("protocol", entry.err.kind)
  assert.truthy(entry.err.message:find(message, 1, true), entry.err.message)
end

describe("a result", function()
  it("is matched by its id, in any spelling", function()
    local a, b = outcome { bulk.succeeded(record(B), B:upper()), bulk.succeeded(record(A), A:upper()) }
    assert.equal(A, a.result.id)
    assert.equal(B, b.result.id)
    assert.is_nil(a.response.resolved_id)
  end)

  it("is matched by its record's id, or its error's, if it has none of its own", function()
    local failed = bulk.failed({ id = A }, 404, "not.found")
    failed.id = nil
    local a, b = outcome { failed, { success = true, entity = record(B) } }
    assert.equal(404, a.err.status)
    assert.equal(B, b.result.id)
  end)

  it("that is missing is a protocol error of its item", function()
    local a, b = outcome { bulk.succeeded(record(B)) }
    assert_protocol(a, "item 1: the answer has no result for it")
    assert.is_true(a.err.retryable)
    assert.equal(B, b.result.id)
  end)

  it("that comes twice is a protocol error of its item", function()
    local a, b = outcome { bulk.succeeded(record(B)), bulk.succeeded(record(A)), bulk.succeeded(record(A)) }
    assert_protocol(a, "item 1: the answer has 2 results for it")
    assert.equal(B, b.result.id)
  end)

  it("that matches nothing is never given to an item", function()
    local a, b = outcome { bulk.succeeded(record(B)), bulk.succeeded(record(D)) }
    assert_protocol(a, "no result for it, but 1 result for something else")
    assert.equal(B, b.result.id)
  end)

  it("without a record, or whose record has no id, is a protocol error", function()
    local a, b = outcome { { id = A, success = true }, { id = B, success = true, entity = { firstName = "x" } } }
    assert_protocol(a, "a success without a record")
    assert_protocol(b, "a record without an id")
  end)

  it("that is not known leaves it open whether a write was carried out", function()
    for verb, is_write in pairs { get = false, update = true, delete = true } do
      local a, b = outcome({ bulk.succeeded(record(B)) }, verb, { { id = A }, { id = B } })
      assert_protocol(a, "no result for it")
      assert.equal(is_write or nil, a.err.ambiguous)
      assert.is_nil(b.err)
    end
  end)

  it("that is a success and an error is a protocol error", function()
    local a = outcome { { id = A, success = true, entity = record(A), error = { status = 500 } } }
    assert_protocol(a, "a success with an error")
  end)

  it("without `success` is judged by its error, record or status", function()
    local a, b = outcome { { id = A, entity = record(A) }, { id = B, error = { code = "x", status = 409 } } }
    assert.equal(A, a.result.id)
    assert.equal("conflict", b.err.kind)
    a, b = outcome({ { id = A, status = 204 }, { id = B, status = 404 } }, "delete")
    assert.is_true(a.result)
    assert.equal(404, b.err.status)
  end)

  it("that failed without a reason is an error without a status", function()
    local a = outcome { { id = A, success = false }, bulk.succeeded(record(B)) }
    assert.equal("http", a.err.kind)
    assert.is_nil(a.err.status)
    assert.truthy(a.err.message:find("the answer does not say why", 1, true))
  end)

  it("of a create that has another result's id is ambiguous", function()
    local items = { { lastName = "a" }, { lastName = "b" } }
    local a, b, self = outcome({
      { id = C, success = true, entity = { id = C, lastName = "a" } },
      { id = C, success = true, entity = { id = C:upper(), lastName = "b" } },
    }, "create", items)
    assert.equal(1, #self.requests)
    for _, entry in ipairs { a, b } do
      assert_protocol(entry, "the id of another item's result")
      assert.is_true(entry.err.ambiguous)
    end
  end)

  it("whose error is a text, or whose success is one, is what they say", function()
    local a, b = outcome({ { id = A, success = "False" }, { id = B, success = "true" } }, "delete")
    assert.equal("http", a.err.kind)
    assert.is_true(b.result)
    a, b = outcome({ { id = A, error = "it is gone" }, { id = B, success = true, error = "no" } }, "delete")
    assert.equal("it is gone", a.err.message)
    assert_protocol(b, "a success with an error")
  end)

  it("has no status beyond those of HTTP", function()
    for _, status in ipairs { 0, -1, 1e300, 404.5, 600, "4044", "x" } do
      local a = outcome({ { id = A, success = false, error = { status = status } } }, "delete")
      assert.is_nil(a.err.status)
      assert.is_nil(a.err.ambiguous)
    end
    local a, b = outcome { { id = A, success = false, error = { status = "404" } },
      { id = B, success = false, status = 409, error = { status = 0 } } }
    assert.equal(404, a.err.status)
    assert.equal(409, b.err.status)
  end)

  it("has the status of the item or of its error", function()
    local a, b = outcome {
      { id = A, success = false, status = 403 }, { id = B, success = false, error = { status = 409 } },
    }
    assert.equal("auth", a.err.kind)
    assert.equal(403, a.err.status)
    assert.equal("conflict", b.err.kind)
  end)

  it("shows no personal data of the item in its message", function()
    local self = bulk.client { ids = { A }, answer = function(_, items)
      return bulk.answer { bulk.failed(items[1], 400, "bad", { message = "Annabell is no name" }) }
    end }
    local list = bulk.collect(self.client.contacts:update_many { { id = A, firstName = "Annabell" } })
    assert.equal("… is no name", list[1].err.message)
  end)

  it("has the details of the server", function()
    local details = ec.array { { fieldName = "firstName", value = "x", message = "y" } }
    local a = outcome { bulk.failed({ id = A }, 400, "bad", { details = details }), bulk.succeeded(record(B)) }
    assert.equal("firstName", a.err.details[1].fieldName)
  end)
end)

describe("an answer", function()
  for name, body in pairs {
    ["without results"] = { errorCount = 0 },
    ["with null as results"] = { results = ec.null, errorCount = 0 },
  } do
    it(name .. " is a protocol error of every item", function()
      local self = bulk.client { answer = function()
        return fake.json(200, body)
      end }
      for _, entry in ipairs(bulk.collect(self.client.contacts:get_many { A, B })) do
        assert_protocol(entry, "the answer has no results")
      end
    end)
  end

  for name, body in pairs {
    ["with an object as results"] = { results = { a = 1 } },
    ["with a text among the results"] = { results = { "a" } },
    ["that is another object"] = { pages = 1 },
  } do
    it(name .. " is a protocol error of every item", function()
      local self = bulk.client({ answer = function()
        return fake.json(200, body)
      end }, { max_attempts = 1 })
      local list = bulk.collect(self.client.contacts:get_many { A, B })
      assert.equal(2, #list)
      for _, entry in ipairs(list) do
        assert.equal("protocol", entry.err.kind)
      end
    end)
  end

  it("with errorIndexes that say something else is read by its results", function()
    local self = bulk.client { answer = function()
      return fake.json(200, { results = { bulk.succeeded(record(B)), bulk.succeeded(record(A)) },
        errorCount = 2, errorIndexes = { 0, 1, 17 } })
    end }
    for _, entry in ipairs(bulk.collect(self.client.contacts:get_many { A, B })) do
      assert.equal(entry.item, entry.result.id)
    end
  end)
end)

describe("a merged contact", function()
  local merged = { id = C, firstName = "x", mergeSet = { { id = A }, { id = B }, { id = C } } }

  it("is the result of the id that the result names", function()
    local a, b = outcome { bulk.succeeded({ id = C }, A), bulk.succeeded(record(B)) }
    assert.equal(C, a.result.id)
    assert.equal(C, a.response.resolved_id)
    assert.is_nil(b.response.resolved_id)
  end)

  it("is found by its merge set if the result has another id", function()
    local a, b = outcome { bulk.succeeded(record(B)), bulk.succeeded(merged) }
    assert.equal(C, a.response.resolved_id)
    assert.equal(B, b.result.id)
    a = outcome { bulk.succeeded(record(B)), bulk.succeeded { id = C, mergedFrom = { { id = A:upper() } } } }
    assert.equal(C, a.response.resolved_id)
  end)

  it("can be the result of two items", function()
    for _, results in ipairs { { bulk.succeeded(merged), bulk.succeeded(merged) } } do
      local a, b = outcome(results)
      assert.equal(C, a.response.resolved_id)
      assert.equal(C, b.response.resolved_id)
    end
    local a, c = outcome({ bulk.succeeded(merged), bulk.succeeded(merged) }, "get", { A, C })
    assert.equal(C, a.response.resolved_id)
    assert.is_nil(c.response.resolved_id)
    a, c = outcome({ bulk.succeeded(merged) }, "get", { A, C })
    assert.equal(C, a.response.resolved_id)
    assert.equal(C, c.result.id)
  end)

  it("whose merge set is not known is a protocol error", function()
    local a, b = outcome { bulk.succeeded(record(B)), bulk.succeeded { id = C } }
    assert_protocol(a, "no result for it")
    assert.equal(B, b.result.id)
  end)

  it("of an update is not shared by two items", function()
    local a, c = outcome({ bulk.succeeded(merged) }, "update", { { id = A }, { id = C } })
    assert_protocol(a, "no result for it")
    assert.equal(C, c.result.id)
  end)

  it("does not exist for other records", function()
    local a = outcome({ bulk.succeeded({ id = C }, A), bulk.succeeded(record(B)) }, "get", { A, B }, "organizations")
    assert_protocol(a, "a record with another id")
  end)
end)

describe("a failed item", function()
  it("that the server marks retryable is sent again, alone", function()
    local ids = bulk.ids(10)
    local failures = 0
    local self = bulk.client { ids = ids, after = function(_, items, _, results)
      for index, result in ipairs(results) do
        if (result.id == ids[3] or result.id == ids[7]) and failures < 4 then
          failures = failures + 1
          results[index] = bulk.failed({ id = result.id }, 429, "too.many", { retryable = true })
        end
      end
      assert.is_true(#items <= 10)
      return bulk.answer(results)
    end }
    for _, entry in ipairs(bulk.collect(self.client.contacts:get_many(ids))) do
      assert.equal(entry.item, entry.result.id)
    end
    assert.equal("10 2 2", table.concat(self.sizes, " "))
    assert.equal(2, self.client:stats().retries["429"])
  end)

  it("is sent again at most max_attempts times, and not with retry = false", function()
    local function sizes(options)
      local self = bulk.client { answer = function(_, items)
        return bulk.answer { bulk.failed(items[1], 503, "busy", { retryable = true }) }
      end }
      local list = bulk.collect(self.client.contacts:get_many({ A }, options))
      assert.equal(503, list[1].err.status)
      assert.is_true(list[1].err.retryable)
      assert.equal(#self.sizes, list[1].err.attempts)
      return #self.sizes
    end
    assert.equal(5, sizes())
    assert.equal(2, sizes { max_attempts = 2 })
    assert.equal(1, sizes { retry = false })
  end)

  it("is retried by its status if the server does not say, and never against its word", function()
    for status, attempts in pairs { [429] = 3, [503] = 3, [409] = 1, [400] = 1 } do
      for _, said in ipairs { "nothing", "no" } do
        local more = {}
        if said == "no" then
          more.retryable = false
        end
        local self = bulk.client({ answer = function(_, items)
          return bulk.answer { bulk.failed(items[1], status, "x", more) }
        end }, { max_attempts = 3 })
        local list = bulk.collect(self.client.contacts:get_many { A })
        assert.equal(status, list[1].err.status)
        assert.equal(said == "no" and 1 or attempts, #self.sizes, status .. said)
      end
    end
  end)

  it("costs the retry budget", function()
    local self = bulk.client({ answer = function(_, items)
      return bulk.answer { bulk.failed(items[1], 503, "busy", { retryable = true }) }
    end }, { max_attempts = 1000 })
    bulk.collect(self.client.contacts:get_many({ A }, { deadline = 100 }))
    assert.is_true(#self.sizes < 80, #self.sizes)
  end)

  it("of a delete that an earlier request may have deleted counts as deleted", function()
    local tries = 0
    local self = bulk.client { ids = { A, B }, after = function()
      tries = tries + 1
      return tries == 1 and fake.failure("transport", "reset", "all") or nil
    end }
    local list = bulk.collect(self.client.contacts:delete_many { A, B })
    assert.is_true(list[1].result)
    assert.is_true(list[2].result)
    assert.equal(404, list[1].response.status)
    list = bulk.collect(self.client.contacts:delete_many { A })
    assert.equal(404, list[1].err.status)
  end)
end)

describe("an enrich result", function()
  local function request(n, action)
    return { action = action or "Upsert", contact = { firstName = "n" .. n },
      matchingIdentifiers = { { type = "Email", value = n .. "@x.org" } } }
  end

  it("without a tracker is asked for again by a single call, if that may be repeated", function()
    local asked = {}
    local self = bulk.client { answer = function()
      return bulk.answer {
        bulk.succeeded({ id = B, firstName = "n2" }, "item-2"), bulk.succeeded { id = A, firstName = "n1" },
      }
    end, single = function(http)
      asked[#asked + 1] = http.method .. " " .. http.url:match "externalcontacts/(.*)"
      assert.is_nil(ec.json.decode(http.body).id)
      return fake.json(200, { id = A, firstName = "n1" })
    end }
    local list = bulk.collect(self.client.contacts:enrich_many { request(1), request(2) })
    assert.equal("n1", list[1].result.firstName)
    assert.equal("n2", list[2].result.firstName)
    assert.same({ "POST contacts/enrich" }, asked)
  end)

  it("of an Insert without a tracker is ambiguous", function()
    local self = bulk.client { answer = function()
      return bulk.answer { bulk.succeeded({ id = A, firstName = "n1" }) }
    end }
    local list = bulk.collect(self.client.contacts:enrich_many { request(1, "Insert") })
    assert_protocol(list[1], "no result for it")
    assert.is_true(list[1].err.ambiguous)
    assert.equal(0, #self.singles)
  end)

  it("that failed repeats the tracker in its error", function()
    local self = bulk.client { answer = function(_, items)
      local failed = bulk.failed(items[1], 409, "conflict")
      failed.id = nil
      return bulk.answer { failed, bulk.succeeded({ id = B }, items[2].id) }
    end }
    local list = bulk.collect(self.client.contacts:enrich_many { request(1), request(2) })
    assert.equal("conflict", list[1].err.kind)
    assert.equal(B, list[2].result.id)
  end)
end)
