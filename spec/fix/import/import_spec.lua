-- Plans from spreadsheets.
local files = require "extcontacts.base.files"
local fake = require "spec.support.fake"
local fix = require "extcontacts.fix"
local import_place = require "spec.support.import_place"

local MISSING = "00000000-0000-4000-8000-000000000000"

local import = import_place.fresh(before_each, after_each)

describe("an import", function()
  it("changes the contacts that its rows name, each cell as its field's type", function()
    local ada = import:add { workEmail = "ada@example.com", workPhone = { display = "+49 30 1234567" }, title = "Dr." }
    local planned, changes = import:plan("\239\187\191Vorname;Name;E-Mail;Telefon;Land;PLZ;Survey Opt Out;Notiz\r\n"
      .. "Ada;Lovelace;ADA@example.com;030/1234567;Deutschland;01067;ja;x\r\n", { region = "DE", ignore = { "notiz" } })
    assert.equal(1, planned.changes)
    assert.equal(ada, changes[1].id)
    local after = changes[1].after
    assert.same({ "Ada", "Lovelace", "Dr.", "ada@example.com", true }, { after.firstName, after.lastName, after.title,
      after.workEmail, after.surveyOptOut })
    assert.same({ "DE", "01067" }, { after.address.countryCode, after.address.postalCode })
    assert.is_nil(import:rejected())
    for _, difference in ipairs(changes[1].diff) do
      assert.is_nil(difference.path[1]:match "^work", "the number and the address are the same")
    end
  end)

  it("rejects rows that match no contact, unless it may create it", function()
    local text = "email,firstName,lastName,mobile\nnew@example.com,Ned,New,+49 171 1234567\n"
    local planned = import:plan(text)
    assert.equal(0, planned.changes)
    assert.same({ "email,firstName,lastName,mobile,import_row,import_reason",
      "new@example.com,Ned,New,+49 171 1234567,2,\"no contact has these values; use --create to create those that do "
      .. "not exist\"" }, import:rejected())
    local changes
    planned, changes = import:plan(text, { create = true })
    assert.equal(1, planned.changes)
    local create = changes[1]
    assert.same({ "create", "contact", "new@example.com" }, { create.op, create.kind, create.unless_exists })
    assert.is_nil(import:rejected())
    assert(import.place:apply())
    assert.equal(0, (assert(import:plan(text, { create = true }, "again"))).changes)
  end)

  for _, matching in ipairs { "scan", "lookup" } do
    describe("that finds contacts by " .. matching, function()
      local function reasons(text, options)
        options = options or {}
        options.matching = matching
        return import:reasons(text, options)
      end

      it("tries all identifiers, and rejects what is ambiguous", function()
        local source = assert(import.place.direct.external_sources:create { name = "ERP" }).id
        local ann = import:add { workEmail = "ann@example.com", personalEmail = "ann@home.example" }
        local bob = import:add { cellPhone = { display = "+49 30 7654321" },
          externalIds = { { externalSource = { id = source }, value = "007" } } }
        import:add { workEmail = "shared@example.com" }
        import:add { otherEmail = "shared@example.com" }
        local text = "id,externalId,email,Personal Email,phone,title\n"
          .. ",,,ANN@home.example,,T1\n" -- by another field of the contact
          .. ",007,,,,T2\n"
          .. ",,,,+49 30 7654321,T3\n" -- the contact of the row above
          .. ",,ann@example.com,,+49 30 7654321,T4\n" -- contradicts itself
          .. ",,shared@example.com,,,T5\n"
          .. bob .. ",007,new@example.com,,,T6\n"
          .. MISSING .. ",,ann@example.com,,,T7\n"
          .. MISSING .. ",,,,,T8\n"
          .. ",,,,,T9\n"
          .. "zz\r,,,,,T10\n"
          .. ",,not an address,,030 123,T11\n"
        local found = reasons(text, { external_source = source })
        assert.same({
          [4] = "duplicate row: another row of the file is about the same contact (row 3)",
          [5] = "ambiguous: its identifiers belong to different contacts (workEmail and workPhone)",
          [6] = "ambiguous: several contacts have this value (workEmail)",
          [7] = "duplicate row: another row of the file is about the same contact (row 3)",
          [8] = matching == "scan" and "ambiguous: its identifiers belong to different contacts (id)"
            or "ambiguous: its identifiers belong to different contacts (workEmail and id)",
          [9] = "id: no contact has this id",
          [10] = "the row has no value by which its contact is found",
          [11] = "id: not a valid id",
          [12] = found[12],
        }, found)
        assert.matches("^workEmail: not an e%-mail address; workPhone: national number; pass %-%-region", found[12])
        local planned, changes = import:plan(text, { matching = matching, external_source = source })
        assert.equal(2, planned.changes)
        assert.same({ ann, "T1", bob, "T2" }, { changes[1].id, changes[1].after.title, changes[2].id,
          changes[2].after.title })
        assert.same({ by = matching, rows = 11, match = "email,phone,externalId,id",
          contacts = planned.header.source.matching.contacts }, planned.header.source.matching)
      end)

      it("takes only the identifiers that it is told to", function()
        local ann = import:add { workEmail = "ann@example.com", workPhone = { display = "+49 30 1" .. "234567" } }
        import:add { workEmail = "bob@example.com", workPhone = { display = "+49 30 1234567" } }
        local text = "email,phone,title\nann@example.com,+49 30 1234567,T\n"
        assert.same({}, reasons(text, { match = { "email" } }))
        assert.same({}, reasons(text))
        assert.same({ [2] = "ambiguous: several contacts have this value (workPhone)" }, reasons(text, {
          match = { "phone", "email" } }))
        local _, changes = import:plan(text, { matching = matching, match = { "email" } })
        assert.equal(ann, changes[1].id)
      end)

      it("creates a contact once", function()
        local text = "email,lastName,phone\na@example.com,A,+49 30 1234567\nA@example.com,B,\n"
          .. "c@example.com,C,+49 30 1234567\nd@example.com,D,\n"
        assert.same({ [3] = "duplicate row: another row of the file is about the same contact (row 2, workEmail)",
          [4] = "duplicate row: another row of the file is about the same contact (row 2, workPhone)" },
          reasons(text, { create = true }))
        assert.same({ [3] = "duplicate row: another row of the file is about the same contact (row 2, workEmail)" },
          reasons(text, { create = true, match = { "email" } }))
      end)
    end)
  end

  it("decides between a scan and lookups by the number of rows", function()
    local _, changes = import:plan "email\nx@example.com\n"
    assert.same({}, changes)
    local count = 0
    for _ in pairs(import.place:contacts()) do
      count = count + 1
    end
    local function by(rows, options)
      local text = { "email,id" }
      for index = 1, rows do
        text[#text + 1] = ("n%d@example.com,"):format(index)
      end
      local planned = assert(import:plan(table.concat(text, "\n"), options))
      assert.equal(count, planned.header.source.matching.contacts)
      return planned.header.source.matching.by
    end
    assert.equal("lookup", by(math.floor(count / 200)))
    assert.equal("scan", by(math.floor(count / 200) + 1))
    assert.equal("lookup", by(math.floor(count / 200) + 1, { match = { "id" } }))
  end)

  it("reads national numbers only in the region that it is told, and of no other country", function()
    import:add { workEmail = "fr@example.com", address = { countryCode = "FR" } }
    local text = "email,phone,country\na@example.com,030 1234567,\nb@example.com,030 1234567,Österreich\n"
      .. "c@example.com,+43 1 58858,AT\nd@example.com,+49 30 1234567,\nfr@example.com,030 7654321,\n"
      .. "e@example.com,e@example.com,\nf@example.com,4.9E+11,\ng@example.com,301234567,DE\n"
      .. "h@example.com,'+49 30 5555555,\n"
    local options = { create = true, match = { "email" } }
    local found = import:reasons(text, options)
    for _, row in ipairs { 2, 3, 6 } do
      assert.matches("^workPhone: national number; pass %-%-region", found[row])
    end
    options.region = "DE"
    found = import:reasons(text, options)
    assert.is_nil(found[2])
    assert.matches("^workPhone: national number, but the contact's country is not", found[3])
    assert.matches("^workPhone: national number, but the contact's country is not", found[6])
    assert.matches("^workPhone: contains more than a phone number", found[7])
    assert.matches("^workPhone: a spreadsheet turned these digits", found[8])
    assert.matches("^workPhone: no country code and no leading 0", found[9])
    assert.is_nil(found[10])
  end)

  it("never changes a filled field with only_fill, and clears fields with clear_empty", function()
    import:add { workEmail = "a@example.com", title = "Old", workPhone = { display = "+49 30 1234567" },
      otherEmail = "o@example.com" }
    local text = "email,title,middleName,phone,otherEmail\na@example.com,New,M,+49 30 7654321,\n"
    local function after(options)
      local planned, changes = import:plan(text, options)
      local values = changes[1].after
      assert.equal(1, planned.changes)
      return { values.title, values.middleName, values.workPhone.e164, values.otherEmail }
    end
    local match = { "email" }
    assert.same({ "New", "M", "+49307654321", "o@example.com" }, after { match = match })
    assert.same({ "Old", "M", "+49301234567", "o@example.com" }, after { match = match, only_fill = true })
    assert.same({ "New", "M", "+49307654321" }, after { match = match, clear_empty = true })
    assert.matches("contradict each other", fake.misuse(fix.import, "x.csv", { only_fill = true, clear_empty = true }),
      1, true)
  end)

  it("finds organizations by name and creates them once, before their contacts", function()
    local direct = import.place.direct
    local acme = assert(direct.organizations:create { name = "ACME  Söhne" }).id
    assert(direct.organizations:create { name = "Twin" })
    assert(direct.organizations:create { name = "twin" })
    local ann = import:add { workEmail = "ann@example.com" }
    local text = "email,Firma,lastName\nann@example.com,Acme Söhne,\nb@example.com,Twin,B\nc@example.com,Neu & Co,C\n"
      .. "d@example.com,NEU  & Co,D\ne@example.com,,E\n"
    local found = import:reasons(text, { create = true })
    assert.matches("ambiguous: several organizations have this name", found[3], 1, true)
    assert.matches("no organization has this name; use --create-organizations", found[4], 1, true)
    assert.is_nil(found[6])
    local planned, changes = import:plan(text, { create = true, create_organizations = true })
    assert.equal(5, planned.changes)
    assert.same({ ann, acme }, { changes[1].id, changes[1].after.externalOrganization.id })
    assert.same({ "organization", "Neu & Co" }, { changes[2].kind, changes[2].after.name })
    assert.equal(changes[2].old_id, changes[3].after.externalOrganization.id)
    assert.equal(changes[2].old_id, changes[4].after.externalOrganization.id)
    assert.equal(5, assert(import.place:apply()).applied)
    local verified = assert(fix.verify(import.place.client, import.place:path "p"))
    assert.equal(5, verified.match)
    local again = assert(import:plan(text, { create = true, create_organizations = true }, "again"))
    assert.equal(0, again.changes)
    assert(fix.undo(import.place.client, import.place:path "p"))
    assert.equal(5, assert(import.place:apply(nil, "p.undo")).applied)
  end)

  it("sets external ids, and finds organizations by them", function()
    local direct = import.place.direct
    local source = assert(direct.external_sources:create { name = "ERP" }).id
    local other = assert(direct.external_sources:create { name = "CRM" }).id
    local acme = assert(direct.organizations:create { name = "ACME",
      externalIds = { { externalSource = { id = source }, value = "A1" } } }).id
    local ann = import:add { workEmail = "ann@example.com",
      externalIds = { { externalSource = { id = other }, value = "X" } } }
    local text = "email,Kundennr.,Account ID\nann@example.com,0815,A1\n"
    assert.matches("the id of its external source is needed", select(2, import:plan(text)), 1, true)
    local _, changes = import:plan(text, { external_source = source })
    assert.same({ { externalSource = { id = other }, value = "X" },
      { externalSource = { id = source }, value = "0815" } }, changes[1].after.externalIds)
    assert.same({ ann, acme }, { changes[1].id, changes[1].after.externalOrganization.id })
    assert(import.place:apply())
    assert.equal(0, (assert(import:plan(text, { external_source = source }, "again"))).changes)
  end)

  it("lists all bad rows in one pass, ready to be corrected", function()
    import:add { workEmail = "a@example.com" }
    local text = "sep=;\r\nE-Mail;PLZ;Land;Survey Opt Out;title\r\n"
      .. "a@example.com;1067;DE;;\r\n"
      .. "b@example.com;1067;AT;vielleicht;\"a;\"\"b\"\"\"\r\n"
      .. "c@example.com;;Absurdistan;;=1+1\r\n"
      .. "d@example.com;;;;" .. ("x"):rep(1001) .. "\r\n"
      .. "e@example.com;;;;T;surplus\r\n"
      .. "f@example.com\r\n;;;;\r\n"
    local planned = import:plan(text, { create = true })
    assert.equal(1, planned.changes) -- a row may lack its last cells
    local lines = import:rejected()
    assert.same({
      "E-Mail;PLZ;Land;Survey Opt Out;title;import_row;import_reason",
      "a@example.com;1067;DE;;;3;address.postalCode: a spreadsheet removed the leading zero",
      "b@example.com;1067;AT;vielleicht;\"a;\"\"b\"\"\";4;\"surveyOptOut: not yes, no, true or false\"",
      "c@example.com;;Absurdistan;;'=1+1;5;\"address.countryCode: unknown country; use two letters such as DE\"",
    }, { lines[1], lines[2], lines[3], lines[4] })
    assert.matches(';6;"the server would reject the contact: title has 1001 characters', lines[5], 1, true)
    assert.equal('e@example.com;;;;T;7;"6 fields, but the header has 5";surplus', lines[6])
    assert.equal(6, #lines)
    -- Corrected and imported again, the two last columns count for nothing.
    local again = files.read(import.place:path "list.csv.rejected.csv"):gsub(";1067;DE", ";01067;DE")
    local changes
    planned, changes = import:plan(again, { create = true })
    assert.equal(1, planned.changes)
    assert.equal("01067", changes[1].after.address.postalCode)
    assert.equal(5, #import:rejected())
  end)

  it("keeps the rejected rows of an earlier import, which may have been corrected", function()
    local bad = "email,lastName\nx@example.com,A\n"
    import:plan(bad)
    local path = import.place:path "list.csv.rejected.csv"
    import.place:write("list.csv.rejected.csv", "corrected")
    import:plan(bad)
    assert.equal("corrected", files.read(path .. ".bak"))
    import:plan(bad)
    assert.equal("corrected", files.read(path .. ".bak"))
    import.place:write("list.csv.rejected.csv", "corrected again")
    import:plan(bad, { create = true })
    assert.is_nil(files.read(path))
    assert.equal("corrected again", files.read(path .. ".bak"))
  end)

  it("refuses files and columns that it can't read", function()
    local function problem(text, options)
      return (select(2, import:plan(text, options)):gsub("^.*/list%.csv: ", ""))
    end
    assert.equal("the file is empty", problem "")
    assert.matches("^the lines end in CR only", problem "email,title\ra,b\r")
    assert.equal("columns 1 and 3 are both named 'e-mail'; rename one of them", problem "E-Mail,title,e-mail \n")
    assert.matches('^line 2: not UTF%-8; save the file as "CSV UTF%-8"', problem "email\nM\252ller\n")
    assert.matches("^the file is UTF%-16; save the file as UTF%-8", problem "e\0m\0a\0i\0l\0\n\0")
    assert.matches("^the file is an Excel workbook %(XLS%)", problem "\208\207\17\224\161\177\26\225")
    assert.equal("unknown columns 'Notiz', 'Name' (a full name is not split; name the columns of the first and the "
      .. "last name); map or ignore each of them", problem "email,Notiz,Name\n")
    assert.equal("no column names a contact: map one to an e-mail address, a phone number, externalId or id",
      problem "title\nx\n")
    assert.matches("no column of the file is an identifier of the kind 'id'", problem("email\n", { match = { "id" } }),
      1, true)
    assert.equal("column 'email': unknown field 'titel', did you mean 'title'?", problem("email\n", {
      map = { email = "titel" } }))
    assert.equal("line 2: unclosed quote", problem 'email\n"x\n')
    assert.equal(0, (assert(import:plan "email,title\n")).changes)
    assert.equal(0, (assert(import:plan "email\194\160,title")).changes)
    assert.matches("option 'region' must be a country's two letters", fake.misuse(fix.import, "x", { region = "XX" }),
      1, true)
    assert.matches("takes the path of a file", fake.misuse(fix.import), 1, true)
    assert.equal("io", select(2, fix.import(import.place:path "none")).kind)
    assert.matches("is not an XLSX workbook", problem("email\n", { sheet = "x" }), 1, true)
  end)

  it("checks custom fields against the schema of the contact", function()
    import:add { workEmail = "a@example.com" }
    local found = import:reasons "email,tier_text,customFields.level_integer\na@example.com,gold,x\n"
    assert.matches("customFields", found[2], 1, true)
  end)

  it("says what a date or a damaged id is", function()
    import:add { workEmail = "a@example.com" }
    local found = import:reasons "email,customFields.since_date\na@example.com,31.12.2025\nb@example.com,12/31/2025\n"
    assert.matches("country%-specific format; use 2026%-01%-31", found[2])
  end)
end)
