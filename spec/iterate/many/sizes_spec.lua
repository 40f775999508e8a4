-- How many items a bulk request has, and what takes over where bulk is not available.
local bulk = require "spec.support.bulk"
local fake = require "spec.support.fake"

local function sizes_of(self)
  return table.concat(self.sizes, " ")
end

-- A client whose server rejects more than `most` items with `status`.
local function limited(most, status, ids)
  return bulk.client { ids = ids, answer = function(_, items)
    return #items > most and fake.json(status, { code = "too.many" }) or nil
  end }
end

local function all_found(list, count)
  assert.equal(count, #list)
  for _, entry in ipairs(list) do
    assert.is_nil(entry.err)
    assert.equal(entry.item, entry.result.id)
  end
end

describe("a batch that is too large", function()
  for _, status in ipairs { 400, 422 } do
    it(("is bisected on %d, and the size remembered"):format(status), function()
      local ids = bulk.ids(120)
      local self = limited(25, status, ids)
      all_found(bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 })), 120)
      assert.equal("10 20 40 20 20 20 20 10", sizes_of(self))
      self.sizes = {}
      all_found(bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 })), 120)
      assert.equal("20 20 20 20 20 20", sizes_of(self))
    end)
  end

  it("is halved on 413", function()
    local ids = bulk.ids(120)
    local self = limited(25, 413, ids)
    all_found(bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 })), 120)
    assert.equal("10 20 40 20 20 20 20 10", sizes_of(self))
  end)

  it("is halved on a gateway's 413 if it can be sent twice", function()
    local ids = bulk.ids(8)
    local self = bulk.client { ids = ids, answer = function(_, items)
      return #items > 3 and fake.foreign(413) or nil
    end }
    all_found(bulk.collect(self.client.contacts:get_many(ids)), 8)
    assert.equal("8 4 2 2 4 2 2", sizes_of(self))
  end)

  it("is halved down to a single item, whose error the 413 is", function()
    local ids = bulk.ids(4)
    local self = bulk.client { ids = ids, answer = function(_, items)
      return (#items > 1 or items[1].id == ids[3]) and fake.json(413) or nil
    end }
    local list = bulk.collect(self.client.contacts:get_many(ids))
    assert.equal(413, list[3].err.status)
    assert.equal(ids[4], list[4].result.id)
  end)

  it("has its size remembered for the operation and the client alone", function()
    local ids = bulk.ids(40)
    local self = limited(10, 413, ids)
    bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 }))
    assert.equal("10 20 10 10 10", sizes_of(self))
    self.sizes = {}
    bulk.collect(self.client.organizations:get_many(ids, { concurrency = 1 }))
    assert.equal("10 20 10 10 10", sizes_of(self))
    local other = bulk.client { ids = ids }
    bulk.collect(other.client.contacts:get_many(ids, { concurrency = 1 }))
    assert.equal("10 20 10", sizes_of(other))
  end)
end)

describe("a batch with an item that makes the server reject all", function()
  for _, status in ipairs { 400, 422 } do
    it(("is bisected on %d; the item gets the error, and the size is not too large"):format(status), function()
      local ids = bulk.ids(100)
      local self = bulk.client { ids = ids, answer = function(_, items)
        for _, item in ipairs(items) do
          if item.id == ids[13] then
            return fake.json(status, { code = "bad.item" })
          end
        end
      end }
      local list = bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 }))
      assert.equal(100, #list)
      for index, entry in ipairs(list) do
        if index == 13 then
          assert.equal(status, entry.err.status)
          assert.equal("bad.item", entry.err.code)
        else
          assert.equal(ids[index], entry.result.id)
        end
      end
      assert.equal("10 20 10 5 3 2 1 2 5 10 20 40 10", sizes_of(self))
    end)
  end
end)

describe("where bulk is not available", function()
  for _, status in ipairs { 403, 404, 405 } do
    it(("the single call does the work (%d), for the client's lifetime"):format(status), function()
      local ids = bulk.ids(15)
      local self = bulk.client { ids = ids, answer = function()
        return fake.json(status)
      end }
      all_found(bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 })), 15)
      assert.equal("10", sizes_of(self))
      assert.equal(15, #self.singles)
      all_found(bulk.collect(self.client.contacts:get_many(ids, { concurrency = 1 })), 15)
      assert.equal("10", sizes_of(self))
      assert.equal(30, #self.singles)
      bulk.collect(self.client.contacts:delete_many(ids, { concurrency = 1 }))
      assert.equal("10 10", sizes_of(self))
    end)

    it(("a gateway's %d is each item's error"):format(status), function()
      local ids = bulk.ids(3)
      local self = bulk.client { ids = ids, answer = function()
        return fake.foreign(status)
      end }
      for _, entry in ipairs(bulk.collect(self.client.contacts:get_many(ids))) do
        assert.equal(status, entry.err.status)
        assert.is_false(entry.err.from_api)
      end
      assert.equal(0, #self.singles)
    end)
  end

  local function refusing(script)
    script.answer = function()
      return fake.json(403)
    end
    return bulk.client(script)
  end

  it("single calls create, update, delete and enrich, several at the same time", function()
    local self = refusing {}
    local records = {}
    for n = 1, 60 do
      records[n] = { firstName = "Ann " .. n }
    end
    local list = bulk.collect(self.client.contacts:create_many(records))
    local changed, ids = {}, {}
    for index, entry in ipairs(list) do
      assert.equal("Ann " .. index, entry.result.firstName)
      ids[index] = entry.result.id
      changed[index] = { id = entry.result.id, firstName = "Bob " .. index }
    end
    assert.equal(4, self.most)
    assert.is_nil(records[1].id)
    for index, entry in ipairs(bulk.collect(self.client.contacts:update_many(changed))) do
      assert.equal("Bob " .. index, entry.result.firstName)
    end
    for _, entry in ipairs(bulk.collect(self.client.contacts:delete_many(ids))) do
      assert.is_true(entry.result)
    end
    assert.is_nil(next(self.store))
  end)

  it("the error of a single call belongs to its item", function()
    local ids = bulk.ids(3)
    local self = refusing { ids = ids }
    self.store[ids[2]] = nil
    local list = bulk.collect(self.client.contacts:get_many(ids))
    assert.equal(404, list[2].err.status)
    assert.equal("get_externalcontacts_contact", list[2].err.operation)
    assert.equal(ids[3], list[3].result.id)
  end)

  it("notes need their owner; otherwise the 403 is the item's error", function()
    local asked = {}
    local self = refusing { single = function(request)
      asked[#asked + 1] = request.method .. " " .. request.url:match "externalcontacts/(.*)"
      return fake.json(200, { id = request.url:match "notes/([^/]+)$" or "new" })
    end }
    local a, b = bulk.id(1), bulk.id(2)
    local items = {
      { id = a, entityId = "c1", entityType = "contact" }, b, { id = b, entityId = "o1", entityType = "organization" },
      { id = bulk.id(3), entityId = "x", entityType = "campaign" },
    }
    for verb, method in pairs { get = "GET", delete = "DELETE" } do
      asked = {}
      local list = bulk.collect(self.client.notes[verb .. "_many"](self.client.notes, items))
      assert.same({ method .. " contacts/c1/notes/" .. a, method .. " organizations/o1/notes/" .. b }, asked)
      assert.is_nil(list[1].err)
      assert.is_nil(list[3].err)
      for _, index in ipairs { 2, 4 } do
        assert.equal(403, list[index].err.status)
        assert.equal("auth", list[index].err.kind)
        assert.truthy(list[index].err.operation:find("bulk_notes", 1, true))
      end
    end
    asked = {}
    local address = "/api/v2/externalcontacts/organizations/o2/notes/" .. a
    bulk.collect(self.client.notes:get_many { { id = a, selfUri = address } })
    assert.same({ "GET organizations/o2/notes/" .. a }, asked)
    asked = {}
    bulk.collect(self.client.notes:update_many { { id = a, entityId = "c1", entityType = "contact", noteText = "x" } })
    bulk.collect(self.client.notes:create_many { { entityId = "o1", entityType = "organization", noteText = "x" } })
    assert.same({ "PUT contacts/c1/notes/" .. a, "POST organizations/o1/notes" }, asked)
  end)
end)
