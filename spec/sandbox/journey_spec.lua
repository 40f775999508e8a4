local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's journey", function()
  local server, session
  sandbox.around({ contacts = 60, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function sessions(id, query)
    local found, pages = {}, 0
    local path = ("/contacts/%s/journey/sessions%s"):format(id, query or "")
    while path do
      local page = session:must("GET", path)
      for _, entity in ipairs(page.entities) do
        found[#found + 1] = entity.id
      end
      path, pages = page.nextUri and page.nextUri:sub(#api.base + 1), pages + 1
    end
    return found, pages
  end

  local function segments(id, query)
    local found = {}
    local path = ("/contacts/%s/journey/segments%s"):format(id, query or "")
    for _, entity in ipairs(session:must("GET", path).entities) do
      found[#found + 1] = entity.segment.id
    end
    table.sort(found)
    return found
  end

  local function list(...)
    local items = {}
    for number, id in ipairs { ... } do
      items[number] = { id = id }
    end
    return { segments = items }
  end

  local function change(id, body)
    return session:call("POST", ("/contacts/%s/journey/segments"):format(id), body)
  end

  it("has sessions, with the next page in nextUri", function()
    local several, most = 0, 0
    for _, contact in ipairs(session:must("GET", "/contacts?pageSize=60").entities) do
      local ids, pages = sessions(contact.id)
      assert.same(ids, (sessions(contact.id, "?pageSize=7")))
      assert.equal(math.max(1, math.ceil(#ids / 25)), pages)
      several, most = several + (pages > 1 and 1 or 0), math.max(most, #ids)
    end
    assert.is_true(several > 0 and most > 25)
    local id = session:create().id
    assert.equal(400, session:call("GET", ("/contacts/%s/journey/sessions?pageSize=201"):format(id)).status)
    assert.equal(404, session:call("GET", ("/contacts/%s/journey/sessions"):format(api.NOBODY)).status)
  end)

  it("assigns and unassigns segments", function()
    local id = session:create().id
    local reply = change(id, { assign = list("a", "b") })
    assert.equal(200, reply.status)
    assert.same({ count = 0 }, reply.body.unprocessedItems)
    assert.same({ "a", "b" }, segments(id))
    change(id, { assign = list("c"), unassign = list("a", "x") })
    assert.same({ "b", "c" }, segments(id))
    assert.equal(1, #segments(id, "?limit=1"))
    assert.equal(400, session:call("GET", ("/contacts/%s/journey/segments?limit=501"):format(id)).status)
    local entity = session:must("GET", ("/contacts/%s/journey/segments"):format(id)).entities[1]
    assert.equal(id, entity.externalContact.id)
    assert.is_true(entity.dateForUnassignment > entity.dateAssigned)
  end)

  it("takes up to 10 changes, and returns those that were not processed", function()
    local id = session:create().id
    assert.equal(200, change(id, { assign = list("1", "2", "3", "4", "5"),
      unassign = list("6", "7", "8", "9", "0") }).status)
    assert.equal(400, change(id, { assign = list("1", "2", "3", "4", "5", "6"),
      unassign = list("6", "7", "8", "9", "0") }).status)
    assert.equal(422, change(id, { assign = { segments = { { name = "x" } } } }).status)
    server:control("POST", "/sandbox/settings", { segments_processed = 2 })
    id = session:create().id
    local reply = change(id, { assign = list("a", "b", "c"), unassign = list("d") })
    assert.equal(200, reply.status)
    assert.same({ assign = list("c"), unassign = list("d"), count = 2 }, reply.body.unprocessedItems)
    assert.same({ "a", "b" }, segments(id))
  end)

  it("includes the contacts that were merged", function()
    local first, second = session:create().id, session:create().id
    change(first, { assign = list "a" })
    local merged = session:must("POST", "/contacts/merge", { contactIds = { first, second } }).id
    assert.same({}, segments(merged))
    assert.same({ "a" }, segments(merged, "?includeMerged=true"))
    local own = #sessions(merged)
    assert.is_true(#sessions(merged, "?includeMerged=true") >= own)
  end)
end)
