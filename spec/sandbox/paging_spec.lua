-- The sandbox's listings by page and by cursor.

local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

local function ids_of(records)
  local ids = {}
  for index, record in ipairs(records) do
    ids[index] = record.id
  end
  return ids
end

local function set_of(records)
  local set, count = {}, 0
  for _, record in ipairs(records) do
    assert.is_nil(set[record.id], "twice: " .. record.id)
    set[record.id] = record
    count = count + 1
  end
  return set, count
end

describe("the sandbox's listings", function()
  local server, session
  sandbox.around({ contacts = 1500, organizations = 40, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  describe("by page", function()
    it("start at page 1 with 20 records", function()
      local body = session:must("GET", "/contacts")
      assert.equal(20, #body.entities)
      assert.equal(20, body.pageSize)
      assert.equal(1, body.pageNumber)
      assert.equal(1500, body.total)
      assert.equal(75, body.pageCount)
      assert.same(body, session:must("GET", "/contacts?pageSize=20&pageNumber=1"))
    end)

    it("link to each other with host-relative addresses that keep the query", function()
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
      set_of(seen)
      local before = session:must("GET", body.previousUri:sub(#api.base + 1))
      assert.equal(4, before.pageNumber)
      assert.equal(1, session:must("GET", body.firstUri:sub(#api.base + 1)).pageNumber)
      assert.matches("pageNumber=215", body.lastUri, 1, true)
    end)

    it("have no next page after the last", function()
      local body = session:must("GET", "/organizations?pageSize=15&pageNumber=3")
      assert.equal(10, #body.entities)
      assert.is_nil(body.nextUri)
      body = session:must("GET", "/organizations?pageSize=15&pageNumber=4")
      assert.equal(0, #body.entities)
      assert.is_nil(body.nextUri)
    end)

    it("end at 1,000 records", function()
      assert.equal(1000, #session:must("GET", "/contacts?pageSize=1000").entities)
      assert.equal(10, #session:must("GET", "/contacts?pageSize=10&pageNumber=100").entities)
      for _, query in ipairs { "pageSize=1001", "pageSize=10&pageNumber=101", "pageSize=501&pageNumber=2" } do
        local reply = session:call("GET", "/contacts?" .. query)
        assert.equal(400, reply.status)
        assert.equal("bad.request", reply.body.code)
      end
    end)

    it("refuse what is no page", function()
      for _, query in ipairs { "pageSize=0", "pageNumber=0", "pageSize=-1", "pageSize=x", "pageNumber=1.5" } do
        assert.equal(400, session:call("GET", "/contacts?" .. query).status, query)
      end
    end)

    it("sort by a field, both ways, without regard to case", function()
      for _, direction in ipairs { "asc", "desc" } do
        local records = session:must("GET", "/contacts?pageSize=1000&sortOrder=lastName:" .. direction).entities
        for index = 2, #records do
          local a = records[index - 1].lastName:lower():match("^%s*(.-)%s*$")
          local b = records[index].lastName:lower():match("^%s*(.-)%s*$")
          if not (a .. b):find("[\128-\255]") then
            assert.is_true(direction == "asc" and a <= b or direction == "desc" and a >= b, a .. " " .. b)
          end
        end
        set_of(records)
      end
    end)

    it("sort written records among the seeded ones", function()
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

    it("take an unknown sort field as none, or refuse it", function()
      local plain = ids_of(session:must("GET", "/contacts").entities)
      assert.same(plain, ids_of(session:must("GET", "/contacts?sortOrder=shoeSize:asc").entities))
      server:control("POST", "/sandbox/settings", { unknown_sort = "reject" })
      assert.equal(400, session:call("GET", "/contacts?sortOrder=shoeSize:asc").status)
      assert.equal(400, session:call("GET", "/contacts?sortOrder=lastName:sideways").status)
    end)

    it("let contact notes have 100 a page", function()
      local contact = session:must("POST", "/contacts", { firstName = "A", lastName = "B" })
      assert.equal(200, session:call("GET", "/contacts/" .. contact.id .. "/notes?pageSize=100").status)
      assert.equal(400, session:call("GET", "/contacts/" .. contact.id .. "/notes?pageSize=101").status)
      server:control("POST", "/sandbox/settings", { note_page_size = 0 })
      assert.equal(200, session:call("GET", "/contacts/" .. contact.id .. "/notes?pageSize=1000").status)
    end)

    it("give the organizations of trustors in the order asked for, whatever q says", function()
      local function trustor(number)
        return ("00000000-0000-4000-8000-%012d"):format(number)
      end
      local organizations = session:must("GET", "/organizations?pageSize=5").entities
      for number, organization in ipairs(organizations) do
        session:must("PUT", ("/organizations/%s/trustor/%s"):format(organization.id, trustor(number)))
      end
      local path = "/organizations?q=zzz&includeTrustors=true&trustorId=%s,%s&trustorId=%s"
      local body = session:must("GET", path:format(trustor(4), trustor(1), trustor(5)))
      assert.same({ organizations[4].id, organizations[1].id, organizations[5].id }, ids_of(body.entities))
      assert.equal(trustor(4), body.entities[1].trustor.id)
      local many = {}
      for number = 1, 26 do
        many[number] = trustor(number)
      end
      assert.equal(400, session:call("GET", "/organizations?trustorId=" .. table.concat(many, ",")).status)
    end)
  end)

  describe("by cursor", function()
    it("give every record once, 100 a page unless told", function()
      for what, kind in pairs {
        contacts = "contact", organizations = "organization", relationships = "relationship",
      } do
        local expected = server:control("GET", "/sandbox/counters").records[kind]
        local _, count = set_of((session:scan(what, 200)))
        assert.equal(expected, count, what)
      end
      local counters = server:control("GET", "/sandbox/counters").records
      local notes = session:scan("notes", 10)
      set_of(notes)
      assert.equal(counters.contact_note + counters.organization_note, #notes)
      assert.equal(100, #session:must("GET", "/scan/contacts").entities)
    end)

    it("have a new cursor on every page and an empty one at the end", function()
      local cursors = {}
      local last
      local _, pages = session:scan("contacts", 200, function(body)
        local after = body.cursors.after
        if after then
          assert.is_nil(cursors[after])
          cursors[after] = true
        end
        last = body
      end)
      assert.equal(8, pages)
      assert.same({}, last.cursors)
      local again = session:must("GET", "/scan/contacts?limit=200").cursors.after
      assert.is_nil(cursors[again])
    end)

    it("say the end in the form asked for", function()
      for form, pattern in pairs {
        object = '"cursors":{}}$', blank = '"cursors":{"after":""}}$', null = '"cursors":null}$', absent = '%]}$',
      } do
        server:control("POST", "/sandbox/settings", { cursor_end = form })
        local _, reply = session:must("GET", "/scan/organizations?limit=200")
        assert.matches(pattern, reply.text)
      end
    end)

    it("break a client that does not encode the cursor", function()
      local cursor
      repeat
        cursor = session:must("GET", "/scan/contacts?limit=10").cursors.after
      until cursor:find("+", 1, true)
      assert.equal(400, session:call("GET", "/scan/contacts?limit=10&cursor=" .. cursor).status)
      assert.equal(200, session:call("GET", "/scan/contacts?limit=10&cursor=" .. api.escape(cursor)).status)
    end)

    it("have limits from 10 to 200", function()
      for _, limit in ipairs { "9", "201", "0", "-5", "x" } do
        assert.equal(400, session:call("GET", "/scan/contacts?limit=" .. limit).status, limit)
      end
      assert.equal(10, #session:must("GET", "/scan/contacts?limit=10").entities)
    end)

    it("refuse foreign, changed and expired cursors", function()
      local cursor = session:must("GET", "/scan/contacts?limit=10").cursors.after
      local escaped = api.escape(cursor)
      assert.equal(400, session:call("GET", "/scan/organizations?cursor=" .. escaped).status)
      assert.equal(400, session:call("GET", "/scan/contacts?cursor=nonsense").status)
      local changed = cursor:sub(1, 20) .. (cursor:sub(21, 21) == "A" and "B" or "A") .. cursor:sub(22)
      assert.equal(400, session:call("GET", "/scan/contacts?cursor=" .. api.escape(changed)).status)
      server:control("POST", "/sandbox/clock", { advance = 24 * 3600 - 60 })
      session = api.session(server)
      assert.equal(200, session:call("GET", "/scan/contacts?cursor=" .. escaped).status)
      server:control("POST", "/sandbox/clock", { advance = 61 })
      session = api.session(server)
      assert.equal(400, session:call("GET", "/scan/contacts?cursor=" .. escaped).status)
    end)

    it("take a cursor twice, unless told not to", function()
      local cursor = api.escape(session:must("GET", "/scan/contacts?limit=10").cursors.after)
      local one = session:must("GET", "/scan/contacts?limit=10&cursor=" .. cursor)
      local two = session:must("GET", "/scan/contacts?limit=10&cursor=" .. cursor)
      assert.same(ids_of(one.entities), ids_of(two.entities))
      server:control("POST", "/sandbox/settings", { cursor_once = true })
      session:must("GET", "/scan/contacts?limit=10&cursor=" .. cursor)
      assert.equal(400, session:call("GET", "/scan/contacts?limit=10&cursor=" .. cursor).status)
    end)

    it("go on over empty and short pages", function()
      server:control("POST", "/sandbox/settings", { empty_pages = 0.4, short_pages = 0.3 })
      local empty, short = 0, 0
      local records = session:scan("contacts", 100, function(body)
        if body.cursors.after then
          empty = empty + (#body.entities == 0 and 1 or 0)
          short = short + (#body.entities > 0 and #body.entities < 100 and 1 or 0)
        end
      end)
      local _, count = set_of(records)
      assert.equal(1500, count)
      assert.is_true(empty > 0)
      assert.is_true(short > 0)
    end)

    it("give each surviving record once while others come and go", function()
      local before = set_of((session:scan("contacts", 200)))
      local deleted, created = {}, {}
      local all = {}
      for id in pairs(before) do
        all[#all + 1] = id
      end
      table.sort(all)
      local at = 0
      local records = session:scan("contacts", 100, function()
        for _ = 1, 5 do
          at = at + 1
          session:must("DELETE", "/contacts/" .. all[at])
          deleted[all[at]] = true
        end
        local contact = session:must("POST", "/contacts", { firstName = "New", lastName = "One" })
        created[contact.id] = true
        if at <= 20 then
          contact.lastName = "Changed"
          session:must("PUT", "/contacts/" .. contact.id, contact)
        end
      end)
      local seen = set_of(records)
      for id in pairs(before) do
        assert.is_true(seen[id] ~= nil or deleted[id] == true)
      end
      for id in pairs(seen) do
        assert.is_true(before[id] ~= nil or created[id] == true)
      end
    end)

    it("repeat a whole scan byte for byte", function()
      local function text()
        local parts = {}
        session:scan("contacts", 200, function(body)
          parts[#parts + 1] = cjson.encode(#body.entities)
          for _, record in ipairs(body.entities) do
            parts[#parts + 1] = record.id .. record.firstName .. record.modifyDate
          end
        end)
        return table.concat(parts)
      end
      assert.equal(text(), text())
    end)
  end)
end)
