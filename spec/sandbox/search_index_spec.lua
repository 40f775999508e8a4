local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the search of the sandbox", function()
  local server, session
  sandbox.around({ contacts = 1200, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function found(q, where)
    local ids = {}
    local body = session:must("GET", (where or "/contacts") .. "?pageSize=1000&q=" .. api.escape(q))
    for _, record in ipairs(body.entities) do
      ids[record.id] = true
    end
    return ids
  end

  local function looked_up(value, expand)
    return session:must("GET", "/reversewhitepageslookup?lookupVal=" .. api.escape(value) .. (expand or ""))
  end

  local SEARCHED = { "firstName", "middleName", "lastName", "title", "workEmail", "personalEmail", "otherEmail" }

  -- The ids that a search for one word must find, by a scan of all contacts.
  local function expected(word)
    local ids = {}
    for _, record in ipairs((session:scan("contacts"))) do
      local line = ""
      for _, field in ipairs(SEARCHED) do
        line = line .. " " .. (record[field] or "")
      end
      if line:lower():gsub("[%s%p]+", " "):find(" " .. word, 1, true) then
        ids[record.id] = true
      end
    end
    return ids
  end

  it("finds the starts of words in names, titles and e-mail addresses, in any case", function()
    for _, word in ipairs { "mar", "smith", "director", "example", "zzz" } do
      assert.same(expected(word), found(word))
      assert.same(expected(word), found(word:upper()))
    end
  end)

  it("finds records with all words only", function()
    local created = session:create { title = "Countess of Computing", workEmail = "ada.l@engines.example" }
    for _, q in ipairs {
      "ada lovelace", "LOVE ada", "ada@", "countess comp", "ada.l@engines.example", "engines love",
    } do
      assert.is_true(found(q)[created.id], q)
    end
    for _, q in ipairs { "ovelace", "ada babbage", "omputing" } do
      assert.is_nil(found(q)[created.id], q)
    end
  end)

  it("ignores the case of letters with accents", function()
    local created = session:create { firstName = "ÉLODIE", lastName = "Łukasiewicz" }
    assert.is_true(found("élodie łuk")[created.id])
  end)

  it("ignores a q without words, and accepts at most 256 characters", function()
    assert.equal(1200, session:must("GET", "/contacts?q=").total)
    assert.equal(1200, session:must("GET", "/contacts?q=+").total)
    assert.equal(200, session:call("GET", "/contacts?q=" .. ("%C3%A9"):rep(256)).status)
    assert.equal(400, session:call("GET", "/contacts?q=" .. ("a"):rep(257)).status)
  end)

  it("follows updates and deletes", function()
    local created = session:create { lastName = "Qwertz" }
    assert.is_true(found("qwertz")[created.id])
    created.lastName = "Asdf"
    session:must("PUT", "/contacts/" .. created.id, created)
    assert.is_nil(found("qwertz")[created.id])
    assert.is_true(found("asdf")[created.id])
    session:must("DELETE", "/contacts/" .. created.id)
    assert.is_nil(found("asdf")[created.id])
    -- A record of the seed, too.
    local seeded = session:must("GET", "/contacts?pageSize=1").entities[1]
    session:must("PUT", "/contacts/" .. seeded.id, { firstName = "X", lastName = "Yxcv" })
    assert.is_true(found("yxcv")[seeded.id])
    assert.is_nil(found(seeded.lastName:match("%w+"))[seeded.id])
  end)

  it("searches an organization's contacts, and organizations", function()
    local organization = session:must("POST", "/organizations", { name = "Engines & Söhne", industry = "Computing" })
    local first = session:create { externalOrganization = { id = organization.id } }
    session:create { firstName = "Charles", lastName = "Babbage", externalOrganization = { id = organization.id } }
    local body = session:must("GET", "/organizations/" .. organization.id .. "/contacts?q=love")
    assert.equal(1, body.total)
    assert.equal(first.id, body.entities[1].id)
    assert.is_true(found("söhne", "/organizations")[organization.id])
    assert.is_true(found("computing", "/organizations")[organization.id])
  end)

  it("sorts the records it finds, and returns them by page", function()
    local total = session:must("GET", "/contacts?q=a&pageSize=1").total
    local seen = {}
    for page = 1, 4 do
      local body = session:must("GET", "/contacts?q=a&pageSize=10&sortOrder=firstName:desc&pageNumber=" .. page)
      assert.equal(total, body.total)
      for _, record in ipairs(body.entities) do
        assert.is_nil(seen[record.id])
        seen[record.id] = true
      end
    end
  end)

  it("shows a write only after --search-lag", function()
    server:control("POST", "/sandbox/settings", { search_lag = 30 })
    local created = session:create { lastName = "Qwertz", workEmail = "late@example.com" }
    assert.is_nil(found("qwertz")[created.id])
    assert.equal(0, #looked_up("late@example.com").contacts)
    assert.equal(1200, session:must("GET", "/contacts").total)
    -- Reading by id and scanning do not lag.
    assert.equal(200, session:call("GET", "/contacts/" .. created.id).status)
    server:control("POST", "/sandbox/clock", { advance = 31 })
    assert.is_true(found("qwertz")[created.id])
    assert.equal(1, #looked_up("late@example.com").contacts)
    assert.equal(1201, session:must("GET", "/contacts").total)
    session:must("DELETE", "/contacts/" .. created.id)
    assert.is_true(found("qwertz")[created.id])
    assert.equal(1, #looked_up("late@example.com").contacts)
    server:control("POST", "/sandbox/clock", { advance = 31 })
    assert.is_nil(found("qwertz")[created.id])
    assert.equal(0, #looked_up("late@example.com").contacts)
  end)
end)
