local operations = require "extcontacts.api.operations"
local verbs = require "extcontacts.cli.verbs"

describe("a verb", function()
  it("covers operations by a word without the verb", function()
    for verb, cases in pairs {
      get = { contacts = "contacts.get", ["contacts.notes"] = "contacts.notes.get" },
      update = { external_sources = "external_sources.update", settings = "settings.update" },
      delete = { ["imports.settings"] = "imports.settings.delete" },
      list = {
        contacts = "contacts.list", external_sources = "external_sources.list",
        ["organizations.contacts"] = "organizations.contacts",
      },
      search = { contacts = "contacts.list", organizations = "organizations.list" },
      scan = { notes = "notes.scan", ["contacts.divisionviews"] = "contacts.divisionviews.scan" },
      call = { ["lookup.reverse"] = "lookup.reverse" },
    } do
      local _, by_word = verbs.words(verb)
      for word, short in pairs(cases) do
        assert.equal(short, by_word[word].short)
        assert.equal(word, verbs.word(verb, by_word[word]))
        assert.equal(by_word[word], verbs.find(verb, { "--limit", "5", word }))
      end
    end
    for verb, short in pairs {
      get = "contacts.bulk.get", create = "notes.bulk.create", update = "contacts.bulk.update",
      delete = "settings.delete", list = "contacts.search", scan = "external_sources.list",
    } do
      assert.is_nil(verbs.find(verb, { short }))
    end
    assert.is_nil(verbs.find("get", { "lookup.reverse" }))
  end)

  it("covers an operation by its own names, too", function()
    for _, row in ipairs(operations.list) do
      assert.equal(row, verbs.find("call", { row.short }))
      assert.equal(row, verbs.find("call", { row.name }))
    end
  end)

  it("names what to write instead of a wrong word", function()
    for message, words in pairs {
      ["missing resource; expected one of contacts, contacts.divisionviews, organizations, "
        .. "organizations.divisionviews, relationships, relationships.divisionviews, notes, notes.divisionviews"] = {
        "scan",
      },
      ["'contacts.bulk.get' cannot be used with get; use `extcontacts call contacts.bulk.get`"] = {
        "get", "contacts.bulk.get",
      },
      ["unknown resource 'contact', did you mean 'contacts'?"] = { "get", "contact" },
      ["'lookup.reverse' cannot be used with get; use `extcontacts call lookup.reverse`"] = { "get", "lookup.reverse" },
      ["missing operation; `extcontacts ops` lists them"] = { "call" },
      ["unknown operation 'contacts.gte', did you mean 'contacts.get'?"] = { "call", "contacts.gte" },
    } do
      local ok, failure = pcall(verbs.unknown, words[1], words[2])
      assert.is_false(ok)
      assert.equal(message, tostring(failure))
    end
  end)
end)
