-- extcontacts call, against the sandbox.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"

local session = command.around(nil, setup, teardown, before_each)

describe("extcontacts call", function()
  it("calls any operation by either name, with its arguments in order", function()
    local created = session:contact { firstName = "Ann", lastName = "Lee", workEmail = "ann@lee.example" }
    for _, name in ipairs { "lookup.reverse", "get_externalcontacts_reversewhitepageslookup" } do
      assert.equal(created.id, json.decode((session:must { "call", name, "ann@lee.example" })).contacts[1].id)
    end
    local page = json.decode((session:must "call contacts.list --page-size 5 --q Lee"))
    assert.is_table(page.entities)
    assert.equal(5, page.pageSize)
    local _, lines = (session:must "call contacts.scan --limit 10 --csv --fields id"):gsub("\r\n", "")
    assert.equal(11, lines)
    session:must { "call", "contacts.delete", created.id, "--yes" }
    session:refused(2, { "call", "contacts.delete", created.id }, "pass --yes")
  end)

  it("writes nothing for an empty response", function()
    assert.equal("", (session:must { "call", "conversations.associate", "c1", "--set", "conversationId=c1", "--set",
      "mediaType=CALL", "--set", "communicationId=c2" }))
  end)

  it("asks before it merges, but not where the arguments say that nothing is merged", function()
    local function enrich(action)
      return '{"action":"' .. action .. '","matchingIdentifiers":[{"type":"Email","value":"a@b.example"}]}'
    end
    local merge = { "call", "contacts.merge", "--body", '{"contactIds":["a","b"]}' }
    session:refused(2, merge, "Send contacts.merge? There is no terminal to confirm on; pass --yes")
    session:refused(2, { "call", "contacts.enrich", "--body", enrich "Merge" }, "pass --yes")
    merge[#merge + 1] = "--yes"
    local _, _, errors = session:run(merge)
    assert.matches("contact.not.found", errors, 1, true)
    -- These find nothing to merge.
    local shown = json.decode((session:must {
      "call", "contacts.enrich", "--body", enrich "Merge", "--server-dry-run" }))
    assert.is_nil(shown.id)
    for _, arguments in ipairs {
      { "call", "contacts.enrich", "--body", enrich "Merge", "--yes" },
      { "call", "contacts.enrich", "--body", enrich "Upsert" },
      { "call", "organizations.enrich", "--body", '{"externalOrganization":{"name":"Analytical Engines"}}' },
    } do
      assert.is_string(json.decode((session:must(arguments))).id)
    end
  end)

  it("distinguishes a dry run of the server from printing the request", function()
    local function request(...)
      return (session:must { "call", "contacts.enrich", "--body", "{}", "--dry-run", ... })
    end
    assert.is_nil(request():find("dryRun", 1, true))
    assert.matches("contacts/enrich?dryRun=true", request "--server-dry-run", 1, true)
  end)

  it("sends the body of an operation that can do without one only if there is one", function()
    local without = session:must "call settings.update --dry-run"
    assert.is_nil(without:find("{", 1, true))
    local with = session:must "call settings.update --set manuallyAssignDivisionsToContacts=true --dry-run"
    assert.matches('{"manuallyAssignDivisionsToContacts":true}', with, 1, true)
    local found = session:must { "call", "lookup.contact", "--set", "type=Email", "--set", "value=x", "--dry-run" }
    assert.matches('"value":"x"', found, 1, true)
  end)

  it("refuses a wrong operation, option or value", function()
    session:refused(2, "call", "missing operation; `extcontacts ops` lists them")
    session:refused(2, "call contacts.gte x", "unknown operation 'contacts.gte', did you mean 'contacts.get'?")
    session:refused(2, "call contacts.list --page-siz 5", "did you mean '--page-size'?")
    session:refused(2, "call contacts.list --page-size five", "--page-size: 'five' is not a whole number")
    session:refused(2, "call contacts.scan --limit 500", "must be 10 to 200")
    session:refused(2, "call contacts.get", "missing argument 'contact_id'")
  end)
end)
