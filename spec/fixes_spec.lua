-- The ready fixes in examples/fixes, each planned against the sandbox.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local place

-- Plans a ready fix; gives the plan and its changes by the record's id.
local function plan(name, set, output)
  local made, err = fix.load("examples/fixes/" .. name .. ".lua")
  assert.is_nil(err, tostring(err))
  local changes = {}
  local planned, problem = fix.plan(place.client, made, {
    set = set,
    output = output and place:path(output),
    by = "spec",
    time = 0,
    on_change = function(change)
      changes[#changes + 1] = change
    end,
  })
  return planned, planned and changes or problem
end

local function refused(name, set)
  local planned, err = plan(name, set)
  assert.is_nil(planned)
  return err.message
end

-- A contact with some fields, in the sandbox.
local function add(fields)
  local all = { firstName = "Ann", lastName = "Example" }
  for key, value in pairs(fields) do
    all[key] = value
  end
  return assert(place.client.contacts:create(all)).id
end

local function of(changes, id)
  for _, change in ipairs(changes) do
    if change.id == id then
      return change
    end
  end
end

-- Plans and applies a ready fix, then plans it again: nothing is left to do.
local function converges(name, set, options)
  local planned = plan(name, set, "p")
  assert.is_true(planned.changes > 0)
  local result = assert(fix.apply(place.client, place:path "p", options))
  assert.equal(planned.changes, result.done)
  assert.equal(0, result.failed + result.conflicts)
  local again, changes = plan(name, set, "again")
  assert.same({}, changes)
  return planned, again
end

describe("the ready fix", function()
  fixes.around(function(given)
    place = given
    place.client:close()
    place.client = fixes.client(place.server, { rate = false })
  end, before_each, after_each)

  describe("phones_e164", function()
    it("brings numbers that the region decides into E.164, and counts the others", function()
      local planned, changes = plan("phones_e164", { region = "DE" })
      assert.is_true(planned.changes > 20)
      for _, change in ipairs(changes) do
        assert.equal("update", change.op)
        for _, one in ipairs(change.diff) do
          assert.matches("Phone$", one.path[1])
          assert.is_nil(one.before.e164)
          assert.matches("^%+%d+$", one.after.e164)
          assert.equal(one.after.e164, one.after.display)
        end
      end
      local left = 0
      for reason, count in pairs(planned.totals.left) do
        assert.is_truthy(reason:find "^phone: " or reason:find "^the server would refuse", reason)
        left = left + count
      end
      assert.is_true(left > 20)
    end)

    it("leaves national numbers of contacts in another country, or reads them as the address says", function()
      local id = add { workPhone = { display = "020 7946 0018" }, address = { countryCode = "GB" } }
      local _, changes = plan("phones_e164", { region = "DE" })
      assert.is_nil(of(changes, id))
      _, changes = plan("phones_e164", { region = "DE", address = "use" })
      assert.equal("+442079460018", of(changes, id).after.workPhone.e164)
      _, changes = plan("phones_e164", { region = "DE", address = "ignore" })
      assert.equal("+492079460018", of(changes, id).after.workPhone.e164)
    end)

    it("converges, in a server that rewrites numbers", function()
      local planned, again = converges("phones_e164", { region = "DE" })
      assert.is_true(planned.changes > 20)
      -- What was left before is left still.
      for reason, count in pairs(planned.totals.left) do
        assert.is_true((again.totals.left[reason] or 0) >= count, reason)
      end
    end)

    it("wants a region that there is", function()
      assert.matches("--set region=DE", refused("phones_e164"), 1, true)
      assert.matches("region 'XX' is not known", refused("phones_e164", { region = "XX" }), 1, true)
      assert.matches("written in capitals: DE", refused("phones_e164", { region = "de" }), 1, true)
    end)
  end)

  describe("tidy_names_emails", function()
    it("tidies names and addresses, and touches nothing else", function()
      local planned, changes = plan "tidy_names_emails"
      assert.is_true(planned.changes > 20)
      for _, change in ipairs(changes) do
        for _, one in ipairs(change.diff) do
          assert.is_truthy(one.path[1]:find "Name$" or one.path[1]:find "Email$" or one.path[1] == "title"
            or one.path[1] == "salutation", one.path[1])
        end
      end
    end)

    it("converges", function()
      converges "tidy_names_emails"
    end)

    it("mends what can be mended, and leaves a record whole that the server would refuse", function()
      local left
      local function tidied(contact)
        left = {}
        contact.firstName, contact.lastName = contact.firstName or "A", contact.lastName or "B"
        return assert(fix.load "examples/fixes/tidy_names_emails.lua").change(contact, {
          options = { capitals = true, small = false, keep = "SAP" },
          left = function(reason)
            left[#left + 1] = reason
          end,
        })
      end
      local contact = tidied { firstName = " JEAN-LUC ", lastName = "VAN DER MCDONALD", middleName = " ",
        workEmail = "mailto:A.B@Example.COM ", personalEmail = "a at example.com", otherEmail = "", title = "SAP" }
      assert.same({ firstName = "Jean-Luc", lastName = "van der McDonald", workEmail = "a.b@example.com",
        personalEmail = "a@example.com", title = "SAP" }, contact)
      assert.same({}, left)
      assert.is_nil(tidied { firstName = "ANN", workEmail = "n/a" })
      assert.same({ "e-mail: not an e-mail address", "the server would refuse the record for its workEmail" }, left)
      assert.equal("Ipek", tidied({ firstName = "IPEK" }).firstName)
      assert.equal("IŞIK", tidied({ firstName = "IŞIK" }).firstName)
      assert.same({ "name: a name in capitals whose small letters depend on the language" }, left)
    end)
  end)

  describe("set_fields", function()
    it("sets what the cells say, each as what its field holds", function()
      local id = add {}
      local path = place:write("v.csv", "id,reason,title,address.city,workPhone,surveyOptOut,externalOrganization\n"
        .. id .. ",why not,Head,Bonn,+49 30 1234567 ext. 12,yes,x-1\n")
      local planned, changes = plan("set_fields", { csv = path })
      assert.equal(1, planned.changes)
      local after = changes[1].after
      assert.equal("Head", after.title)
      assert.equal("Bonn", after.address.city)
      assert.same({ display = "+49 30 1234567", e164 = "+49301234567", extension = 12 }, after.workPhone)
      assert.is_true(after.surveyOptOut)
      assert.same({ id = "x-1" }, after.externalOrganization)
    end)

    it("converges", function()
      local organization = assert(place.client.organizations:create { name = "x" }).id
      converges("set_fields", { csv = place:write("v.csv", "id,title,workPhone,cellPhone,surveyOptOut,"
        .. "externalOrganization\n" .. add { workPhone = { display = "1" } }
        .. ", Head ,+49 30 1234567,030 555,yes," .. organization .. "\n") })
    end)

    it("keeps what an empty cell is about, or clears it", function()
      local id = add { title = "Head" }
      local path = place:write("v.csv", "id,title\n" .. id .. ",\n")
      assert.equal(0, plan("set_fields", { csv = path }).changes)
      local _, changes = plan("set_fields", { csv = path, empty = "clear" })
      assert.is_nil(changes[1].after.title)
    end)

    it("leaves lines that it can't carry out, and says why", function()
      local id = add {}
      local path = place:write("v.csv", "id,kind,op,surveyOptOut\n" .. id .. ",,,perhaps\n,,,yes\nnone,,,yes\n"
        .. add {} .. ",organization,,yes\n" .. add {} .. ",,delete,yes\n")
      local planned = plan("set_fields", { csv = path })
      assert.equal(0, planned.changes)
      assert.same({
        ["surveyOptOut: a value that the field can't hold"] = 1,
        ["a line without an id; --set create=yes makes a record of it"] = 1,
        ["no such record"] = 1,
        ["a line about another kind of record; plan it with --set kind=organization"] = 1,
        ["a line about a delete; plan the fix that deletes again"] = 1,
      }, planned.totals.left)
      local _, changes = plan("set_fields", { csv = place:write("c.csv", "id,firstName,lastName\n,A,B\n"),
        create = true })
      assert.equal("create", changes[1].op)
    end)

    it("knows the fields", function()
      local path = place:write("v.csv", "id,frstName\n" .. add {} .. ",x\n")
      assert.matches("did you mean 'firstName'", refused("set_fields", { csv = path }), 1, true)
      assert.matches("--set csv=values.csv", refused "set_fields", 1, true)
    end)
  end)

  describe("delete_by_list", function()
    it("erases by id and by address, and no one who shares an address", function()
      local first, second = add { workEmail = "one@example.com" }, add { personalEmail = "Two@example.com" }
      add { workEmail = "shared@example.com" }
      add { otherEmail = "shared@example.com" }
      local path = place:write("list", ("%s\n\ntwo@EXAMPLE.com\nshared@example.com\nnobody@example.com\n%s\n"):format(
        first, first))
      local planned, changes = plan("delete_by_list", { list = path }, "p")
      assert.equal(2, planned.changes)
      assert.equal("erase", of(changes, first).op)
      assert.equal("erase", of(changes, second).op)
      assert.same({ irreversible = 2 }, planned.totals.classes)
      assert.same({ ["an address that several contacts have"] = 1, ["no such record"] = 1,
        ["the same record again"] = 1 }, planned.totals.left)
      assert.is_nil(place:read "p":find("Two@", 1, true))
    end)

    it("converges: who is gone can't be found again", function()
      local path = place:write("list", add { workEmail = "one@example.com" } .. "\n"
        .. add { workEmail = "two@example.com" } and "two@example.com\n")
      local _, again = converges("delete_by_list", { list = path }, { allow_irreversible = true })
      assert.same({ ["no such record"] = 1 }, again.totals.left)
    end)

    it("wants a list", function()
      assert.matches("--set list=ids.txt", refused "delete_by_list", 1, true)
    end)
  end)
end)
