-- Iterators request the next page before they hand out the records of this one.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local timed = require "spec.support.timed"

-- The text of a page of a scan; `after` is the next page's number.
local function page_text(page, after)
  return ('{"entities":[{"id":"%da"},{"id":"%db"}],"cursors":{%s}}'):format(page, page,
    after and ('"after":"c%d"'):format(after) or "")
end

local function with_text(text)
  local reply = fake.json(200)
  reply.body = text
  return reply
end

-- A scan of `pages` pages with two records each; `change(number, page)` may return
-- another answer to a request.
local function scan(pages, change, options)
  return timed.client(function(request, number)
    local page = tonumber(request.url:match("cursor=c(%d+)")) or 1
    return change and change(number, page)
      or with_text(page_text(page, page < pages and page + 1 or nil)), 0.02
  end, options)
end

local function ids(iterator)
  local out = {}
  for record in iterator do
    out[#out + 1] = record.id
  end
  return table.concat(out, " ")
end

local function events(self)
  return table.concat(self.events, ", ")
end

describe("prefetch", function()
  it("requests the next page before the first record is handed out", function()
    local self = scan(3)
    local iterator = self.client:scan_contacts()
    assert.equal("1a", iterator:next().id)
    assert.equal("sent 1, answered 1, sent 2", events(self))
  end)

  it("is never more than one page ahead", function()
    local self = scan(3)
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:next()
    -- Other calls take long enough for the page to arrive.
    self.client.contacts:get("x")
    self.client.contacts:get("x")
    assert.equal(4, #self.requests)
    assert.equal("2a", iterator:next().id)
    assert.equal(5, #self.requests)
  end)

  it("returns the same records and requests each page once", function()
    for _, prefetch in ipairs { true, false } do
      local self = scan(4)
      assert.equal("1a 1b 2a 2b 3a 3b 4a 4b", ids(self.client:scan_contacts { prefetch = prefetch }))
      assert.equal(4, #self.requests)
    end
  end)

  it("fetches a page while the records of the previous one are used", function()
    local self = scan(5)
    for _ in self.client:scan_contacts() do
      self.time = self.time + 0.01 -- two records a page: 20 ms of use, 20 ms a page
    end
    assert.is_true(math.abs(self.time - 1000 - 0.12) < 1e-6, self.time)
  end)

  it("is off with prefetch = false", function()
    local self = scan(3)
    local iterator = self.client:scan_contacts { prefetch = false }
    iterator:next()
    assert.equal("sent 1, answered 1", events(self))
  end)

  it("must be a boolean", function()
    local message = fake.misuse(function()
      local _ = scan(1).client:scan_contacts { prefetch = 2 }
    end)
    assert.truthy(message:find("'prefetch' must be a boolean", 1, true))
  end)

  it("requests no page that max_items does not need", function()
    local self = scan(3)
    assert.equal("1a 1b", ids(self.client:scan_contacts { max_items = 2 }))
    assert.equal(1, #self.requests)
    assert.equal("1a 1b 2a", ids(self.client:scan_contacts { max_items = 3 }))
    assert.equal(3, #self.requests)
  end)

  it("requests no page that a listing can't reach", function()
    local self = timed.client(function(_, number)
      return fake.json(200, { entities = { { id = tostring(number) } }, total = 5000, pageCount = 50 }), 0.02
    end)
    local iterator = self.client:each_contact { page_size = 100 }
    local ok, err = pcall(ids, iterator)
    assert.is_false(ok)
    assert.equal("limit", err.kind)
    assert.equal(10, #self.requests)
    assert.equal(10, iterator.count)
  end)

  it("works for pages() too", function()
    local self = scan(3)
    local sizes = {}
    for page in self.client:scan_contacts():pages() do
      sizes[#sizes + 1] = #page.entities
    end
    assert.same({ 2, 2, 2 }, sizes)
    assert.equal("sent 1, answered 1, sent 2, answered 2, sent 3, answered 3", events(self))
  end)
end)

describe("the text of a page", function()
  -- The requests sent before the n-th page was decoded.
  local function sent_at_decoding(change)
    local self = scan(4, change)
    local decode, seen = core.json.decode, {}
    core.json.decode = function(text, ...)
      seen[#seen + 1] = #self.requests
      return decode(text, ...)
    end
    local ok, result = pcall(ids, self.client:scan_contacts())
    core.json.decode = decode
    assert(ok, result)
    assert.equal("1a 1b 2a 2b 3a 3b 4a 4b", result)
    assert.equal(4, #self.requests)
    return table.concat(seen, " ")
  end

  it("starts the request for the next page before it is decoded", function()
    assert.equal("2 3 4 4", sent_at_decoding())
  end)

  it("may have whitespace around the cursor", function()
    assert.equal("2 3 4 4", sent_at_decoding(function(_, page)
      if page < 4 then
        return with_text(page_text(page, page + 1):gsub("[{}:,]", " %0\n") .. "\n")
      end
    end))
  end)

  it("may end with a long cursor", function()
    assert.equal("2 3 4 4", sent_at_decoding(function(_, page)
      if page < 4 then
        return with_text((page_text(page, page + 1):gsub('"c%d', "%0" .. ("x"):rep(1900))))
      end
    end))
  end)

  it("is decoded first if the cursor is not at its end", function()
    assert.equal("1 2 3 4", sent_at_decoding(function(_, page)
      if page < 4 then
        return with_text(('{"cursors":{"after":"c%d"},"entities":[{"id":"%da"},{"id":"%db"}]}')
          :format(page + 1, page, page))
      end
    end))
  end)

  it("may contain records that look like a cursor", function()
    assert.equal("1 2 3 4", sent_at_decoding(function(_, page)
      if page < 4 then
        return with_text(('{"cursors":{"after":"c%d"},"entities":[{"id":"%da"},{"id":"%db",'
          .. '"firstName":"\\"cursors\\":{\\"after\\":\\"c9\\"}}"}]}'):format(page + 1, page, page))
      end
    end))
  end)

  it("starts no request that max_items does not need", function()
    local self = scan(3)
    assert.equal("1a 1b", ids(self.client:scan_contacts { max_items = 2, limit = 10 }))
    assert.equal(1, #self.requests)
    assert.equal("1a 1b 2a 2b 3a", ids(self.client:scan_contacts { max_items = 5, limit = 10 }))
    assert.equal(4, #self.requests)
  end)

  it("starts no request with a cursor that is returned twice", function()
    local self = scan(3, function(_, page)
      return page == 2 and with_text(page_text(2, 2)) or nil
    end)
    local ok, err = pcall(ids, self.client:scan_contacts())
    assert.is_false(ok)
    assert.equal("protocol", err.kind)
    assert.equal(2, #self.requests)
  end)

  it("keeps the page it requested while a broken page is requested again", function()
    local self = scan(3, function(number)
      return number == 2 and with_text('{"entities":[}],"cursors":{"after":"c3"}}') or nil
    end)
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:next()
    local ok, err = pcall(iterator.next, iterator)
    assert.is_false(ok)
    assert.equal("decode", err.kind)
    assert.equal("2a 2b 3a 3b", ids(iterator))
    assert.equal(4, #self.requests)
  end)

  it("drops the page it requested if the decoded page names another", function()
    local self = scan(5, function(number)
      return number == 1 and with_text('{"entities":[}],"cursors":{"after":"c3"}}') or nil
    end)
    local iterator = self.client:scan_contacts()
    assert.is_false(pcall(iterator.next, iterator))
    assert.equal("1a 1b 2a 2b 3a 3b 4a 4b 5a 5b", ids(iterator))
    assert.equal(7, #self.requests) -- the broken one, and page 3 once too early
  end)

  it("does not request the page after the next one until it is needed", function()
    local self = scan(4)
    local iterator = self.client:scan_contacts()
    iterator:next()
    for _ = 1, 5 do
      self.client.contacts:get("x")
    end
    assert.equal(7, #self.requests) -- two pages and the five
  end)
end)

describe("a prefetched page that fails", function()
  local function boom(number)
    if number == 2 then
      return fake.json(500, { message = "boom" })
    end
  end

  it("raises only when it is needed, and is then requested again", function()
    local self = scan(2, boom, { retry = false })
    local iterator = self.client:scan_contacts()
    assert.equal("1a", iterator:next().id)
    assert.equal("1b", iterator:next().id)
    local token = iterator:resume_token()
    local ok, err = pcall(iterator.next, iterator)
    assert.is_false(ok)
    assert.equal(500, err.status)
    assert.equal(2, iterator.count)
    assert.equal(token, iterator:resume_token())
    assert.equal("2a 2b", ids(iterator))
    assert.equal(3, #self.requests)
    assert.equal(self.requests[2].url, self.requests[3].url)
  end)

  it("is retried in the background if that is safe", function()
    local self = scan(2, function(number)
      return number == 2 and fake.json(503, {}) or nil
    end)
    local waits = 0
    local iterator = self.client:scan_contacts()
    iterator:next()
    for _ = 1, 100 do
      self.client.contacts:get("x")
      waits = waits + 1
    end
    assert.equal(103, #self.requests)
    iterator:next()
    local before = #self.events
    assert.equal("2a", iterator:next().id)
    assert.equal(before, #self.events)
  end)

  it("restarts an expired scan", function()
    local self = scan(3, function(number)
      return number == 3 and fake.json(400, {}) or nil
    end)
    assert.equal("1a 1b 2a 2b 3a 3b", ids(self.client:scan_contacts { on_expired = "restart" }))
  end)

  it("is requested again if it failed because the engine was not driven", function()
    local self = scan(2, function(number)
      return number == 2 and fake.failure("timeout", "timeout", "all") or nil
    end, { retry = false })
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:next()
    self.time = self.time + 60 -- the program does something else
    assert.equal("2a", iterator:next().id)
    assert.equal(3, #self.requests)
  end)

  it("raises if it timed out while the iterator waited for it", function()
    local self = scan(2, function(number)
      return number == 2 and fake.failure("timeout", "timeout", "all") or nil
    end, { retry = false })
    local ok, err = pcall(ids, self.client:scan_contacts())
    assert.is_false(ok)
    assert.equal("timeout", err.kind)
    assert.equal(2, #self.requests)
  end)

  it("raises the error of a hook when it is needed", function()
    local calls = 0
    local self = scan(2, nil, { on_request = function()
      calls = calls + 1
      if calls == 2 then
        error("the hook is broken", 0)
      end
    end })
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:next()
    local ok, message = pcall(iterator.next, iterator)
    assert.is_false(ok)
    assert.equal("the hook is broken", message)
    assert.equal("2a 2b", ids(iterator))
  end)
end)

describe("an iteration that ends early", function()
  it("drops the page under way at close", function()
    local self = scan(3)
    local iterator = self.client:scan_contacts()
    iterator:next()
    local token = iterator:resume_token()
    iterator:close()
    assert.equal("sent 1, answered 1, sent 2, cancelled 2", events(self))
    assert.is_nil(iterator:next())
    assert.equal(token, iterator:resume_token())
    assert.equal("1b 2a 2b 3a 3b", ids(self.client:scan_contacts { from = token }))
  end)

  it("drops it when the iterator is collected", function()
    local self = scan(3)
    self.client:scan_contacts():next()
    assert.equal("sent 1, answered 1, sent 2", events(self))
    collectgarbage()
    collectgarbage()
    self.client.contacts:get("x") -- the loop turns, and nothing comes of it
    assert.matches("^sent 1, answered 1, sent 2, .*cancelled 2", events(self))
    assert.equal(3, #self.requests)
  end)

  it("lets the iterator be collected while its page is under way", function()
    local self = scan(3)
    local held = setmetatable({}, { __mode = "k" })
    do
      local iterator = self.client:scan_contacts()
      iterator:next()
      held[iterator] = true
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(held))
  end)

  it("can continue after a break out of the loop", function()
    local self = scan(3)
    local iterator = self.client:scan_contacts()
    for record in iterator do
      if record.id == "2a" then
        break
      end
    end
    assert.equal("2b 3a 3b", ids(iterator))
    assert.equal(3, #self.requests)
  end)

  it("raises 'closed' when the client is closed", function()
    local self = scan(3)
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:next()
    self.client:close()
    local ok, err = pcall(iterator.next, iterator)
    assert.is_false(ok)
    assert.equal("closed", err.kind)
  end)
end)

describe("prefetch and a signal", function()
  it("ends the page under way as interrupted", function()
    local self = scan(3)
    local iterator = self.client:scan_contacts()
    iterator:next()
    iterator:next()
    local guard = assert(core.signal.catch())
    finally(function()
      guard:release()
    end)
    os.execute("kill -TERM $PPID") -- SIGINT is ignored while this waits
    local ok, err = pcall(iterator.next, iterator)
    assert.equal("TERM", ec.interrupted())
    guard:release()
    assert.is_false(ok)
    assert.equal("cancelled", err.kind)
    assert.equal("interrupted", err.code)
    assert.equal("2a 2b 3a 3b", ids(iterator))
  end)
end)
