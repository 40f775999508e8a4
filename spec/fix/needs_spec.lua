-- The fields that a fix declares for its filter, and the records that are decoded in full.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local replies = require "extcontacts.transport.reply"

describe("the fields that a filter needs", function()
  local place = fixes.fresh_place(before_each, after_each)
  local whole, count = replies.whole, 0

  before_each(function()
    count = 0
    function replies.whole(...)
      count = count + 1
      return whole(...)
    end
  end)

  after_each(function()
    replies.whole = whole
  end)

  local function title(contact)
    assert(contact.firstName and contact.id and contact.selfUri, "not a whole record")
    contact.title = "Chief"
    return contact
  end

  local function is_us(contact)
    return contact.address and contact.address.countryCode == "US"
  end

  -- The ids of a plan's changes, in order.
  local function ids_of(name)
    local ids = {}
    for _, object in ipairs(place:objects(name)) do
      ids[#ids + 1] = object.op and object.id or nil
    end
    return table.concat(ids, " ")
  end

  local SOURCES = {
    ["a scan"] = function() return fix.scan "contacts" end,
    ["a listing"] = function() return fix.list("contacts", { page_size = 50 }) end,
    ["a search"] = function() return fix.search("contacts", "a") end,
  }
  for name, source in pairs(SOURCES) do
    it("are decoded first, of " .. name, function()
      local expected = place:plan({ source = source(), change = title, filter = is_us }, "whole")
      assert.equal(0, count)
      local plan = place:plan({ source = source(), change = title, filter = is_us, needs = { "address.countryCode" } },
        "p")
      assert.is_true(plan.changes > 0 and plan.changes < plan.totals.records)
      assert.same({ expected.changes, expected.totals.records }, { plan.changes, plan.totals.records })
      assert.equal(ids_of "whole", ids_of "p")
      assert.equal(plan.changes, count)
    end)
  end

  it("are decoded together with those of a condition", function()
    local plan = place:plan({ change = title, filter = is_us, needs = { "address" } }, "p",
      { where = 'lastName >= "M"' })
    local expected = place:plan({ change = title }, "e", { where = 'lastName >= "M" and address.countryCode == "US"' })
    assert.is_true(plan.changes > 0)
    assert.equal(plan.changes, count) -- "US" is in the JSON of the others
    assert.equal(ids_of "e", ids_of "p")
    assert.equal(plan.changes, expected.changes)
  end)

  it("are decoded alone no longer once most records turn out to be used", function()
    local plan = place:plan({ source = fix.scan("contacts", { limit = 10 }), change = title }, "p",
      { where = "not empty(id)" })
    assert.equal(plan.totals.records, plan.changes)
    assert.is_true(plan.changes > 430)
    assert.is_true(count >= 399 and count < 430) -- those of pages that were requested already
  end)

  it("don't matter to a condition alone, or to a filter that declares none", function()
    local seen = 0
    local plan = place:plan({ change = title, filter = function(contact)
      seen = seen + 1
      return contact.firstName and contact.selfUri and is_us(contact)
    end }, "p", { where = 'lastName >= "M"' })
    assert.is_true(plan.changes > 0 and plan.changes < seen and seen < plan.totals.records)
    assert.equal(seen, count)
  end)

  it("are what the filter gets of every other source", function()
    local ids = {}
    for contact in place.client:scan_contacts { max_items = 20, fields = { "id" } } do
      ids[#ids + 1] = contact.id
    end
    local sources = {
      fix.ids(ids),
      fix.each("contact", function(client) return client:scan_contacts { max_items = 20 } end),
      fix.scan "contacts",
    }
    for index, source in ipairs(sources) do
      local seen = 0
      place:plan({ source = source, change = title, needs = { "lastName" }, filter = function(contact)
        seen = seen + 1
        assert.is_string(contact.lastName)
        assert.is_string(contact.id)
        assert.is_nil(rawget(contact, "firstName"))
        return true
      end }, "p" .. index, { ids = index == 3 and ids or nil })
      assert.equal(20, seen)
      assert.equal(ids_of "p1", ids_of("p" .. index))
    end
  end)

  local function failure(fields, filter)
    local path = place:path "undeclared.lua"
    local file = assert(io.open(path, "w"))
    file:write(("local fix = require 'extcontacts.fix'\nreturn { name = 'f', source = fix.scan 'contacts',\n"
      .. "needs = %s,\nfilter = %s,\nchange = function() end }"):format(fields, filter))
    file:close()
    local plan, err = fix.plan(place.client, assert(fix.load(path)))
    assert.is_nil(plan)
    return err.message, path
  end

  it("are named when the filter reads another one", function()
    for _, case in ipairs {
      { '{ "lastName" }', "function(c) return c.firstName end", "firstName" },
      { '{ "lastName", "address.city" }', "function(c) return c.address and c.address.countryCode == 'US' end",
        "address.countryCode" },
      { '{ "lastName" }', "function(c) return fix.get(c, 'workPhone.e164') end", "workPhone" },
      { '{ "lastName" }', "function(c, ctx) return ctx.schema('contact', c) end", "schema" },
    } do
      local message, path = failure(case[1], case[2])
      assert.matches("'filter' of the fix failed for contact ", message, 1, true)
      assert.matches(("%s:4"):format(path), message, 1, true)
      assert.matches(("the filter reads '%s', which the fix does not declare; add \"%s\" to needs"):format(case[3],
        case[3]), message, 1, true)
    end
  end)

  it("are checked before anything is read", function()
    local message, path = failure('{ "adress.city" }', "function() end")
    assert.equal(path .. ": needs: unknown field 'adress', did you mean 'address'?", message)
    message = failure('{ "address.cty" }', "function() end")
    assert.matches("unknown field 'cty', did you mean 'city'?", message, 1, true)
    message, path = failure('{ "lastName.x" }', "function() end")
    assert.equal(path .. ": needs: lastName has no fields; remove .x", message)
    assert.equal(0, place:requests "contacts.scan")
    local function misuse(needs, filter)
      local _, err = fix.define { name = "f", source = fix.scan "contacts", change = title, needs = needs,
        filter = filter }
      return err and err.message
    end
    assert.is_nil(misuse({ "customFields.*", "address" }, is_us))
    assert.equal("invalid fix: needs names the fields that filter reads, and the fix has no filter",
      misuse { "lastName" })
    for _, needs in ipairs { {}, { 1 }, { lastName = true }, { "lastName", x = "y" } } do
      assert.matches('needs must be an array of the fields that filter reads: needs = { "address.countryCode" }',
        misuse(needs, is_us), 1, true)
    end
    for _, text in ipairs { "", "a..b", ".a", "a.", "*", "a.*.b" } do
      assert.matches(("needs: '%s' is not the path of a field"):format(text), misuse({ text }, is_us), 1, true)
    end
  end)

  it("keep absent, null, lists and custom fields as they are", function()
    local created = assert(place.client.contacts:create { lastName = "Needs", workEmail = "n@example.com",
      externalIds = { { externalSource = { id = "7a2f0f3c-0000-4000-8000-000000000001" }, value = "4711" } } })
    local stored = assert(place.client.contacts:get(created.id))
    local got
    place:plan({ source = fix.ids { created.id }, change = function() end,
      needs = { "firstName", "title", "externalIds.value", "customFields.*", "workEmail" },
      filter = function(contact)
        got = contact
        local names = {}
        for name in pairs(contact) do
          names[#names + 1] = name
        end
        assert.equal(#stored.externalIds, #contact.externalIds)
        assert.equal("4711", contact.externalIds[1].value)
        assert.is_false(pcall(function() return contact.externalIds[1].externalSource end))
        assert.equal(nil, contact.title)
        contact.title = "set"
        assert.equal("set", contact.title)
        contact.lastName = "set, though not declared"
        return #names > 1 and contact.lastName
      end }, "p")
    assert.equal("n@example.com", got.workEmail)
  end)

  it("don't keep a filter from skipping a record with its name and values", function()
    local plan = place:plan({ change = title, needs = { "address.countryCode" }, filter = function(contact, ctx)
      if is_us(contact) then
        ctx.skip "contact of the United States"
      end
      return false
    end }, "p")
    local text = place:read "p.skipped.csv"
    assert.is_true(plan.totals.skipped["contact of the United States"] > 0)
    assert.matches("contact of the United States,%a", text)
  end)
end)
