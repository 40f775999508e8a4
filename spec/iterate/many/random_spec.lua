-- Random items, batch sizes and faults against a small server: whatever happens, every
-- item is handed out once, in order, and what it is told is true.
local bulk = require "spec.support.bulk"
local fake = require "spec.support.fake"

-- Numbers of our own, so that a failure can be repeated on either VM.
local function generator(seed)
  local state = seed * 7919 % 2147483647 + 1
  return function(most)
    state = state * 16807 % 2147483647
    return state % most + 1
  end
end

local LOST = { fake.failure("transport", "reset", "all"), fake.failure("timeout", "timeout", "all"), fake.foreign(504) }

local function shuffle(random, list)
  for index = #list, 2, -1 do
    local other = random(index)
    list[index], list[other] = list[other], list[index]
  end
end

-- Carries out the items that do not fail; returns the results.
local function with_failures(random, self, operation, items, retryable)
  local failures, rest = {}, {}
  for _, item in ipairs(items) do
    local dice = random(12)
    if dice == 1 then
      failures[#failures + 1] = bulk.failed(item, 429, "busy", { retryable = retryable })
    elseif dice == 2 then
      failures[#failures + 1] = bulk.failed(item, 503, "busy", { retryable = retryable })
    elseif dice == 3 then
      bulk.perform(self, operation, { item })
      failures[#failures + 1] = bulk.failed(item, 503, "busy", { retryable = retryable })
    else
      rest[#rest + 1] = item
    end
  end
  local results = bulk.perform(self, operation, rest)
  for _, failure in ipairs(failures) do
    if operation:find "add" then
      failure.id = nil
    end
    results[#results + 1] = failure
  end
  return results
end

-- A server that does something else with each request.
local function moody(random, options)
  local most = random(40)
  return bulk.client({ ids = options.ids, answer = function(operation, items, self)
    local mood = random(14)
    if #items > most then
      return fake.json(random(2) == 1 and 413 or 400)
    elseif mood == 1 then
      return LOST[random(3)]
    elseif mood == 2 then
      bulk.perform(self, operation, items)
      return LOST[random(3)]
    elseif mood == 3 then
      local some = {}
      for index = 1, random(#items) do
        some[index] = items[index]
      end
      bulk.perform(self, operation, some)
      return LOST[random(3)]
    elseif mood == 4 then
      return fake.json(429, {}, { ["retry-after"] = "1", ["content-type"] = "application/json" })
    elseif mood == 5 then
      return fake.failure("transport", "refused", "nothing")
    elseif mood == 6 and options.can_refuse then
      return fake.json(403)
    elseif mood <= 9 then
      local results = with_failures(random, self, operation, items, random(2) == 1 or nil)
      shuffle(random, results)
      return bulk.answer(results)
    end
    local results = bulk.perform(self, operation, items)
    shuffle(random, results)
    return bulk.answer(results)
  end }, { max_attempts = 6, check_time = 2 })
end

local function iteration_options(random)
  return { batch_max = random(60), concurrency = random(6) }
end

-- Iterates, and checks the order.
local function run(iterator, items)
  local list = bulk.collect(iterator)
  assert.equal(#items, #list)
  for index, entry in ipairs(list) do
    assert.equal(items[index], entry.item)
    assert.is_true((entry.result == nil) ~= (entry.err == nil))
  end
  return list
end

local function check_creates(seed)
  local random = generator(seed)
  local self = moody(random, { can_refuse = seed % 5 == 0 })
  self.client.contacts:get(bulk.id(1)) -- tells the server's time
  local items = {}
  for n = 1, random(120) do
    items[n] = { firstName = "Ann " .. n % 3, workEmail = ("a%d@example.com"):format(n) }
  end
  local list = run(self.client.contacts:create_many(items, iteration_options(random)), items)
  local stored, ids = {}, {}
  for _, record in pairs(self.store) do
    stored[record.workEmail] = (stored[record.workEmail] or 0) + 1
  end
  for _, entry in ipairs(list) do
    local count = stored[entry.item.workEmail] or 0
    if entry.result then
      assert.equal(entry.item.workEmail, entry.result.workEmail)
      assert.is_nil(ids[entry.result.id])
      ids[entry.result.id] = true
      assert.equal(1, count)
    else
      assert.is_true(count <= (entry.err.ambiguous and 1 or 0), tostring(entry.err))
    end
  end
end

-- Updates with several items for some records: the last successful one counts.
local function check_updates(seed)
  local random = generator(seed)
  local ids = bulk.ids(40)
  local self = moody(random, { ids = ids, can_refuse = seed % 5 == 0 })
  local items = {}
  for n = 1, random(150) do
    items[n] = { id = ids[random(40)], firstName = "version " .. n }
  end
  local list = run(self.client.contacts:update_many(items, iteration_options(random)), items)
  local expected, unsure = {}, {}
  for _, entry in ipairs(list) do
    local id = entry.item.id
    if entry.result then
      assert.equal(id, entry.result.id)
      assert.equal(entry.item.firstName, entry.result.firstName)
      expected[id], unsure[id] = entry.item.firstName, nil
    elseif entry.err.ambiguous then
      unsure[id] = true
    end
  end
  for id, version in pairs(expected) do
    assert.is_true(unsure[id] or self.store[id].firstName == version)
  end
end

local function check_deletes(seed)
  local random = generator(seed)
  local ids = bulk.ids(random(100))
  local self = moody(random, { ids = ids, can_refuse = seed % 5 == 0 })
  local may_exist = {}
  for _, entry in ipairs(run(self.client.contacts:delete_many(ids, iteration_options(random)), ids)) do
    if entry.result then
      assert.is_nil(self.store[entry.item])
    else
      may_exist[entry.item] = true
      assert.is_true(entry.err.ambiguous or self.store[entry.item] ~= nil, tostring(entry.err))
    end
  end
  for id in pairs(self.store) do
    assert.is_true(may_exist[id])
  end
end

local function check_reads(seed)
  local random = generator(seed)
  local ids, known = {}, bulk.ids(60)
  local self = moody(random, { ids = known, can_refuse = seed % 5 == 0 })
  for n = 1, random(150) do
    ids[n] = bulk.id(random(70))
  end
  for _, entry in ipairs(run(self.client.contacts:get_many(ids, iteration_options(random)), ids)) do
    if entry.result then
      assert.equal(entry.item, entry.result.id)
    else
      assert.is_true(entry.err.status ~= 404 or self.store[entry.item] == nil)
    end
  end
end

describe("with random faults", function()
  local COUNT = tonumber(os.getenv "EXTCONTACTS_RANDOM") or 15
  for name, check in pairs {
    create_many = check_creates, update_many = check_updates, delete_many = check_deletes, get_many = check_reads,
  } do
    it(name .. " tells the truth", function()
      for seed = 1, COUNT do
        local ok, problem = pcall(check, seed)
        if not ok then
          error(("seed %d: %s"):format(seed, type(problem) == "table" and tostring(problem.message) or problem), 0)
        end
      end
    end)
  end
end)
