-- The sandbox's search by words and its reverse lookup.

local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's search", function()
  local server, session
  sandbox.around({ contacts = 1200, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function create(more)
    local record = { firstName = "Ada", lastName = "Lovelace" }
    for key, value in pairs(more or {}) do
      record[key] = value
    end
    return session:must("POST", "/contacts", record)
  end

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

  -- What a search by one word must find, by reading everything.
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

  it("finds the starts of words in names, titles and addresses, in any case", function()
    for _, word in ipairs { "mar", "smith", "director", "example", "zzz" } do
      assert.same(expected(word), found(word))
      assert.same(expected(word), found(word:upper()))
    end
  end)

  it("wants all words", function()
    local made = create { title = "Countess of Computing", workEmail = "ada.l@engines.example" }
    for _, q in ipairs {
      "ada lovelace", "LOVE ada", "ada@", "countess comp", "ada.l@engines.example", "engines love",
    } do
      assert.is_true(found(q)[made.id], q)
    end
    for _, q in ipairs { "ovelace", "ada babbage", "omputing" } do
      assert.is_nil(found(q)[made.id], q)
    end
  end)

  it("knows the case of letters with accents", function()
    local made = create { firstName = "ÉLODIE", lastName = "Łukasiewicz" }
    assert.is_true(found("élodie łuk")[made.id])
  end)

  it("takes a q without a word as none, and at most 256 characters", function()
    assert.equal(1200, session:must("GET", "/contacts?q=").total)
    assert.equal(1200, session:must("GET", "/contacts?q=+").total)
    assert.equal(200, session:call("GET", "/contacts?q=" .. ("%C3%A9"):rep(256)).status)
    assert.equal(400, session:call("GET", "/contacts?q=" .. ("a"):rep(257)).status)
  end)

  it("follows updates and deletes", function()
    local made = create { lastName = "Qwertz" }
    assert.is_true(found("qwertz")[made.id])
    made.lastName = "Asdf"
    session:must("PUT", "/contacts/" .. made.id, made)
    assert.is_nil(found("qwertz")[made.id])
    assert.is_true(found("asdf")[made.id])
    session:must("DELETE", "/contacts/" .. made.id)
    assert.is_nil(found("asdf")[made.id])
    -- A record of the seed, too.
    local seeded = session:must("GET", "/contacts?pageSize=1").entities[1]
    session:must("PUT", "/contacts/" .. seeded.id, { firstName = "X", lastName = "Yxcv" })
    assert.is_true(found("yxcv")[seeded.id])
    assert.is_nil(found(seeded.lastName:match("%w+"))[seeded.id])
  end)

  it("narrows an organization's contacts and finds organizations", function()
    local organization = session:must("POST", "/organizations", { name = "Engines & Söhne", industry = "Computing" })
    local one = create { externalOrganization = { id = organization.id } }
    create { firstName = "Charles", lastName = "Babbage", externalOrganization = { id = organization.id } }
    local body = session:must("GET", "/organizations/" .. organization.id .. "/contacts?q=love")
    assert.equal(1, body.total)
    assert.equal(one.id, body.entities[1].id)
    assert.is_true(found("söhne", "/organizations")[organization.id])
    assert.is_true(found("computing", "/organizations")[organization.id])
  end)

  it("pages and sorts what it found", function()
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

  it("lags behind writes when told to", function()
    server:control("POST", "/sandbox/settings", { search_lag = 30 })
    local made = create { lastName = "Qwertz", workEmail = "late@example.com" }
    assert.is_nil(found("qwertz")[made.id])
    assert.equal(0, #looked_up("late@example.com").contacts)
    assert.equal(1200, session:must("GET", "/contacts").total)
    -- Reading by id and scanning do not lag.
    assert.equal(200, session:call("GET", "/contacts/" .. made.id).status)
    server:control("POST", "/sandbox/clock", { advance = 31 })
    assert.is_true(found("qwertz")[made.id])
    assert.equal(1, #looked_up("late@example.com").contacts)
    assert.equal(1201, session:must("GET", "/contacts").total)
    session:must("DELETE", "/contacts/" .. made.id)
    assert.is_true(found("qwertz")[made.id])
    assert.equal(1, #looked_up("late@example.com").contacts)
    server:control("POST", "/sandbox/clock", { advance = 31 })
    assert.is_nil(found("qwertz")[made.id])
    assert.equal(0, #looked_up("late@example.com").contacts)
  end)

  describe("reverse lookup", function()
    it("finds by e-mail in any case, by E.164 and by screen name", function()
      local made = create {
        workEmail = "Ada@Example.com", otherEmail = "other@example.com",
        homePhone = { display = "+44 20 7946 0958" }, twitterId = { screenName = "AdaL" },
      }
      for _, value in ipairs {
        "ada@example.com", "ADA@EXAMPLE.COM", "other@example.com", "+442079460958", "adal", "@ADAL",
      } do
        local body = looked_up(value)
        assert.equal(1, #body.contacts, value)
        assert.equal(made.id, body.contacts[1].id)
      end
      for _, value in ipairs { "ada@example", "+44207946095", "02079460958", "Ada", "+44 20 7946 0958" } do
        assert.equal(0, #looked_up(value).contacts, value)
      end
    end)

    it("reads a bare + in the query as a space", function()
      create { homePhone = { display = "+44 20 7946 0958" } }
      assert.equal(0, #session:must("GET", "/reversewhitepageslookup?lookupVal=+442079460958").contacts)
    end)

    it("finds what the seed made", function()
      local checked = 0
      for _, record in ipairs(session:must("GET", "/contacts?pageSize=100").entities) do
        local keys = {
          record.workEmail and record.workEmail:match("^%S+$"),
          record.cellPhone and record.cellPhone.e164,
          record.twitterId and record.twitterId.screenName,
        }
        for _, key in pairs(keys) do
          local ids = {}
          for _, match in ipairs(looked_up(key).contacts) do
            ids[match.id] = true
          end
          assert.is_true(ids[record.id], key)
          checked = checked + 1
        end
      end
      assert.is_true(checked > 50)
    end)

    it("does not find numbers the server could not read", function()
      create { workPhone = { display = "030 12345678" } }
      assert.equal(0, #looked_up("+493012345678").contacts)
    end)

    it("finds organizations by number and screen name", function()
      local made = session:must("POST", "/organizations", {
        name = "X", phoneNumber = { display = "+49 30 98765432" }, twitterId = { screenName = "xcorp" } })
      assert.equal(made.id, looked_up("+493098765432").externalOrganizations[1].id)
      assert.equal(made.id, looked_up("xcorp").externalOrganizations[1].id)
    end)

    it("gives at most 25", function()
      for number = 1, 27 do
        create { firstName = "N" .. number, personalEmail = "many@example.com" }
      end
      assert.equal(25, #looked_up("many@example.com").contacts)
    end)

    it("expands the organization of contacts", function()
      local organization = session:must("POST", "/organizations", { name = "Engines" })
      create { workEmail = "ada@example.com", externalOrganization = { id = organization.id } }
      assert.is_nil(looked_up("ada@example.com").contacts[1].externalOrganization.name)
      local expand = "&expand=contacts.externalOrganization,externalDataSources"
      local contact = looked_up("ada@example.com", expand).contacts[1]
      assert.equal("Engines", contact.externalOrganization.name)
      assert.is_table(contact.externalDataSources)
    end)

    it("wants a value", function()
      assert.equal(400, session:call("GET", "/reversewhitepageslookup").status)
      assert.equal(400, session:call("GET", "/reversewhitepageslookup?lookupVal=").status)
    end)
  end)
end)
