-- Merges: planned with the record that results, checked before the first write, never
-- carried out twice.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local html = require "extcontacts.fix.report"
local server_merge = require "extcontacts.record.merge.server_merge"

local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests
local serial = 0

-- So that what follows is newer by the server's clock.
local function let_time_pass()
  place.server:control("POST", "/sandbox/clock", { advance = 1 })
end

-- Creates a contact, as someone else would; each is modified at another time.
local function contact(fields)
  serial = serial + 1
  let_time_pass()
  local body = { firstName = "Ann", lastName = "Lee " .. serial }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  return assert(place.direct.contacts:create(body))
end

local function ids_of(contacts)
  local out = {}
  for index, record in ipairs(contacts) do
    out[index] = record.id
  end
  return out
end

-- Plans what `change` returns for one record.
local function plan(actions, options, name)
  local first = contact()
  return place:plan({
    source = fix.ids { first.id },
    change = function()
      return actions
    end,
  }, name, options)
end

local function planned(name)
  local lines = place:objects(name or "p")
  return lines[2]
end

local function apply(options)
  options = options or {}
  options.allow_irreversible = true
  return assert(place:apply(options))
end

local function reasons()
  return place:read "p.skipped.csv" or ""
end

local function get(id)
  return assert(place.direct.contacts:get(id))
end

describe("a merge", function()

  it("is planned with the contact that results, the values it loses, and copies of all contacts", function()
    local a = contact { title = "Pilot", workEmail = "a@example.com" }
    local b = contact { title = "Captain", workEmail = "b@example.com" }
    let_time_pass()
    place:edit(a.id, { title = "Cook" })
    plan { fix.merge({ a.id, b.id }, { override = { middleName = "M." } }) }
    local change = planned()
    assert.same({ "merge", "irreversible", { a.id, b.id } }, { change.op, change.class, change.ids })
    assert.same({ a.id, b.id }, ids_of(change.members))
    assert.same({ firstName = "Ann", middleName = "M.", lastName = get(a.id).lastName, title = "Cook",
      workEmail = "a@example.com", personalEmail = "b@example.com" }, change.after)
    assert.same({ middleName = "M.", personalEmail = "b@example.com" }, change.override)
    assert.same({ { id = b.id, path = { "lastName" }, value = b.lastName },
      { id = b.id, path = { "title" }, value = "Captain" } }, change.lost)
    assert.same({ 0, 0 }, { place:requests "contacts.merge", place:requests "contacts.update" - 1 })
  end)

  it("gives the record that was planned, whatever the server does with gaps", function()
    for _, gaps in ipairs { "fill", "leave" } do
      place.server:control("POST", "/sandbox/settings", { merge_gaps = gaps })
      local a = contact { title = "Pilot", middleName = "M.", workPhone = { display = "+49 30 1234567" },
        address = { city = "Berlin" } }
      local b = contact { workPhone = { display = "+49 30 7654321" }, cellPhone = { display = "+49 30 1111111" } }
      plan({ fix.merge { a, b } }, nil, gaps)
      local result = assert(place:apply({ allow_irreversible = true }, gaps))
      assert.same({ 1, 0 }, { result.applied, result.diverged })
      local merged = get(a.id)
      assert.same({ "Pilot", "M.", "Berlin", "+49301234567" }, { merged.title, merged.middleName, merged.address.city,
        merged.homePhone.e164 })
      assert.same({ 1, 1 }, { assert(fix.verify(place.client, place:path(gaps))).checked,
        assert(fix.verify(place.client, place:path(gaps))).match })
    end
  end)

  it("computes what the server makes of contacts by itself", function()
    local a = contact { title = "Pilot", workEmail = "x1@example.com", otherEmail = "y1@example.com" }
    local b = contact { workEmail = "x2@example.com", workPhone = { display = "+49 30 1234567" }, surveyOptOut = true }
    local c = contact { title = "Captain", workPhone = { display = "+49 30 7654321" }, workEmail = "X1@example.com" }
    local computed = server_merge.result { get(a.id), get(b.id), get(c.id) }.record
    local answer = assert(place.direct.contacts:merge { contactIds = ids_of { a, b, c } })
    local merged = ec.writable("ExternalContact", answer)
    for _, name in ipairs { "id", "createDate", "modifyDate", "identifiers", "division" } do
      merged[name] = nil
    end
    assert.same(merged, computed)
  end)

  it("needs allow_irreversible", function()
    local a, b = contact(), contact()
    plan { fix.merge { a.id, b.id } }
    local result, err = place:apply()
    assert.is_nil(result)
    assert.equal("irreversible", err.code)
    assert.equal(place:path "p" .. " merges contacts 1 time, which can't be undone; set allow_irreversible to confirm",
      err.message)
    assert.equal(0, place:requests "contacts.merge")
  end)

  it("journals all contacts before it is sent, and then the new id", function()
    local a, b = contact(), contact()
    plan { fix.merge { a.id, b.id } }
    apply()
    local intent, applied
    for _, line in ipairs(place:objects "p.journal") do
      intent, applied = line.t == "intent" and line or intent, line.t == "applied" and line or applied
    end
    assert.same({ { a.id, b.id }, { a.lastName, b.lastName } },
      { intent.ids, { intent.members[1].lastName, intent.members[2].lastName } })
    assert.same({ { a.id, b.id }, get(a.id).id }, { applied.merged, applied.id })
    assert.is_true(applied.id ~= a.id and applied.id ~= b.id)
  end)

  it("of one contact with others, by several records, is one wide merge", function()
    local contacts = {}
    for index = 1, 5 do
      contacts[index] = contact()
    end
    place:plan {
      source = fix.ids { contacts[2].id, contacts[3].id, contacts[4].id, contacts[5].id },
      change = function()
        return { fix.merge(contacts[1].id:upper()) }
      end,
    }
    local ids = ids_of(contacts)
    assert.same(ids, planned().ids)
    assert.equal(1, apply().applied)
    assert.equal(1, place:requests "contacts.merge")
    assert.equal(get(ids[1]).id, get(ids[5]).id)
  end)

  it("is followed by later changes that name its contacts", function()
    local a, b = contact { title = "Pilot" }, contact { title = "Pilot" }
    for _, batch in ipairs { 1, 50 } do
      local name = "p" .. batch
      if batch == 50 then
        a, b = contact { title = "Pilot" }, contact { title = "Pilot" }
      end
      place:plan({
        source = fix.ids { a.id, b.id },
        change = function(record)
          if record.id == a.id then
            return fix.merge { a.id, b.id }
          end
          record.title = "Captain"
          return { record and fix.update(record), fix.add_note { noteText = "merged",
            createdBy = { id = "11111111-1111-4111-8111-111111111111" } }, fix.delete }
        end,
      }, name)
      local result = assert(place:apply({ allow_irreversible = true, batch = batch, concurrency = 4 }, name))
      -- The deletion concerns the contact that is no longer there, not the one that has its data.
      assert.same({ 3, 1 }, { result.applied, result.conflicts })
      local merged = get(a.id)
      assert.equal("Captain", merged.title)
      local note = place.direct:each_contact_note(merged.id):next()
      assert.equal("merged", note.noteText)
    end
  end)

  it("is a conflict when one of its contacts changed, was deleted, or was merged since", function()
    local sets = {}
    for index = 1, 3 do
      sets[index] = { contact(), contact() }
    end
    place:plan {
      source = fix.ids { sets[1][1].id, sets[2][1].id, sets[3][1].id },
      change = function(record)
        for _, set in ipairs(sets) do
          if set[1].id == record.id then
            return fix.merge { set[1].id, set[2].id }
          end
        end
      end,
    }
    place:edit(sets[1][2].id, { title = "Pilot" })
    assert(place.direct.contacts:delete(sets[2][2].id))
    local other = assert(place.direct.contacts:merge { contactIds = { sets[3][2].id, contact().id } })
    assert.same({ 0, 3 }, { apply().applied, place:outcomes()[3] and 3 })
    local outcomes = place:outcomes()
    assert.equal(sets[1][2].id .. ": the record has changed since it was planned", outcomes[1].reason)
    assert.equal(sets[2][2].id .. ": the record no longer exists", outcomes[2].reason)
    assert.equal(("%s: the contact was merged into %s"):format(sets[3][2].id, other.id), outcomes[3].reason)
    assert.equal(1, place:requests "contacts.merge")
  end)

  it("can't be undone, and undo says so", function()
    local a, b = contact(), contact()
    plan { fix.merge { a.id, b.id } }
    apply()
    local undo = assert(fix.undo(place.client, place:path "p"))
    assert.equal(0, undo.changes)
    assert.same({ ["the contacts were merged, which can't be undone"] = 1 }, undo.totals.skipped)
  end)

  it("is shown in the review page with its contacts and the values it loses", function()
    local a, b = contact { title = "<Pilot>" }, contact { title = "Captain" }
    plan { fix.merge { a.id, b.id } }
    assert(html.write(place:path "p", place:path "p.html"))
    local page = place:read "p.html"
    assert.is_truthy(page:find("irreversible: merged contacts can.-t be separated"))
    assert.is_truthy(page:find(a.id .. ", " .. b.id, 1, true))
    assert.is_truthy(page:find(("Title of <code>%s</code> is lost: &lt;Pilot&gt;"):format(a.id), 1, true))
  end)
end)

describe("a merge that can't be carried out is skipped before the first write:", function()

  -- The reason and its detail in the list of skipped records.
  local function detail_of(action)
    assert.equal(0, plan({ action }).changes)
    assert.equal(0, place:requests "contacts.merge")
    return fixes.skipped_reasons(place:path "p")[1]:match "[^,]+$"
  end

  it("fewer than 2 contacts, or more than 25", function()
    local a = contact()
    assert.equal("the contacts can't be merged: 1 contact; a merge takes 2 to 25", detail_of(fix.merge { a.id, a.id }))
    assert.equal("the contacts can't be merged: 26 contacts; a merge takes at most 25",
      detail_of(fix.merge(place:ids(26))))
    assert.equal(1, plan({ fix.merge(place:ids(25), { allow_loss = true }) }).changes)
  end)

  it("an unknown contact, or one that was merged", function()
    local a, gone = contact(), "00000000-0000-4000-8000-000000000000"
    assert.equal("the contacts can't be merged: there is no contact " .. gone, detail_of(fix.merge { a.id, gone }))
    local b = contact()
    assert.equal(0, place:requests "contacts.merge")
    local other = assert(place.direct.contacts:merge { contactIds = { b.id, contact().id } })
    assert.equal(0, plan({ fix.merge { a.id, b.id } }).changes)
    assert.is_truthy(reasons():find(("%s was merged into %s"):format(b.id, other.id), 1, true))
  end)

  it("a contact in two merges of one plan", function()
    local a, b, c = contact(), contact(), contact()
    assert.equal(1, plan({ fix.merge { a.id, b.id }, fix.merge { b.id, c.id } }).changes)
    assert.is_truthy(reasons():find(b.id .. " is part of another merge of this plan; merge all of its duplicates", 1,
      true))
  end)

  it("phone numbers, e-mail addresses or external ids without room, unless that is accepted", function()
    local full = { workEmail = "1@example.com", personalEmail = "2@example.com", otherEmail = "3@example.com" }
    local a, b = contact(full), contact { workEmail = "4@example.com" }
    local list = { a.id, b.id }
    local reason = "values would be lost; allow_loss accepts that: "
    assert.equal(reason .. "workEmail", detail_of(fix.merge(list)))
    assert.is_truthy(detail_of(fix.merge(list, { allow_loss = { "title" } })))
    assert.equal(1, plan({ fix.merge(list, { allow_loss = { "workEmail" } }) }, nil, "q").changes)
    assert.equal(1, plan({ fix.merge(list, { allow_loss = true }) }, nil, "r").changes)
  end)

  it("and mistakes in the call are errors", function()
    local function problem(...)
      local ok, message = pcall(fix.merge, ...)
      assert.is_false(ok)
      return tostring(message):gsub("^.-:%d+: ", "", 1)
    end
    assert.equal("fix.merge takes the id of a contact, or an array of ids or contacts", (problem {}))
    assert.equal("fix.merge takes the id of a contact, or an array of ids or contacts", (problem { 1, 2 }))
    assert.equal("fix.merge: a merge can't clear title; update the contact after the merge",
      (problem({ "a", "b" }, { override = { title = core.json.null } })))
    assert.equal("fix.merge: unknown field 'titel', did you mean 'title'?",
      (problem({ "a", "b" }, { override = { titel = "x" } })))
  end)
end)
