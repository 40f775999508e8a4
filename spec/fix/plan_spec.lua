-- Plans: what they hold, what they refuse, and that nothing is written.
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local planfile = require "extcontacts.fix.planfile"

local DUPLICATE = "duplicate row: this record appears earlier in the file"

local place

local function set_place(given)
  place = given
end

local function define(fields)
  local all = { name = "a fix", source = fix.scan "contacts", change = function() end }
  for name, value in pairs(fields) do
    all[name] = value
  end
  return assert(fix.define(all))
end

local function lower(contact)
  if contact.workEmail then
    contact.workEmail = contact.workEmail:lower()
  end
  return contact
end

local function plan(fields, options)
  options = options or {}
  options.output = options.output or place:path "p"
  options.by = "spec"
  options.time = options.time or 0
  return fix.plan(place.client, define(fields), options)
end

local function refused(fields, options)
  local made, err = plan(fields, options)
  assert.is_nil(made)
  assert.is_nil(place:read "p")
  assert.is_nil(place:read "p.tmp")
  return err.message
end

describe("fix.plan", function()
  fixes.around(set_place, before_each, after_each)

  it("writes what would be done, and sends nothing but reads", function()
    local made = assert(plan { change = lower })
    local objects = place:objects "p"
    assert.equal(1, objects[1].extcontacts_plan)
    assert.equal("a fix", objects[1].name)
    assert.equal(place.server.base_url, objects[1].server)
    assert.equal("1970-01-01T00:00:00Z", objects[1].created)
    local last = objects[#objects]["end"]
    assert.equal(#objects - 2, last.changes)
    assert.equal(last.changes, made.changes)
    assert.is_true(made.changes > 5)
    assert.equal(500, last.records)
    assert.equal(last.changes, last.fields["contact.workEmail"])
    local change = objects[2]
    assert.equal("update", change.op)
    assert.equal("reversible", change.class)
    assert.same({ "workEmail" }, change.diff[1].path)
    assert.equal(change.before.workEmail:lower(), change.after.workEmail)
    assert.is_nil(change.after.id)
    assert.is_nil(change.after.modifyDate)
    for operation in pairs(place.server:control("GET", "/sandbox/counters").by_operation) do
      assert.is_truthy(operation == "contacts.scan" or operation == "oauth.token", operation)
    end
  end)

  it("is private, and the same bytes each time but for the time", function()
    assert(plan({ change = lower }, { output = place:path "p" }))
    assert(plan({ change = lower }, { output = place:path "q" }))
    assert.is_true(place:read "p" == place:read "q")
    assert(plan({ change = lower }, { output = place:path "q", time = 1 }))
    assert.is_true(place:read "p" ~= place:read "q")
    assert.is_true(place:read "p":match "\n(.*)$" == place:read "q":match "\n(.*)$")
    local pipe = io.popen("stat -c %a " .. place:path "p")
    assert.equal("600\n", pipe:read("*a"))
    pipe:close()
  end)

  it("can be proven, and told when a byte of it was changed", function()
    assert(plan { change = lower })
    local text = place:read "p"
    assert(planfile.check(place:path "p"))
    local function broken(changed)
      place:write("p", changed)
      local checked, err = planfile.check(place:path "p")
      assert.is_nil(checked)
      return err.message
    end
    assert.matches("line 3: the change was edited after planning",
      broken((text:gsub("\n(.-)\n(.-)workEmail", "\n%1\n%2otherEmail", 1))), 1, true)
    assert.matches("changes are missing or were added", broken((text:gsub("\n.-\n", "\n", 1))), 1, true)
    assert.matches("the end of the plan is missing", broken((text:gsub("[^\n]+\n$", ""))), 1, true)
    assert.matches("the line is incomplete", broken(text:sub(1, -20)), 1, true)
    assert.matches("text follows the end of the plan", broken(text .. "{}\n"), 1, true)
    assert.matches("not a plan file", broken "{}\n", 1, true)
    assert.matches("the plan has format 2", broken '{"extcontacts_plan":2}\n', 1, true)
    assert.matches("changes are missing or were added",
      broken((text:gsub('"name":"a fix"', '"name":"b fix"', 1))), 1, true)
  end)

  it("stops at the limit", function()
    assert.equal(3, assert(plan({ change = lower }, { limit = 3 })).changes)
  end)

  it("takes every form that change may give", function()
    local ids = place:ids(5)
    local of = {}
    for index, id in ipairs(ids) do
      of[id] = index
    end
    local made = assert(plan {
      source = fix.ids(ids),
      change = function(contact)
        local index = of[contact.id]
        if index == 1 then
          return fix.delete
        elseif index == 2 then
          return fix.erase
        elseif index == 3 then
          contact.title = "x"
          return { fix.update(contact), fix.add_note { noteText = "n", createdBy = { id = "u" } } }
        elseif index == 4 then
          return { fix.create("organization", { name = "o" }) }
        end
        return {}
      end,
    })
    assert.same({ ["contact.delete"] = 1, ["contact.erase"] = 1, ["contact.update"] = 1,
      ["contact_note.create"] = 1, ["organization.create"] = 1 }, made.totals.operations)
    assert.same({ reversible = 1, partly_reversible = 3, irreversible = 1 }, made.totals.classes)
    local objects = place:objects "p"
    local erase = objects[3]
    assert.equal(ids[2], erase.id)
    assert.is_nil(erase.before)
    assert.equal(64, #erase.digest)
    assert.equal(ids[3], objects[5].owner)
    assert.equal("n", objects[5].after.noteText)
  end)

  it("warns of what is cleared, refused or can't be found", function()
    local made = assert(plan {
      source = fix.ids(place:ids(1)),
      change = function(contact, ctx)
        contact.title, contact.salutation = nil, "Dr."
        contact.firstName = ("x"):rep(1001)
        contact.workEmail = "nobody at nowhere"
        contact.workPhone = { display = "n/a" }
        ctx.warn "look at this one"
        return contact
      end,
    })
    local warnings = made.totals.warnings
    assert.same({ limit = 2, fix = 1 }, { limit = warnings.limit, fix = warnings.fix })
    assert.is_true(warnings.not_searchable >= 1)
    local texts = {}
    for _, warning in ipairs(place:objects "p"[2].warnings) do
      texts[warning.text] = true
    end
    assert.is_true(texts["firstName has 1001 characters; 1 to 1000 are allowed"])
    assert.is_true(texts["workEmail is not an e-mail address"])
    assert.is_true(texts["look at this one"])
  end)

  it("warns of fields that look mistyped", function()
    assert(plan {
      source = fix.ids(place:ids(1)),
      change = function(contact)
        contact.workemail, contact.unheard_of, contact.address = "a@b.example", true, { City = "Oslo" }
        contact.customFields = { adress_text = "x" }
        return { fix.update(contact), fix.create("organization", { nmae = "x", name = "y" }) }
      end,
    })
    local texts = {}
    for index = 2, 3 do
      for _, warning in ipairs(place:objects "p"[index].warnings) do
        texts[#texts + 1] = warning.code == "unknown" and warning.text or nil
      end
    end
    assert.same({
      "unknown field 'address.City', did you mean 'city'?",
      "unknown field 'workemail', did you mean 'workEmail'?",
      "unknown field 'nmae', did you mean 'name'?",
    }, texts)
  end)

  it("warns of values that are of another type than their fields", function()
    local made = assert(plan {
      source = fix.ids(place:ids(1)),
      change = function(contact)
        contact.title, contact.surveyOptOut, contact.workPhone = 12, "yes", "+49 30 1234567"
        contact.cellPhone = { display = "+49 30 1234567", extension = 1.5, acceptsSMS = ec.null }
        contact.externalOrganization = { id = true }
        contact.customFields, contact.unheard_of = { a_text = 1, b_text = ec.array {} }, true
        return contact
      end,
    })
    local texts = {}
    for _, warning in ipairs(place:objects "p"[2].warnings) do
      texts[#texts + 1] = warning.code == "type" and warning.text or nil
    end
    assert.same({
      "cellPhone.extension must be a whole number",
      "externalOrganization.id must be text, not a boolean",
      "surveyOptOut must be true or false, not text",
      "title must be text, not a number",
      "workPhone must be an object, not text",
    }, texts)
    assert.equal(5, made.totals.warnings.type)
  end)

  it("counts what only a person can mend, and what filter leaves out", function()
    local seen = 0
    local made = assert(plan {
      source = fix.ids(place:ids(10)),
      filter = function(contact)
        contact.title = "the filter has a copy of its own"
        seen = seen + 1
        return seen > 4
      end,
      change = function(contact, ctx)
        ctx.skip "no number"
        return contact
      end,
    })
    assert.equal(0, made.changes)
    assert.same({ ["no number"] = 6 }, made.totals.skipped)
    assert.equal(place:path "p.skipped.csv", made.skipped_path)
    assert.equal("row,kind,id,reason\r\n5,contact," .. place:ids(10)[5] .. ",no number\r\n",
      place:read "p.skipped.csv":match "^.-\n.-\n")
  end)

  it("says of each line that is left where it is, and takes away what an earlier plan left", function()
    local ids = place:ids(2)
    local file = place:write("ids.txt", ("%s\n\nnobody\n%s\n%s\n"):format(ids[1], ids[2], ids[1]))
    local function change(_, ctx)
      ctx.skip(ctx.row.id == ids[2] and "=why" or nil)
    end
    local made = assert(plan { source = fix.ids(file), change = change, finish = function(ctx)
      ctx.skip "all of them"
      ctx.skip("a line", 9)
    end })
    assert.same({ ["=why"] = 1, ["nil"] = 1, ["no such record"] = 1, [DUPLICATE] = 1,
      ["all of them"] = 1, ["a line"] = 1 }, made.totals.skipped)
    assert.equal(table.concat({ "row,kind,id,reason", "1,contact," .. ids[1] .. ",nil", "3,,nobody,no such record",
      "4,contact," .. ids[2] .. ",'=why", "5,," .. ids[1] .. "," .. DUPLICATE, ",,,all of them",
      "9,,,a line", "" }, "\r\n"), place:read "p.skipped.csv")
    made = assert(plan { source = fix.ids(ids), change = function() end })
    assert.is_nil(made.skipped_path)
    assert.is_nil(place:read "p.skipped.csv")
    os.remove(place:path "p")
    refused { source = fix.ids(ids), change = function(_, ctx)
      ctx.skip "one"
      error "no"
    end }
    assert.is_nil(place:read "p.skipped.csv")
    assert.is_nil(place:read "p.skipped.csv.tmp")
  end)

  it("heeds a canonical form of the fix's own", function()
    local made = assert(plan {
      change = lower,
      canonical = function(contact)
        contact.workEmail = contact.workEmail and contact.workEmail:lower()
        return contact
      end,
    })
    assert.equal(0, made.changes)
  end)

  it("sets options of the fix and converts their texts", function()
    local got
    local fields = {
      source = function(options) return fix.ids(place:ids(options.count)) end,
      options = { count = 1, word = "a", on = false },
      change = function(_, ctx) got = ctx.options end,
    }
    assert.equal(2, assert(plan(fields, { set = { count = "2", on = "yes" } })).totals.records)
    assert.same({ count = 2, word = "a", on = true }, got)
    assert.same({ count = 2, word = "a", on = true }, place:objects "p"[1].options)
    os.remove(place:path "p")
    assert.matches("did you mean 'count'", refused(fields, { set = { cont = 1 } }), 1, true)
    assert.matches("must be a number", refused(fields, { set = { count = "x" } }), 1, true)
    assert.matches("has no options", refused({}, { set = { count = "x" } }), 1, true)
  end)

  it("gives prepare and change a client that reads, and refuses to write", function()
    local named
    assert(plan {
      source = fix.ids(place:ids(1)),
      prepare = function(ctx)
        named = assert(ctx.client.contacts:get(place:ids(1)[1])).id
        assert(ctx.client:call("contacts.get", named))
        assert(ctx.client:request("GET", "/api/v2/externalcontacts/contacts/" .. named))
        for _ in ctx.client:scan_organizations { max_items = 1 } do end
      end,
    })
    assert.equal(place:ids(1)[1], named)
    for _, write in ipairs {
      function(ctx) ctx.client.contacts:delete("x") end,
      function(ctx) ctx.client.contacts.notes:create("x", {}) end,
      function(ctx) ctx.client:delete_externalcontacts_contact("x") end,
      function(ctx) ctx.client:call("contacts.delete", "x") end,
      function(ctx) ctx.client:request("POST", "/api/v2/externalcontacts/contacts", { body = {} }) end,
      function(ctx) ctx.client:call("request", "DELETE", "/api/v2/externalcontacts/contacts/x") end,
    } do
      os.remove(place:path "p")
      assert.matches("writes, which a fix can't do while it is planned", refused { prepare = write }, 1, true)
    end
  end)

  it("keeps files of the fix beside the plan", function()
    assert(plan {
      source = fix.ids(place:ids(2)),
      finish = function(ctx)
        ctx.output "found.csv":write("a,", 1, "\n")
      end,
    })
    assert.equal("a,1\n", place:read "p.found.csv")
    os.remove(place:path "p")
    assert.matches("ctx.output takes", refused { finish = function(ctx) ctx.output "../x" end }, 1, true)
  end)

  it("says where a fix is wrong, and leaves no file", function()
    local one = { source = fix.ids(place:ids(1)) }
    local function with(change)
      return { source = one.source, change = change }
    end
    assert.matches("'change' of the fix failed for contact " .. place:ids(1)[1] .. ": spec/fix/plan_spec.lua:",
      refused(with(function(c) return c.nothing.here end)), 1, true)
    assert.matches("return nil, the changed record", refused(with(function() return true end)), 1, true)
    assert.matches("fix.add_note works for contacts and organizations only", refused {
      source = fix.scan "relationships",
      change = function() return { fix.add_note {} } end,
    }, 1, true)
    for _, case in ipairs { { "M\252ller", "the string is not valid UTF-8" }, { 0 / 0, "NaN is not valid JSON" },
      { print, "a function has no JSON form" }, { { 1, nil, 3 }, "its positions have gaps" } } do
      local problem = refused(with(function(c)
        c.title = case[1]
        return c
      end))
      assert.matches(("'change' of the fix returned an invalid value for contact %s: cannot encode title: %s")
        :format(place:ids(1)[1], case[2]), problem, 1, true)
    end
    local misuse = function(fields)
      local made, err = fix.define(fields)
      assert.is_nil(made)
      return err.message
    end
    assert.matches("source is missing", misuse { name = "x", change = print }, 1, true)
    assert.matches("did you mean 'change'", misuse { name = "x", chnage = print }, 1, true)
    assert.matches("source must be a source", misuse { name = "x", source = {}, change = print }, 1, true)
  end)

  it("passes on that the server can't be read, and leaves no file", function()
    place.server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", status = 403 } })
    local made, err = plan {}
    assert.is_nil(made)
    assert.equal("auth", err.kind)
    assert.is_nil(place:read "p")
  end)

  it("does not write over a plan that was applied", function()
    place:write("p.journal", "")
    local made, err = plan {}
    assert.is_nil(made)
    assert.equal("applied", err.code)
    assert.matches("choose another name for the new plan", err.message, 1, true)
  end)
end)

describe("fix.load", function()
  fixes.around(set_place, before_each, after_each)

  it("loads a file, with a first line for the shell", function()
    local path = place:write("f.lua", "\239\187\191" .. [[#!/usr/bin/env extcontacts plan
      local fix = require "extcontacts.fix"
      return { name = "f", source = fix.scan "contacts", change = function() end }
    ]])
    local made = assert(fix.load(path))
    assert.equal("f", made.name)
    assert.equal(path, made.path)
    assert.equal(64, #made.sha256)
  end)

  it("says what is wrong with one", function()
    local function problem(text)
      local made, err = fix.load(place:write("f.lua", text))
      assert.is_nil(made)
      return err.message
    end
    assert.matches("f.lua:1:", problem "return {", 1, true)
    assert.matches("f.lua failed: .*f.lua:2: no", problem "\nerror 'no'")
    assert.matches("a fix must be a table", problem "return 1", 1, true)
    assert.matches("compiled Lua", problem "\27Lua", 1, true)
    local made, err = fix.load(place:path "none.lua")
    assert.is_nil(made)
    assert.equal("io", err.kind)
  end)
end)

describe("sources", function()
  fixes.around(set_place, before_each, after_each)

  -- What change gets: the record's id and the row.
  local function read(source)
    local got = {}
    local made, err = fix.plan(place.client, define {
      source = source,
      change = function(record, ctx)
        got[#got + 1] = { id = record and record.id, row = ctx.row }
      end,
    })
    return got, made or err
  end

  it("read the records that a CSV file names", function()
    local ids = place:ids(2)
    local path = place:write("in.csv", ("who;name\n%s;A\n%s;B\nnone;C\n%s;D\n"):format(ids[1], ids[2], ids[1]))
    local got, made = read(fix.csv(path, { key = "who" }))
    assert.same({ { id = ids[1], row = { who = ids[1], name = "A" } },
      { id = ids[2], row = { who = ids[2], name = "B" } } }, got)
    assert.same({ ["no such record"] = 1, [DUPLICATE] = 1 }, made.totals.skipped)
    assert.equal(64, #made.header.source.sha256)
    assert.equal(3, #(read(fix.csv(path, { key = "who", missing = "change" }))))
    got = read(fix.csv(path, { key = false }))
    assert.equal(4, #got)
    assert.is_nil(got[1].id)
  end)

  it("read ids and NDJSON", function()
    local ids = place:ids(2)
    assert.equal(2, #read(fix.ids(place:write("ids", ids[1] .. "\n\n " .. ids[2] .. " \r\n"))))
    local got = read(fix.ndjson(place:write("in", ec.json.encode { id = ids[2], n = 1 } .. "\n")))
    assert.same({ { id = ids[2], row = { id = ids[2], n = 1 } } }, got)
  end)

  it("list, search and scan what there is", function()
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

  it("tell to which record a note belongs", function()
    local kinds = {}
    assert(fix.plan(place.client, define {
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

  it("say what is wrong with a file", function()
    local _, err = read(fix.csv(place:write("a.csv", "id,b\n1\n")))
    assert.matches("a.csv: line 2: 1 field,", err.message, 1, true)
    _, err = read(fix.csv(place:write("a.csv", "ident,b\n1,2\n")))
    assert.matches("unknown column 'id'", err.message, 1, true)
    _, err = read(fix.csv(place:path "none.csv"))
    assert.equal("io", err.kind)
    _, err = read(fix.ndjson(place:write("a", '{"id":"x"}\n{\n')))
    assert.matches("line 2", err.message, 1, true)
    for text, wrong in pairs {
      ["x\nM\252ller\n"] = "line 2 is not UTF-8; save the file as UTF-8",
      ["\255\254x\0\n\0"] = "line 1 is not UTF-8",
      ["x\ry\r"] = "line 1 contains a carriage return; save the file with Windows or Unix line endings",
    } do
      _, err = read(fix.ids(place:write("a", text)))
      assert.matches("a: " .. wrong, err.message, 1, true)
    end
  end)

  it("take a file as Windows writes it", function()
    local one, two = place:ids(2)[1], place:ids(2)[2]
    local got = read(fix.ids(place:write("a", "\239\187\191" .. one .. "\r\n" .. two .. "\r\n")))
    assert.same({ one, two }, { got[1].id, got[2].id })
    got = read(fix.ndjson(place:write("a", "\239\187\191{\"id\":\"" .. one .. '"}\r\n')))
    assert.equal(one, got[1].id)
    got = read(fix.csv(place:write("a", "\239\187\191id;a\r\n " .. one .. " ;x\r\n")))
    assert.equal(one, got[1].id)
  end)

  it("refuse what they don't know, at the caller's line", function()
    for text, wrong in pairs {
      ["did you mean 'contacts'"] = function() fix.scan "contact" end,
      ["can only be scanned"] = function() fix.list "relationships" end,
      ["did you mean 'contact'"] = function() fix.csv("x", { kind = "contcat" }) end,
      ["did you mean 'missing'"] = function() fix.csv("x", { mising = "skip" }) end,
      ["option 'owner'"] = function() fix.csv("x", { kind = "contact_note" }) end,
    } do
      local _, message = pcall(wrong)
      assert.matches(text, message, 1, true)
      assert.matches("plan_spec.lua", message, 1, true)
    end
  end)
end)
