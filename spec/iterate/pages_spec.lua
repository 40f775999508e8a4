local ec = require "extcontacts"
local fake = require "spec.support.fake"

local function records(first, last)
  local out = ec.array {}
  for i = first, last do
    out[#out + 1] = { id = "id-" .. i }
  end
  return out
end

-- A page of a scan; the last one has no `after`.
local function page(first, last, after)
  return fake.json(200, { entities = records(first, last), cursors = { after = after } })
end

local function ids(iterator)
  local out = {}
  for record in iterator do
    out[#out + 1] = record.id
  end
  return out
end

local function expected(first, last)
  local out = {}
  for i = first, last do
    out[#out + 1] = "id-" .. i
  end
  return out
end

local function raised(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_true(ec.is_error(err), tostring(err))
  return err
end

local function step(iterator)
  return iterator:next()
end

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

describe("a resume token", function()
  local script = { page(1, 3, "a"), page(4, 6, "b"), page(7, 7) }

  -- Serves the pages of the scan by cursor, any number of times.
  local function server()
    local by_cursor = { [""] = script[1], a = script[2], b = script[3] }
    local answers = {}
    for i = 1, 20 do
      answers[i] = function(request)
        return by_cursor[request.url:match("cursor=(%w+)") or ""]
      end
    end
    return fake.client(answers)
  end

  for taken = 0, 7 do
    it("resumes exactly after record " .. taken, function()
      local iterator = server().client:scan_contacts()
      for _ = 1, taken do
        iterator:next()
      end
      local token = iterator:resume_token()
      local resumed = server().client:scan_contacts { from = token }
      assert.equal(taken, resumed.count)
      assert.same(token, resumed:resume_token())
      assert.same(expected(taken + 1, 7), ids(resumed))
      assert.equal(7, resumed.count)
      assert.same({}, ids(server().client:scan_contacts { from = resumed:resume_token() }))
    end)
  end

  it("between two pages uses no cursor twice", function()
    local iterator = server().client:scan_contacts { max_items = 3 }
    ids(iterator)
    local again = server()
    ids(again.client:scan_contacts { from = iterator:resume_token() })
    assert.truthy(again.requests[1].url:find("cursor=a", 1, true))
  end)

  it("skips by id if the page has changed", function()
    local iterator = server().client:scan_contacts()
    iterator:next()
    iterator:next()
    local self = fake.client {
      fake.json(200, { entities = { { id = "new" }, { id = "id-2" }, { id = "id-1" }, { id = "id-3" } } }),
    }
    assert.same({ "new", "id-3" }, ids(self.client:scan_contacts { from = iterator:resume_token() }))
  end)

  it("is rejected by another iteration, and if it is not a token", function()
    local self = server()
    local token = self.client:scan_contacts():resume_token()
    assert.truthy(fake.misuse(function()
      local _ = self.client:scan_notes { from = token }
    end):find("another iteration", 1, true))
    assert.truthy(fake.misuse(function()
      local _ = self.client:scan_notes { from = "rubbish" }
    end):find("resume_token", 1, true))
  end)
end)

describe("a listing", function()
  -- A page of a listing; `more` adds fields to the envelope.
  local function listing(first, last, more)
    local body = { entities = records(first, last) }
    for name, value in pairs(more or {}) do
      body[name] = value
    end
    return fake.json(200, body)
  end

  it("continues to the page count", function()
    local self = fake.client {
      listing(1, 2, { pageCount = 2, total = 3 }), listing(3, 3, { pageCount = 2, total = 3 }),
    }
    assert.same(expected(1, 3), ids(self.client:each_contact { page_size = 25, q = "x" }))
    assert.truthy(self.requests[2].url:find("pageSize=25&pageNumber=2&q=x", 1, true))
  end)

  it("continues while there is a nextUri", function()
    local self = fake.client {
      listing(1, 2, { nextUri = "/x" }), listing(1, 0, { nextUri = "/y" }), listing(3, 3, { total = 3 }),
    }
    assert.same(expected(1, 3), ids(self.client:each_organization()))
  end)

  it("continues after an empty page", function()
    local self = fake.client {
      listing(1, 2, { pageCount = 3 }), listing(1, 0, { pageCount = 3 }), listing(3, 3, { pageCount = 3 }),
    }
    assert.same(expected(1, 3), ids(self.client:each_contact()))
  end)

  it("uses the total if there is nothing else", function()
    local self = fake.client { listing(1, 2, { total = 150 }), listing(3, 4, { total = 150 }) }
    assert.same(expected(1, 4), ids(self.client:each_contact_note("c")))
  end)

  it("continues to an empty page if the envelope says nothing", function()
    local self = fake.client { listing(1, 2), listing(3, 3), listing(1, 0) }
    assert.same(expected(1, 3), ids(self.client:each_organization_contact("o")))
  end)

  it("ends at an empty listing", function()
    local self = fake.client { listing(1, 0, { total = 0, pageCount = 0 }) }
    assert.same({}, ids(self.client:each_organization_note("o")))
  end)

  it("raises if the server returns the same page twice", function()
    local self = fake.client { listing(1, 2), listing(1, 2) }
    assert.equal("protocol", raised(ids, self.client:each_contact()).kind)
  end)

  -- Ten pages of 100 records, and the page after them.
  local function thousand(total)
    local pages = {}
    for number = 1, 10 do
      pages[number] = listing(number * 100 - 99, number * 100,
        { total = total, pageCount = math.ceil(total / 100) })
    end
    return fake.client(pages)
  end

  it("reads 1,000 records to the end", function()
    assert.equal(1000, #ids(thousand(1000).client:each_contact()))
  end)

  it("raises after 1,000 records and names the scan", function()
    local self = thousand(1001)
    local iterator = self.client:each_contact()
    local err = raised(ids, iterator)
    assert.equal("limit", err.kind)
    assert.equal(1000, iterator.count)
    assert.truthy(tostring(err):find("client:scan_contacts", 1, true))
    assert.equal("limit", raised(step, iterator).kind)
    assert.equal(10, #self.requests)
  end)

  it("ends after 1,000 records with allow_partial", function()
    assert.equal(1000, #ids(thousand(5000).client:each_contact { allow_partial = true }))
  end)

  it("raises on partial results unless they are allowed", function()
    local partial = listing(1, 2, { total = 2, partialResults = true })
    local err = raised(ids, fake.client({ partial }).client:each_contact())
    assert.equal("limit", err.kind)
    assert.equal("partial_results", err.code)
    assert.same(expected(1, 2),
      ids(fake.client({ partial }).client:each_contact { allow_partial = true }))
  end)

  it("resumes in the middle of a page", function()
    local self = fake.client {
      listing(1, 2, { pageCount = 2 }), listing(1, 2, { pageCount = 2 }), listing(3, 3, { pageCount = 2 }),
    }
    local iterator = self.client:each_organization_relationship("o")
    iterator:next()
    local token = iterator:resume_token()
    assert.same(expected(2, 3), ids(self.client:each_organization_relationship("o", { from = token })))
    assert.truthy(fake.misuse(function()
      local _ = self.client:each_organization_relationship("p", { from = token })
    end):find("another iteration", 1, true))
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
