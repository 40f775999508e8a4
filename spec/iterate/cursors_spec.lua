-- The pages of listings: when there is another one, and how many can be read.
local fake = require "spec.support.fake"
local paging = require "spec.support.paging"

local listing, ids, expected = paging.listing, paging.ids, paging.expected
local raised, step = paging.raised, paging.step

describe("a listing", function()
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
end)
