local csv = require "extcontacts.csv"
local ec = require "extcontacts"
local field_path = require "extcontacts.base.path"
local fix = require "extcontacts.fix"
local ready_fix = require "spec.support.ready_fix"

local ORGANIZATION = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"
local MISSING = "00000000-0000-4000-8000-000000000000"

local ready, place = ready_fix.fresh("set_fields", before_each, after_each)

describe("the fix set_fields", function()
  it("reads each cell as its field's type", function()
    local id = ready:add {}
    local path = place:write("v.csv", "id,reason,title,address.city,workPhone,surveyOptOut,externalOrganization\n"
      .. id .. ",why not,Head,Bonn,+49 30 1234567 ext. 12,yes," .. ORGANIZATION .. "\n")
    local planned, changes = ready:plan({ csv = path })
    assert.equal(1, planned.changes)
    local after = changes[1].after
    assert.equal("Head", after.title)
    assert.equal("Bonn", after.address.city)
    assert.same({ display = "+49 30 1234567", e164 = "+49301234567", extension = 12 }, after.workPhone)
    assert.is_true(after.surveyOptOut)
    assert.same({ id = ORGANIZATION }, after.externalOrganization)
  end)

  it("finds nothing to do after it was applied", function()
    local organization = assert(place.direct.organizations:create { name = "x" }).id
    ready:converges({ csv = place:write("v.csv", "id,title,workPhone,cellPhone,surveyOptOut,"
      .. "externalOrganization\n" .. ready:add { workPhone = { display = "1" } }
      .. ", Head ,+49 30 1234567,030 555,yes," .. organization .. "\n") })
  end)

  describe("with the external ids of organizations", function()
    local LINK = "externalOrganization.externalId"
    local source, organization

    before_each(function()
      source = assert(place.direct.external_sources:create { name = "ERP" }).id
      organization = assert(place.direct.organizations:create { name = "ACME",
        externalIds = { { externalSource = { id = source }, value = "007" } } }).id
    end)

    it("links contacts, and plans nothing more after it was applied", function()
      local linked = ready:add { externalOrganization = { id = organization } }
      local path = place:write("v.csv", "id,title," .. LINK .. "\n" .. ready:add {} .. ",Head, 007 \n" .. linked
        .. ",,007\n" .. ready:add {} .. ",Head,\n" .. ready:add {} .. ",Head,008\n" .. ready:add {} .. ",,1.2E+11\n")
      local planned, changes = ready:plan { csv = path, external_source = source }
      assert.equal(3, planned.changes)
      assert.same({ id = organization }, changes[1].after.externalOrganization)
      assert.is_nil(changes[2].after.externalOrganization)
      assert.equal(1, planned.totals.skipped[LINK .. ": no organization has this external id"])
      local damaged = 0
      for reason, count in pairs(planned.totals.skipped) do
        damaged = damaged + (reason:find("^" .. LINK .. ": a spreadsheet") and count or 0)
      end
      assert.equal(1, damaged)
      ready:converges { csv = path, external_source = source }
    end)

    it("creates linked contacts, and clears links", function()
      local path = place:write("v.csv", "id,lastName," .. LINK .. "\n,New,007\n,Other,008\n")
      local planned, changes = ready:plan { csv = path, external_source = source, create = true }
      assert.equal(1, planned.changes)
      assert.same({ id = organization }, changes[1].after.externalOrganization)
      path = place:write("w.csv", "id," .. LINK .. "\n" .. ready:add { externalOrganization = { id = organization } }
        .. ",\n")
      assert.equal(0, ready:plan({ csv = path, external_source = source }).changes)
      ready:converges { csv = path, external_source = source, empty = "clear" }
    end)
  end)

  it("finishes what failed, from the corrected errors file of the apply", function()
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
    local planned = ready:converges({ csv = path })
    assert.equal(7, planned.changes)
    for id in pairs(bad) do
      assert.equal("right@example.com", assert(place.client.contacts:get(id)).otherEmail)
    end
  end)

  it("keeps the value of an empty cell, or clears it", function()
    local id = ready:add { title = "Head" }
    local path = place:write("v.csv", "id,title\n" .. id .. ",\n")
    assert.equal(0, ready:plan({ csv = path }).changes)
    local _, changes = ready:plan({ csv = path, empty = "clear" })
    assert.is_nil(changes[1].after.title)
  end)

  it("changes only what was edited in the file of a scan", function()
    local id = ready:add { title = "=1+1", middleName = " x ", lastName = "'-x",
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
      assert.same({ 0, {} }, { ready:plan({ csv = path, empty = empty }).changes,
        ready:plan({ csv = path }).totals.skipped })
      write(function(record)
        record.workPhone.display = "+49 40 7654321"
      end)
      local _, changes = ready:plan({ csv = path, empty = empty })
      assert.same({ display = "+49 40 7654321", e164 = "+49407654321" }, changes[1].after.workPhone)
      write(function(record)
        record.workPhone.e164 = "+49407654321"
      end)
      _, changes = ready:plan({ csv = path, empty = empty })
      assert.same({ display = "+49407654321", e164 = "+49407654321" }, changes[1].after.workPhone)
    end
    write(function(record)
      record.selfUri = "/elsewhere"
    end)
    assert.same({ ["selfUri: read-only, only the server sets it"] = 1 }, ready:plan({ csv = path }).totals.skipped)
    write(function(record)
      record.title, record.modifyDate = "x", "2020-01-01T00:00:00.000Z"
    end)
    local planned = ready:plan({ csv = path })
    assert.equal(0, planned.changes)
    assert.matches("^record was changed after the file was written", (next(planned.totals.skipped)))
  end)

  it("skips digits that a spreadsheet turned into a number", function()
    local id = ready:add { workPhone = { display = "+49 30 1234567" }, address = { postalCode = "01067" },
      homePhone = { display = "0351 7654321" } }
    local function plan(columns, cells)
      local text = ("id,%s\n%s,%s\n"):format(columns, id, cells)
      return (ready:plan({ csv = place:write("v.csv", text) }))
    end
    for columns, cells in pairs {
      ["address.postalCode"] = "1067", ["workPhone.e164"] = "49301234567", workPhone = "4.93012E+10",
    } do
      local planned = plan(columns, cells)
      assert.same({ 0, { [columns .. ": a spreadsheet turned these digits into a number"] = 1 } },
        { planned.changes, planned.totals.skipped })
    end
    assert.same({ ["cellPhone: a spreadsheet turned these digits into a number"] = 1 },
      plan("cellPhone", "4.93012E+10").totals.skipped)
    assert.equal(1, plan("address.postalCode", "01068").changes)
    assert.equal(1, plan("address.postalCode", "1068").changes)
  end)

  it("finds contacts by an address that only one of them has", function()
    local one = ready:add { workEmail = "One@Only.example", homePhone = { display = "+49 30 7654321" } }
    ready:add { personalEmail = "two@shared.example" }
    ready:add { otherEmail = "two@shared.example" }
    local path = place:write("v.csv", "email,title\none@only.example ,Head\n+49 (30) 765-4321,Head\n"
      .. "two@shared.example,Head\nnobody@only.example,Head\n030 7654321,Head\n,Head\n")
    local planned, changes = ready:plan({ csv = path, key = "email", by = "lookup" }, "p")
    assert.same({ 1, one, "Head" }, { #changes, changes[1].id, changes[1].after.title })
    assert.equal(table.concat({ "row,kind,id,reason,name,values",
      "3,," .. one .. ',duplicate row: this record appears earlier in the file,,"email=+49 (30) 765-4321; title=Head"',
      '4,,,several contacts have this address,,"email=two@shared.example; title=Head"',
      '5,,,no such record,,"email=nobody@only.example; title=Head"',
      '6,,,email: unreadable phone number: no country code,,"email=030 7654321; title=Head"',
      '7,,,"row has no id; use --set create=yes to create a contact",,title=Head', "" }, "\r\n"),
      place:read "p.skipped.csv")
    assert.equal(6, planned.totals.records)
    assert.matches("finds contacts only", ready:refused({ csv = path, key = "email", by = "lookup",
      kind = "organization" }), 1, true)
  end)

  it("creates a record for an address that nobody has, once", function()
    local one = ready:add { workEmail = "one@import.example" }
    local path = place:write("v.csv", "workEmail,firstName,lastName,createDate\nONE@import.example,Ann,Known,\n"
      .. " new@import.example,Ann,New,2020-01-01T00:00:00.000Z\nNew@import.example,Ann,Again,\nnone,Ann,None,\n"
      .. " ,Ann,Nameless,\n")
    local set = { csv = path, key = "workEmail", by = "lookup", create = true }
    local planned, changes = ready:plan(set, "p")
    assert.equal(3, planned.changes)
    assert.same({ one, "Known", "one@import.example" },
      { changes[1].id, changes[1].after.lastName, changes[1].after.workEmail })
    assert.same({ "create", { workEmail = "new@import.example", firstName = "Ann", lastName = "New" } },
      { changes[2].op, changes[2].after })
    assert.equal("Nameless", changes[3].after.lastName)
    assert.same({ ["duplicate row: this record appears earlier in the file"] = 1,
      ["workEmail: not an e-mail address or a phone number in E.164"] = 1 }, planned.totals.skipped)
    assert.equal(3, assert(fix.apply(place.client, place:path "p")).applied)
    place:write("v.csv", (place:read "v.csv":gsub("[^\n]+\n$", ""))) -- without the one that has no address
    assert.equal(0, ready:plan(set).changes)
    -- Somebody else creates the contact between plan and apply.
    place:write("v.csv", "workEmail,firstName,lastName\nquick@import.example,Ann,Slow\nslow@import.example,Ann,Too\n")
    assert.equal(2, ready:plan(set, "late").changes)
    ready:add { personalEmail = "Quick@import.example" }
    local result = assert(fix.apply(place.client, place:path "late"))
    assert.same({ 1, 1 }, { result.applied, result.conflicts })
    assert.matches("a contact with this address exists already", place:read "late.errors.csv", 1, true)
    assert.equal(1, #assert(place.direct.lookup:reverse "quick@import.example").contacts)
    set.key = "mail"
    assert.matches("option 'key' must be a field with create=yes and by=lookup, such as workEmail, not 'mail'",
      ready:refused(set), 1, true)
  end)

  it("finds by an address in any spelling whom it would find by the plain one", function()
    local one = ready:add { workEmail = "ann.lee@import.example", cellPhone = { display = "+49 171 1234567" } }
    local set = { by = "lookup", create = true }
    for key, cells in pairs {
      workEmail = { "ann.lee@import.example\226\128\139", "\239\187\191ann.lee@import.example",
        "ann.lee@import.example\194\160", "mailto:Ann.Lee@import.example", "Ann Lee <ann.lee@import.example>" },
      cellPhone = { "+49 (0)171 1234567", "0049 171 1234567", "tel:+491711234567", "'+49 171 1234567",
        "+49 0171 1234567" },
    } do
      for _, cell in ipairs(cells) do
        set.key, set.csv = key, place:write("v.csv", ('%s,lastName\n"%s",New\n'):format(key, cell))
        local _, changes = ready:plan(set)
        assert.same({ 1, "update", one }, { #changes, changes[1].op, changes[1].id }, cell)
      end
    end
    -- What can't be read creates nobody.
    set.key, set.csv = "cellPhone", place:write("v.csv", "cellPhone,lastName\n0171 1234567,New\n491711234567.0,New\n"
      .. "4.91711E+11,New\n#N/A,New\n")
    local planned = ready:plan(set)
    assert.same({ 0, {
      ["cellPhone: unreadable phone number: no country code"] = 1,
      ["cellPhone: unreadable phone number: a spreadsheet turned these digits into a number"] = 2,
      ["cellPhone: not an e-mail address or a phone number in E.164"] = 1,
    } }, { planned.changes, planned.totals.skipped })
  end)

  it("creates nobody twice for a number in an unusual spelling", function()
    ready:converges({ csv = place:write("v.csv", "cellPhone,firstName,lastName\n+49 (0)171 7654321,Ann,New\n"
      .. "0049 171 7654321,Ann,Again\n"), key = "cellPhone", by = "lookup", create = true })
    assert.equal(1, #assert(place.direct.lookup:reverse "+491717654321").contacts)
  end)

  it("creates a record for each row without a key", function()
    local planned, changes = ready:plan({ csv = place:write("v.csv", "firstName,lastName\nA,B\nA,B\n"),
      key = "", create = true })
    assert.equal(2, planned.changes)
    assert.equal("create", changes[1].op)
  end)

  it("creates no half record that the next plan could not find, and none without values", function()
    local SUFFIX = "; nothing is created for this row"
    local path = place:write("v.csv", "id,kind,firstName,workEmail\n,,Ann,nan\n,,Bob,bob@half.example\n,contact,,\n")
    local planned, changes = ready:plan({ csv = path, create = true })
    assert.same({ 1, "Bob" }, { #changes, changes[1].after.firstName })
    assert.same({ ["workEmail: a spreadsheet's error value" .. SUFFIX] = 1,
      ["the record to create has no values"] = 1 }, planned.totals.skipped)
    path = place:write("v.csv", "workEmail,title,firstName\nann@half.example,#N/A,Ann\n")
    planned, changes = ready:plan({ csv = path, create = true, key = "workEmail", by = "lookup" })
    assert.same({ workEmail = "ann@half.example", firstName = "Ann" }, changes[1].after)
    assert.same({ ["title: a spreadsheet's error value"] = 1 }, planned.totals.skipped)
  end)

  it("keeps all digits of a number", function()
    local organization = assert(place.direct.organizations:create { name = "x" }).id
    local _, changes = ready:plan({ kind = "organization", csv = place:write("v.csv",
      "id,revenue,employeeCount\n" .. organization .. ",9007199254740993,7\n") })
    assert.matches('"revenue":9007199254740993', ec.json.encode(changes[1].after), 1, true)
    assert.equal(7, changes[1].after.employeeCount)
  end)

  it("checks custom fields against their schema, which it reads once", function()
    local function property(kind, more)
      return { title = "x", allOf = ec.array { { ["$ref"] = "#/definitions/" .. kind } }, _enumProperties = more }
    end
    local schema = assert(place.direct.contacts.schemas:create { version = 0, name = "Loyalty",
      appliesTo = ec.array { "CONTACT" }, enabled = true, jsonSchema = {
        ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "Loyalty",
        properties = { birthday_date = property "date", tier_enum = property("enum", { gold = { title = "G" } }) } } })
    local text = "id,title,customFields.birthday_date,customFields.birthdy_date,customFields.tier_enum\n"
    for _, cells in ipairs { "31.01.1990,,", "1/31/1990,,", "1990-02-30,,", ",1990-01-31,", ",,silver" } do
      text = text .. ready:add { schema = { id = schema.id, version = 1 } } .. ",Head," .. cells .. "\n"
    end
    text = text .. ready:add {} .. ",Head,,,gold\n"
    local planned = ready:converges({ csv = place:write("v.csv", text) })
    assert.equal(2, place:requests "contacts.schemas.version") -- `converges` plans twice
    assert.equal(6, planned.changes)
    assert.equal(table.concat({ "row,kind,id,reason,name",
      '2,"customFields.birthday_date: a date in a country-specific format; use 2026-01-31"',
      '3,"customFields.birthday_date: a date in a country-specific format; use 2026-01-31"',
      "4,customFields.birthday_date: not a date",
      '5,"customFields.birthdy_date: birthdy_date is not in the schema, did you mean \'birthday_date\'?"',
      "6,customFields.tier_enum: tier_enum is not one of the allowed values",
      "7,customFields.tier_enum: the record has no schema", "" }, "\r\n"),
      (place:read "p.skipped.csv":gsub(",contact,[%x-]+,", ","):gsub(",Ann Example,[^\r]*", ""):gsub(",values", "")))
    local id = ready:add {}
    os.remove(place:path "p.journal")
    ready:converges({ csv = place:write("v.csv", ("id,schema.id,schema.version,customFields.tier_enum\n%s,%s,1,gold\n")
      :format(id, schema.id:upper())) })
    assert.same({ tier_enum = "gold" }, assert(place.client.contacts:get(id)).customFields)
  end)

  it("clears the link to an organization, and a phone number, with one of their parts", function()
    local organization = assert(place.direct.organizations:create { name = "x" }).id
    for column, field in pairs {
      ["externalOrganization.id"] = "externalOrganization", externalOrganization = "externalOrganization",
      ["workPhone.display"] = "workPhone", ["workPhone.e164"] = "workPhone", workPhone = "workPhone",
    } do
      local id = ready:add { externalOrganization = { id = organization }, workPhone = {
        display = "+49 30 1234567", extension = 7, acceptsSMS = true } }
      os.remove(place:path "p.journal")
      local planned = ready:converges({ csv = place:write("v.csv", ("id,%s\n%s,\n"):format(column, id)),
        empty = "clear" })
      assert.same({ 1, { cleared = 1 }, { ["contact." .. field] = 1 } },
        { planned.changes, planned.totals.warnings, planned.totals.fields }, column)
      local contact = assert(place.client.contacts:get(id))
      assert.is_nil(contact[field])
      assert.is_table(contact[field == "workPhone" and "externalOrganization" or "workPhone"])
    end
  end)

  it("reads the file of a scan of notes, in which their owners are in selfUri", function()
    local names = { "id", "noteText", "createdBy.id", "modifyDate", "selfUri" }
    local function write(change)
      local lines = { csv.line(names, #names) }
      for note in place.client:scan_notes() do
        change(note)
        local cells = {}
        for index, name in ipairs(names) do
          cells[index] = field_path.at(note, field_path.split(name))
        end
        lines[#lines + 1] = csv.line(cells, #names)
      end
      return place:write("notes.csv", table.concat(lines)), #lines - 1
    end
    local path, count = write(function() end)
    for kind, other in pairs { contact_note = "row is an organization note, not a contact note",
      organization_note = "row is a contact note, not an organization note" } do
      local planned = ready:plan({ csv = path, kind = kind })
      assert.equal(0, planned.changes)
      local skipped = planned.totals.skipped[other]
      assert.same({ [other] = skipped }, planned.totals.skipped)
      assert.is_true(skipped > 0 and skipped < count)
    end
    path = write(function(note)
      note.noteText = "edited " .. note.noteText
    end)
    assert.is_true(ready:converges({ csv = path, kind = "contact_note" }).changes > 0)
  end)

  it("skips rows that do not apply to a record, with reasons", function()
    local id = ready:add {}
    local path = place:write("v.csv", "id,kind,op,surveyOptOut\n" .. id .. ",,,perhaps\n,,,yes\n" .. MISSING
      .. ",,,yes\nnone,,,yes\n" .. ready:add {} .. ",organization,,yes\n" .. ready:add {} .. ",,delete,yes\n"
      .. ready:add {} .. ",,merge,yes\n" .. ready:add {} .. ",,promote,yes\n")
    local planned = ready:plan({ csv = path })
    assert.equal(0, planned.changes)
    assert.same({
      ["surveyOptOut: not yes, no, true or false"] = 1,
      ["row has no id; use --set create=yes to create a contact"] = 1,
      ["no such record"] = 1,
      ["id: not a valid id"] = 1,
      ["row is about another type of record; use --set kind=organization"] = 1,
      ["row is about a failed delete; plan the fix that deletes again"] = 1,
      ["row is about a failed merge; plan the fix that merges again"] = 1,
      ["row is about a failed promote; plan the fix that promotes again"] = 1,
    }, planned.totals.skipped)
    local _, changes = ready:plan({ csv = place:write("c.csv", "id,firstName,lastName\n,A,B\n"),
      create = true })
    assert.equal("create", changes[1].op)
  end)

  it("checks columns and options", function()
    local path = place:write("v.csv", "id,frstName\n" .. ready:add {} .. ",x\n")
    for problem, set in pairs {
      ["did you mean 'firstName'"] = { csv = path },
      ["--set csv=values.csv"] = {},
      ["option 'kind' must be contact, organization"] = { csv = path, kind = "contcat" },
      ["option 'empty' must be keep or clear"] = { csv = path, empty = "x" },
    } do
      assert.matches(problem, ready:refused(set), 1, true)
    end
  end)
end)
