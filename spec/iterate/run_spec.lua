-- `ec.run` and `ec.spawn`, and the places in code that can wait.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local timed = require "spec.support.timed"

-- A client whose contacts have only an id, each after 20 ms.
local function contacts(options)
  return timed.client(function(request)
    return fake.json(200, { id = request.url:match("/contacts/([%w-]+)") }), 0.02
  end, options)
end

local function near(expected, got)
  assert.is_true(math.abs(expected - got) < 1e-6, ("expected %s, got %s"):format(expected, got))
end

local function raised(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  return err
end

describe("ec.run", function()
  it("passes its arguments and returns the results of its function", function()
    local self = contacts()
    local function count(...)
      return select("#", ...), ...
    end
    assert.equal(5, count(ec.run(function(...)
      assert.equal("1", self.client.contacts:get("1").id)
      return count(...)
    end, 1, nil, 3, nil)))
    assert.equal(0, (count(ec.run(function() end))))
  end)

  it("raises the error of its function", function()
    local object = {}
    assert.equal(object, raised(ec.run, function()
      error(object)
    end))
    local self = contacts()
    assert.equal("broken", raised(ec.run, function()
      self.client.contacts:get("1")
      error("broken", 0)
    end))
  end)

  it("names the arguments that it takes", function()
    assert.truthy(fake.misuse(ec.run):find("ec.run takes a function", 1, true))
    assert.truthy(fake.misuse(ec.run, {}):find("got table", 1, true))
    assert.truthy(fake.misuse(ec.spawn, 1):find("ec.spawn takes a function", 1, true))
  end)

  it("can be nested", function()
    local self = contacts()
    assert.equal("3", ec.run(function()
      return ec.run(function()
        self.client.contacts:get("2")
        return self.client.contacts:get("3").id
      end)
    end))
  end)

  it("runs a client:map, and maps inside maps", function()
    local self = contacts()
    local got = {}
    ec.run(function()
      for outer, inner in self.client:map({ "a", "b", "c" }, function(outer)
        local list = {}
        for _, contact in self.client:map({ "1", "2", "3" }, function(id)
          return self.client.contacts:get(outer .. id)
        end, { ordered = true }) do
          list[#list + 1] = contact.id
        end
        return table.concat(list, " ")
      end, { ordered = true }) do
        got[#got + 1] = outer .. ": " .. inner
      end
    end)
    assert.same({ "a: a1 a2 a3", "b: b1 b2 b3", "c: c1 c2 c3" }, got)
    near(0.02, self.time - 1000)
  end)
end)

describe("ec.spawn", function()
  it("runs functions concurrently", function()
    local self = contacts()
    local function twice(id)
      self.client.contacts:get(id)
      return self.client.contacts:get(id).id
    end
    assert.same({ "1", "2", "3" }, { ec.run(function()
      local one, two = ec.spawn(twice, "1"), ec.spawn(twice, "2")
      local three = twice("3")
      return one:wait(), two:wait(), three
    end) })
    near(0.04, self.time - 1000)
  end)

  it("is waited for by ec.run, and so are the functions that it starts", function()
    local self = contacts()
    local ended = {}
    ec.run(function()
      ec.spawn(function()
        self.client.contacts:get("1")
        ec.spawn(function()
          self.client.contacts:get("2")
          ended[2] = true
        end)
        ended[1] = true
      end)
    end)
    assert.same({ true, true }, ended)
  end)

  it("raises at wait, or else at the end of ec.run", function()
    local self = contacts()
    local function broken()
      self.client.contacts:get("1")
      error("broken", 0)
    end
    assert.equal("broken", ec.run(function()
      local running = ec.spawn(broken)
      return (raised(running.wait, running))
    end))
    assert.equal("broken", raised(ec.run, function()
      ec.spawn(broken)
      return "fine"
    end))
  end)

  it("is cancelled when ec.run's function raises, or on request", function()
    local self = contacts()
    local kinds = {}
    local function get()
      local _, err = self.client.contacts:get("1")
      kinds[#kinds + 1] = err.kind
      error(err, 0)
    end
    assert.equal("broken", raised(ec.run, function()
      ec.spawn(get)
      error("broken", 0)
    end))
    ec.run(function()
      local running = ec.spawn(get)
      assert.equal("extcontacts.running (under way)", tostring(running))
      running:cancel()
      running:cancel()
      assert.equal("extcontacts.running (ended)", tostring(running))
      assert.equal("cancelled", raised(running.wait, running).kind)
    end)
    assert.same({ "cancelled", "cancelled" }, kinds)
    near(0, self.time - 1000)
  end)

  it("works only inside ec.run", function()
    assert.truthy(fake.misuse(ec.spawn, function() end):find("inside ec.run", 1, true))
  end)
end)

describe("code in a task", function()
  -- Runs `fn` as one of two items; the other one makes two calls.
  local function beside(self, fn)
    local order = {}
    for item, result, err in self.client:map({ "code", "calls" }, function(item)
      if item == "code" then
        return fn()
      end
      assert(self.client.contacts:get("1"))
      return assert(self.client.contacts:get("2"))
    end) do
      order[#order + 1] = item
      if item == "code" then
        order.result, order.err = result, err
      end
    end
    return order
  end

  it("can wait in protected calls, iterators and metamethods", function()
    local self = contacts()
    local get = setmetatable({}, {
      __index = function(_, id)
        return self.client.contacts:get(id).id
      end,
      __call = function(_, id)
        return self.client.contacts:get(id).id
      end,
      __add = function(_, id)
        return self.client.contacts:get(id).id
      end,
    })
    local function each(_, id)
      return id < 2 and tonumber(self.client.contacts:get(tostring(id + 1)).id) or nil
    end
    local order = beside(self, function()
      local got = { select(2, pcall(get, "a")), select(2, xpcall(function()
        return get.b
      end, print)), get + "c" }
      for id in each, nil, 0 do
        got[#got + 1] = id
      end
      return table.concat(got, " ")
    end)
    assert.equal("a b c 1 2", order.result)
    near(0.1, self.time - 1000)
  end)

  it("can wait in its own coroutines, which can still yield their values", function()
    local self = contacts()
    local order = beside(self, function()
      local generator = coroutine.wrap(function()
        for id = 1, 3 do
          coroutine.yield(self.client.contacts:get(tostring(id)).id, "more")
        end
      end)
      local got = {}
      for id, more in generator do
        got[#got + 1] = id .. more
      end
      return table.concat(got, " ")
    end)
    assert.equal("1more 2more 3more", order.result)
    near(0.06, self.time - 1000)
  end)

  it("can wait in several coroutines at the same time", function()
    local self = contacts()
    local ids, got = {}, {}
    for index = 1, 100 do
      ids[index] = tostring(index)
    end
    for id, result in self.client:map(ids, function(id)
      return coroutine.wrap(function()
        return self.client.contacts:get(id).id
      end)()
    end, { concurrency = 50 }) do
      assert.equal(id, result)
      got[#got + 1] = id
    end
    assert.equal(100, #got)
    assert.is_true(self.time - 1000 < 100 * 0.02 / 4, "hardly anything was done at the same time")
  end)

  it("can feed a map from a coroutine", function()
    local self = contacts()
    local source = coroutine.wrap(function()
      for id = 1, 20 do
        coroutine.yield(self.client.contacts:get(tostring(id)).id)
      end
    end)
    local count = 0
    for id, contact in self.client:map(source, function(id)
      return self.client.contacts:get(id)
    end) do
      assert.equal(id, contact.id)
      count = count + 1
    end
    assert.equal(20, count)
    near(0.02 * 21, self.time - 1000)
  end)

  for name, code in pairs {
    ["a comparison of table.sort"] = function(client)
      table.sort({ "a", "b", "c" }, function(a, b)
        return client.contacts:get(a).id < client.contacts:get(b).id
      end)
    end,
    ["a replacement of string.gsub"] = function(client)
      return (("a"):gsub("a", function(id)
        return client.contacts:get(id).id
      end))
    end,
  } do
    it("gets an error that says what to do in " .. name, function()
      local self = contacts()
      local order = beside(self, function()
        return code(self.client)
      end)
      assert.truthy(order.err:find("store its result in a", 1, true))
      assert.truthy(order.err:find("run_spec.lua:", 1, true), order.err)
      assert.equal("calls", order[2])
      assert.equal(2, #self.requests)
      code(self.client) -- and outside of tasks it just waits
    end)
  end

  it("gets the same error if it iterates there", function()
    local self = timed.client(function()
      return fake.json(200, { entities = { { id = "1" } }, cursors = {} }), 0.02
    end)
    local message = raised(ec.run, function()
      local iterator = self.client:scan_contacts()
      return (("a"):gsub("a", function()
        return iterator:next().id
      end))
    end)
    assert.truthy(message:find("store its result in a", 1, true))
    assert.truthy(message:find("run_spec.lua:", 1, true))
  end)
end)

describe("code outside of tasks", function()
  it("can call between the results of a map, which continues", function()
    local self = contacts()
    local ids = {}
    for index = 1, 20 do
      ids[index] = tostring(index)
    end
    local count = 0
    for id in self.client:map(ids, function(id)
      return self.client.contacts:get(id)
    end, { concurrency = 4 }) do
      count = count + 1
      assert.equal("x" .. id, self.client.contacts:get("x" .. id).id)
    end
    assert.equal(20, count)
    near(0.02 * 21, self.time - 1000)
  end)

  it("shares a token request with tasks in their own coroutines", function()
    local self = timed.with_tokens(function()
      return fake.json(200, { id = "x" }), 0.02
    end)
    local map = self.client:map({ 1, 2, 3, 4 }, function(n)
      if n > 1 then
        return coroutine.wrap(function()
          return self.client.contacts:get("x").id
        end)()
      end
    end)
    assert.equal(1, (map:next()))
    assert.equal("x", self.client.contacts:get("x").id)
    for _, id in map do
      assert.equal("x", id)
    end
    assert.equal(1, self.tokens)
    assert.is_true(self.time - 1000 < 1, tostring(self.time))
  end)

  it("works with two clients at the same time", function()
    local one, two = contacts(), contacts()
    local pairs_of = {}
    ec.run(function()
      local other = ec.spawn(function()
        return two.client.contacts:get("2").id
      end)
      pairs_of[1] = one.client.contacts:get("1").id
      pairs_of[2] = other:wait()
    end)
    assert.same({ "1", "2" }, pairs_of)
  end)
end)

describe("a signal", function()
  it("ends a map: it returns the results of calls under way, then raises", function()
    local self = contacts()
    local map = self.client:map({ "1", "2", "3", "4", "5", "6" }, function(id)
      return self.client.contacts:get(id)
    end, { concurrency = 2 })
    assert.equal("1", (map:next()))
    local guard = assert(core.signal.catch())
    finally(function()
      guard:release()
    end)
    os.execute("kill -TERM $PPID")
    assert.equal("TERM", ec.interrupted())
    local results = {}
    local err = raised(function()
      for id, result, problem in map do
        results[#results + 1] = { id, result and result.id, problem and problem.code }
      end
    end)
    assert.equal("cancelled", err.kind)
    assert.equal("interrupted", err.code)
    assert.same({ { "2", "2" }, { "3", nil, "interrupted" }, { "4", nil, "interrupted" } }, results)
  end)
end)
