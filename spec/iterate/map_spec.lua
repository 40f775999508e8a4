-- `client:map`: concurrent calls, and their results one after another.
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local timed = require "spec.support.timed"

-- A client whose contacts have only an id, each after 20 ms; `change` may return
-- another answer and duration for an id.
local function contacts(change, options)
  return timed.client(function(request)
    local id = request.url:match("/contacts/([%w-]+)")
    local answer, seconds
    if change then
      answer, seconds = change(id)
    end
    return answer or fake.json(200, { id = id }), seconds or 0.02
  end, options)
end

local function numbers(count)
  local list = {}
  for index = 1, count do
    list[index] = tostring(index)
  end
  return list
end

local function getter(self)
  return function(id)
    return self.client.contacts:get(id)
  end
end

-- The results of a map, as { item, result's id or nil, error's kind or the error }.
local function collect(map)
  local out = {}
  for item, result, err in map do
    out[#out + 1] = { item, result and result.id, err and (err.kind or err) }
  end
  return out
end

local function items(map)
  local out = {}
  for item in map do
    out[#out + 1] = item
  end
  return table.concat(out, " ")
end

local function elapsed(self)
  return self.time - 1000
end

local function near(expected, got)
  assert.is_true(math.abs(expected - got) < 1e-6, ("expected %s, got %s"):format(expected, got))
end

describe("client:map", function()
  it("calls the function for every item of an array and returns its results", function()
    local self = contacts()
    local got = collect(self.client:map(numbers(20), getter(self)))
    assert.equal(20, #got)
    table.sort(got, function(a, b)
      return tonumber(a[1]) < tonumber(b[1])
    end)
    for index, entry in ipairs(got) do
      assert.same({ tostring(index), tostring(index) }, entry)
    end
  end)

  it("makes at most `concurrency` calls at the same time", function()
    for _, concurrency in ipairs { 1, 3, 16 } do
      local self = contacts()
      assert.equal(48, #collect(self.client:map(numbers(48), getter(self), { concurrency = concurrency })))
      assert.equal(concurrency, self.most)
      near(0.02 * 48 / concurrency, elapsed(self))
    end
  end)

  it("makes eight calls at the same time by default", function()
    local self = contacts()
    collect(self.client:map(numbers(16), getter(self)))
    assert.equal(8, self.most)
  end)

  it("returns results as they arrive, or in the order of the items", function()
    local function slow_first(id)
      return nil, id == "1" and 0.5 or 0.02
    end
    local self = contacts(slow_first)
    local map = self.client:map(numbers(5), getter(self), { concurrency = 2 })
    assert.equal("2 3 4 5 1", items(map))
    self = contacts(slow_first)
    assert.equal("1 2 3 4 5", items(self.client:map(numbers(5), getter(self), { ordered = true })))
  end)

  it("accepts a function as source and passes on all its results", function()
    local self = contacts()
    local index = 0
    local got = {}
    local map = self.client:map(function()
      index = index + 1
      if index <= 3 then
        return index, index * 10, nil, "x"
      end
    end, function(...)
      return select("#", ...), (select(2, ...)), (select(4, ...))
    end, { ordered = true })
    for item, count, second, fourth in map do
      got[#got + 1] = { item, count, second, fourth }
    end
    assert.same({ { 1, 4, 10, "x" }, { 2, 4, 20, "x" }, { 3, 4, 30, "x" } }, got)
  end)

  it("accepts an iterator, whose pages are fetched meanwhile", function()
    local self
    self = timed.client(function(request)
      local page = request.url:match("/scan/") and (tonumber(request.url:match("cursor=c(%d+)")) or 1)
      if not page then
        return fake.json(200, { id = request.url:match("/contacts/(%w+)") }), 0.02
      end
      local list = {}
      for index = 1, 10 do
        list[index] = { id = page .. "x" .. index }
      end
      return fake.json(200, { entities = list, cursors = { after = page < 4 and "c" .. page + 1 or nil } }), 0.02
    end)
    local got = 0
    for contact, result in self.client:map(self.client:scan_contacts(), function(contact)
      return self.client.contacts:get(contact.id)
    end, { concurrency = 10 }) do
      assert.equal(contact.id, result.id)
      got = got + 1
    end
    assert.equal(40, got)
    near(0.02 * 5, elapsed(self)) -- one page, then four times ten calls with a page beside them
  end)

  it("returns nothing for an empty source", function()
    local self = contacts()
    assert.same({}, collect(self.client:map({}, getter(self))))
    assert.same({}, collect(self.client:map(ec.array {}, getter(self))))
    assert.same({}, collect(self.client:map(function() end, getter(self))))
  end)

  it("returns nothing after its end", function()
    local self = contacts()
    local map = self.client:map({ "1" }, getter(self))
    assert.equal("1", (map:next()))
    assert.is_nil(map:next())
    assert.is_nil(map:next())
    assert.equal(1, map.count)
    assert.equal("extcontacts.map (1 results, 0 under way)", tostring(map))
  end)

  it("runs functions that do not wait", function()
    local self = contacts()
    local map = self.client:map({ 1, 2, 3 }, function(n)
      return n * n
    end, { concurrency = 2, ordered = true })
    local sum = 0
    for n, square in map do
      assert.equal(n * n, square)
      sum = sum + square
    end
    assert.equal(14, sum)
  end)
end)

describe("errors in client:map", function()
  it("belong to their item", function()
    local self = contacts(function(id)
      return id == "2" and fake.json(404, { code = "not.found" }) or nil
    end)
    assert.same({ { "1", "1" }, { "2", nil, "http" }, { "3", "3" } },
      collect(self.client:map(numbers(3), getter(self), { ordered = true })))
  end)

  it("can be raised, as error objects or as other values", function()
    local self = contacts(function(id)
      return id == "2" and fake.json(404, { code = "not.found" }) or nil
    end)
    local map = self.client:map(numbers(4), function(id)
      local contact, err = self.client.contacts:get(id)
      if err then
        error(err, 0)
      elseif id == "3" then
        error("broken", 0)
      elseif id == "4" then
        error()
      end
      return contact
    end, { ordered = true })
    assert.same({ { "1", "1" }, { "2", nil, "http" }, { "3", nil, "broken" }, { "4", nil, "nil was raised" } },
      collect(map))
  end)

  it("of the source are raised after the results of items under way, and the map can continue", function()
    local self = contacts()
    local index = 0
    local map = self.client:map(function()
      index = index + 1
      if index == 3 then
        error("the source is broken", 0)
      end
      return index <= 5 and tostring(index) or nil
    end, getter(self))
    assert.truthy(map:next())
    assert.truthy(map:next())
    local ok, message = pcall(map.next, map)
    assert.is_false(ok)
    assert.equal("the source is broken", message)
    assert.equal("4 5", items(map))
  end)

  it("can be caught in the function, which can then continue to call", function()
    local self = contacts()
    local map = self.client:map(numbers(3), function(id)
      local ok, err = pcall(function()
        self.client.contacts:get(id)
        error { kind = "mine" }
      end)
      assert(not ok and err.kind == "mine")
      return self.client.contacts:get(id)
    end, { ordered = true })
    assert.same({ { "1", "1" }, { "2", "2" }, { "3", "3" } }, collect(map))
    near(0.04, elapsed(self))
  end)

  it("name a yield that is not for the module", function()
    local self = contacts()
    local map = self.client:map({ 1, 2 }, function(n)
      if n == 2 then
        assert(self.client.contacts:get("x"))
      end
      coroutine.yield("?")
    end, { ordered = true })
    for _, result, err in map do
      assert.is_nil(result)
      assert.truthy(err:find("coroutine.wrap", 1, true))
    end
    assert.equal(2, map.count)
    map = self.client:map(coroutine.yield, function() end)
    local ok, message = pcall(map.next, map)
    assert.is_false(ok)
    assert.truthy(message:find("coroutine.wrap", 1, true))
  end)
end)

describe("a client:map that ends early", function()
  -- Maps 100 items and takes two results.
  local function begun()
    local self = contacts()
    local map = self.client:map(numbers(100), getter(self), { concurrency = 4 })
    map:next()
    map:next()
    return self, map
  end

  it("starts only as many items as are needed", function()
    local self, map = begun()
    local before = #self.requests
    assert.is_true(before <= 2 + 2 * 4)
    for _ = 1, 10 do
      self.client.contacts:get("x")
    end
    assert.equal(before + 10, #self.requests)
    assert.equal(98, #collect(map))
  end)

  it("keeps a bounded number of results if the first is slow", function()
    local self = contacts(function(id)
      return nil, id == "1" and 10 or 0.02
    end)
    local map = self.client:map(numbers(100), getter(self), { concurrency = 4, ordered = true })
    assert.equal("1", (map:next()))
    assert.equal(8 + 1, #self.requests)
    assert.equal(99, #collect(map))
  end)

  it("cancels the calls under way at close", function()
    local self, map = begun()
    map:close()
    map:close()
    assert.is_nil(map:next())
    local cancelled = 0
    for _, event in ipairs(self.events) do
      cancelled = cancelled + (event:find("cancelled", 1, true) and 1 or 0)
    end
    assert.equal(4, cancelled)
    assert.equal(8, #self.requests) -- the four it began with came at the same time
  end)

  it("cancels the calls under way when it is collected", function()
    local self = begun()
    collectgarbage()
    collectgarbage()
    self.client.contacts:get("x")
    assert.equal(9, #self.requests)
    local events = table.concat(self.events, ", ")
    assert.truthy(events:find("cancelled 5", 1, true) and events:find("cancelled 6", 1, true))
  end)

  it("ends immediately at a break, on Lua 5.4", function()
    local self = contacts()
    for item in self.client:map(numbers(100), getter(self), { concurrency = 2 }) do
      if item then
        break
      end
    end
    local closes = _VERSION == "Lua 5.4"
    assert.equal(closes, table.concat(self.events, ", "):find("cancelled 3", 1, true) ~= nil)
  end)

  it("shows the functions that they are cancelled", function()
    local self = contacts()
    local seen = {}
    local map = self.client:map({ "1", "2" }, function(id)
      if id == "1" then
        return 1
      end
      local _, err = self.client.contacts:get(id)
      seen[#seen + 1] = err.kind
      _, err = self.client.contacts:get(id)
      seen[#seen + 1] = err.kind
    end)
    map:next()
    map:close()
    assert.same({ "cancelled", "cancelled" }, seen)
  end)

  it("cancels a call that waits for its next attempt", function()
    local self = contacts(function(id)
      return id == "1" and fake.json(503, {}) or nil
    end)
    local map = self.client:map({ "1", "2", "3" }, getter(self), { concurrency = 2 })
    assert.equal("2", (map:next()))
    map:close()
    self.client.contacts:get("x")
    for _, request in ipairs(self.requests) do
      assert.is_nil(request.url:match("/contacts/1$") and request ~= self.requests[1] or nil)
    end
  end)
end)

describe("the deadline of client:map", function()
  it("ends the calls under way with a timeout, starts no more, and raises", function()
    local self
    self = timed.client(function(request)
      local left = request.deadline - self.time
      if left < 0.02 then
        return fake.failure("timeout", "timeout", "all"), left
      end
      return fake.json(200, { id = request.url:match("/contacts/(%w+)") }), 0.02
    end)
    local map = self.client:map(numbers(100), getter(self), { concurrency = 2, deadline = 0.05 })
    local good, late = 0, 0
    local ok, err = pcall(function()
      for _, result, failure in map do
        if result then
          good = good + 1
        else
          late = late + 1
          assert.equal("timeout", failure.kind)
        end
      end
    end)
    assert.is_false(ok)
    assert.equal("timeout", err.kind)
    assert.equal("deadline", err.code)
    assert.equal(4, good)
    assert.equal(2, late)
    near(0.05, elapsed(self))
    assert.is_false(pcall(map.next, map))
  end)

  it("has no effect if the map ends before it", function()
    local self = contacts()
    assert.equal(4, #collect(self.client:map(numbers(4), getter(self), { deadline = 1 })))
  end)
end)

describe("calls in client:map", function()
  it("are retried if that is safe, while the others continue", function()
    local tries = 0
    local self = contacts(function(id)
      if id == "1" then
        tries = tries + 1
        return tries < 3 and fake.json(503, {}) or nil
      end
    end)
    assert.equal("2 3 4 5 6 1", items(self.client:map(numbers(6), getter(self), { concurrency = 2 })))
    assert.equal(3, tries)
  end)

  it("obey the rate limit", function()
    local self = contacts(nil, { rate = 10, reserve = 0 })
    assert.equal(25, #collect(self.client:map(numbers(25), getter(self), { concurrency = 5 })))
    assert.is_true(elapsed(self) >= 120, tostring(elapsed(self)))
    assert.equal(25, #self.requests)
  end)

  it("share one request for a token", function()
    local self = timed.with_tokens(function()
      return fake.json(200, { id = "x" }), 0.02
    end)
    assert.equal(16, #collect(self.client:map(numbers(16), getter(self), { concurrency = 16 })))
    assert.equal(1, self.tokens)
    near(0.04, elapsed(self))
  end)
end)

describe("a misuse of client:map", function()
  local client = contacts().client
  local function fn() end

  for name, case in pairs {
    ["no source"] = { "must be an array, an iterator or a function, got nil", nil, fn },
    ["a text"] = { "got string", "abc", fn },
    ["a table that is no array"] = { "pass an array of its keys", { a = 1 }, fn },
    ["no function"] = { "the second argument must be a function, got nil", {} },
    ["an unknown option"] = { "did you mean 'concurrency'", {}, fn, { concurency = 2 } },
    ["a concurrency of 0"] = { "must be at least 1", {}, fn, { concurrency = 0 } },
    ["half a concurrency"] = { "must be a whole number", {}, fn, { concurrency = 1.5 } },
    ["a text as deadline"] = { "'deadline' must be a number", {}, fn, { deadline = "1" } },
    ["options that are none"] = { "the options must be a table", {}, fn, 5 },
  } do
    it("with " .. name .. " is reported at the caller's line", function()
      local message = fake.misuse(function()
        local _ = client:map(case[2], case[3], case[4])
      end)
      assert.truthy(message:find(case[1], 1, true), message)
      assert.truthy(message:find("map_spec.lua:", 1, true), message)
    end)
  end

  it("with a dot is reported", function()
    assert.truthy(fake.misuse(function()
      local _ = client.map({}, fn)
    end):find("client:map", 1, true))
  end)
end)
