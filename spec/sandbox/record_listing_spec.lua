local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("a listing of the sandbox", function()
  local server, session
  sandbox.around({ contacts = 1500, organizations = 40, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  it("starts at page 1 with 20 records", function()
    local body = session:must("GET", "/contacts")
    assert.equal(20, #body.entities)
    assert.equal(20, body.pageSize)
    assert.equal(1, body.pageNumber)
    assert.equal(1500, body.total)
    assert.equal(75, body.pageCount)
    assert.same(body, session:must("GET", "/contacts?pageSize=20&pageNumber=1"))
  end)

  it("links pages with host-relative URIs that keep the query", function()
    local body = session:must("GET", "/contacts?sortOrder=lastName%3Aasc&pageSize=7&expand=externalDataSources")
    assert.is_nil(body.previousUri)
    local seen = {}
    local pages = 0
    while true do
      pages = pages + 1
      for _, record in ipairs(body.entities) do
        seen[#seen + 1] = record
      end
      assert.is_table(body.entities[1].externalDataSources)
      assert.equal("/api/v2/externalcontacts/contacts?", body.selfUri:sub(1, 34))
      if pages == 5 then
        break
      end
      body = session:must("GET", body.nextUri:sub(#api.base + 1))
      assert.equal(pages + 1, body.pageNumber)
    end
    api.set(seen)
    local before = session:must("GET", body.previousUri:sub(#api.base + 1))
    assert.equal(4, before.pageNumber)
    assert.equal(1, session:must("GET", body.firstUri:sub(#api.base + 1)).pageNumber)
    assert.matches("pageNumber=215", body.lastUri, 1, true)
  end)

  it("has no next page after the last", function()
    local body = session:must("GET", "/organizations?pageSize=15&pageNumber=3")
    assert.equal(10, #body.entities)
    assert.is_nil(body.nextUri)
    body = session:must("GET", "/organizations?pageSize=15&pageNumber=4")
    assert.equal(0, #body.entities)
    assert.is_nil(body.nextUri)
  end)

  it("ends at 1,000 records", function()
    assert.equal(1000, #session:must("GET", "/contacts?pageSize=1000").entities)
    assert.equal(10, #session:must("GET", "/contacts?pageSize=10&pageNumber=100").entities)
    for _, query in ipairs { "pageSize=1001", "pageSize=10&pageNumber=101", "pageSize=501&pageNumber=2" } do
      local reply = session:call("GET", "/contacts?" .. query)
      assert.equal(400, reply.status)
      assert.equal("bad.request", reply.body.code)
    end
  end)

  it("rejects invalid page numbers and sizes", function()
    for _, query in ipairs { "pageSize=0", "pageNumber=0", "pageSize=-1", "pageSize=x", "pageNumber=1.5" } do
      assert.equal(400, session:call("GET", "/contacts?" .. query).status, query)
    end
  end)

  it("sorts by a field in both directions, without regard to case", function()
    for _, direction in ipairs { "asc", "desc" } do
      local records = session:must("GET", "/contacts?pageSize=1000&sortOrder=lastName:" .. direction).entities
      for index = 2, #records do
        local a = records[index - 1].lastName:lower():match("^%s*(.-)%s*$")
        local b = records[index].lastName:lower():match("^%s*(.-)%s*$")
        if not (a .. b):find("[\128-\255]") then
          assert.is_true(direction == "asc" and a <= b or direction == "desc" and a >= b, a .. " " .. b)
        end
      end
      api.set(records)
    end
  end)

  it("sorts written records among the seeded ones", function()
    local first = session:must("GET", "/contacts?pageSize=1&sortOrder=lastName:asc").entities[1]
    local created = session:must("POST", "/contacts", { firstName = "Z", lastName = "AAAA" })
    assert.equal(created.id, session:must("GET", "/contacts?pageSize=1&sortOrder=lastName:asc").entities[1].id)
    created.lastName = first.lastName .. "a"
    session:must("PUT", "/contacts/" .. created.id, created)
    local second = session:must("GET", "/contacts?pageSize=200&sortOrder=lastName:asc").entities
    local at
    for index, record in ipairs(second) do
      at = at or record.id == created.id and index
    end
    assert.is_truthy(at)
    assert.equal(first.id, second[1].id)
  end)

  it("ignores an unknown sort field, or rejects it with --unknown-sort", function()
    local plain = api.ids(session:must("GET", "/contacts").entities)
    assert.same(plain, api.ids(session:must("GET", "/contacts?sortOrder=shoeSize:asc").entities))
    server:control("POST", "/sandbox/settings", { unknown_sort = "reject" })
    assert.equal(400, session:call("GET", "/contacts?sortOrder=shoeSize:asc").status)
    assert.equal(400, session:call("GET", "/contacts?sortOrder=lastName:sideways").status)
  end)

  it("limits contact notes to 100 per page", function()
    local contact = session:must("POST", "/contacts", { firstName = "A", lastName = "B" })
    assert.equal(200, session:call("GET", "/contacts/" .. contact.id .. "/notes?pageSize=100").status)
    assert.equal(400, session:call("GET", "/contacts/" .. contact.id .. "/notes?pageSize=101").status)
    server:control("POST", "/sandbox/settings", { note_page_size = 0 })
    assert.equal(200, session:call("GET", "/contacts/" .. contact.id .. "/notes?pageSize=1000").status)
  end)

  it("returns the organizations of trustors in the trustors' order and ignores q", function()
    local function trustor(number)
      return ("00000000-0000-4000-8000-%012d"):format(number)
    end
    local organizations = session:must("GET", "/organizations?pageSize=5").entities
    for number, organization in ipairs(organizations) do
      session:must("PUT", ("/organizations/%s/trustor/%s"):format(organization.id, trustor(number)))
    end
    local path = "/organizations?q=zzz&includeTrustors=true&trustorId=%s,%s&trustorId=%s"
    local body = session:must("GET", path:format(trustor(4), trustor(1), trustor(5)))
    assert.same({ organizations[4].id, organizations[1].id, organizations[5].id }, api.ids(body.entities))
    assert.equal(trustor(4), body.entities[1].trustor.id)
    local many = {}
    for number = 1, 26 do
      many[number] = trustor(number)
    end
    assert.equal(400, session:call("GET", "/organizations?trustorId=" .. table.concat(many, ",")).status)
  end)
end)
