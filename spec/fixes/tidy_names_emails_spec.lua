local fix = require "extcontacts.fix"
local fixes = require "extcontacts.fixes"
local ready_fix = require "spec.support.ready_fix"

local ready = ready_fix.fresh("tidy_names_emails", before_each, after_each)

describe("the fix tidy_names_emails", function()
  it("tidies names and addresses, and changes nothing else", function()
    local planned, changes = ready:plan()
    assert.is_true(planned.changes > 20)
    for _, change in ipairs(changes) do
      for _, one in ipairs(change.diff) do
        assert.is_truthy(one.path[1]:find "Name$" or one.path[1]:find "Email$" or one.path[1] == "title"
          or one.path[1] == "salutation", one.path[1])
      end
    end
  end)

  it("finds nothing to do after it was applied", function()
    local planned, _, verified = ready:converges()
    assert.equal(planned.changes, verified.match)
  end)

  it("tidies what it can, and skips a record that the server would reject", function()
    local reasons
    local function tidied(contact)
      reasons = {}
      contact.firstName, contact.lastName = contact.firstName or "A", contact.lastName or "B"
      return assert(fix.load(fixes.path "tidy_names_emails")).change(contact, {
        options = { capitals = true, small = false, keep = "SAP" },
        skip = function(reason)
          reasons[#reasons + 1] = reason
        end,
      })
    end
    local contact = tidied { firstName = " JEAN-LUC ", lastName = "VAN DER MCDONALD", middleName = " ",
      workEmail = "mailto:A.B@Example.COM ", personalEmail = "a at example.com", otherEmail = "", title = "SAP" }
    assert.same({ firstName = "Jean-Luc", lastName = "van der McDonald", workEmail = "a.b@example.com",
      personalEmail = "a@example.com", title = "SAP" }, contact)
    assert.same({}, reasons)
    assert.is_nil(tidied { firstName = "ANN", workEmail = "n/a" })
    assert.same({
      "e-mail: not an e-mail address", "the server would reject the record because of its workEmail",
    }, reasons)
    assert.equal("Ipek", tidied({ firstName = "IPEK" }).firstName)
    assert.equal("IŞIK", tidied({ firstName = "IŞIK" }).firstName)
    assert.same({ "name: the lower case of this name depends on the language" }, reasons)
  end)
end)
