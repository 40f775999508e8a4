-- Listings that continue at `after`, and searches whose page is in the body.
local cjson = require "cjson"
local fake = require "spec.support.fake"
local operations = require "extcontacts.api.operations"
local paging = require "spec.support.paging"

local listing, ids, expected = paging.listing, paging.ids, paging.expected
local raised, step = paging.raised, paging.step

local function next_uri(after)
  return { nextUri = "/api/v2/externalcontacts/notes/exports?pageSize=25&after=" .. after }
end

local function cursors(after)
  return { cursors = { after = after } }
end

-- A page in the way of the row's API.
local function named(row, first, last, after)
  local place = row.after_in == "cursors" and cursors or next_uri
  return listing(first, last, after and place(after))
end

local function iterator_of(client, row, options)
  local arguments = {}
  for index in ipairs(row.positional) do
    arguments[index] = "owner"
  end
  arguments[#arguments + 1] = options
  return client[row.iterator](client, fake.unpack(arguments))
end

for _, row in ipairs(operations.list) do
  if row.paging == "after" then
    describe("client:" .. row.iterator, function()
      it("reads page after page, also across an empty one, until none is named", function()
        local self = fake.client { named(row, 1, 2, "a%2Fb"), named(row, 1, 0, "c"), named(row, 3, 3) }
        assert.same(expected(1, 3), ids(iterator_of(self.client, row)))
        assert.equal(3, #self.requests)
        assert.is_nil(self.requests[1].url:find("after=", 1, true))
        local second = row.after_in == "cursors" and "after=a%252Fb" or "after=a%2Fb"
        assert.truthy(self.requests[2].url:find(second, 1, true), self.requests[2].url)
        assert.truthy(self.requests[3].url:find("after=c", 1, true))
      end)

      it("asks for the largest page that is documented, or for the given one", function()
        local self = fake.client { named(row, 1, 0), named(row, 1, 0) }
        ids(iterator_of(self.client, row))
        local size = row.by_name.page_size.max
        assert.equal(size and tostring(size), self.requests[1].url:match "pageSize=(%d+)")
        ids(iterator_of(self.client, row, { page_size = 7 }))
        assert.equal("7", self.requests[2].url:match "pageSize=(%d+)")
      end)

      it("resumes where a token says", function()
        local self = fake.client { named(row, 1, 3, "a"), named(row, 4, 5) }
        local iterator = iterator_of(self.client, row)
        step(iterator)
        local token = iterator:resume_token()
        for taken = 2, 5 do
          assert.equal("id-" .. taken, step(iterator).id)
        end
        local later = fake.client { named(row, 1, 3, "a"), named(row, 4, 5) }
        assert.same(expected(2, 5), ids(iterator_of(later.client, row, { from = token })))
      end)

      it("raises if the same page is named twice", function()
        local self = fake.client { named(row, 1, 1, "a"), named(row, 2, 2, "a") }
        assert.equal("protocol", raised(ids, iterator_of(self.client, row)).kind)
      end)

      it("also reads what comes next from the place of the other listings", function()
        local other = row.after_in == "cursors" and next_uri or cursors
        local self = fake.client { listing(1, 1, other "a"), listing(2, 2) }
        assert.same(expected(1, 2), ids(iterator_of(self.client, row)))
      end)
    end)
  end
end

describe("a listing with after", function()
  it("ends where its cursors say so, whatever nextUri says", function()
    local self = fake.client { listing(1, 1, { cursors = {}, nextUri = "/x?after=a" }) }
    assert.same(expected(1, 1), ids(self.client:each_import_job()))
  end)

  it("raises if nextUri names no position, or the answer is no page", function()
    for _, page in ipairs {
      listing(1, 1, { nextUri = "/x" }), listing(1, 1, { nextUri = "/x?after=" }), listing(1, 1, { nextUri = 7 }),
      listing(1, 1, { nextUri = "/x?before=a" }), fake.json(200, {}), fake.json(200, { cursors = {} }),
      listing(1, 1, { cursors = "a" }),
    } do
      local self = fake.client { page }
      assert.equal("protocol", raised(ids, self.client:each_contact_export()).kind)
    end
  end)
end)

describe("a scan with a smaller maximum", function()
  it("asks for that many records per page", function()
    for iterator, limit in pairs {
      each_cluster_scan = 100, each_external_source = 200, scan_contacts_divisionviews = 200,
    } do
      local self = fake.client { paging.scan(1, 2, "a"), paging.scan(3, 3) }
      assert.same(expected(1, 3), ids(self.client[iterator](self.client)))
      assert.equal(tostring(limit), self.requests[1].url:match "limit=(%d+)")
      assert.equal("a", self.requests[2].url:match "cursor=(%w+)")
    end
  end)
end)

describe("a search", function()
  local function search(client, body, options)
    return client:search_contacts(body, options)
  end

  it("asks for its pages in the body, and does not change the caller's", function()
    local self = fake.client {
      listing(1, 2, { pageCount = 2 }), listing(3, 3, { pageCount = 2 }),
    }
    local body = { operation = { simpleSearch = { query = "smith" } } }
    assert.same(expected(1, 3), ids(search(self.client, body)))
    assert.same({ operation = { simpleSearch = { query = "smith" } } }, body)
    for number, request in ipairs(self.requests) do
      assert.equal("POST", request.method)
      assert.is_nil(request.url:find("?", 1, true))
      assert.same({ pageNumber = number, pageSize = 100, operation = body.operation }, cjson.decode(request.body))
    end
  end)

  it("raises after 1,000 records and names the scan", function()
    local pages = {}
    for number = 1, 10 do
      pages[number] = listing(number * 100 - 99, number * 100, { pageCount = 11 })
    end
    local err = raised(ids, search(fake.client(pages).client, {}))
    assert.same({ "limit", "page_window" }, { err.kind, err.code })
    assert.matches("client:scan_contacts", err.message, 1, true)
  end)

  it("resumes in another process, with a token that does not show the keywords", function()
    local body = { operation = { simpleSearch = { query = "smith" } }, pageSize = 2 }
    local function server()
      return fake.client { listing(1, 2, { pageCount = 2 }), listing(3, 3, { pageCount = 2 }) }.client
    end
    local iterator = search(server(), body)
    step(iterator)
    local token = iterator:resume_token()
    assert.is_nil(token:find("smith", 1, true))
    local copy = { pageSize = 2, operation = { simpleSearch = { query = "smith" } } }
    assert.same(expected(2, 3), ids(search(server(), copy, { from = token })))
    assert.matches("belongs to another iteration", fake.misuse(search, server(),
      { pageSize = 2, operation = { simpleSearch = { query = "jones" } } }, { from = token }), 1, true)
  end)
end)
