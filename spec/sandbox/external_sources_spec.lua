local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

local EMPTY_OBJECT = "^%s*{%s*}%s*$"

describe("the sandbox's external sources", function()
  local server, session
  sandbox.around({ contacts = 20, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  local function create(name, fields)
    local body = { name = name }
    for field, value in pairs(fields or {}) do
      body[field] = value
    end
    return session:must("POST", "/externalsources", body)
  end

  it("are created, read, updated and deleted", function()
    local source = create("  CRM ", { id = api.NOBODY, linkConfiguration = { uriTemplate = "https://x.example/{id}" } })
    assert.not_equal(api.NOBODY, source.id)
    assert.equal("CRM", source.name)
    assert.is_true(source.active)
    assert.equal("/api/v2/externalcontacts/externalsources/" .. source.id, source.selfUri)
    assert.same(source, session:must("GET", "/externalsources/" .. source.id))
    local changed = session:must("PUT", "/externalsources/" .. source.id, { name = "CRM 2", active = false })
    assert.equal("CRM 2", changed.name)
    assert.is_false(changed.active)
    assert.is_nil(changed.linkConfiguration)
    local reply = session:call("DELETE", "/externalsources/" .. source.id)
    assert.equal(200, reply.status)
    assert.matches(EMPTY_OBJECT, reply.text)
    assert.equal(404, session:call("GET", "/externalsources/" .. source.id).status)
    assert.equal(404, session:call("PUT", "/externalsources/" .. source.id, { name = "x" }).status)
  end)

  it("have a unique name of at most 200 characters, and a template of at most 400", function()
    local source = create "CRM"
    assert.equal(409, session:call("POST", "/externalsources", { name = "CRM" }).status)
    local other = create(("ä"):rep(200))
    assert.equal(409, session:call("PUT", "/externalsources/" .. other.id, { name = "CRM" }).status)
    assert.equal(200, session:call("PUT", "/externalsources/" .. source.id, { name = "CRM" }).status)
    assert.equal(422, session:call("POST", "/externalsources", { name = ("x"):rep(201) }).status)
    assert.equal(422, session:call("POST", "/externalsources", { name = "" }).status)
    assert.equal(422, session:call("POST", "/externalsources", { name = "y",
      linkConfiguration = { uriTemplate = ("x"):rep(401) } }).status)
    assert.equal(422, session:call("POST", "/externalsources", { name = "y", linkConfiguration = { x = 1 } }).status)
    session:must("DELETE", "/externalsources/" .. source.id)
    create "CRM"
  end)

  it("are listed by cursor, filtered by the start of their name and by active", function()
    local names = {}
    for number = 1, 25 do
      local name = (number <= 12 and "Alpha %02d" or "Beta %02d"):format(number)
      names[number] = name
      create(name, { active = number % 2 == 0 })
    end
    local function list(query)
      local found, pages, cursor = {}, 0, nil
      repeat
        local page = session:must("GET", "/externalsources?limit=10" .. (query or "")
          .. (cursor and "&cursor=" .. api.escape(cursor) or ""))
        for _, source in ipairs(page.entities) do
          found[#found + 1] = source.name
        end
        cursor, pages = page.cursors.after, pages + 1
      until not cursor
      return found, pages
    end
    local all, pages = list()
    assert.same(names, all)
    assert.equal(3, pages)
    assert.equal(12, #list "&name=alpha")
    assert.equal(6, #list "&name=Alpha&active=true")
    assert.equal(0, #list "&name=pha")
    assert.equal(13, #list "&active=false")
    assert.equal(400, session:call("GET", "/externalsources?limit=9").status)
    assert.equal(400, session:call("GET", "/externalsources?cursor=x").status)
    set { cursor_end = "absent", empty_pages = 0.5 }
    local page = session:must("GET", "/externalsources?limit=200")
    assert.is_true(page.cursors == nil or #page.entities == 0)
  end)

  it("leave the records that point at them, which stay editable", function()
    set { unknown_source = "reject" }
    local source = create "CRM"
    local ids = { { externalSource = { id = source.id }, value = "7" } }
    local contact = session:create { externalIds = ids }
    assert.equal(source.id, contact.externalIds[1].externalSource.id)
    session:must("DELETE", "/externalsources/" .. source.id)
    contact = session:must("GET", "/contacts/" .. contact.id)
    assert.equal("7", contact.externalIds[1].value)
    contact.title = "Countess"
    assert.equal("7", session:must("PUT", "/contacts/" .. contact.id, contact).externalIds[1].value)
    local reply = session:call("POST", "/contacts", api.contact { externalIds = ids })
    assert.equal(400, reply.status)
    assert.equal("externalIds[1].externalSource.id", reply.body.details[1].fieldName)
    set { unknown_source = "accept" }
    session:create { externalIds = ids }
  end)

  for _, path in ipairs { "/contacts", "/organizations" } do
    it("limit the externalIds of " .. path, function()
      local source = create "CRM"
      local function status(count, value)
        local ids = {}
        for number = 1, count do
          ids[number] = { externalSource = { id = source.id }, value = value or tostring(number) }
        end
        return session:call("POST", path, { firstName = "Ada", name = "Engines", externalIds = ids }).status
      end
      assert.equal(200, status(10))
      assert.equal(422, status(11))
      assert.equal(200, status(1, ("ä"):rep(255)))
      assert.equal(422, status(1, ("x"):rep(256)))
      assert.equal(422, session:call("POST", path, { firstName = "Ada", name = "Engines",
        externalIds = { { value = "7" } } }).status)
    end)
  end
end)
