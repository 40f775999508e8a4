local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's contacts/search", function()
  local server, session
  sandbox.around({ contacts = 1200, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function search(simple, fields)
    local body = { operation = { simpleSearch = simple } }
    for name, value in pairs(fields or {}) do
      body[name] = value
    end
    return session:call("POST", "/contacts/search", body)
  end

  it("finds contacts by words, as the listing does", function()
    local found = search({ query = "an" }, { pageSize = 1000 }).body
    local listed = session:must("GET", "/contacts?q=an&pageSize=1000")
    assert.is_true(listed.total > 0)
    assert.same(api.ids(listed.entities), api.ids(found.entities))
    assert.equal(20, #search(nil).body.entities)
    assert.equal(1200, search(nil).body.total)
  end)

  it("is an exact filter by up to 100 ids, with expand and with words", function()
    local organization = session:must("POST", "/organizations", { name = "Engines" })
    local ids = {}
    for number = 1, 100 do
      ids[number] = session:create({ firstName = number % 2 == 0 and "Ada" or "Bob",
        externalOrganization = { id = organization.id } }).id
    end
    local page = search({ ids = ids }, { pageSize = 100, expand = { "externalOrganization" } }).body
    assert.equal(100, page.total)
    local set = api.set(page.entities)
    for _, id in ipairs(ids) do
      assert.is_table(set[id])
    end
    assert.equal("Engines", page.entities[1].externalOrganization.name)
    assert.equal(50, search({ ids = ids, query = "ada" }).body.total)
    assert.equal(1, search({ ids = { ids[1], ids[1], api.NOBODY, "x" } }).body.total)
    ids[101] = api.NOBODY
    assert.equal(400, search({ ids = ids }).status)
  end)

  it("sorts, and pages up to 1,000 contacts", function()
    local names = {}
    for number = 1, 3 do
      for _, contact in ipairs(search({ sortOrder = { "lastName:desc" } }, { pageSize = 7, pageNumber = number }).body
        .entities)
      do
        names[#names + 1] = contact.id
      end
    end
    assert.same(names, api.ids(session:must("GET", "/contacts?pageSize=21&sortOrder=lastName:desc").entities))
    assert.equal(200, search(nil, { pageSize = 500, pageNumber = 2 }).status)
    assert.equal(400, search(nil, { pageSize = 500, pageNumber = 3 }).status)
    assert.equal(400, search(nil, { pageSize = 0 }).status)
    assert.equal(400, search({ query = ("x"):rep(257) }).status)
  end)

  it("sees the writes that the search lag shows", function()
    server:control("POST", "/sandbox/settings", { search_lag = 60 })
    local id = session:create({ lastName = "Babbage-Lag" }).id
    assert.equal(0, search({ ids = { id } }).body.total)
    assert.equal(0, search({ query = "babbage lag" }).body.total)
    server:control("POST", "/sandbox/clock", { advance = 61 })
    assert.equal(1, search({ ids = { id } }).body.total)
    assert.equal(1, search({ query = "babbage lag" }).body.total)
  end)
end)
