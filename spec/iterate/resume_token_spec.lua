-- Resume tokens of scans and listings.
local fake = require "spec.support.fake"
local paging = require "spec.support.paging"

local page, listing, ids, expected = paging.scan, paging.listing, paging.ids, paging.expected

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

  it("of a listing resumes in the middle of a page", function()
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
