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

  it("refuses a wrong operation, option or value", function()
    session:refused(2, "call", "missing operation; `extcontacts ops` lists them")
    session:refused(2, "call contacts.gte x", "unknown operation 'contacts.gte', did you mean 'contacts.get'?")
    session:refused(2, "call contacts.list --page-siz 5", "did you mean '--page-size'?")
    session:refused(2, "call contacts.list --page-size five", "--page-size: 'five' is not a whole number")
    session:refused(2, "call contacts.scan --limit 500", "must be 10 to 200")
    session:refused(2, "call contacts.get", "missing argument 'contact_id'")
  end)
end)
