-- Planning: the changes that a fix asks for, and what it may not ask for.
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local function lower(contact)
  if contact.workEmail then
    contact.workEmail = contact.workEmail:lower()
  end
  return contact
end

describe("fix.plan", function()
  local place = fixes.fresh_place(before_each, after_each)

  -- The texts of a change's warnings, those with one code only if it is given.
  local function warnings(change, code)
    local texts = {}
    for _, warning in ipairs(change.warnings or {}) do
      if not code or warning.code == code then
        texts[#texts + 1] = warning.text
      end
    end
    return texts
  end

  it("rejects nil, which fix.load returns on failure", function()
    assert.matches("fix.plan requires a fix from fix.load or fix.define, got nil",
      fake.misuse(fix.plan, {}, fix.load "/nonexistent.lua"), 1, true)
  end)

  it("writes what would be changed, and sends nothing but reads", function()
    local plan = place:plan({ change = lower }, "p", { time = 0 })
    local objects = place:objects "p"
    assert.equal(2, objects[1].extcontacts_plan)
    assert.equal("a fix", objects[1].name)
    assert.equal(place.server.base_url, objects[1].server)
    assert.equal("1970-01-01T00:00:00Z", objects[1].created)
    local last = objects[#objects]["end"]
    assert.equal(#objects - 2, last.changes)
    assert.equal(last.changes, plan.changes)
    assert.is_true(plan.changes > 5)
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
      assert.is_truthy(operation == "contacts.scan" or operation == "oauth.token" or operation == "organization.me",
        operation)
    end
  end)

  it("suspects a change that changes its copies and returns nothing", function()
    local expected = "^'change' of the fix returned nothing for every record, although it changed contact [%x-]+; did "
      .. "you forget `return` at its end%?$"
    assert.matches(expected, place:plan({ change = function(contact) contact.title = "Boss" end }).mistake)
    assert.matches(expected, place:plan({ change = function(contact)
      if contact.address then
        contact.address.city = "Oslo"
      end
    end }).mistake)
    local count = 0
    for name, change in pairs {
      ["nothing is changed"] = function() end,
      ["one is returned"] = function(contact)
        count, contact.title = count + 1, "Boss"
        return count == 300 and contact or nil
      end,
      ["actions are returned"] = function(contact)
        contact.title = "Boss"
        return {}
      end,
      ["the copy is as it was"] = function(contact)
        local title = contact.title
        contact.title = "Boss"
        contact.title = title
      end,
    } do
      assert.is_nil(place:plan({ change = change }).mistake, name)
    end
  end)

  it("counts what it takes for granted, and names the system's user whatever the environment says", function()
    local plan = place:plan({ change = function(contact, ctx)
      ctx.assume("number assumed GB", "numbers assumed GB")
      if contact.id == place:ids(1)[1] then
        ctx.assume("title assumed")
      end
      return lower(contact)
    end }, "p", { by = "someone" })
    assert.same({ ("%d numbers assumed GB"):format(plan.totals.records), "1 title assumed" },
      plan.totals.assumptions)
    local objects = place:objects "p"
    assert.same(plan.totals.assumptions, objects[#objects]["end"].assumptions)
    local pipe = io.popen "id -un"
    assert.equal(pipe:read "*l", objects[1].system_user)
    pipe:close()
    assert.equal("someone", objects[1].by)
  end)

  it("says that it stopped at the limit", function()
    local cut = place:plan({ change = lower }, "p", { limit = 3 })
    assert.same({ 3, true }, { cut.header.limit, cut.totals.limited })
    local objects = place:objects "p"
    assert.same({ 3, true }, { objects[1].limit, objects[#objects]["end"].limited })
    local whole = place:plan({ change = lower }, "q", { limit = cut.totals.records + 1000000 })
    assert.is_nil(whole.totals.limited)
    assert.is_nil(place:plan({ change = lower }).header.limit)
  end)

  it("stops at the limit", function()
    assert.equal(3, place:plan({ change = lower }, "p", { limit = 3 }).changes)
  end)

  it("takes everything that change may return", function()
    local ids = place:ids(5)
    local of = {}
    for index, id in ipairs(ids) do
      of[id] = index
    end
    local plan = place:plan {
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
    }
    assert.same({ ["contact.delete"] = 1, ["contact.erase"] = 1, ["contact.update"] = 1,
      ["contact_note.create"] = 1, ["organization.create"] = 1 }, plan.totals.operations)
    assert.same({ reversible = 1, partly_reversible = 3, irreversible = 1 }, plan.totals.classes)
    local objects = place:objects "p"
    local erase = objects[3]
    assert.equal(ids[2], erase.id)
    assert.is_nil(erase.before)
    assert.equal(64, #erase.digest)
    assert.equal(ids[3], objects[5].owner)
    assert.equal("n", objects[5].after.noteText)
  end)

  it("warns of values that are cleared, rejected or not searchable", function()
    local plan = place:plan {
      source = fix.ids(place:ids(1)),
      change = function(contact, ctx)
        contact.title, contact.salutation = nil, "Dr."
        contact.firstName = ("x"):rep(1001)
        contact.workEmail = "nobody at nowhere"
        contact.workPhone = { display = "n/a" }
        ctx.warn "check this one"
        return contact
      end,
    }
    local counts = plan.totals.warnings
    assert.same({ limit = 2, fix = 1 }, { limit = counts.limit, fix = counts.fix })
    assert.is_true(counts.not_searchable >= 1)
    local texts = {}
    for _, text in ipairs(warnings(place:objects "p"[2])) do
      texts[text] = true
    end
    assert.is_true(texts["firstName has 1001 characters; 1 to 1000 are allowed"])
    assert.is_true(texts["workEmail is not an e-mail address"])
    assert.is_true(texts["check this one"])
  end)

  it("warns of fields that look mistyped", function()
    place:plan {
      source = fix.ids(place:ids(1)),
      change = function(contact)
        contact.workemail, contact.unheard_of, contact.address = "a@b.example", true, { City = "Oslo" }
        contact.customFields = { adress_text = "x" }
        return { fix.update(contact), fix.create("organization", { nmae = "x", name = "y" }) }
      end,
    }
    local objects = place:objects "p"
    assert.same({
      "unknown field 'address.City', did you mean 'city'?",
      "unknown field 'workemail', did you mean 'workEmail'?",
    }, warnings(objects[2], "unknown"))
    assert.same({ "unknown field 'nmae', did you mean 'name'?" }, warnings(objects[3], "unknown"))
  end)

  it("warns of values that have another type than their fields", function()
    local plan = place:plan {
      source = fix.ids(place:ids(1)),
      change = function(contact)
        contact.title, contact.surveyOptOut, contact.workPhone = 12, "yes", "+49 30 1234567"
        contact.cellPhone = { display = "+49 30 1234567", extension = 1.5, acceptsSMS = ec.null }
        contact.externalOrganization = { id = true }
        contact.customFields, contact.unheard_of = { a_text = 1, b_text = ec.array {} }, true
        return contact
      end,
    }
    assert.same({
      "cellPhone.extension must be a whole number",
      "externalOrganization.id must be text, not a boolean",
      "surveyOptOut must be true or false, not text",
      "title must be text, not a number",
      "workPhone must be an object, not text",
    }, warnings(place:objects "p"[2], "type"))
    assert.equal(5, plan.totals.warnings.type)
  end)

  it("uses the fix's own canonical form", function()
    local plan = place:plan {
      change = lower,
      canonical = function(contact)
        contact.workEmail = contact.workEmail and contact.workEmail:lower()
        return contact
      end,
    }
    assert.equal(0, plan.changes)
  end)

  it("says where a fix is wrong, and leaves no file", function()
    local id = place:ids(1)[1]
    local function problem(change)
      return place:plan_problem { source = fix.ids { id }, change = change }
    end
    assert.matches("'change' of the fix failed for contact " .. id .. ": spec/fix/plan_spec.lua:",
      problem(function(contact) return contact.nothing.here end), 1, true)
    assert.matches("'change' of the fix returned an invalid value for contact " .. id .. ": return nil",
      problem(function() return true end), 1, true)
    assert.matches("'source' of the fix must return a source",
      place:plan_problem { source = function() return {} end }, 1, true)
    assert.matches("'prepare' of the fix failed: ", place:plan_problem { prepare = function() error "no" end }, 1, true)
    for _, case in ipairs { { "M\252ller", "the string is not valid UTF-8" }, { 0 / 0, "NaN is not valid JSON" },
      { print, "a function has no JSON form" }, { { 1, nil, 3 }, "its positions have gaps" } } do
      local message = problem(function(contact)
        contact.title = case[1]
        return contact
      end)
      assert.matches(("an invalid value for contact %s: cannot encode title: %s"):format(id, case[2]), message, 1, true)
    end
  end)

  it("names the row of a file in a message about it", function()
    local path = place:write("in.csv", "name\nA\nB\n")
    assert.matches("'change' of the fix failed for row 3: ", place:plan_problem {
      source = fix.csv(path, { key = false }),
      change = function(_, ctx) assert(ctx.row.name == "A", "no") end,
    }, 1, true)
  end)

  it("reports that the server can't be read, and leaves no file", function()
    place:faults { operation = "contacts.scan", status = 403 }
    local plan, err = place:try_plan {}
    assert.is_nil(plan)
    assert.equal("auth", err.kind)
    assert.is_nil(place:read "p")
  end)

  it("does not replace a plan that was applied", function()
    place:write("p.journal", "")
    local plan, err = place:try_plan {}
    assert.is_nil(plan)
    assert.equal("applied", err.code)
    assert.matches("choose another name for the new plan", err.message, 1, true)
  end)

  describe("of custom fields", function()
    local schema

    before_each(function()
      schema = assert(place.direct.contacts.schemas:create { version = 0, name = "Loyalty",
        appliesTo = ec.array { "CONTACT" }, enabled = true, jsonSchema = {
          ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "Loyalty", properties = {
            since_date = { title = "x", allOf = ec.array { { ["$ref"] = "#/definitions/date" } } } } } })
    end)

    -- The warnings about a contact with these fields, and the number of schemas read.
    local function warned(fields, code)
      local change
      assert(fix.plan(place.client, fixes.define {
        source = fix.ids(place:ids(3)),
        change = function(contact)
          contact.schema, contact.customFields = nil, nil
          for name, value in pairs(fields) do
            contact[name] = value
          end
          return contact
        end,
      }, { on_change = function(made) change = made end }))
      return warnings(change, code), place:requests "contacts.schemas.version"
    end

    it("warns about those that do not match their schema, which is read once", function()
      local reference = { id = schema.id, version = 1 }
      assert.same({}, (warned({ schema = reference, customFields = { since_date = "2026-01-31" } }, "custom_field")))
      assert.same({ { "customFields: sinc_date is not in the schema, did you mean 'since_date'?",
        "customFields: since_date is not a valid date" }, 2 },
        { warned({ schema = reference, customFields = { since_date = "31.01.2026", sinc_date = "2026-01-31" } },
          "custom_field") })
    end)

    it("warns about those without a schema", function()
      local fields = { since_date = "2026-01-31" }
      for text, reference in pairs {
        ["customFields: version 7 of its schema does not exist"] = { id = schema.id, version = 7 },
        ["customFields: the record has no schema"] = {},
        ["customFields: the record's schema has no version"] = { id = schema.id },
      } do
        assert.same({ text }, (warned({ schema = reference, customFields = fields }, "custom_field")))
      end
    end)

    it("says that they were not checked if the schema can't be read", function()
      place:faults { operation = "contacts.schemas.version", status = 403, code = "missing.permissions" }
      assert.same({ { "customFields: its schema can't be read (missing.permissions)" }, 1 },
        { warned({ schema = { id = schema.id, version = 1 }, customFields = { since_date = "x" } }, "unchecked") })
      place:faults { operation = "contacts.schemas.version", status = 500 }
      local _, err = fix.plan(place.client, fixes.define { source = fix.ids(place:ids(1)), change = function(contact)
        contact.schema, contact.customFields = { id = schema.id, version = 1 }, { since_date = "x" }
        return contact
      end })
      assert.equal(500, err.status)
    end)

    it("warns in a plan of undo, too", function()
      local id = assert(place.direct.contacts:create { schema = { id = schema.id, version = 1 },
        customFields = { since_date = "2026-01-31" } }).id
      place:plan { source = fix.ids { id }, change = function(contact)
        contact.customFields.since_date = "2026-02-28"
        return contact
      end }
      assert.equal(1, assert(place:apply()).applied)
      place:faults { operation = "contacts.schemas.version", status = 404, code = "not.found" }
      local change
      assert(fix.undo(place.client, place:path "p", { on_change = function(undone) change = undone end }))
      assert.same({ "customFields: version 1 of its schema does not exist" }, warnings(change, "custom_field"))
    end)

    it("reads no schema for a change of other fields", function()
      local id = assert(place.direct.contacts:create { schema = { id = schema.id, version = 1 },
        customFields = { since_date = "2026-01-31" } }).id
      local plan = place:plan { source = fix.ids { id }, change = function(contact)
        contact.title = "x"
        return contact
      end }
      assert.same({ 1, 0 }, { plan.changes, place:requests "contacts.schemas.version" })
    end)
  end)
end)
