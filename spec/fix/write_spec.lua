-- How updates are written: in bulk, by PATCH or by PUT, and what each of them overwrites.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local patches = require "extcontacts.fix.patches"
local write_choice = require "extcontacts.fix.write_choice"

local function update(...)
  return { op = "update", kind = "contact", diff = { ... } }
end

local function difference(path, before, after)
  local names = core.json.array {}
  for name in path:gmatch "[^.]+" do
    names[#names + 1] = name
  end
  return { path = names, before = before, after = after }
end

describe("an update as a PATCH", function()
  it("fills fields, if nothing was in them", function()
    local fill = difference("title", nil, "Pilot")
    assert.is_true(patches.is_fill(update(fill)))
    assert.is_true(patches.is_fill(update(fill, difference("address.city", nil, "Bonn"),
      difference("workPhone", nil, { display = "+49 228 1" }))))
    assert.is_false(patches.is_fill(update(fill, difference("salutation", "Mr", "Dr"))))
    assert.is_false(patches.is_fill(update(fill, difference("salutation", "Mr", nil))))
    assert.is_false(patches.is_fill { op = "create", kind = "contact", diff = { fill } })
  end)

  it("fills no custom fields, references and lists, of which it is unknown whether a PATCH can", function()
    for _, path in ipairs { "customFields.level", "externalOrganization", "division", "externalIds", "schema",
      "new" } do
      assert.is_false(patches.is_fill(update(difference(path, nil, { id = "x" }))), path)
    end
  end)

  it("has an action for each field, and objects that the record lacks as a whole", function()
    local record = { title = "Pilot", salutation = "Mr", address = { city = "Bonn" } }
    assert.same({ changes = {
      { field = "$.title", action = "Update", value = "Captain" },
      { field = "$.salutation", action = "Remove" },
      { field = "$.workEmail", action = "UpdateIfEmpty", value = "a@example.com" },
      { field = "$.address.address1", action = "UpdateIfEmpty", value = "Am Hof 1" },
      { field = "$.customFields", action = "UpdateIfEmpty", value = { a = 1, b = 2 } },
    } }, patches.body(update(difference("title", "Pilot", "Captain"), difference("salutation", "Mr", nil),
      difference("workEmail", nil, "a@example.com"), difference("address.address1", nil, "Am Hof 1"),
      difference("customFields.a", nil, 1), difference("customFields.b", nil, 2)), record, record))
  end)

  it("does not exist for a field with a name that a path can't have", function()
    assert.is_nil(patches.body(update(difference("customFields.a b", nil, 1)), { customFields = { c = 1 } }, {}))
  end)

  it("removes an object as a whole that keeps nothing", function()
    local record = { twitterId = { screenName = "ada", verified = false }, address = { city = "Bonn", state = "NW" } }
    assert.same({ changes = { { field = "$.twitterId", action = "Remove" },
      { field = "$.address.city", action = "Remove" } } },
      patches.body(update(difference("twitterId.screenName", "ada", nil),
        difference("address.city", "Bonn", nil)), record, { twitterId = {}, address = { state = "NW" } }))
  end)
end)

describe("the choice of how to write", function()
  local fill, other = update(difference("title", nil, "Pilot")), update(difference("title", "Mate", "Pilot"))

  local function chosen(name, fills, change)
    return write_choice.of(write_choice.new(name, { fills = fills }), change)
  end

  it("takes PATCH for at most 2,000 fills by itself", function()
    assert.same({ "patch", "bulk", "bulk", "bulk" }, { chosen(nil, 2000, fill), chosen(nil, 2001, fill),
      chosen(nil, nil, fill), chosen("auto", 2000, other) })
  end)

  it("is the caller's otherwise", function()
    assert.same({ "bulk", "patch", "put" }, { chosen("bulk", 1, fill), chosen("patch", nil, other),
      chosen("put", 1, fill) })
  end)

  local function requests(totals, size)
    local out = {}
    for index, estimate in ipairs(write_choice.estimates(totals, size)) do
      out[index] = estimate.requests
    end
    return out
  end

  it("counts the requests", function()
    assert.same({ 4000, 4000, 102000, 102000 }, requests { operations = { ["contact.update"] = 100000 } })
    -- Besides the updates: 40 reads of their records, 2 requests for creates, a read and a delete.
    assert.same({ 1000 + 20 + 44, 40 + 44, 2000 + 44, 2000 + 44 }, requests {
      operations = { ["contact.update"] = 2000, ["contact.create"] = 100, ["organization.delete"] = 50 }, fills = 1000,
    })
    assert.same({ 20, 20, 20, 20 }, requests({ operations = { ["contact.update"] = 10 } }, 1))
    assert.same({ 6, 6, 6, 6 }, requests { operations = { ["contact.merge"] = 3 } })
    -- Contacts to promote are read together; each promotion is a request.
    assert.same({ 102, 102, 102, 102 }, requests { operations = { ["contact.promote"] = 100 } })
  end)
end)

describe("a run", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false })

  -- Plans to fill the field `middleName` of contacts that have none.
  local function plan_fills(count, more)
    local ids = {}
    for contact in place.client:scan_contacts() do
      if contact.middleName == nil and #ids < count then
        ids[#ids + 1] = contact.id
      end
    end
    assert.equal(count, #ids)
    place:plan {
      source = fix.ids(ids),
      change = function(contact)
        contact.middleName = "Ada"
        for name, value in pairs(more or {}) do
          contact[name] = value
        end
        return contact
      end,
    }
    return ids
  end

  local function sent()
    return { place:requests "contacts.bulk.update", place:requests "contacts.patch", place:requests "contacts.update" }
  end

  -- How the journal says that updates were written.
  local function written()
    local counts = { intent = {}, applied = {} }
    for _, line in ipairs(place:objects "p.journal") do
      if counts[line.t] then
        counts[line.t][line.write] = (counts[line.t][line.write] or 0) + 1
      end
    end
    return counts
  end

  local function get(id)
    return assert(place.client.contacts:get(id))
  end

  it("fills empty fields by PATCH, unless it is told otherwise", function()
    for _, case in ipairs { { "auto", { 0, 5, 0 }, "patch" }, { "bulk", { 1, 0, 0 }, "bulk" },
      { "put", { 0, 0, 5 }, "put" }, { "patch", { 0, 5, 0 }, "patch" } } do
      place:open { resets = false }
      local ids = plan_fills(5)
      assert.equal(5, place:objects "p"[7]["end"].fills)
      assert.equal(5, place:apply { batch = "auto", write = case[1] }.applied)
      assert.same(case[2], sent())
      assert.same({ intent = { [case[3]] = 5 }, applied = { [case[3]] = 5 } }, written())
      assert.equal("Ada", get(ids[5]).middleName)
      assert.equal(case[1], place:objects "p.journal"[3].write)
    end
  end)

  it("writes other changes by PATCH where it is told to", function()
    local ids = plan_fills(3, { title = "Pilot", salutation = ec.null, address = ec.null })
    assert.equal(3, place:apply { batch = 1, write = "patch" }.applied)
    assert.same({ 0, 3, 0 }, sent())
    local contact = get(ids[1])
    assert.same({ "Ada", "Pilot" }, { contact.middleName, contact.title, contact.salutation, contact.address })
    assert.same({ applied = 3, differ = 0 }, (function()
      local result = assert(fix.verify(place.client, place:path "p"))
      return { applied = result.match, differ = result.differ }
    end)())
  end)

  it("sends null for what it clears", function()
    local id = place:ids(1)[1]
    place:edit(id, { title = "Pilot", address = { city = "Bonn", address1 = "Am Hof 1" }, workEmail = "a@example.com" })
    place:plan { source = fix.ids { id }, change = function(contact)
      contact.title, contact.address.city, contact.workEmail = nil, nil, ec.null
      return contact
    end }
    assert.equal(1, place:apply({ write = "bulk" }).applied)
    local body = place:objects "p.journal"[4].body
    assert.same({ ec.null, ec.null, ec.null, "Am Hof 1" },
      { body.title, body.workEmail, body.address.city, body.address.address1 })
    local contact = get(id)
    assert.same({ "Am Hof 1" }, { contact.address.address1, contact.title, contact.workEmail, contact.address.city })
  end)

  it("clears an object of which only the server's values would be left", function()
    for _, write in ipairs { "bulk", "put", "patch" } do
      local id = place:ids(1)[1]
      place:edit(id, { twitterId = ec.null, address = ec.null })
      local before = get(id)
      local function set(name, screen_name, city)
        place:plan({ source = fix.ids { id }, change = function(contact)
          contact.twitterId = screen_name and { screenName = screen_name } or nil
          contact.address = city and { city = city } or nil
          return contact
        end }, name)
        assert.equal(1, place:apply({ write = write }, name).applied)
      end
      set("set " .. write, "ada", "Bonn")
      assert.equal(false, get(id).twitterId.verified)
      set("clear " .. write)
      assert.same({ before.twitterId == nil, before.address == nil },
        { get(id).twitterId == nil, get(id).address == nil })
      set("again " .. write, "ada", "Bonn")
      assert(fix.undo(place.client, place:path("again " .. write)))
      assert.equal(1, place:apply({ write = write }, "again " .. write .. ".undo").applied)
      assert.is_nil(get(id).twitterId)
      assert.is_nil(get(id).address)
    end
  end)

  it("keeps what someone enters between reading and writing, and reports a conflict", function()
    local ids = plan_fills(4, { title = "Pilot" })
    place:faults { operation = "contacts.bulk.get", item = "2-3", times = 1,
      edit = { middleName = "Grace", lastName = "Hopper" } }
    local result = place:apply { batch = "auto", write = "patch" }
    assert.same({ 2, 2 }, { result.applied, result.conflicts })
    assert.same({ "Grace", "Hopper", "Pilot" }, { get(ids[2]).middleName, get(ids[2]).lastName, get(ids[2]).title })
    local outcome = place:outcomes()[2]
    assert.same({ "conflict", { "middleName" }, { "title" } }, { outcome.t, outcome.fields, outcome.written })
  end)

  it("undoes what a PATCH in conflict has written, and leaves what someone entered", function()
    local ids = plan_fills(2, { title = "Pilot" })
    local before = { get(ids[1]).title, get(ids[2]).title }
    place:faults { operation = "contacts.bulk.get", item = 2, times = 1, edit = { middleName = "Grace" } }
    assert.equal(1, place:apply({ batch = "auto", write = "patch" }).conflicts)
    place:faults()
    assert.equal(2, assert(fix.undo(place.client, place:path "p")).changes)
    assert.equal(2, place:apply({}, "p.undo").applied)
    assert.same(before, { get(ids[1]).title, get(ids[2]).title })
    assert.same({ "Grace" }, { get(ids[2]).middleName, get(ids[1]).middleName })
  end)

  it("overwrites what someone enters with bulk and PUT", function()
    for _, write in ipairs { "bulk", "put" } do
      place:open { resets = false }
      local ids = plan_fills(3)
      local last_name = get(ids[2]).lastName
      place:faults { operation = "contacts.bulk.get", item = 2, times = 1, edit = { lastName = "Hopper" } }
      assert.equal(3, place:apply({ batch = "auto", write = write }).applied)
      place:faults()
      assert.equal(last_name, get(ids[2]).lastName)
    end
  end)

  it("settles a PATCH that may have arrived", function()
    local ids = plan_fills(3)
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    place:faults { operation = "contacts.patch", drop = "after" }
    assert(fix.apply(client, place:path "p", { batch = "auto" }))
    client:close()
    place:faults()
    local result = place:resume { write = "auto" }
    assert.same({ 3, 0 }, { result.applied, result.not_started })
    assert.equal("Ada", get(ids[1]).middleName)
  end)

  it("says where bulk is not permitted, which costs one request", function()
    plan_fills(30, { title = "Pilot" })
    place:faults({ operation = "contacts.bulk.update", status = 403, code = "missing.permissions" })
    local result = place:apply { batch = 10, concurrency = 1, write = "bulk" }
    assert.same({ 30, { 1, 0, 30 } }, { result.applied, sent() })
    assert.matches("403", result.refused_bulk.post_externalcontacts_bulk_contacts_update, 1, true)
    assert.same({ bulk = 30 }, written().intent)
    assert.same({ put = 30 }, written().applied)
  end)

  it("sends no further single request once it is interrupted or paused", function()
    plan_fills(20)
    local calls = 0
    local result = place:apply { batch = "auto", write = "auto", concurrency = 1, interrupted = function()
      return place:requests "contacts.patch" >= 3
    end }
    assert.same({ 3, 17, "interrupted" }, { result.applied, result.not_started, result.stopped })
    local open = 0
    for _, line in ipairs(place:objects "p.journal") do
      open = open + (line.t == "intent" and 1 or (line.t == "applied" or line.t == "not_sent") and -1 or 0)
    end
    assert.equal(0, open)
    result = place:resume { write = "auto", concurrency = 1, paused = function()
      calls = calls + 1
      return calls % 7 == 0
    end }
    assert.same({ 20, 0 }, { result.applied, result.not_started })
    assert.same({ 0, 20, 0 }, sent())
  end)

  it("counts the failure of a bulk read once, and that of each single request", function()
    plan_fills(8)
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    local function apply(start)
      local result = assert(start(client, place:path "p", { batch = "auto", concurrency = 1 }))
      return { result.applied, result.stopped }
    end
    place:faults { operation = "contacts.patch", nth = "2-4", status = 503 }
    assert.same({ 1, "try_later" }, apply(fix.apply))
    assert.equal(4, place:requests "contacts.patch")
    place:faults { operation = "contacts.bulk.get", nth = 1, status = 503 }
    assert.same({ 8 }, apply(fix.resume))
    client:close()
  end)

  it("rejects another choice", function()
    local _, message = pcall(fix.apply, place.client, "p", { write = "post" })
    assert.matches("write", message, 1, true)
  end)
end)
