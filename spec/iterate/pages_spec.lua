-- Iterators over scans: their end, errors, pages and deadlines.
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local paging = require "spec.support.paging"

local records, page, ids, expected = paging.records, paging.scan, paging.ids, paging.expected
local raised, step = paging.raised, paging.step

describe("a scan", function()
  it("follows the cursor to the end and requests the largest page", function()
    local self = fake.client { page(1, 3, "c/1=+"), page(4, 5, "c2"), page(6, 6) }
    local iterator = self.client:scan_contacts()
    assert.same(expected(1, 6), ids(iterator))
    assert.equal(6, iterator.count)
    assert.truthy(self.requests[1].url:match("/scan/contacts%?limit=200$"))
    assert.truthy(self.requests[2].url:match("limit=200&cursor=c%%2F1%%3D%%2B$"))
    assert.is_nil(iterator:next())
    assert.equal(3, #self.requests)
  end)

  it("continues after an empty page", function()
    local self = fake.client { page(1, 2, "a"), page(1, 0, "b"), page(1, 0, "c"), page(3, 4) }
    assert.same(expected(1, 4), ids(self.client:scan_contacts()))
  end)

  it("continues after a page without entities", function()
    local self = fake.client { fake.json(200, { cursors = { after = "a" } }), page(1, 2) }
    assert.same(expected(1, 2), ids(self.client:scan_notes()))
  end)

  for name, cursors in pairs {
    ["an empty cursors object"] = {}, ["an empty after"] = { after = "" },
    ["a null after"] = { after = ec.null }, ["null cursors"] = ec.null,
  } do
    it("ends at " .. name, function()
      local self = fake.client { fake.json(200, { entities = records(1, 2), cursors = cursors }) }
      assert.same(expected(1, 2), ids(self.client:scan_organizations()))
    end)
  end

  it("ends at a page without cursors", function()
    local self = fake.client { fake.json(200, { entities = records(1, 2) }) }
    assert.same(expected(1, 2), ids(self.client:scan_relationships()))
  end)

  it("raises if an answer is not a page of a scan", function()
    local self = fake.client { fake.json(200, { hello = 1 }) }
    assert.equal("protocol", raised(step, self.client:scan_contacts()).kind)
  end)

  it("raises if an entity is null, names it, and stays where it was", function()
    for name, make in pairs {
      scan = function(self) return self.client:scan_contacts() end,
      listing = function(self) return self.client:each_contact() end,
    } do
      local damaged = fake.json(200, { entities = { { id = "id-3" }, ec.null, { id = "id-5" } }, total = 5 })
      local first = fake.json(200, { entities = records(1, 2), total = 200, pageCount = 2, cursors = { after = "a" } })
      local repaired = fake.json(200, { entities = records(3, 5), total = 5 })
      local self = fake.client({ first, damaged, repaired }, {})
      local iterator = make(self)
      local seen = { iterator:next().id, iterator:next().id }
      local err = raised(step, iterator)
      assert.same({ "protocol", "the answer's entities[2] is not a record" }, { err.kind, err.message }, name)
      assert.equal(2, iterator.count)
      for record in iterator do
        seen[#seen + 1] = record.id
      end
      assert.same(expected(1, 5), seen)
    end
  end)

  it("raises if a cursor is returned twice", function()
    local self = fake.client { page(1, 1, "a"), page(2, 2, "a") }
    local iterator = self.client:scan_contacts()
    assert.equal("id-1", iterator:next().id)
    assert.equal("protocol", raised(step, iterator).kind)

    self = fake.client { page(1, 1, "a"), page(2, 2, "b"), page(3, 3, "a") }
    local err = raised(ids, self.client:scan_contacts())
    assert.equal("protocol", err.kind)
    assert.equal("get_externalcontacts_scan_contacts", err.operation)
  end)

  it("keeps its position if a page fails, and continues once it succeeds", function()
    local self = fake.client({
      page(1, 2, "a"), fake.json(500, { message = "boom" }), page(3, 4),
    }, { retry = false })
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:next()
    local err = raised(step, iterator)
    assert.equal(500, err.status)
    assert.same(expected(3, 4), ids(iterator))
    assert.equal(self.requests[2].url, self.requests[3].url)
  end)

  it("says what to do about an expired cursor", function()
    local self = fake.client { page(1, 1, "a"), fake.json(400, { code = "bad.request" }) }
    local err = raised(ids, self.client:scan_contacts())
    assert.equal(400, err.status)
    assert.truthy(tostring(err):find("on_expired", 1, true))
  end)

  it("restarts after an expired cursor and skips the records already seen", function()
    local self = fake.client {
      page(1, 2, "a"), page(3, 4, "b"), fake.json(400, {}), page(1, 3, "c"), page(4, 6),
    }
    assert.same(expected(1, 6), ids(self.client:scan_contacts { on_expired = "restart" }))
    assert.is_nil(self.requests[4].url:find("cursor", 1, true))
  end)

  it("does not restart forever", function()
    local self = fake.client {
      page(1, 1, "a"), fake.json(400, {}), page(1, 1, "b"), fake.json(400, {}),
    }
    assert.equal(400, raised(ids, self.client:scan_contacts { on_expired = "restart" }).status)
  end)

  it("does not treat a rejected first page as an expired cursor", function()
    local self = fake.client { fake.json(400, { message = "no" }) }
    local err = raised(ids, self.client:scan_contacts { on_expired = "restart" })
    assert.is_nil(tostring(err):find("expired", 1, true))
  end)

  it("stops after max_items without another request", function()
    local self = fake.client { page(1, 3, "a") }
    local iterator = self.client:scan_contacts { max_items = 2 }
    assert.same(expected(1, 2), ids(iterator))
    assert.equal(2, iterator.count)
    assert.equal(1, #self.requests)
  end)

  it("raises for a broken limit before the first request", function()
    local self = fake.client {}
    local err = raised(function()
      return self.client:scan_contacts { limit = 5 }
    end)
    assert.equal("limit", err.kind)
  end)

  it("ends at close", function()
    local self = fake.client { page(1, 3, "a") }
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:close()
    assert.is_nil(iterator:next())
  end)
end)

describe("pages", function()
  it("are returned with their envelope", function()
    local self = fake.client { page(1, 2, "a"), page(1, 0, "b"), page(3, 3) }
    local sizes, cursors = {}, {}
    local iterator = self.client:scan_contacts()
    for answer in iterator:pages() do
      sizes[#sizes + 1] = #answer.entities
      cursors[#cursors + 1] = answer.cursors.after or "end"
    end
    assert.same({ 2, 0, 1 }, sizes)
    assert.same({ "a", "b", "end" }, cursors)
    assert.equal(3, iterator.count)
  end)

  it("include the rest of a page already begun", function()
    local self = fake.client { page(1, 3, "a"), page(4, 4) }
    local iterator = self.client:scan_contacts()
    iterator:next()
    local seen = {}
    for answer in iterator:pages() do
      for _, record in ipairs(answer.entities) do
        seen[#seen + 1] = record.id
      end
    end
    assert.same(expected(2, 4), seen)
  end)
end)

describe("an iteration's deadline and cancel token", function()
  local function endless(options)
    local count = 0
    local script = setmetatable({}, { __index = function()
      return function()
        count = count + 1
        return fake.json(200, { entities = { { id = tostring(count) } }, cursors = { after = "c" .. count } })
      end
    end })
    return fake.client(script, options)
  end

  it("end the iteration and keep its position", function()
    local self = endless {}
    local iterator = self.client:scan_contacts { deadline = 10, prefetch = false }
    assert(iterator:next())
    self.time = self.time + 11
    local ok, err = pcall(iterator.next, iterator)
    assert.is_false(ok)
    assert.equal("timeout", err.kind)
    assert.equal(1, iterator.count)
    assert.is_string(iterator:resume_token())
  end)

  it("cancel it between pages", function()
    local stop, self = ec.cancel_token(), endless {}
    local iterator = self.client:scan_contacts { cancel = stop, prefetch = false }
    assert(iterator:next())
    stop:cancel()
    local ok, err = pcall(iterator.next, iterator)
    assert.is_false(ok)
    assert.equal("cancelled", err.kind)
  end)
end)
