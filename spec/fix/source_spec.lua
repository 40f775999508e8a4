-- Sources: the records that a fix reads.
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local MISSING = "00000000-0000-4000-8000-000000000000"

describe("a source", function()
  local place = fixes.fresh_place(before_each, after_each)

  -- The arguments of `change`: each record's id and the row.
  local function read(source)
    local got = {}
    local plan, err = fix.plan(place.client, fixes.define {
      source = source,
      change = function(record, ctx)
        got[#got + 1] = { id = record and record.id, row = ctx.row }
      end,
    })
    return got, plan or err
  end

  it("reads the records that a CSV file names", function()
    local ids = place:ids(2)
    local path = place:write("in.csv", ("who;name\n%s;A\n%s;B\n%s;C\n%s;D\n"):format(ids[1], ids[2], MISSING,
      ids[1]))
    local got, plan = read(fix.csv(path, { key = "who" }))
    assert.same({ { id = ids[1], row = { who = ids[1], name = "A" } },
      { id = ids[2], row = { who = ids[2], name = "B" } } }, got)
    assert.same({ ["no such record"] = 1, ["duplicate row: this record appears earlier in the file"] = 1 },
      plan.totals.skipped)
    assert.equal(64, #plan.header.source.sha256)
    assert.equal(3, #(read(fix.csv(path, { key = "who", missing = "change" }))))
    got = read(fix.csv(path, { key = false }))
    assert.equal(4, #got)
    assert.is_nil(got[1].id)
  end)

  it("reads ids and NDJSON", function()
    local ids = place:ids(2)
    assert.equal(2, #read(fix.ids(place:write("ids", ids[1] .. "\n\n " .. ids[2] .. " \r\n"))))
    local got = read(fix.ndjson(place:write("in", ec.json.encode { id = ids[2], n = 1 } .. "\n")))
    assert.same({ { id = ids[2], row = { id = ids[2], n = 1 } } }, got)
  end)

  it("reads a record once that its file names in two spellings", function()
    local ids = place:ids(2)
    local again = { ids[1]:upper(), "{" .. ids[1]:upper() .. "}", "\239\187\191" .. ids[1], ids[1] .. "\226\128\139",
      (ids[1]:gsub("%-", "")), '"' .. ids[1] .. '"', ids[1] .. ";" }
    local text = ids[1] .. "\n" .. table.concat(again, "\n") .. "\n" .. ids[2]:upper() .. "\n"
    local got, plan = read(fix.ids(place:write("ids", text)))
    assert.same({ ids[1], ids[2] }, { got[1].id, got[2].id })
    assert.same({ 2, { ["duplicate row: this record appears earlier in the file"] = #again } },
      { #got, plan.totals.skipped })
    got, plan = read(fix.ids { ids[2]:upper(), ids[2] })
    assert.same({ 1, ids[2], 1 }, { #got, got[1].id, (select(2, next(plan.totals.skipped))) })
  end)

  it("goes by the id in the answer, where a contact was merged into another one", function()
    local ids = place:ids(3)
    ids[3] = assert(place.direct.contacts:merge { contactIds = { ids[1], ids[3] } }).id
    local changed = {}
    local plan = assert(fix.plan(place.client, fixes.define {
      source = fix.ids { ids[1], ids[2], ids[3] },
      change = function(record)
        changed[#changed + 1] = record.id
        record.title = "new"
        return record
      end,
    }, { output = place:path "p" }))
    assert.same({ ids[3], ids[2] }, changed)
    local text = place:read "p"
    assert.is_nil(text:find('"id":"' .. ids[1] .. '","kind"', 1, true))
    assert.is_truthy(text:find('"id":"' .. ids[3] .. '","kind"', 1, true))
    assert.same({ ["duplicate row: this record appears earlier in the file"] = 1 }, plan.totals.skipped)
  end)

  it("skips a row whose id can't be read, with its column", function()
    local id = place:ids(1)[1]
    local path = place:write("in.csv", ("who\n%s\n5E+11\n%s0\nann@example.com\n#N/A\n%s\n"):format(id, id, MISSING))
    local got = {}
    local plan = assert(fix.plan(place.client, fixes.define {
      source = fix.csv(path, { key = "who", missing = "change" }),
      change = function(record) got[#got + 1] = record and record.id or "missing" end,
    }, { output = place:path "p" }))
    assert.same({ id, "missing" }, got)
    assert.same({ ["who: not a valid id"] = 4 }, plan.totals.skipped)
    assert.matches("\r\n3,,5E+11,who: not a valid id,,who=5E+11\r\n", place:read "p.skipped.csv", 1, true)
    got, plan = read(fix.ndjson(place:write("in", '{"id":7}\n{"id":"' .. id .. '"}\n')))
    assert.same({ 1, { ["id: not a valid id"] = 1 } }, { #got, plan.totals.skipped })
  end)

  it("reads the id of a note's owner in every spelling", function()
    local contact = place:ids(1)[1]
    local note = assert(place.direct.contacts.notes:create(contact, { noteText = "x", createdBy = { id = MISSING } }))
    local options = { kind = "contact_note", owner = "owner" }
    local got, plan = read(fix.csv(place:write("in.csv", ("id,owner\n%s,{%s}\n%s,x\n"):format(note.id, contact:upper(),
      note.id)), options))
    assert.same({ 1, note.id, contact }, { #got, got[1].id, got[1].row.owner })
    assert.same({ ["owner: not a valid id"] = 1 }, plan.totals.skipped)
  end)

  it("knows a note's owner by the note's address", function()
    local contact, base = place:ids(1)[1], "/api/v2/externalcontacts/"
    local notes = place.direct.contacts.notes
    local note = assert(notes:create(contact, { noteText = "x", createdBy = { id = MISSING } })).id
    local address = ("%scontacts/%s/notes/%s"):format(base, contact, note)
    local options = { kind = "contact_note", owner = "owner", missing = "change" }
    local text = "id,selfUri\n%s,%s\n%s,%sorganizations/%s/notes/%s\n%s,x\n%s,\n"
    local got, plan = read(fix.csv(place:write("a.csv", text:format(note, address, note, base, MISSING, note, note,
      note)), options))
    assert.same({ 1, note, contact }, { #got, got[1].id, got[1].row.owner })
    assert.same({ ["row is an organization note, not a contact note"] = 1, ["selfUri: not the address of a note"] = 1,
      ["row has no 'owner'"] = 1 }, plan.totals.skipped)
    -- A column for the owner comes first.
    text = "id,owner,selfUri\n%s,%s,%s\n%s,%s,%s\n,,%s\n"
    got, plan = read(fix.csv(place:write("a.csv", text:format(note, contact, address, note, MISSING, address,
      address)), options))
    assert.same({ contact, contact }, { got[1].row.owner, got[2].row.owner })
    assert.same({ ["duplicate row: this record appears earlier in the file"] = 1 }, plan.totals.skipped)
    local _, err = read(fix.csv(place:write("a.csv", "id,noteText\n"), options))
    assert.matches("unknown column 'owner'", err.message, 1, true)
  end)

  it("lists, searches and scans", function()
    assert.equal(500, #read(fix.scan "contacts"))
    assert.is_true(#read(fix.search("contacts", "a", { page_size = 100 })) > 0)
    assert.equal(25, #read(fix.scan "organizations"))
    assert.is_true(#read(fix.list "organizations") > 0)
    assert.is_true(#read(fix.scan "relationships") > 0)
    assert.equal(1, #read(fix.each("contact", function()
      local left = 1
      return function()
        left = left - 1
        return left == 0 and { id = "x" } or nil
      end
    end)))
  end)

  it("knows which record a note belongs to", function()
    local kinds = {}
    assert(fix.plan(place.client, fixes.define {
      source = fix.scan "notes",
      change = function(note)
        note.noteText = "x"
        return note
      end,
    }, { on_change = function(change)
      kinds[change.kind] = change
    end }))
    for _, kind in ipairs { "contact_note", "organization_note" } do
      local space = kind == "contact_note" and place.client.contacts.notes or place.client.organizations.notes
      assert.equal(kinds[kind].before.noteText, assert(space:get(kinds[kind].owner, kinds[kind].id)).noteText)
    end
  end)

  it("checks that a CSV file has the columns it needs", function()
    local path = place:write("in.csv", "id,tier\n")
    assert.equal(0, #(read(fix.csv(path, { columns = { "tier" } }))))
    local _, err = read(fix.csv(path, { columns = { "tier", "tear" } }))
    assert.matches("in.csv: unknown column 'tear', did you mean 'tier'?", err.message, 1, true)
  end)

  it("may use the lines of a text file", function()
    local got = {}
    for line, number in fix.lines(place:write("list", "\239\187\191 a \r\n\n\tb")) do
      got[number] = line
    end
    assert.same({ [1] = "a", [3] = "b" }, got)
    local ok, err = pcall(fix.lines, place:path "none")
    assert.is_false(ok)
    assert.equal("io", err.kind)
  end)

  it("reports a failure of the fix's own iterator", function()
    local function problem(open)
      return select(2, read(fix.each("contact", open))).message
    end
    assert.equal("'source' of the fix failed: no list", problem(function() error("no list", 0) end))
    assert.equal("'source' of the fix failed: no line", problem(function()
      return function() error("no line", 0) end
    end))
    assert.matches("none", problem(function() return fix.lines(place:path "none") end), 1, true)
    assert.equal("the source returned a record without an id", problem(function()
      return function() return {} end
    end))
  end)

  it("names the file and the place of a mistake", function()
    local _, err = read(fix.csv(place:write("a.csv", "id,b\n1,2,3\n")))
    assert.matches("a.csv: line 2: 3 fields, ", err.message, 1, true)
    _, err = read(fix.csv(place:write("a.csv", "ident,b\n1,2\n")))
    assert.matches("unknown column 'id'", err.message, 1, true)
    _, err = read(fix.csv(place:path "none.csv"))
    assert.equal("io", err.kind)
    _, err = read(fix.ndjson(place:write("a", '{"id":"x"}\n{\n')))
    assert.matches("line 2", err.message, 1, true)
    for _, line in ipairs { "[1]", '[{"id":"x"}]', '"x"', "5", "null" } do
      _, err = read(fix.ndjson(place:write("a", line .. "\n")))
      assert.matches("line 1: not a JSON object", err.message, 1, true)
    end
    for text, wrong in pairs {
      ["x\nM\252ller\n"] = "line 2 is not UTF-8; save the file as UTF-8",
      ["\255\254x\0\n\0"] = "the file is UTF-16; save the file as UTF-8",
      ["x\ry\r"] = "line 1 contains a carriage return; save the file with Windows or Unix line endings",
    } do
      _, err = read(fix.ids(place:write("a", text)))
      assert.matches("a: " .. wrong, err.message, 1, true)
    end
  end)

  it("skips a row without a key, and reads the others", function()
    local id = place:ids(1)[1]
    for _, cell in ipairs { "", " ", "\194\160", '=""' } do
      local got, plan = read(fix.csv(place:write("a.csv", ("id,b\n%s,2\n%s,3\n"):format(cell, id))))
      assert.same({ 1, id, "3", { ["row has no 'id'"] = 1 } },
        { #got, got[1].id, got[1].row.b, plan.totals.skipped }, cell)
    end
    local got, plan = read(fix.ndjson(place:write("a", '{"b":1}\n{"id":null}\n{"id":"' .. id .. '"}\n')))
    assert.same({ 1, { ["row has no 'id'"] = 2 } }, { #got, plan.totals.skipped })
    got, plan = read(fix.csv(place:write("a.csv", "mail,b\n,2\n"), { key = "mail", by = "lookup" }))
    assert.same({ 0, { ["row has no 'mail'"] = 1 } }, { #got, plan.totals.skipped })
    -- Nor does a fix hear "no such record" of it.
    local reasons = {}
    assert(fix.plan(place.client, fixes.define {
      source = fix.csv(place:write("a.csv", ("id,b\n,2\n%s,3\n"):format(MISSING)), { missing = "change" }),
      change = function(_, ctx) reasons[#reasons + 1] = ctx.missing end,
    }))
    assert.same({ "row has no 'id'", "no such record" }, reasons)
  end)

  it("looks addresses up one by one, and reads the contacts that they belong to together", function()
    place.server:control("POST", "/sandbox/settings", { search_lag = 60 })
    local lines, ids = { "mail,b" }, {}
    for index = 1, 12 do
      local email = ("l%d@look.example"):format(index)
      ids[index] = assert(place.direct.contacts:create { lastName = "Lee", workEmail = email }).id
      lines[index + 1] = ("%s,%d"):format(email:upper(), index)
    end
    place.server:control("POST", "/sandbox/clock", { advance = 61 })
    -- The index still has the deleted contact, and the old address of the edited one.
    assert(place.direct.contacts:delete(ids[3]))
    place:edit(ids[4], { workEmail = "other@look.example" })
    local before = { place:requests "lookup.reverse", place:requests "contacts.get",
      place:requests "contacts.bulk.get" }
    local got, plan = read(fix.csv(place:write("a.csv", table.concat(lines, "\n") .. "\nl1@LOOK.example,13\n"),
      { key = "mail", by = "lookup" }))
    assert.same({ 12, 0, 2 }, { place:requests "lookup.reverse" - before[1], place:requests "contacts.get" - before[2],
      place:requests "contacts.bulk.get" - before[3] })
    assert.same({ ["no such record"] = 2, ["duplicate row: this record appears earlier in the file"] = 1 },
      plan.totals.skipped)
    assert.same({ 10, ids[1], ids[12], "12" }, { #got, got[1].id, got[10].id, got[10].row.b })
  end)

  it("skips the creates of an errors file that may have arrived", function()
    local path = place:write("a.csv", "id,op,state,lastName\n,create,unknown,A\n,create,failed,B\n,update,unknown,C\n")
    for _, options in ipairs { { missing = "change" }, { key = false },
      { missing = "change", by = "lookup", key = "lastName" } } do
      local names = {}
      local plan = assert(fix.plan(place.client, fixes.define {
        source = fix.csv(path, options),
        change = function(_, ctx) names[#names + 1] = ctx.row.lastName end,
      }))
      assert.equal(1, plan.totals.skipped["this create may have arrived; extcontacts resume finds out"])
      assert.equal(options.by and "" or "B C", table.concat(names, " "))
    end
  end)

  it("passes over rows and lines without a value", function()
    local ids = place:ids(2)
    local got, plan = read(fix.csv(place:write("a.csv", ("id,b\n%s,x\n,\n \194\160,\t\n\n=\"\",\n%s\n"):format(ids[1],
      ids[2]))))
    assert.same({ 2, {} }, { #got, plan.totals.skipped })
    assert.equal(2, #read(fix.ids(place:write("a", ids[1] .. "\n\194\160\n\239\187\191\n" .. ids[2] .. "\n"))))
  end)

  it("takes a file as Windows writes it", function()
    local one, two = place:ids(2)[1], place:ids(2)[2]
    local got = read(fix.ids(place:write("a", "\239\187\191" .. one .. "\r\n" .. two .. "\r\n")))
    assert.same({ one, two }, { got[1].id, got[2].id })
    got = read(fix.ndjson(place:write("a", "\239\187\191{\"id\":\"" .. one .. '"}\r\n')))
    assert.equal(one, got[1].id)
    got = read(fix.csv(place:write("a", "\239\187\191id;a\r\n " .. one .. " ;x\r\n")))
    assert.equal(one, got[1].id)
  end)

  it("rejects what it does not know, at the caller's line", function()
    for text, wrong in pairs {
      ["did you mean 'contacts'"] = function() fix.scan "contact" end,
      ["can only be scanned"] = function() fix.list "relationships" end,
      ["did you mean 'contact'"] = function() fix.csv("x", { kind = "contcat" }) end,
      ["did you mean 'missing'"] = function() fix.csv("x", { mising = "skip" }) end,
      ["did you mean 'lookup'"] = function() fix.csv("x", { by = "lokup" }) end,
      ["option 'key' must be a string or false"] = function() fix.ndjson("x", { key = true }) end,
      ["finds contacts only"] = function() fix.ids({}, { by = "lookup", kind = "organization" }) end,
      ["option 'owner' is missing"] = function() fix.csv("x", { kind = "contact_note" }) end,
      ["fix.csv takes the path of a file, got nil"] = function() fix.csv() end,
      ["fix.each takes a function"] = function() fix.each("contact", {}) end,
    } do
      local _, message = pcall(wrong)
      assert.matches(text, message, 1, true)
      assert.matches("source_spec.lua", message, 1, true)
    end
  end)
end)
