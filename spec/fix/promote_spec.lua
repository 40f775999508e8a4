-- Promotions: only of contacts that expire, irreversible, and exactly one request for
-- each contact, whatever happens to the process and to the replies.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local html = require "extcontacts.fix.report"

local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests

local PLACES = {
  { "after", "intent" }, { "before", "applied" }, { "torn", "intent" }, { "torn", "applied" },
  { "after", "applied" }, { "before", "intent" },
}

-- Contacts as the platform creates them.
local function observe(count, kind)
  local ids = {}
  for index = 1, count do
    ids[index] = place.server:control("POST", "/sandbox/contacts", { type = kind or "Ephemeral",
      contact = { firstName = "Ann", lastName = "Lee " .. index } }).id
  end
  return ids
end

local function settings(values)
  place.server:control("POST", "/sandbox/settings", values)
end

local function plan(ids, options)
  return place:plan({
    source = fix.ids(ids),
    change = function()
      return fix.promote
    end,
  }, nil, options)
end

local function apply(options)
  options = options or {}
  options.allow_irreversible = true
  return assert(place:apply(options))
end

local function requests()
  return place:requests "contacts.promote"
end

local function types_of(ids)
  local out = {}
  for index, id in ipairs(ids) do
    out[index] = assert(place.direct.contacts:get(id)).type
  end
  return out
end

local function reasons()
  return (place:read "p.skipped.csv" or ""):gsub('[\r"]', "")
end

describe("a promotion", function()
  it("is planned for contacts that expire, and makes them curated for good", function()
    local ids = { observe(1, "Ephemeral")[1], observe(1, "Identified")[1], place:ids(1)[1] }
    assert.equal(2, plan(ids).changes)
    local change = place:objects("p")[2]
    assert.same({ "promote", "irreversible", ids[1], "Ephemeral" },
      { change.op, change.class, change.id, change.before.type })
    assert.same({ { path = { "type" }, before = "Ephemeral", after = "Curated" } }, change.diff)
    assert.same({ 2, 0 }, { apply().applied, requests() - 2 })
    assert.same({ "Curated", "Curated", "Curated" }, types_of(ids))
    local verified = assert(fix.verify(place.client, place:path "p"))
    assert.same({ 2, 2, 0 }, { verified.checked, verified.match, verified.differ })
    place.server:control("POST", "/sandbox/clock", { advance = 100 * 86400 })
    assert.equal("Curated", assert(place.client.contacts:get(ids[1])).type)
  end)

  it("needs allow_irreversible", function()
    plan(observe(2))
    local result, err = place:apply()
    assert.is_nil(result)
    assert.same({ "irreversible", place:path "p" .. " promotes 2 contacts, which can't be undone; set "
      .. "allow_irreversible to confirm" }, { err.code, err.message })
    assert.equal(0, requests())
  end)

  it("is read in bulk, and sent alone after its intent", function()
    local ids = observe(12)
    plan(ids)
    assert.equal(12, apply().applied)
    assert.same({ 2, 12, 0 }, { place:requests "contacts.bulk.get" - 1, requests(), place:requests "contacts.get" })
    local has_intent = {}
    for _, line in ipairs(place:objects "p.journal") do
      if line.t == "intent" then
        has_intent[line.n] = line.op == "promote" and line.before.type == "Ephemeral"
      elseif line.t == "applied" then
        assert.is_true(has_intent[line.n])
      end
    end
    assert.equal(12, #has_intent)
  end)

  it("can't be undone, and undo says so", function()
    plan(observe(2))
    apply()
    local undo = assert(fix.undo(place.client, place:path "p"))
    assert.equal(0, undo.changes)
    assert.same({ ["the contact was promoted, which can't be undone"] = 2 }, undo.totals.skipped)
  end)

  it("is shown in the review page", function()
    plan(observe(1))
    assert(html.write(place:path "p", place:path "p.html"))
    local page = place:read "p.html"
    assert.is_truthy(page:find("irreversible: a promoted contact stays curated"))
    assert.is_truthy(page:find('data-op="contact.promote"', 1, true))
    assert.is_truthy(page:find("Ephemeral", 1, true) and page:find("Curated", 1, true))
  end)

  it("goes before an update of the same contact", function()
    local id = observe(1)[1]
    place:plan {
      source = fix.ids { id },
      change = function(contact)
        contact.title = "Pilot"
        return { fix.promote, fix.update(contact) }
      end,
    }
    for _, batch in ipairs { 1, 4 } do
      os.remove(place:path "p.journal")
      assert.equal(batch == 1 and 2 or 0, apply({ batch = batch }).applied)
    end
    assert.same({ "Curated", "Pilot", 1 }, { place.direct.contacts:get(id).type, place.direct.contacts:get(id).title,
      requests() })
  end)

  it("of a contact that was merged is skipped, whatever its id answers", function()
    local ids = observe(2)
    local other = assert(place.direct.contacts:merge { contactIds = ids })
    settings { merged_read = "ancestor" }
    assert.equal(0, plan { ids[1] }.changes)
    assert.is_truthy(reasons():find("the contact can't be promoted: it was merged into " .. other.id, 1, true))
  end)

  for _, batch in ipairs { 1, 4 } do
    it(("changes no contact that is curated, gone, merged or edited by then (batch %d)"):format(batch), function()
      local ids = observe(6)
      plan(ids)
      assert(place.direct.contacts:promote(ids[1]))
      assert(place.direct.contacts:delete(ids[2]))
      local other = assert(place.direct.contacts:merge { contactIds = { ids[3], place:ids(1)[1] } })
      place:edit(ids[4], { title = "Pilot" })
      local result = apply { batch = batch }
      assert.same({ 2, 1, 3 }, { result.applied, result.unchanged, result.conflicts })
      local outcomes = place:outcomes()
      assert.same({ "the record no longer exists", "the contact was merged into " .. other.id,
        "the record has changed since it was planned" }, { outcomes[2].reason, outcomes[3].reason, outcomes[4].reason })
      assert.equal(3, requests()) -- one of them is not ours
      local errors = place:read "p.errors.csv"
      assert.is_nil(errors:find("Curated", 1, true))
    end)

    it(("is sent for an edited contact with rebase (batch %d)"):format(batch), function()
      local ids = observe(2)
      plan(ids)
      place:edit(ids[1], { title = "Pilot" })
      assert.equal(2, apply({ batch = batch, on_conflict = "rebase" }).applied)
      assert.equal("Pilot", place.direct.contacts:get(ids[1]).title)
    end)

    it(("is never sent twice when the process is killed at any place (batch %d)"):format(batch), function()
      for _, where in ipairs(PLACES) do
        -- A batch writes all its intents at once.
        for number = 1, batch > 1 and where[2] == "intent" and 1 or 3 do
          place.server:reset()
          os.remove(place:path "p.journal")
          local ids = observe(3)
          plan(ids)
          local output, code = place:killable_run(where[1], where[2], number, batch)
          assert.equal("137", code, output)
          local result = assert(place:resume { batch = batch, allow_irreversible = true })
          assert.same({ 3, 0, 0 }, { result.applied, result.conflicts, result.unknown })
          assert.same({ "Curated", "Curated", "Curated" }, types_of(ids))
          assert.equal(3, requests(), ("%s %s %d"):format(where[1], where[2], number))
        end
      end
    end)

    it(("whose reply is lost is settled by the same run (batch %d)"):format(batch), function()
      local ids = observe(4)
      plan(ids)
      place:faults({ operation = "contacts.promote", nth = 1, drop = "after" },
        { operation = "contacts.promote", nth = 3, drop = "before" })
      local result = apply { batch = batch }
      assert.same({ 4, 0, 0 }, { result.applied, result.unknown, result.conflicts })
      assert.same({ "Curated", "Curated", "Curated", "Curated" }, types_of(ids))
      assert.is_true(place:outcomes()[1].settled)
      -- The third request never arrived.
      assert.equal(5, requests())
    end)

    it(("that meets one of someone else at the same moment is not a failure (batch %d)"):format(batch), function()
      settings { promote_curated = "reject" }
      local ids = observe(2)
      plan(ids)
      local is_done = false
      local client = fixes.client(place.server, { on_request = function(entry)
        if entry.operation:find "externalcontacts" and not is_done then -- between the reading and the write
          is_done = true
          assert(place.direct.contacts:promote(ids[1]))
        end
      end })
      local result = assert(fix.apply(client, place:path "p", { batch = batch, allow_irreversible = true }))
      client:close()
      assert.same({ 1, 1, 0 }, { result.applied, result.unchanged, result.conflicts })
    end)
  end

  it("stops the run without the permission, and resumes", function()
    local ids = observe(3)
    plan(ids)
    place:faults { operation = "contacts.promote", rate = 1, status = 403, code = "missing.permissions" }
    local result = apply()
    assert.same({ "auth", 0, 3 }, { result.stopped, result.applied, result.not_started })
    place:faults()
    assert.equal(3, assert(place:resume { allow_irreversible = true }).applied)
  end)
end)
