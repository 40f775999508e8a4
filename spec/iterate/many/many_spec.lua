-- `get_many` and its kin: bulk requests, and results in input order.
local bulk = require "spec.support.bulk"
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local SPACES = { "contacts", "organizations", "notes", "relationships" }

-- The items of an iteration, in order, as text.
local function order(list)
  local out = {}
  for index, entry in ipairs(list) do
    out[index] = tostring(entry.item)
  end
  return table.concat(out, " ")
end

local function numbers(list)
  return table.concat(list, " ")
end

describe("get_many", function()
  for _, space in ipairs(SPACES) do
    it("of " .. space .. " returns the records in the order of the ids", function()
      local ids = bulk.ids(35)
      local self = bulk.client { ids = ids }
      local list = bulk.collect(self.client[space]:get_many(ids))
      assert.equal(numbers(ids), order(list))
      for index, entry in ipairs(list) do
        assert.equal(ids[index], entry.result.id)
        assert.is_nil(entry.err)
        assert.equal(200, entry.response.status)
        assert.equal("c-1", entry.response.correlation_id)
      end
      assert.equal(space .. " 10", self.batches[1])
      assert.equal(0, #self.singles)
    end)
  end

  it("accepts records, iterators and functions", function()
    local ids = bulk.ids(3)
    local self = bulk.client { ids = ids }
    local records = { { id = ids[1] }, { id = ids[2] } }
    local list = bulk.collect(self.client.contacts:get_many(records))
    assert.equal(records[2], list[2].item)
    assert.equal(ids[2], list[2].result.id)
    local index = 0
    list = bulk.collect(self.client.contacts:get_many(function()
      index = index + 1
      return ids[index]
    end))
    assert.equal(3, #list)
    list = bulk.collect(self.client.contacts:get_many(self.client.contacts:get_many(ids)))
    assert.equal(3, #list)
    assert.same({}, bulk.collect(self.client.contacts:get_many {}))
  end)

  it("is an iterator with next, count and close", function()
    local ids = bulk.ids(12)
    local self = bulk.client { ids = ids }
    local iterator = self.client.contacts:get_many(ids)
    local id, contact = iterator:next()
    assert.equal(ids[1], id)
    assert.equal(ids[1], contact.id)
    assert.equal(1, iterator.count)
    assert.equal("extcontacts.many (contacts.get_many, 1 items)", tostring(iterator))
    iterator:close()
    assert.is_nil(iterator:next())
    assert.is_nil(iterator:next())
  end)

  it("gives each item its own error", function()
    local ids = bulk.ids(10)
    local self = bulk.client { ids = ids }
    self.store[ids[4]] = nil
    for index, entry in ipairs(bulk.collect(self.client.contacts:get_many(ids))) do
      if index == 4 then
        assert.is_nil(entry.result)
        assert.is_true(ec.is_error(entry.err))
        assert.equal("http", entry.err.kind)
        assert.equal(404, entry.err.status)
        assert.equal("not.found", entry.err.code)
        assert.equal("the item failed", entry.err.message)
        assert.is_true(entry.err.from_api)
        assert.equal("post_externalcontacts_bulk_contacts", entry.err.operation)
        assert.is_nil(entry.response)
      else
        assert.equal(ids[index], entry.result.id)
      end
    end
  end)

  it("compares ids in their normal form", function()
    local id = bulk.id(171)
    local self = bulk.client { ids = { id } }
    local list = bulk.collect(self.client.contacts:get_many { id:upper(), "{" .. id .. "}" })
    assert.equal(id:upper(), list[1].item)
    assert.equal(id, list[1].result.id)
    assert.equal(id, list[2].result.id)
    assert.same({ "contacts 1", "contacts 1" }, self.batches)
  end)

  it("reports items that are not ids, and continues", function()
    local ids = bulk.ids(2)
    local self = bulk.client { ids = ids }
    local list = bulk.collect(self.client.contacts:get_many { ids[1], true, {}, "", ids[2] })
    assert.equal(5, #list)
    for index, message in pairs {
      [2] = "item 2: not an id but a boolean", [3] = "item 3: the record has no id",
      [4] = "item 4: not an id but a string",
    } do
      assert.equal("invalid", list[index].err.kind)
      assert.equal(message, list[index].err.message)
    end
    assert.equal(ids[2], list[5].result.id)
    assert.same({ "contacts 2" }, self.batches)
  end)

  it("hands out nothing but errors for a source of nothing but errors", function()
    local self = bulk.client()
    local index = 0
    local list = bulk.collect(self.client.contacts:get_many(function()
      index = index + 1
      return index <= 500 and {} or nil
    end))
    assert.equal(500, #list)
    assert.equal(0, #self.batches)
  end)
end)

describe("the other kinds", function()
  for _, space in ipairs(SPACES) do
    it("create, update and delete " .. space, function()
      local self = bulk.client()
      local records = {}
      for n = 1, 25 do
        records[n] = { name = "Number " .. n, noteText = "Text " .. n }
      end
      local created = bulk.collect(self.client[space]:create_many(records))
      assert.equal(25, #created)
      for index, entry in ipairs(created) do
        assert.equal(records[index], entry.item)
        assert.equal("Number " .. index, entry.result.name)
        assert.equal(201, entry.response.status)
      end
      assert.is_nil(records[1].id)

      local changed = {}
      for index, entry in ipairs(created) do
        changed[index] = { id = entry.result.id, name = "Changed " .. index }
      end
      for index, entry in ipairs(bulk.collect(self.client[space]:update_many(changed))) do
        assert.equal("Changed " .. index, entry.result.name)
        assert.equal("Changed " .. index, self.store[entry.item.id].name)
      end

      for _, entry in ipairs(bulk.collect(self.client[space]:delete_many(changed))) do
        assert.is_true(entry.result)
        assert.equal(204, entry.response.status)
      end
      assert.is_nil(next(self.store))
      assert.equal(0, #self.singles)
    end)
  end

  for space, field in pairs { contacts = "contact", organizations = "externalOrganization" } do
    it("enrich " .. space .. " by trackers of the client's own", function()
      local trackers
      local self = bulk.client { answer = function(_, items)
        trackers = {}
        for index, item in ipairs(items) do
          trackers[index] = item.id
        end
      end }
      local requests = {}
      for n = 1, 3 do
        requests[n] = { id = "same", action = "Upsert",
          matchingIdentifiers = { { type = "ExternalId", value = "v" .. n } }, [field] = { name = "n" .. n } }
      end
      for index, entry in ipairs(bulk.collect(self.client[space]:enrich_many(requests))) do
        assert.equal("n" .. index, entry.result.name)
        assert.equal(201, entry.response.status)
        assert.equal("same", entry.item.id)
      end
      assert.same({ "item-1", "item-2", "item-3" }, trackers)
    end)
  end

  it("pass dry_run on", function()
    local self = bulk.client { answer = function(_, items, _, request)
      assert.truthy(request.url:find("dryRun=true", 1, true))
      return bulk.answer { { id = items[1].id, success = true, entity = { firstName = "Ann" } } }
    end }
    local requests = { { action = "Upsert", contact = {} } }
    local list = bulk.collect(self.client.contacts:enrich_many(requests, { dry_run = true }))
    assert.equal("Ann", list[1].result.firstName)
  end)
end)

describe("a batch", function()
  it("starts with 10 items, and doubles to 50", function()
    local ids = bulk.ids(300)
    local self = bulk.client { ids = ids }
    assert.equal(300, #bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 })))
    assert.equal("10 20 40 50 50 50 50 30", numbers(self.sizes))
  end)

  it("has at most batch_max items, and 10 of an enrich", function()
    local ids = bulk.ids(20)
    local self = bulk.client { ids = ids }
    bulk.collect(self.client.contacts:get_many(ids, { batch_max = 7, concurrency = 1 }))
    assert.equal("7 7 6", numbers(self.sizes))
    local requests = {}
    for n = 1, 25 do
      requests[n] = { action = "Upsert", contact = {},
        matchingIdentifiers = { { type = "Email", value = n .. "@x.org" } } }
    end
    self = bulk.client()
    bulk.collect(self.client.contacts:enrich_many(requests, { batch_max = 50, concurrency = 1 }))
    assert.equal("10 10 5", numbers(self.sizes))
  end)

  it("is one of 4 under way, or of as many as `concurrency` says", function()
    for _, concurrency in ipairs { 1, 4, 7 } do
      local ids = bulk.ids(400)
      local self = bulk.client { ids = ids }
      local options = concurrency ~= 4 and { concurrency = concurrency } or nil
      assert.equal(400, #bulk.collect(self.client.contacts:get_many(ids, options)))
      assert.equal(concurrency, self.most)
    end
  end)

  it("never has two items for one record, and keeps their order", function()
    local a, b, c = bulk.id(1), bulk.id(2), bulk.id(3)
    local under_way, written = {}, {}
    local self
    self = bulk.client { ids = { a, b, c }, answer = function(_, items)
      local seen = {}
      for _, item in ipairs(items) do
        assert.is_nil(seen[item.id])
        seen[item.id] = true
        written[#written + 1] = item.id .. item.firstName
      end
      under_way[#under_way + 1] = #items
    end }
    local records = {
      { id = a, firstName = "1" }, { id = b, firstName = "1" }, { id = a:upper(), firstName = "2" },
      { id = a, firstName = "3" }, { id = c, firstName = "1" }, { id = b, firstName = "2" },
    }
    local list = bulk.collect(self.client.contacts:update_many(records))
    for index, record in ipairs(records) do
      assert.equal(record, list[index].item)
      assert.equal(record.firstName, list[index].result.firstName)
    end
    assert.equal("3", self.store[a].firstName)
    assert.equal("2", self.store[b].firstName)
    assert.same({ 3, 2, 1 }, under_way)
  end)

  it("is full although items come in pairs", function()
    local records = {}
    for n = 1, 100 do
      records[2 * n - 1], records[2 * n] = { id = bulk.id(n), firstName = "1" }, { id = bulk.id(n), firstName = "2" }
    end
    local self = bulk.client { ids = bulk.ids(100) }
    assert.equal(200, #bulk.collect(self.client.contacts:update_many(records)))
    assert.is_true(#self.batches <= 20, #self.batches)
    for n = 1, 100 do
      assert.equal("2", self.store[bulk.id(n)].firstName)
    end
  end)

  it("of enrich requests shares no identifier", function()
    local function request(value)
      return { action = "Upsert", contact = {}, matchingIdentifiers = { { type = "Email", value = value } } }
    end
    local self = bulk.client()
    bulk.collect(self.client.contacts:enrich_many { request "a@x.org", request " A@X.org", request "b@x.org" })
    assert.equal("2 1", numbers(self.sizes))
    self = bulk.client()
    local phone, again = request "+49 (0)171 1234567", request "+491711234567"
    phone.matchingIdentifiers[1].type, again.matchingIdentifiers[1].type = "Phone", "Phone"
    bulk.collect(self.client.contacts:enrich_many { phone, again })
    assert.equal("1 1", numbers(self.sizes))
  end)

  it("stays under 3 MB", function()
    local records = {}
    for n = 1, 8 do
      records[n] = { id = bulk.id(n), noteText = ("x"):rep(n == 5 and 3100000 or 1000000) }
    end
    local self = bulk.client { ids = bulk.ids(8), answer = function(_, _, _, request)
      assert.is_true(#request.body < 3000000)
    end }
    local list = bulk.collect(self.client.notes:update_many(records, { concurrency = 1 }))
    assert.equal("2 2 2 1", numbers(self.sizes))
    assert.equal("limit", list[5].err.kind)
    assert.truthy(list[5].err.message:find("item 5", 1, true))
    assert.equal(records[8].id, list[8].result.id)
  end)
end)

describe("the input", function()
  local function counting(count)
    local read = { count = 0 }
    return read, function()
      if read.count < count then
        read.count = read.count + 1
        return bulk.id(read.count)
      end
    end
  end

  it("is read no further than four batches ahead", function()
    local read, source = counting(100000)
    local self = bulk.client { ids = bulk.ids(2000) }
    local taken = 0
    for _ in self.client.contacts:get_many(source) do
      taken = taken + 1
      assert.is_true(read.count - taken <= 4 * 50)
      if taken == 1000 then
        break
      end
    end
    local before = read.count
    for _ = 1, 20 do
      self.client.contacts:get(bulk.id(1))
    end
    assert.equal(before, read.count)
  end)

  it("is not read before the first result is asked for", function()
    local read, source = counting(10)
    local self = bulk.client()
    local iterator = self.client.contacts:get_many(source)
    assert.equal(0, read.count)
    iterator:close()
  end)

  it("may raise an error, after which the iteration can continue", function()
    local index = 0
    local self = bulk.client { ids = bulk.ids(6) }
    local iterator = self.client.contacts:get_many(function()
      index = index + 1
      if index == 4 then
        error("the source is broken", 0)
      end
      return index <= 6 and bulk.id(index) or nil
    end)
    for n = 1, 3 do
      assert.equal(bulk.id(n), (iterator:next()))
    end
    local ok, message = pcall(iterator.next, iterator)
    assert.is_false(ok)
    assert.equal("the source is broken", message)
    assert.equal(bulk.id(5), (iterator:next()))
    assert.equal(bulk.id(6), (iterator:next()))
    assert.is_nil(iterator:next())
  end)

  it("may make calls of its own, inside client:map and ec.run", function()
    local ids = bulk.ids(30)
    local self = bulk.client { ids = ids }
    local function reader()
      local index = 0
      return function()
        index = index + 1
        return ids[index] and assert(self.client.contacts:get(ids[index])).id
      end
    end
    assert.equal(30, #bulk.collect(self.client.contacts:get_many(reader())))
    for _, count in self.client:map({ 1, 2, 3 }, function()
      return #bulk.collect(self.client.contacts:get_many(reader()))
    end) do
      assert.equal(30, count)
    end
    assert.equal(30, ec.run(function()
      return #bulk.collect(self.client.contacts:get_many(ids))
    end))
  end)
end)

describe("an end before the end", function()
  it("at close cancels the requests under way", function()
    local self = bulk.client { ids = bulk.ids(1000) }
    local iterator = self.client.contacts:get_many(bulk.ids(1000))
    iterator:next()
    local before = #self.batches
    iterator:close()
    self.client.contacts:get(bulk.id(1))
    assert.equal(before, #self.batches)
    assert.equal(0, self.client:stats().in_flight)
  end)

  it("when it is collected cancels the requests under way", function()
    local self = bulk.client { ids = bulk.ids(1000) }
    self.client.contacts:get_many(bulk.ids(1000)):next()
    local before = #self.batches
    collectgarbage()
    collectgarbage()
    for _ = 1, 5 do
      self.client.contacts:get(bulk.id(1))
    end
    assert.equal(before, #self.batches)
    assert.equal(0, self.client:stats().in_flight)
  end)

  it("by a cancel token ends every item that was read, and raises", function()
    local token = ec.cancel_token()
    local self = bulk.client { ids = bulk.ids(1000) }
    local iterator = self.client.contacts:get_many(bulk.ids(1000), { cancel = token, concurrency = 3 })
    local good, cancelled, before = 0, 0, nil
    local ok, err = pcall(function()
      for _, contact, failure in iterator do
        if contact then
          good = good + 1
          if good == 40 then
            token:cancel()
            before = #self.batches
          end
        else
          assert.equal("cancelled", failure.kind)
          cancelled = cancelled + 1
        end
      end
    end)
    assert.is_false(ok)
    assert.equal("cancelled", err.kind)
    assert.is_true(good >= 40)
    assert.equal(before, #self.batches)
    assert.is_true(cancelled > 0)
    assert.is_false(pcall(iterator.next, iterator))
  end)

  it("by the deadline ends every item that was read, and raises", function()
    local self
    self = bulk.client { ids = bulk.ids(1000), answer = function(_, _, _, request)
      if request.deadline - self.time < 0.02 then
        return fake.failure("timeout", "timeout", "all")
      end
    end }
    local ok, err = pcall(bulk.collect,
      self.client.contacts:get_many(bulk.ids(1000), { deadline = 0.05, concurrency = 1 }))
    assert.is_false(ok)
    assert.equal("timeout", err.kind)
    assert.equal("deadline", err.code)
    assert.equal("the deadline passed before the get_many finished", err.message)
  end)
end)

describe("the counters", function()
  it("count items as well as requests", function()
    local ids = bulk.ids(30)
    local self = bulk.client { ids = ids }
    self.store[ids[7]] = nil
    bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 }))
    local stats = self.client:stats()
    assert.equal(30, stats.items)
    assert.equal(2, stats.requests)
    assert.equal(2, stats.calls)
    local operation = stats.operations["post_externalcontacts_bulk_contacts"]
    assert.equal(30, operation.items)
    assert.equal(1, operation.item_errors)
    assert.equal(2, operation.calls)
  end)

  it("count requests for the rate limit", function()
    local ids = bulk.ids(400)
    local self = bulk.client({ ids = ids }, { rate = 20, reserve = 0 })
    bulk.collect(self.client.contacts:get_many(ids))
    assert.is_true(#self.requests < 20)
    assert.is_true(self.time - 1000 < 10)
  end)
end)

describe("a misuse of get_many", function()
  local client = bulk.client().client
  for name, case in pairs {
    ["no source"] = { "client.contacts:get_many: the source must be an array, an iterator or a function, got nil" },
    ["a text"] = { "got string", "abc" },
    ["a table that is no array"] = { "pass an array of its keys", { a = 1 } },
    ["an unknown option"] = { "did you mean 'batch_max'", {}, { batchmax = 2 } },
    ["an option of another kind"] = { "unknown option 'dry_run'", {}, { dry_run = true } },
    ["a batch_max of 0"] = { "must be at least 1", {}, { batch_max = 0 } },
    ["half a concurrency"] = { "must be a whole number", {}, { concurrency = 1.5 } },
    ["a table instead of a cancel token"] = { "must come from ec.cancel_token()", {}, { cancel = {} } },
    ["a header with a line end"] = { "client.contacts:get_many: ", {}, { headers = { a = "b\n" } } },
    ["a number instead of options"] = { "the options must be a table", {}, 5 },
  } do
    it("with " .. name .. " is reported at the caller's line", function()
      local message = fake.misuse(function()
        local _ = client.contacts:get_many(case[2], case[3])
      end)
      assert.truthy(message:find(case[1], 1, true), message)
      assert.truthy(message:find("many_spec.lua:", 1, true), message)
    end)
  end

  it("with a dot is reported", function()
    assert.truthy(fake.misuse(function()
      local _ = client.contacts.get_many({})
    end):find("client.contacts:get_many", 1, true))
  end)

  it("on another resource is reported with what exists", function()
    assert.truthy(fake.misuse(function()
      local _ = client.notes:enrich_many {}
    end):find("enrich_many", 1, true))
  end)
end)
