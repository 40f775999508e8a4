-- Every fault of a bulk request with every kind: what happened on the server, and what
-- each item is told, must agree.
local bulk = require "spec.support.bulk"
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local COUNT = 12

local function item_error(item, status, retryable)
  return bulk.failed(item, status, "of.item", { retryable = retryable })
end

-- Fault → fun(items, perform): the reply to the first request; `perform` carries items
-- out and returns their results.
local FAULTS = {
  ["a broken connection before the work"] = function()
    return fake.failure("transport", "reset", "all")
  end,
  ["a broken connection after the work"] = function(items, perform)
    perform(items)
    return fake.failure("transport", "reset", "all")
  end,
  ["a broken connection after half of the work"] = function(items, perform)
    local half = {}
    for index = 1, 5 do
      half[index] = items[index]
    end
    perform(half)
    return fake.failure("transport", "closed_early", "all")
  end,
  ["a refused connection"] = function()
    return fake.failure("transport", "refused", "nothing")
  end,
  ["a timeout after the work"] = function(items, perform)
    perform(items)
    return fake.failure("timeout", "timeout", "all")
  end,
  ["a gateway's 502 after the work"] = function(items, perform)
    perform(items)
    return fake.foreign(502)
  end,
  ["the API's 503"] = function()
    return fake.json(503)
  end,
  ["a 429"] = function()
    return fake.json(429, {}, { ["retry-after"] = "1", ["content-type"] = "application/json" })
  end,
  ["a 413"] = function()
    return fake.json(413)
  end,
  ["a 400 for the whole request"] = function()
    return fake.json(400)
  end,
  ["a 403 for bulk"] = function()
    return fake.json(403)
  end,
  ["results in another order"] = function(items, perform)
    local results = perform(items)
    results[2], results[7], results[10] = results[7], results[10], results[2]
    return bulk.answer(results)
  end,
  ["an item that is retryable"] = function(items, perform)
    local late = table.remove(items, 4)
    local results = perform(items)
    table.insert(results, 1, item_error(late, 503, true))
    return bulk.answer(results)
  end,
}

-- Those after which other kinds give up, as the single call does.
local FAULTS_OF_CREATE = {
  ["HTML with status 200 after the work"] = function(items, perform)
    perform(items)
    return fake.foreign(200)
  end,
  ["a gateway's 403 after the work"] = function(items, perform)
    perform(items)
    return fake.foreign(403)
  end,
}

local KINDS = {}

function KINDS.get(client, items)
  return client.contacts:get_many(items)
end

function KINDS.delete(client, items)
  return client.contacts:delete_many(items)
end

function KINDS.update(client, items)
  return client.contacts:update_many(items)
end

function KINDS.create(client, items)
  return client.contacts:create_many(items)
end

-- The items of a kind, and what the store has at the end.
local function items_of(kind)
  local items = {}
  for n = 1, COUNT do
    items[n] = kind == "create" and { lastName = "New", workEmail = ("new%d@example.com"):format(n) }
      or { id = bulk.id(n), lastName = "New" }
  end
  return items
end

local function check_store(self, kind)
  local count, new = 0, {}
  for id, record in pairs(self.store) do
    count = count + 1
    if record.lastName == "New" then
      new[record.workEmail or id] = (new[record.workEmail or id] or 0) + 1
    end
  end
  if kind == "get" then
    assert.equal(COUNT, count)
    assert.is_nil(next(new))
  elseif kind == "delete" then
    assert.equal(0, count)
  else
    local distinct = 0
    for _, times in pairs(new) do
      assert.equal(1, times)
      distinct = distinct + 1
    end
    assert.equal(COUNT, distinct)
    assert.equal(COUNT, count)
  end
end

-- Runs a kind whose first request is answered by `reply`.
local function check(kind, reply)
  local first, handed_out = true, {}
  local ids = kind ~= "create" and bulk.ids(COUNT) or nil
  local client = bulk.client { ids = ids, answer = function(operation, items, self)
    if first then
      first = false
      return reply(items, function(list)
        return bulk.perform(self, operation, list)
      end)
    end
  end }
  client.client.contacts:get(bulk.id(1)) -- tells the server's time
  local items = items_of(kind)
  for index, entry in ipairs(bulk.collect(KINDS[kind](client.client, items))) do
    assert.equal(items[index], entry.item)
    assert.is_nil(entry.err, tostring(entry.err))
    assert.truthy(entry.result)
    local id = type(entry.result) == "table" and entry.result.id or entry.item.id
    assert.is_nil(handed_out[id])
    handed_out[id] = true
    if kind ~= "delete" then
      assert.equal(items[index].workEmail, entry.result.workEmail)
    end
  end
  check_store(client, kind)
  assert.equal(COUNT, client.client:stats().items)
  assert.equal(0, client.client:stats().in_flight)
end

describe("after", function()
  for fault, reply in pairs(FAULTS) do
    for kind in pairs(KINDS) do
      it(("%s, a %s_many has done its work once"):format(fault, kind), function()
        check(kind, reply)
      end)
    end
  end

  for fault, reply in pairs(FAULTS_OF_CREATE) do
    it(fault .. ", a create_many has done its work once", function()
      check("create", reply)
    end)
  end

  it("a fault that lasts, every item has an error of its own", function()
    for kind, begin in pairs(KINDS) do
      for _, fault in ipairs {
        fake.failure("transport", "reset", "all"), fake.json(503), fake.json(500), fake.foreign(403), fake.json(401),
        fake.json(409), fake.foreign(200),
      } do
        local self = bulk.client({ answer = function()
          return fault
        end, single = function()
          return fault
        end }, { max_attempts = 2, check_time = 0.1 })
        local list = bulk.collect(begin(self.client, items_of(kind)))
        assert.equal(COUNT, #list)
        local seen = {}
        for _, entry in ipairs(list) do
          assert.is_nil(entry.result)
          assert.is_true(ec.is_error(entry.err))
          assert.is_nil(seen[entry.err])
          seen[entry.err] = true
        end
      end
    end
  end)
end)
