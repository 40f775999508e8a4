local api = require "spec.support.api"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

describe("a scan of the sandbox", function()
  local server, session
  sandbox.around({ contacts = 1500, organizations = 40, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  it("returns each record once, by default 100 per page", function()
    for what, kind in pairs {
      contacts = "contact", organizations = "organization", relationships = "relationship",
    } do
      local expected = server:control("GET", "/sandbox/counters").records[kind]
      local _, count = api.set((session:scan(what, 200)))
      assert.equal(expected, count, what)
    end
    local counters = server:control("GET", "/sandbox/counters").records
    local notes = session:scan("notes", 10)
    api.set(notes)
    assert.equal(counters.contact_note + counters.organization_note, #notes)
    assert.equal(100, #session:must("GET", "/scan/contacts").entities)
  end)

  it("has a new cursor on every page and none on the last", function()
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

  it("ends in the form of --cursor-end", function()
    for form, pattern in pairs {
      object = '"cursors":{}}$', blank = '"cursors":{"after":""}}$', null = '"cursors":null}$', absent = '%]}$',
    } do
      server:control("POST", "/sandbox/settings", { cursor_end = form })
      assert.matches(pattern, session:call("GET", "/scan/organizations?limit=200").text)
    end
  end)

  it("fails for a client that does not encode the cursor", function()
    local cursor
    repeat
      cursor = session:must("GET", "/scan/contacts?limit=10").cursors.after
    until cursor:find("+", 1, true)
    assert.equal(400, session:call("GET", "/scan/contacts?limit=10&cursor=" .. cursor).status)
    assert.equal(200, session:call("GET", "/scan/contacts?limit=10&cursor=" .. api.escape(cursor)).status)
  end)

  it("accepts limits from 10 to 200", function()
    for _, limit in ipairs { "9", "201", "0", "-5", "x" } do
      assert.equal(400, session:call("GET", "/scan/contacts?limit=" .. limit).status, limit)
    end
    assert.equal(10, #session:must("GET", "/scan/contacts?limit=10").entities)
  end)

  it("rejects cursors that are expired, changed or of another scan", function()
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

  it("accepts a cursor twice, unless --cursor-once is set", function()
    local cursor = api.escape(session:must("GET", "/scan/contacts?limit=10").cursors.after)
    local one = session:must("GET", "/scan/contacts?limit=10&cursor=" .. cursor)
    local two = session:must("GET", "/scan/contacts?limit=10&cursor=" .. cursor)
    assert.same(api.ids(one.entities), api.ids(two.entities))
    server:control("POST", "/sandbox/settings", { cursor_once = true })
    session:must("GET", "/scan/contacts?limit=10&cursor=" .. cursor)
    assert.equal(400, session:call("GET", "/scan/contacts?limit=10&cursor=" .. cursor).status)
  end)

  it("continues after empty and short pages", function()
    server:control("POST", "/sandbox/settings", { empty_pages = 0.4, short_pages = 0.3 })
    local empty, short = 0, 0
    local records = session:scan("contacts", 100, function(body)
      if body.cursors.after then
        empty = empty + (#body.entities == 0 and 1 or 0)
        short = short + (#body.entities > 0 and #body.entities < 100 and 1 or 0)
      end
    end)
    local _, count = api.set(records)
    assert.equal(1500, count)
    assert.is_true(empty > 0)
    assert.is_true(short > 0)
  end)

  it("returns each remaining record once while others are created and deleted", function()
    local before = api.set((session:scan("contacts", 200)))
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
    local seen = api.set(records)
    for id in pairs(before) do
      assert.is_true(seen[id] ~= nil or deleted[id] == true)
    end
    for id in pairs(seen) do
      assert.is_true(before[id] ~= nil or created[id] == true)
    end
  end)

  it("returns the same again", function()
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
