-- Bulk requests whose reply was lost: what is sent again, looked up, adopted or
-- reported as ambiguous.
local bulk = require "spec.support.bulk"
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local LOST = fake.failure("transport", "reset", "all")

local function people(count)
  local records = {}
  for n = 1, count do
    records[n] = { firstName = "Ann " .. n, workEmail = ("ann%d@example.com"):format(n) }
  end
  return records
end

-- A client whose n-th bulk request is lost: before it is carried out, or after it for
-- the first `done` items.
local function losing(nth, done, options)
  local count = 0
  local self
  self = bulk.client({ answer = function(operation, items)
    count = count + 1
    if count == nth then
      local carried_out = {}
      for index = 1, math.min(done, #items) do
        carried_out[index] = items[index]
      end
      bulk.perform(self, operation, carried_out)
      return LOST
    end
  end }, options)
  self.client.contacts:get(bulk.id(1)) -- tells the server's time
  self.singles = {}
  return self
end

local function stored(self)
  local count = 0
  for _ in pairs(self.store) do
    count = count + 1
  end
  return count
end

local function posts(self)
  local count = 0
  for _, single in ipairs(self.singles) do
    count = count + (single == "POST contacts" and 1 or 0)
  end
  return count
end

describe("a lost bulk create", function()
  for done, sent_again in pairs { [10] = 0, [4] = 6, [0] = 10 } do
    it(("of 10 contacts, %d of them created, adopts these and sends the others again"):format(done), function()
      local self = losing(1, done)
      local records = people(10)
      local seen = {}
      for index, entry in ipairs(bulk.collect(self.client.contacts:create_many(records))) do
        assert.is_nil(entry.err)
        assert.equal(records[index].workEmail, entry.result.workEmail)
        assert.is_nil(seen[entry.result.id])
        seen[entry.result.id] = true
        assert.equal(index <= done or nil, entry.response.recovered)
      end
      assert.equal(10, stored(self))
      assert.equal(sent_again, posts(self))
      assert.equal(1, #self.batches)
      assert.equal(done, self.client:stats().recovered)
    end)
  end

  it("waits check_time once for all of its items", function()
    local self = losing(1, 0, { check_time = 60 })
    bulk.collect(self.client.contacts:create_many(people(10)))
    assert.is_true(self.time - 1000 < 90, self.time)
    assert.equal(10, stored(self))
  end)

  it("does not disturb the batches after it", function()
    local self = losing(3, 7)
    assert.equal(200, #bulk.collect(self.client.contacts:create_many(people(200))))
    assert.equal(200, stored(self))
  end)

  it("of items without anything to look for is ambiguous", function()
    local self = losing(1, 1)
    local list = bulk.collect(self.client.contacts:create_many { { firstName = "Ann" }, { firstName = "Bob" } })
    for _, entry in ipairs(list) do
      assert.is_nil(entry.result)
      assert.is_true(entry.err.ambiguous)
      assert.is_false(entry.err.retryable)
      assert.truthy(entry.err.message:find("it may", 1, true) or entry.err.message:find("may have", 1, true))
    end
    assert.equal(1, stored(self))
  end)

  it("is not looked up with on_ambiguous = error", function()
    local self = losing(1, 10)
    local list = bulk.collect(self.client.contacts:create_many(people(10), { on_ambiguous = "error" }))
    for _, entry in ipairs(list) do
      assert.is_true(entry.err.ambiguous)
    end
    assert.equal(10, stored(self))
    assert.equal(0, #self.singles)
  end)

  it("is not sent again with retry = false", function()
    local self = losing(1, 0)
    local list = bulk.collect(self.client.contacts:create_many(people(2), { retry = false }))
    assert.is_true(list[1].err.ambiguous)
    assert.equal(0, stored(self))
  end)

  it("says why the search did not decide, with the failure of the request", function()
    local self = losing(1, 0)
    local list = bulk.collect(self.client.contacts:create_many { { firstName = "Ann" } })
    assert.equal("transport", list[1].err.kind)
    assert.equal("reset", list[1].err.code)
    assert.equal("the transfer failed; the item may have been carried out: it has no e-mail address, "
      .. "international phone number or name to look for; pass marker=\"customFields.…\", a field whose value "
      .. "no other record has", list[1].err.message)
  end)

  it("is ambiguous while the server's clock is unknown", function()
    local self = bulk.client { answer = function()
      return LOST
    end, single = function()
      return fake.json(200, { contacts = ec.array {} })
    end }
    local list = bulk.collect(self.client.contacts:create_many(people(2)))
    assert.is_true(list[2].err.ambiguous)
    assert.truthy(list[2].err.message:find("clock is unknown", 1, true))
    assert.equal(0, #self.singles)
  end)

  it("of notes without an owner is ambiguous", function()
    local self = losing(1, 0)
    local list = bulk.collect(self.client.notes:create_many { { noteText = "x" } })
    assert.is_true(list[1].err.ambiguous)
    assert.truthy(list[1].err.message:find("entityId", 1, true))
  end)

  it("of records that the server stores alike creates each of them", function()
    local self = losing(2, 1)
    local records = {}
    for n = 1, 4 do
      records[n] = { firstName = (" "):rep(n) .. "Ann", workEmail = "ann@example.com" .. (" "):rep(n % 2) }
    end
    for _, entry in ipairs(bulk.collect(self.client.contacts:create_many(records))) do
      assert.is_nil(entry.err)
    end
    assert.equal(4, stored(self))
    assert.equal("1 1 1 1", table.concat(self.sizes, " "))
  end)

  it("of equal records creates each of them", function()
    local self = losing(1, 1)
    local records = { people(1)[1], people(1)[1], people(1)[1] }
    local seen = {}
    for _, entry in ipairs(bulk.collect(self.client.contacts:create_many(records))) do
      assert.is_nil(entry.err)
      assert.is_nil(seen[entry.result.id])
      seen[entry.result.id] = true
    end
    assert.equal(3, stored(self))
  end)

  for name, reply in pairs {
    ["a gateway's 502"] = fake.foreign(502), ["a gateway's 413"] = fake.foreign(413),
    ["a 200 that is no answer"] = fake.foreign(200), ["a timeout"] = fake.failure("timeout", "timeout", "all"),
    ["an answer without results"] = fake.json(200, { errorCount = 0 }),
  } do
    it("after " .. name .. " is looked up as well", function()
      local self
      local first = true
      self = bulk.client { answer = function(operation, items)
        if first then
          first = false
          bulk.perform(self, operation, { items[1], items[2] })
          return reply
        end
      end }
      self.client.contacts:get(bulk.id(1))
      for _, entry in ipairs(bulk.collect(self.client.contacts:create_many(people(5)))) do
        assert.is_nil(entry.err, tostring(entry.err))
      end
      assert.equal(5, stored(self))
      assert.equal(1, #self.batches)
    end)
  end

  it("that the API refused or throttled is not looked up", function()
    for _, status in ipairs { 401, 409, 429, 500 } do
      local self = bulk.client({ answer = function()
        return fake.json(status, { code = "x" })
      end }, { max_attempts = 2 })
      local list = bulk.collect(self.client.contacts:create_many(people(2)))
      assert.equal(status, list[1].err.status)
      assert.equal(status == 500 or nil, list[1].err.ambiguous)
      assert.equal(0, #self.singles)
    end
  end)

  it("that was not sent is sent again as a whole", function()
    local count = 0
    local self = bulk.client { answer = function()
      count = count + 1
      return count == 1 and fake.failure("transport", "refused", "nothing") or nil
    end }
    assert.equal(3, #bulk.collect(self.client.contacts:create_many(people(3))))
    assert.same({ "contacts/add 3", "contacts/add 3" }, self.batches)
    assert.equal(0, #self.singles)
  end)

  it("that was cancelled is ambiguous", function()
    local token = ec.cancel_token()
    local self = bulk.client { answer = function()
      return fake.failure("cancelled", "cancelled", "all")
    end }
    local iterator = self.client.contacts:create_many(people(2), { cancel = token })
    local _, record, err = iterator:next()
    assert.is_nil(record)
    assert.equal("cancelled", err.kind)
    assert.is_true(err.ambiguous)
    assert.equal(0, #self.singles)
  end)
end)

describe("an item of a create that failed on the server", function()
  -- A client whose second item fails with `status`, after it was carried out or not.
  local function failing(status, is_done, more)
    local first = true
    local self
    self = bulk.client { answer = function(operation, items)
      if first then
        first = false
        local failed = items[2]
        if not is_done then
          table.remove(items, 2)
        end
        local results = bulk.perform(self, operation, items)
        for index = #results, 1, -1 do
          if results[index].entity.firstName == failed.firstName then
            table.remove(results, index)
          end
        end
        results[#results + 1] = bulk.failed(failed, status, "of.item", more)
        return bulk.answer(results)
      end
    end }
    return self
  end

  for _, status in ipairs { 502, 503, 504 } do
    for _, is_done in ipairs { false, true } do
      it(("with %d, %s, is looked up before it is sent again"):format(status, is_done and "created" or "not created"),
        function()
          for _, more in ipairs { { retryable = true }, {} } do
            local self = failing(status, is_done, more)
            local records = people(5)
            for index, entry in ipairs(bulk.collect(self.client.contacts:create_many(records, { check_time = 40 }))) do
              assert.is_nil(entry.err, tostring(entry.err))
              assert.equal(records[index].workEmail, entry.result.workEmail)
            end
            assert.equal(5, stored(self))
            assert.equal(is_done and 0 or 1, posts(self))
            -- One look is enough where the server says that it can be sent again.
            assert.equal(not is_done and not more.retryable, self.time - 1000 > 30)
          end
        end)
    end
  end

  it("is ambiguous if the server says that it is not retryable, or fails with 500", function()
    for status, more in pairs { [503] = { retryable = false }, [500] = {} } do
      local self = failing(status, true, more)
      local list = bulk.collect(self.client.contacts:create_many(people(5)))
      assert.equal(status, list[2].err.status)
      assert.is_true(list[2].err.ambiguous)
      assert.equal(0, #self.singles)
    end
  end)

  it("of an enrich that inserts is ambiguous, and of one that does not is sent again", function()
    local failures = 0
    local self = bulk.client { after = function(_, items, _, results)
      for index, result in ipairs(results) do
        if failures < 2 then
          failures = failures + 1
          for _, item in ipairs(items) do
            if item.id == result.id then
              results[index] = bulk.failed(item, 503, "busy", { retryable = true })
            end
          end
        end
      end
      return bulk.answer(results)
    end }
    local list = bulk.collect(self.client.contacts:enrich_many {
      { action = "Insert", contact = { firstName = "a" } },
      { action = "Upsert", contact = { firstName = "b" },
        matchingIdentifiers = { { type = "Email", value = "b@x.org" } } },
    })
    assert.is_true(list[1].err.ambiguous)
    assert.equal("b", list[2].result.firstName)
  end)
end)

describe("another lost bulk request", function()
  for _, case in ipairs {
    { "get", false }, { "update", true }, { "delete", true },
  } do
    local verb, is_write = case[1], case[2]
    it(("to %s is sent again"):format(verb), function()
      local ids = bulk.ids(10)
      local tries = 0
      local self = bulk.client { ids = ids, after = function()
        tries = tries + 1
        return tries <= 2 and LOST or nil
      end }
      local items = {}
      for index, id in ipairs(ids) do
        items[index] = verb == "update" and { id = id, firstName = "new" } or id
      end
      for _, entry in ipairs(bulk.collect(self.client.contacts[verb .. "_many"](self.client.contacts, items))) do
        assert.is_nil(entry.err)
      end
      assert.equal(3, #self.batches)
      assert.equal(0, #self.singles)
      assert.equal(verb == "delete" and 0 or 10, stored(self))
      if verb == "update" then
        assert.equal("new", self.store[ids[10]].firstName)
      end
    end)

    it(("to %s gives its last failure to every item"):format(verb), function()
      local self = bulk.client({ answer = function()
        return LOST
      end }, { max_attempts = 2 })
      local items = {}
      for index, id in ipairs(bulk.ids(3)) do
        items[index] = { id = id }
      end
      local list = bulk.collect(self.client.contacts[verb .. "_many"](self.client.contacts, items))
      assert.equal(3, #list)
      for _, entry in ipairs(list) do
        assert.equal("transport", entry.err.kind)
        assert.equal(is_write or nil, entry.err.ambiguous)
        assert.equal(2, entry.err.attempts)
      end
      assert.not_equal(list[1].err, list[2].err)
    end)
  end

  it("to delete, and then not accepted as a whole, has deleted its items", function()
    local tries = 0
    local self = bulk.client { ids = bulk.ids(6), answer = function(operation, items, self)
      tries = tries + 1
      if tries == 1 then
        bulk.perform(self, operation, items)
        return LOST
      end
      return tries == 2 and fake.json(400) or nil
    end }
    for _, entry in ipairs(bulk.collect(self.client.contacts:delete_many(bulk.ids(6)))) do
      assert.is_true(entry.result)
    end
    assert.equal("6 6 3 3", table.concat(self.sizes, " "))
  end)

  it("to enrich is repeated item by item where that is safe", function()
    local function request(n, action)
      return { action = action, contact = { firstName = "n" .. n },
        matchingIdentifiers = { { type = "Email", value = n .. "@x.org" } } }
    end
    local self = bulk.client { answer = function()
      return LOST
    end, single = function(http)
      local body = ec.json.decode(http.body)
      assert.not_equal("Insert", body.action)
      return fake.json(200, { id = bulk.id(1), firstName = body.contact.firstName })
    end }
    local list = bulk.collect(self.client.contacts:enrich_many { request(1, "Upsert"), request(2, "Insert"),
      request(3, "Merge") })
    assert.equal("n1", list[1].result.firstName)
    assert.is_true(list[2].err.ambiguous)
    assert.equal("n3", list[3].result.firstName)
  end)
end)
