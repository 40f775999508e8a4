-- Which created record belongs to which item: by a marker, or by content in the
-- server's form.
local bulk = require "spec.support.bulk"
local ec = require "extcontacts"
local fake = require "spec.support.fake"

-- What create_many hands out for `items` if the answer has these results.
local function outcome(items, results, options, space)
  local self = bulk.client { answer = function()
    return bulk.answer(results)
  end, single = function(request)
    return request.method == "GET" and fake.json(200, { contacts = ec.array {} }) or fake.json(500)
  end }
  space = self.client[space or "contacts"]
  return bulk.collect(space:create_many(items, options)), self
end

local function created(n, record)
  record.id = bulk.id(n)
  return bulk.succeeded(record, nil, 201)
end

local function ids(list)
  local out = {}
  for index, entry in ipairs(list) do
    out[index] = entry.result and tonumber(entry.result.id:sub(1, 8), 16) or entry.err.kind
  end
  return table.concat(out, " ")
end

describe("created records", function()
  it("are matched in any order, with fields that the server adds or trims", function()
    local list = outcome({
      { firstName = " Ann ", lastName = "Lee" }, { firstName = "Bob", title = "" }, { lastName = "Lee" },
    }, {
      created(3, { lastName = "Lee", type = "Curated" }),
      created(1, { firstName = "Ann", lastName = "Lee", division = { id = "*" } }),
      created(2, { firstName = "Bob" }),
    })
    assert.equal("1 2 3", ids(list))
  end)

  it("are matched by phone numbers that the server rewrites", function()
    local list = outcome({
      { workPhone = { display = "+49 (0)30 1234-567" } }, { workPhone = { display = "+49 30 7654321" } },
      { workPhone = { e164 = "+12125550123" } },
    }, {
      created(3, { workPhone = { display = "+1 212-555-0123", e164 = "+12125550123" } }),
      created(2, { workPhone = { display = "+49 30 7654321", e164 = "+49307654321", userInput = "+49 30 7654321" } }),
      created(1, { workPhone = { display = "+49 30 1234567", e164 = "+49301234567" } }),
    })
    assert.equal("1 2 3", ids(list))
  end)

  it("are matched although one has all that another has", function()
    for _, swapped in ipairs { false, true } do
      local first, second = created(1, { firstName = "Ann" }), created(2, { firstName = "Ann", lastName = "Lee" })
      local list = outcome({ { firstName = "Ann" }, { firstName = "Ann", lastName = "Lee" } },
        swapped and { second, first } or { first, second })
      assert.equal("1 2", ids(list))
    end
  end)

  it("are matched although letters were composed", function()
    local list = outcome({ { firstName = "Jose\204\129" }, { firstName = "Bob" } },
      { created(2, { firstName = "Bob" }), created(1, { firstName = "Jos\195\169" }) })
    assert.equal("1 2", ids(list))
  end)

  it("are matched although the items have fields that only the server sets", function()
    local list = outcome({ { id = "old-1", firstName = "Ann" }, { id = "old-2", firstName = "Bob", modifyDate = "x" } },
      { created(2, { firstName = "Bob" }), created(1, { firstName = "Ann" }) })
    assert.equal("1 2", ids(list))
    local self = bulk.client()
    bulk.collect(self.client.contacts:create_many { { id = "1", firstName = "Ann" }, { id = "2", firstName = "Ann" },
      { firstName = "Ann", title = "" } })
    assert.equal("1 1 1", table.concat(self.sizes, " ")) -- equal records
  end)

  it("are matched by a marker, whatever else the server changed", function()
    local list = outcome({
      { firstName = "ANN", customFields = { key_text = "k1" } },
      { firstName = "BOB", customFields = { key_text = "k2" } },
    }, {
      created(2, { firstName = "Bob", customFields = { key_text = "k2" } }),
      created(1, { firstName = "Ann", customFields = { key_text = "k1" } }),
    }, { marker = "customFields.key_text" })
    assert.equal("1 2", ids(list))
    list = outcome({ { firstName = "ANN", externalIds = { { value = "k1" } } }, { firstName = "BOB" } }, {
      created(2, { firstName = "BOB" }), created(1, { firstName = "Ann", externalIds = { { value = "k1" } } }),
    }, { marker = "externalIds" })
    assert.equal("1 2", ids(list))
  end)

  it("that differ from every item make the others' result uncertain, not theirs", function()
    local list, self = outcome({ { firstName = "Ann" }, { firstName = "Bob" } },
      { created(2, { firstName = "Bob" }), created(7, { firstName = "Eve" }) })
    assert.equal("protocol 2", ids(list))
    assert.is_true(list[1].err.ambiguous)
    assert.truthy(list[1].err.message:find("can't be matched to an item", 1, true))
    assert.equal(0, #self.singles)
  end)

  it("that fit several items are given to none", function()
    -- Of two numbers in a form of the server's, each fits both.
    local phone = { workPhone = { display = "x", e164 = "+49301234567" } }
    local list = outcome({
      { workPhone = { display = "+49 (0)30 1234567" }, firstName = "Ann" },
      { workPhone = { display = "+49 30 1234567" } },
    }, { created(1, { workPhone = phone.workPhone, firstName = "Ann" }) })
    assert.equal("protocol protocol", ids(list))
  end)

  it("that are missing are looked up", function()
    local list, self = outcome({ { firstName = "Ann" }, { firstName = "Bob", workEmail = "bob@x.org" } },
      { created(1, { firstName = "Ann" }) })
    assert.equal(1, tonumber(list[1].result.id:sub(1, 8), 16))
    assert.equal("GET reversewhitepageslookup", self.singles[1])
  end)

  it("of one item twice are not adopted", function()
    local list = outcome({ { firstName = "Ann" } },
      { created(1, { firstName = "Ann" }), created(2, { firstName = "Ann" }) })
    assert.equal("protocol", ids(list))
    assert.is_true(list[1].err.ambiguous)
  end)

  for space, record in pairs {
    organizations = { name = "Acme" }, notes = { noteText = "Text", entityId = bulk.id(1), entityType = "contact" },
    relationships = { user = { id = "U" }, externalOrganization = { id = "O" }, relationship = "x" },
  } do
    it("of " .. space .. " are matched, too", function()
      local other, stored, found = {}, {}, {}
      for name, value in pairs(record) do
        other[name], stored[name], found[name] = value, value, value
      end
      local field = space == "organizations" and "name" or space == "notes" and "noteText" or "relationship"
      other[field], stored[field] = "other", "other"
      if stored.user then
        stored.user = { id = "u", selfUri = "/u" }
      end
      local list = outcome({ record, other }, { created(2, stored), created(1, found) }, nil, space)
      assert.equal("1 2", ids(list))
    end)
  end
end)

describe("created notes without their owner", function()
  local function note(text, owner, id)
    return { noteText = text, entityType = owner, entityId = id }
  end

  it("are matched by their address", function()
    local items = { note("same", "contact", "c1"), note("same", "organization", "o1"), note("other", "contact", "c1") }
    local function at(n, text, path)
      return created(n, { noteText = text, selfUri = "/api/v2/externalcontacts/" .. path .. "/notes/" .. bulk.id(n) })
    end
    local list = outcome(items, { at(2, "same", "organizations/o1"), at(3, "other", "contacts/c1"),
      at(1, "same", "contacts/c1") }, nil, "notes")
    assert.equal("1 2 3", ids(list))
  end)

  it("and address are matched by their text, if that is enough", function()
    local items = { note("same", "contact", "c1"), note("same", "contact", "c2"), note("other", "contact", "c1") }
    local list = outcome(items, { created(1, { noteText = "same" }), created(3, { noteText = "other" }),
      created(2, { noteText = "same" }) }, nil, "notes")
    assert.equal("protocol protocol 3", ids(list))
    assert.is_true(list[1].err.ambiguous)
  end)
end)

describe("failed creates", function()
  it("are matched by the item that the error repeats", function()
    local items = { { firstName = "Ann" }, { firstName = "Bob" }, { firstName = "Eve" } }
    local failed = bulk.failed(items[2], 409, "duplicate")
    failed.id = nil
    local list = outcome(items, { failed, created(3, { firstName = "Eve" }), created(1, { firstName = "Ann" }) })
    assert.equal("1 conflict 3", ids(list))
    assert.equal("duplicate", list[2].err.code)
    assert.is_nil(list[2].err.ambiguous)
  end)

  it("without the item get the error if all that is left failed alike", function()
    local function failed(code)
      return { success = false, error = { code = code, status = 400, message = "no" } }
    end
    local items = { { firstName = "Ann" }, { firstName = "Bob" }, { firstName = "Eve" } }
    local list = outcome(items, { failed "bad", created(3, { firstName = "Eve" }), failed "bad" })
    assert.equal("http http 3", ids(list))
    assert.equal("bad", list[1].err.code)
    list = outcome(items, { failed "bad", created(3, { firstName = "Eve" }), failed "worse" })
    assert.equal("protocol protocol 3", ids(list))
    assert.is_nil(list[1].err.ambiguous)
    assert.truthy(list[1].err.message:find("which of several errors", 1, true))
  end)

  it("that are retryable are sent again", function()
    local first = true
    local self = bulk.client { after = function(_, items, _, results)
      if first then
        first = false
        results[1] = bulk.failed(items[#items], 429, "busy", { retryable = true })
        results[1].id = nil
      end
      return bulk.answer(results)
    end }
    local list = bulk.collect(self.client.contacts:create_many { { firstName = "Ann" }, { firstName = "Bob" } })
    assert.equal("Ann", list[1].result.firstName)
    assert.equal("Bob", list[2].result.firstName)
    assert.same({ "contacts/add 2", "contacts/add 1" }, self.batches)
  end)

  it("with a server failure are ambiguous", function()
    local list = outcome({ { firstName = "Ann" } }, { bulk.failed({ firstName = "Ann" }, 500, "broken") })
    assert.is_true(list[1].err.ambiguous)
  end)
end)
