-- The ready fixes in examples/fixes, each planned against the sandbox.
local csv = require "extcontacts.base.csv"
local ec = require "extcontacts"
local field_path = require "extcontacts.base.path"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local libphonenumber = require "extcontacts.tidy.libphonenumber"

local place

-- Plans a ready fix; gives the plan and its changes by the record's id.
local function plan(name, set, output)
  local made, err = fix.load("lua/extcontacts/fixes/" .. name .. ".lua")
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
  return assert(place.direct.contacts:create(all)).id
end

local function of(changes, id)
  for _, change in ipairs(changes) do
    if change.id == id then
      return change
    end
  end
end

-- Plans and applies a ready fix, verifies it, and plans it again: nothing is
-- left to do.
local function converges(name, set, options)
  local planned = plan(name, set, "p")
  assert.is_true(planned.changes > 0)
  local result = assert(fix.apply(place.client, place:path "p", options))
  assert.equal(planned.changes, result.applied)
  assert.equal(0, result.failed + result.conflicts)
  local verified = assert(fix.verify(place.client, place:path "p"))
  local again, changes = plan(name, set, "again")
  assert.same({}, changes)
  return planned, again, verified
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
      for reason, count in pairs(planned.totals.skipped) do
        assert.is_truthy(reason:find "^phone: " or reason:find "^the server would reject", reason)
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
      local planned, again, verified = converges("phones_e164", { region = "DE" })
      assert.is_true(planned.changes > 20)
      assert.equal(planned.changes, verified.checked)
      -- Some contacts without an address are of another country than the region;
      -- what no number there can be, the server does not take, and that is told.
      assert.is_true(verified.match > 0.8 * planned.changes, verified.match)
      -- What was left before is left still.
      for reason, count in pairs(planned.totals.skipped) do
        assert.is_true((again.totals.skipped[reason] or 0) >= count, reason)
      end
    end)

    it("asks libphonenumber where told to, and plans what exists only", function()
      if not libphonenumber.installed() then
        pending("NOT RUN: " .. select(2, libphonenumber.installed()))
        return
      end
      local good, bad = add { workPhone = { display = "030 1234567" } }, add { workPhone = { display = "0101245358" } }
      local _, _, verified = converges("phones_e164", { region = "DE", check = "libphonenumber" })
      assert.is_true(verified.match > 20)
      assert.equal("+49301234567", assert(place.client.contacts:get(good)).workPhone.e164)
      assert.equal("0101245358", assert(place.client.contacts:get(bad)).workPhone.display)
    end)

    it("wants a region that there is", function()
      assert.matches("--set region=DE", refused("phones_e164"), 1, true)
      assert.matches("unknown region 'XX'", refused("phones_e164", { region = "XX" }), 1, true)
      assert.matches("check must be", refused("phones_e164", { region = "DE", check = "x" }), 1, true)
      assert.matches("must be in upper case: DE", refused("phones_e164", { region = "de" }), 1, true)
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
      local planned, _, verified = converges "tidy_names_emails"
      assert.equal(planned.changes, verified.match)
    end)

    it("mends what can be mended, and leaves a record whole that the server would refuse", function()
      local left
      local function tidied(contact)
        left = {}
        contact.firstName, contact.lastName = contact.firstName or "A", contact.lastName or "B"
        return assert(fix.load "lua/extcontacts/fixes/tidy_names_emails.lua").change(contact, {
          options = { capitals = true, small = false, keep = "SAP" },
          skip = function(reason)
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
      assert.same({ "e-mail: not an e-mail address", "the server would reject the record because of its workEmail" }, left)
      assert.equal("Ipek", tidied({ firstName = "IPEK" }).firstName)
      assert.equal("IŞIK", tidied({ firstName = "IŞIK" }).firstName)
      assert.same({ "name: the lower case of this name depends on the language" }, left)
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
      local organization = assert(place.direct.organizations:create { name = "x" }).id
      converges("set_fields", { csv = place:write("v.csv", "id,title,workPhone,cellPhone,surveyOptOut,"
        .. "externalOrganization\n" .. add { workPhone = { display = "1" } }
        .. ", Head ,+49 30 1234567,030 555,yes," .. organization .. "\n") })
    end)

    it("finishes what failed, from the errors file of the apply with its values put right", function()
      local ids, bad = place:ids(40), {}
      for index = 1, 40, 6 do
        bad[ids[index]] = true
      end
      local made = assert(fix.define { name = "x", source = fix.ids(ids), change = function(contact)
        contact.otherEmail = bad[contact.id] and "nobody at nowhere" or "right@example.com"
        return contact
      end })
      assert(fix.plan(place.client, made, { output = place:path "bad" }))
      local result = assert(fix.apply(place.client, place:path "bad"))
      assert.equal(33, result.applied)
      assert.equal(7, result.failed)
      local path = place:write("right.csv",
        (place:read "bad.errors.csv":gsub("nobody at nowhere", "right@example.com")))
      local planned = converges("set_fields", { csv = path })
      assert.equal(7, planned.changes)
      for id in pairs(bad) do
        assert.equal("right@example.com", assert(place.client.contacts:get(id)).otherEmail)
      end
    end)

    it("keeps what an empty cell is about, or clears it", function()
      local id = add { title = "Head" }
      local path = place:write("v.csv", "id,title\n" .. id .. ",\n")
      assert.equal(0, plan("set_fields", { csv = path }).changes)
      local _, changes = plan("set_fields", { csv = path, empty = "clear" })
      assert.is_nil(changes[1].after.title)
    end)

    it("changes nothing where the file of a scan is as it was, and what was changed in it", function()
      local id = add { title = "=1+1", middleName = " x ", lastName = "'-x",
        workPhone = { display = "+49 30 1234567" } }
      local columns = "id,title,middleName,lastName,workPhone.display,workPhone.e164,workPhone.countryCode,"
        .. "workPhone.userInput,createDate,modifyDate,selfUri,twitterId.verified"
      local names, path = {}, place:path "scan.csv"
      for name in columns:gmatch "[^,]+" do
        names[#names + 1] = name
      end
      local function write(change)
        local record = assert(place.client.contacts:get(id))
        change(record)
        local cells = {}
        for index, name in ipairs(names) do
          cells[index] = field_path.at(record, field_path.split(name))
        end
        place:write("scan.csv", columns .. "\n" .. csv.line(cells, #names))
      end
      for _, empty in ipairs { "keep", "clear" } do
        write(function() end)
        assert.same({ 0, {} }, { plan("set_fields", { csv = path, empty = empty }).changes,
          plan("set_fields", { csv = path }).totals.skipped })
        write(function(record)
          record.workPhone.display = "+49 40 7654321"
        end)
        local _, changes = plan("set_fields", { csv = path, empty = empty })
        assert.same({ display = "+49 40 7654321", e164 = "+49407654321" }, changes[1].after.workPhone)
        write(function(record)
          record.workPhone.e164 = "+49407654321"
        end)
        _, changes = plan("set_fields", { csv = path, empty = empty })
        assert.same({ display = "+49407654321", e164 = "+49407654321" }, changes[1].after.workPhone)
      end
      write(function(record)
        record.selfUri = "/elsewhere"
      end)
      assert.same({ ["selfUri: read-only, only the server sets it"] = 1 }, plan("set_fields", { csv = path }).totals.skipped)
      write(function(record)
        record.title, record.modifyDate = "x", "2020-01-01T00:00:00.000Z"
      end)
      local planned = plan("set_fields", { csv = path })
      assert.equal(0, planned.changes)
      assert.matches("^the record was changed since the file was made", (next(planned.totals.skipped)))
    end)

    it("leaves digits alone that a spreadsheet took for a number", function()
      local id = add { workPhone = { display = "+49 30 1234567" }, address = { postalCode = "01067" },
        homePhone = { display = "0351 7654321" } }
      local function left(columns, cells)
        local text = ("id,%s\n%s,%s\n"):format(columns, id, cells)
        return (plan("set_fields", { csv = place:write("v.csv", text) }))
      end
      for columns, cells in pairs {
        ["address.postalCode"] = "1067", ["workPhone.e164"] = "49301234567", workPhone = "4.93012E+10",
      } do
        local planned = left(columns, cells)
        assert.same({ 0, { [columns .. ": a spreadsheet turned these digits into a number"] = 1 } },
          { planned.changes, planned.totals.skipped })
      end
      assert.same({ ["cellPhone: not a valid phone number"] = 1 },
        left("cellPhone", "4.93012E+10").totals.skipped)
      assert.equal(1, left("address.postalCode", "01068").changes)
      assert.equal(1, left("address.postalCode", "1068").changes)
    end)

    it("finds contacts by what only one of them has", function()
      local one = add { workEmail = "One@Only.example", homePhone = { display = "+49 30 7654321" } }
      add { personalEmail = "two@shared.example" }
      add { otherEmail = "two@shared.example" }
      local path = place:write("v.csv", "email,title\none@only.example ,Head\n+49 (30) 765-4321,Head\n"
        .. "two@shared.example,Head\nnobody@only.example,Head\n030 7654321,Head\n,Head\n")
      local planned, changes = plan("set_fields", { csv = path, key = "email", by = "lookup" }, "p")
      assert.same({ 1, one, "Head" }, { #changes, changes[1].id, changes[1].after.title })
      assert.equal(table.concat({ "row,kind,id,reason",
        "3,," .. one .. ",duplicate row: this record appears earlier in the file",
        "4,,,several contacts have this address", "5,,,no such record",
        "6,,,not an e-mail address or a phone number in E.164",
        '7,,,"a line that names no record; --set create=yes makes one of it"', "" }, "\r\n"),
        place:read "p.skipped.csv")
      assert.equal(6, planned.totals.records)
      assert.matches("finds contacts only", refused("set_fields", { csv = path, key = "email", by = "lookup",
        kind = "organization" }), 1, true)
    end)

    it("makes records of addresses that nobody has, once", function()
      local one = add { workEmail = "one@import.example" }
      local path = place:write("v.csv", "workEmail,firstName,lastName,createDate\nONE@import.example,Ann,Known,\n"
        .. " new@import.example,Ann,New,2020-01-01T00:00:00.000Z\nNew@import.example,Ann,Again,\nnone,Ann,None,\n"
        .. " ,Ann,Nameless,\n")
      local set = { csv = path, key = "workEmail", by = "lookup", create = true }
      local planned, changes = plan("set_fields", set, "p")
      assert.equal(3, planned.changes)
      assert.same({ one, "Known", "one@import.example" },
        { changes[1].id, changes[1].after.lastName, changes[1].after.workEmail })
      assert.same({ "create", { workEmail = "new@import.example", firstName = "Ann", lastName = "New" } },
        { changes[2].op, changes[2].after })
      assert.equal("Nameless", changes[3].after.lastName)
      assert.same({ ["duplicate row: this record appears earlier in the file"] = 1,
        ["not an e-mail address or a phone number in E.164"] = 1 }, planned.totals.skipped)
      assert.equal(3, assert(fix.apply(place.client, place:path "p")).applied)
      place:write("v.csv", (place:read "v.csv":gsub("[^\n]+\n$", ""))) -- without the one that nothing tells apart
      assert.equal(0, plan("set_fields", set).changes)
      -- Somebody else is quicker, between plan and apply.
      place:write("v.csv", "workEmail,firstName,lastName\nquick@import.example,Ann,Slow\nslow@import.example,Ann,Too\n")
      assert.equal(2, plan("set_fields", set, "late").changes)
      add { personalEmail = "Quick@import.example" }
      local result = assert(fix.apply(place.client, place:path "late"))
      assert.same({ 1, 1 }, { result.applied, result.conflicts })
      assert.matches("a contact with this address exists already", place:read "late.errors.csv", 1, true)
      assert.equal(1, #assert(place.direct.lookup:reverse "quick@import.example").contacts)
      set.key = "mail"
      assert.matches("the key is a field's name, such as workEmail, not 'mail'", refused("set_fields", set), 1, true)
    end)

    it("makes records of lines without a key", function()
      local planned, changes = plan("set_fields", { csv = place:write("v.csv", "firstName,lastName\nA,B\nA,B\n"),
        key = "", create = true })
      assert.equal(2, planned.changes)
      assert.equal("create", changes[1].op)
    end)

    it("keeps all digits of a number", function()
      local organization = assert(place.direct.organizations:create { name = "x" }).id
      local _, changes = plan("set_fields", { kind = "organization", csv = place:write("v.csv",
        "id,revenue,employeeCount,customFields.a_number\n" .. organization .. ",9007199254740993,007,-0.10\n") })
      assert.matches('"revenue":9007199254740993', ec.json.encode(changes[1].after), 1, true)
      assert.equal(7, changes[1].after.employeeCount)
      assert.equal(-0.1, changes[1].after.customFields.a_number)
    end)

    it("leaves lines that it can't carry out, and says why", function()
      local id = add {}
      local path = place:write("v.csv", "id,kind,op,surveyOptOut\n" .. id .. ",,,perhaps\n,,,yes\nnone,,,yes\n"
        .. add {} .. ",organization,,yes\n" .. add {} .. ",,delete,yes\n")
      local planned = plan("set_fields", { csv = path })
      assert.equal(0, planned.changes)
      assert.same({
        ["surveyOptOut: not yes, no, true or false"] = 1,
        ["a line that names no record; --set create=yes makes one of it"] = 1,
        ["no such record"] = 1,
        ["a line about another kind of record; plan it with --set kind=organization"] = 1,
        ["a line about a delete; plan the fix that deletes again"] = 1,
      }, planned.totals.skipped)
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
      assert.same({ ["several contacts have this address"] = 1, ["no such record"] = 1,
        ["the same record again"] = 1 }, planned.totals.skipped)
      assert.is_nil(place:read "p":find("Two@", 1, true))
    end)

    it("converges: who is gone can't be found again", function()
      add { workEmail = "two@example.com" }
      local path = place:write("list", add { workEmail = "one@example.com" } .. "\ntwo@example.com\n")
      local _, again = converges("delete_by_list", { list = path }, { allow_irreversible = true })
      assert.same({ ["no such record"] = 2 }, again.totals.skipped)
      local proof = place:read "p.proof.csv"
      assert.equal(3, select(2, proof:gsub("\n", "")))
      assert.is_nil(proof:find("example", 1, true))
    end)

    it("wants a list", function()
      assert.matches("--set list=ids.txt", refused "delete_by_list", 1, true)
    end)
  end)

  describe("rename_custom_fields", function()
    local schema

    local function property(kind, more)
      local all = { title = "x", allOf = ec.array { { ["$ref"] = "#/definitions/" .. kind } } }
      for name, value in pairs(more or {}) do
        all[name] = value
      end
      return all
    end

    -- Version 1 has tier_text, version 2 level_text instead.
    before_each(function()
      schema = assert(place.direct.contacts.schemas:create { version = 0, name = "Loyalty",
        appliesTo = ec.array { "CONTACT" }, enabled = true, jsonSchema = {
          ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "Loyalty",
          properties = { tier_text = property "text", points_integer = property "integer" } } })
    end)

    local function next_version()
      schema.jsonSchema.properties = { level_text = property("text", { maxLength = 4 }),
        points_integer = property("integer", { minimum = 0 }), size_number = property "number" }
      schema = assert(place.direct.contacts.schemas:update(schema.id, schema))
    end

    local function holder(fields)
      return add { schema = { id = schema.id, version = 1 }, customFields = fields }
    end

    it("renames fields, names the new version, and converges", function()
      local id = holder { tier_text = "gold", points_integer = 5 }
      next_version()
      converges("rename_custom_fields", { schema = schema.id, rename = "tier_text=level_text" })
      local contact = assert(place.client.contacts:get(id))
      assert.same({ level_text = "gold", points_integer = 5 }, contact.customFields)
      assert.equal(2, contact.schema.version)
    end)

    it("leaves what the new version would not take", function()
      holder { tier_text = "silver" }
      holder { points_integer = -1 }
      local good = holder { tier_text = "gold" }
      next_version()
      local planned, changes = plan("rename_custom_fields", { schema = schema.id, rename = "tier_text=level_text" })
      assert.equal(1, planned.changes)
      assert.equal(good, changes[1].id)
      assert.same({ ["level_text has more than 4 characters"] = 1, ["points_integer is too small"] = 1 },
        planned.totals.skipped)
      planned = plan("rename_custom_fields", { schema = schema.id })
      assert.equal(0, planned.changes)
      assert.equal(2, planned.totals.skipped["tier_text is not in the schema"])
    end)

    it("wants a schema and fields that there are", function()
      next_version()
      assert.matches("--set schema=ID", refused "rename_custom_fields", 1, true)
      assert.matches("did you mean 'level_text'", refused("rename_custom_fields",
        { schema = schema.id, rename = "tier_text=leve_text" }), 1, true)
      assert.matches("of different types", refused("rename_custom_fields",
        { schema = schema.id, rename = "tier_text=size_number" }), 1, true)
    end)
  end)

  describe("relink_organizations", function()
    it("links by name, whatever its case and blanks, and converges", function()
      local organization = assert(place.direct.organizations:create { name = "Müller & Söhne GmbH" }).id
      local id = add {}
      converges("relink_organizations", { csv = place:write("l.csv",
        "id,organization\n" .. id .. ", MÜLLER  & SÖHNE GmbH \n") })
      assert.equal(organization, assert(place.client.contacts:get(id)).externalOrganization.id)
    end)

    it("links by a field, too", function()
      local organization = assert(place.direct.organizations:create { name = "x", tickers = ec.array {
        { symbol = "XYZ", exchange = "NYSE" } }, industry = "K-17" }).id
      local _, changes = plan("relink_organizations", { match = "industry", column = "customer",
        csv = place:write("l.csv", "id;customer\n" .. add {} .. ";k-17\n") })
      assert.equal(organization, changes[1].after.externalOrganization.id)
    end)

    it("leaves names that no organization or several have", function()
      for _ = 1, 2 do
        assert(place.direct.organizations:create { name = "Twice" })
      end
      local path = place:write("l.csv", ("id,organization\n%s,twice\n%s,None Such\n%s,\n"):format(
        add {}, add {}, add {}))
      local planned = plan("relink_organizations", { csv = path })
      assert.equal(0, planned.changes)
      assert.same({ ["several organizations of that name"] = 1, ["an organization that is not there"] = 1,
        ["no organization is named"] = 1 }, planned.totals.skipped)
      assert.matches("did you mean 'organization'", refused("relink_organizations",
        { csv = path, column = "organisation" }), 1, true)
    end)
  end)

  describe("find_duplicates", function()
    -- The clusters as lists of ids, the survivor first; and the reasons by id.
    local function found()
      plan("find_duplicates", nil, "p")
      local handle = assert(io.open(place:path "p.clusters.csv", "rb"))
      local clusters, reasons = {}, {}
      for row in assert(csv.rows(handle)) do
        local number = tonumber(row.cluster)
        clusters[number] = clusters[number] or {}
        assert.equal(#clusters[number] == 0 and "yes" or "no", row.survivor)
        table.insert(clusters[number], row.id)
        reasons[row.id] = row.reason
      end
      handle:close()
      return clusters, reasons
    end

    local function cluster_of(clusters, id)
      for _, ids in ipairs(clusters) do
        for _, one in ipairs(ids) do
          if one == id then
            return ids
          end
        end
      end
    end

    it("finds those that share what only one person has, and changes nothing", function()
      local phone = { display = "+49 30 1234567" }
      local a = add { firstName = "Jo", lastName = "Quux", workEmail = "Jo@quux.example", title = "Head" }
      local b = add { firstName = "Joanna", lastName = "Quux", personalEmail = "jo@quux.example", workPhone = phone }
      local c = add { firstName = "J.", lastName = "QUUX", cellPhone = phone, middleName = "X", title = "Y",
        address = { city = "Bonn" } }
      local other = add { firstName = "Max", lastName = "Quux", workPhone = phone }
      local clusters, reasons = found()
      assert.equal(c, cluster_of(clusters, a)[1])
      assert.equal(3, #cluster_of(clusters, a))
      assert.is_nil(cluster_of(clusters, other))
      assert.equal("e-mail; phone and name", reasons[b])
      assert.equal("e-mail", reasons[a])
      assert.equal(0, plan("find_duplicates", nil, "again").changes)
    end)

    it("does not take a shared mailbox or a number of many for one person", function()
      local ids = {}
      for index = 1, 12 do
        ids[index] = add { firstName = "P" .. index, lastName = "Same", workEmail = "info@many.example",
          workPhone = { display = "+49 30 7654321" } }
      end
      local clusters = found()
      assert.is_nil(cluster_of(clusters, ids[1]))
    end)

    it("finds the sandbox's duplicates, the same ones each time", function()
      local clusters = found()
      assert.is_true(#clusters > 5)
      local text = place:read "p.clusters.csv"
      found()
      assert.equal(text, place:read "p.clusters.csv")
    end)
  end)
end)
