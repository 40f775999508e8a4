-- The option `fields`: which fields of the records are decoded, and what may be done with
-- such records.
local compat = require "extcontacts.base.compat"
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local operations = require "extcontacts.api.operations"
local record = require "extcontacts.record"
local selections = require "extcontacts.api.selections"

local json = ec.json

local CONTACT = {
  id = "7", firstName = "Ann", lastName = "Lee", workPhone = { display = "030 1", e164 = "+49301" },
  customFields = { a_text = "x", b = { 1, 2 } }, cellPhone = ec.null,
  identifiers = ec.json.array { { type = "Email", value = "a@example.com" }, { type = "Phone", value = "+1" } },
  modifyDate = "2026-01-01T00:00:00Z", unheard_of = 1,
}

local function text(value)
  return (assert(json.encode(value, { sort_keys = true })))
end

-- What a call of `name` returns for an answer, with the option `fields`.
local function read(name, answer, fields, ...)
  local self = fake.client { fake.json(200, answer) }
  local space, method = name:match "^(%a+)%.([%w_]+)$"
  local arguments = { ... }
  arguments[#arguments + 1] = { fields = fields }
  local of = self.client[space]
  return assert(of[method](of, compat.unpack(arguments)))
end

describe("the option fields", function()
  it("decodes these fields and the id", function()
    local contact = read("contacts.get", CONTACT, { "lastName", "workPhone.e164", "customFields.*", "cellPhone.e164",
      "title", "identifiers.value" }, "7")
    assert.equal('{"cellPhone":null,"customFields":{"a_text":"x","b":[1,2]},"id":"7",'
      .. '"identifiers":[{"value":"a@example.com"},{"value":"+1"}],"lastName":"Lee","workPhone":{"e164":"+49301"}}',
      text(contact))
    assert.is_true(record.is_partial(contact))
  end)

  it("takes a custom field by its name, and a whole object if both are named", function()
    local WHOLE = '{"id":"7","workPhone":{"display":"030 1","e164":"+49301"}}'
    assert.equal('{"customFields":{"a_text":"x"},"id":"7"}',
      text(read("contacts.get", CONTACT, { "customFields.a_text" }, "7")))
    for _, fields in ipairs { { "workPhone.e164", "workPhone" }, { "workPhone", "workPhone.e164" },
      { "workPhone.*" } } do
      assert.equal(WHOLE, text(read("contacts.get", CONTACT, fields, "7")))
    end
  end)

  it("selects in the records of a page, and keeps what is around them", function()
    local page = read("contacts.list", { entities = { CONTACT }, total = 1, pageCount = 1 }, { "lastName" })
    assert.equal('{"entities":[{"id":"7","lastName":"Lee"}],"pageCount":1,"total":1}', text(page))
    page = read("lookup.reverse", { contacts = { CONTACT }, externalOrganizations = { { id = "o", name = "A" } } },
      { "lastName" }, "+49301")
    assert.equal('{"contacts":[{"id":"7","lastName":"Lee"}],"externalOrganizations":[{"id":"o"}]}', text(page))
  end)

  it("applies to iterators, whose tokens and limits stay the same", function()
    local self = fake.client {
      fake.json(200, { entities = { CONTACT }, cursors = { after = "x" } }),
      fake.json(200, { entities = { { id = "8", lastName = "Roe", title = "CTO" } } }),
    }
    local found = {}
    for contact in self.client:scan_contacts { fields = { "lastName" } } do
      found[#found + 1] = text(contact)
    end
    assert.same({ '{"id":"7","lastName":"Lee"}', '{"id":"8","lastName":"Roe"}' }, found)
  end)

  it("leaves errors whole", function()
    local self = fake.client { fake.json(404, { status = 404, code = "not.found", message = "no contact",
      contextId = "c-1", details = { "a" } }) }
    local contact, err = self.client.contacts:get("7", { fields = { "lastName" } })
    assert.is_nil(contact)
    assert.same({ 404, "not.found" }, { err.status, err.code })
    self = fake.client { fake.json(200, { status = 500, code = "internal", message = "it failed" }) }
    contact, err = self.client.contacts:get("7", { fields = { "lastName" } })
    assert.is_nil(contact)
    assert.equal("the answer is an error (internal) with a status of success", err.message)
  end)

  it("takes no object for an array of records, as without it", function()
    for _, options in ipairs { {}, { fields = { "lastName" } }, { raw = true }, { raw = "lines" } } do
      local self = fake.client { fake.json(200, { entities = { lastName = "Lee" }, cursors = { after = "x" } }) }
      assert.error_matches(function() self.client:scan_contacts(options):pages()() end,
        "the answer's entities are not an array", 1, true)
      self = fake.client { fake.json(200, { entities = {}, total = 0 }) }
      assert.is_nil(self.client:scan_contacts(options):pages()().lines)
    end
  end)

  it("does not mistake fields of a page for its lines and texts", function()
    for _, options in ipairs { {}, { fields = { "lastName" } }, { raw = true }, { raw = "lines" } } do
      local reply = fake.json(200, { entities = { CONTACT }, lines = "l", raw = { "r" }, cursors = { after = "x" } })
      local self = fake.client { reply, fake.json(200, { entities = { { id = "8" } }, lines = { 1 }, raw = "r" }) }
      local it, count = self.client:scan_contacts(options), 0
      for page in it:pages() do
        count = count + (options.raw == "lines" and #page.lines or #page.entities)
        assert.equal(options.raw == true, type(page.raw) == "table" and page.raw[1]:sub(1, 1) == "{")
      end
      assert.same({ 2, 2 }, { count, it.count })
      self = fake.client { reply, fake.json(200, { entities = { { id = "8" } }, lines = { 1 }, raw = { "r" } }) }
      it = self.client:scan_contacts(options)
      it:decode_all()
      for page in it:pages() do
        assert.equal(1, #page.entities)
        assert.same(options.raw and {} or page.raw, page.raw)
      end
      assert.equal(2, it.count)
    end
  end)

  for what, case in pairs {
    ["a misspelled field"] = { { "lastNam" }, "unknown field 'lastNam', did you mean 'lastName'" },
    ["a misspelled inner field"] = { { "workPhone.e146" }, "workPhone: unknown field 'e146', did you mean 'e164'" },
    ["a field of a text"] = { { "lastName.x" }, "lastName has no fields; remove .x" },
    ["no field"] = { {}, "must be an array of field names" },
    ["a text"] = { "id", "must be an array of field names, got string" },
    ["a number"] = { { 1 }, "must be an array of field names, got a number" },
    ["a star for all"] = { { "*" }, "selects all fields; leave the option out" },
    ["a star inside"] = { { "workPhone.*.e164" }, "must be the last part" },
    ["an empty part"] = { { "workPhone..e164" }, "is not the path of a field" },
    ["an empty path"] = { { "" }, "is not the path of a field" },
    ["names as keys"] = { { "lastName", firstName = true }, "must be an array of field names" },
    ["an array with a gap"] = { { [1] = "lastName", [3] = "firstName" }, "must be an array of field names" },
    ["a path with very many parts"] = { { "customFields" .. (".a"):rep(40) }, "a path has 41 parts, at most 24" },
  } do
    it("refuses " .. what .. ", also after the id alone was selected", function()
      local self = fake.client {}
      assert(selections.of(operations.find "contacts.get"))
      assert.matches(case[2], fake.misuse(self.client.contacts.get, self.client.contacts, "7", { fields = case[1] }), 1,
        true)
    end)
  end

  it("belongs to operations that read records", function()
    for _, row in ipairs(operations.list) do
      local selection, misuse = selections.of(row, { "id" })
      local reads = row.effect == "read" and row.returns ~= nil
      assert.is_true(reads or not selection, row.name)
      assert.is_true(selection ~= nil or misuse:find("'fields'", 1, true) ~= nil, row.name)
    end
    local self = fake.client {}
    assert.matches("operations that read", fake.misuse(self.client.contacts.update, self.client.contacts, "7", CONTACT,
      { fields = { "id" } }))
  end)
end)

describe("the selection without fields", function()
  it("exists for every operation with an iterator, for its option raw", function()
    for _, row in ipairs(operations.list) do
      if row.iterator then
        assert.is_userdata(selections.of(row), row.name)
      end
    end
  end)
end)

describe("a partial record", function()
  local partial

  before_each(function()
    partial = read("contacts.get", CONTACT, { "lastName", "workPhone.e164" }, "7")
  end)

  it("is not sent in a write, as a whole or as a part", function()
    local self = fake.client {}
    local contacts = self.client.contacts
    assert.matches("only the fields that were selected", fake.misuse(contacts.update, contacts, "7", partial))
    assert.matches("only the fields that were selected", fake.misuse(contacts.create, contacts, partial))
    local done, err = contacts:update("7", { lastName = "Lee", workPhone = partial.workPhone })
    assert.is_nil(done)
    assert.matches("workPhone: it has only the fields", err.message)
    assert.same({}, self.requests)
  end)

  it("has no writable copy, and copies stay partial", function()
    assert.error_matches(function() ec.writable("ExternalContact", partial) end, "read the whole record first")
    assert.is_true(record.is_partial(require "extcontacts.base.deepcopy"(partial).workPhone))
    assert.is_true(record.is_partial(require "extcontacts.base.shallow_copy"(partial)))
  end)
end)
