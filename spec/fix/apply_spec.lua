-- Applying a plan: exactly its changes, each once, and what stops it.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local journal = require "extcontacts.fix.journal"

local place

local function set_place(given)
  place = given
end

local function apply(options, name)
  local result, err = fix.apply(place.client, place:path(name or "p"), options)
  return result, err
end

local function faults(...)
  place.server:control("POST", "/sandbox/faults", { ... })
end

-- The outcomes in the journal, by change.
local function outcomes()
  local out = {}
  for _, line in ipairs(place:objects "p.journal") do
    if line.n and line.t ~= "intent" then
      out[line.n] = line
    end
  end
  return out
end

describe("fix.apply", function()
  fixes.around(set_place, before_each, after_each, { resets = false }) -- it counts requests

  it("does what the plan says, and planning again finds nothing", function()
    local function change(contact)
      contact.title = "Pilot"
      contact.workEmail = nil
      return contact
    end
    local source = fix.ids(place:ids(20))
    local plan = place:plan { source = source, change = change }
    assert.equal(20, plan.changes)
    local before = place:contacts()
    local result = assert(apply())
    assert.same({ total = 20, applied = 20, unchanged = 0, conflicts = 0, failed = 0, unknown = 0,
      not_started = 0, diverged = 0 }, result)
    assert.equal(0, place:plan({ source = source, change = change }, "q").changes)
    local changed = 0
    for id, contact in pairs(place:contacts()) do
      if contact.title == "Pilot" then
        changed = changed + 1
        assert.is_nil(contact.workEmail)
        assert.equal(before[id].lastName, contact.lastName)
      end
    end
    assert.equal(20, changed)
    assert.is_nil(place:read "p.errors.csv")
  end)

  it("notes the intent before it sends and the outcome after", function()
    place:plan_titles(2, "Pilot")
    assert(apply())
    local kinds = {}
    local lines = place:objects "p.journal"
    for index, line in ipairs(lines) do
      kinds[index] = line.t or "header"
    end
    assert.same({ "header", "run", "intent", "applied", "intent", "applied", "stop" }, kinds)
    local intent = lines[3]
    assert.equal("Pilot", intent.body.title)
    assert.not_equal("Pilot", intent.before.title)
    local pipe = io.popen("stat -c %a " .. place:path "p.journal")
    assert.equal("600\n", pipe:read("*a"))
    pipe:close()
  end)

  it("adds, creates and deletes", function()
    local ids = place:ids(3)
    local user = { id = "11111111-1111-4111-8111-111111111111" }
    place:plan {
      source = fix.ids(ids),
      change = function(contact)
        if contact.id == ids[1] then
          return { fix.add_note { noteText = "called", createdBy = user } }
        elseif contact.id == ids[2] then
          return fix.delete
        end
        return fix.create("organization", { name = "New Ltd" })
      end,
    }
    local result = assert(apply())
    assert.equal(3, result.applied)
    local lines = outcomes()
    assert.equal("called", assert(place.client.contacts.notes:get(ids[1], lines[1].id)).noteText)
    local _, err = place.client.contacts:get(ids[2])
    assert.equal(404, err.status)
    assert.equal("New Ltd", assert(place.client.organizations:get(lines[3].id)).name)
  end)

  it("erases only when told that it can't be undone, and keeps no copy", function()
    local id = place:ids(1)[1]
    local record = assert(place.client.contacts:get(id))
    place:plan { source = fix.ids { id }, change = function() return fix.erase end }
    local result, err = apply()
    assert.is_nil(result)
    assert.equal("irreversible", err.code)
    assert.is_nil(place:read "p.journal")
    assert.equal(1, assert(apply { allow_irreversible = true }).applied)
    for _, name in ipairs { "p", "p.journal" } do
      assert.is_nil(place:read(name):find(record.lastName, 1, true))
    end
  end)

  it("does not send what is so already", function()
    local plan = place:plan_titles(3, "Pilot")
    place:edit(place:ids(1)[1], { title = "Pilot" })
    local sent = place:requests "contacts.update"
    local result = assert(apply())
    assert.equal(1, result.unchanged)
    assert.equal(plan.changes - 1, place:requests "contacts.update" - sent)
  end)

  it("counts what the server made something else of", function()
    local ids = place:ids(2)
    place:plan { source = fix.ids(ids), change = function(contact)
      -- The first is no number: it can't be recognised.
      local number = contact.id == ids[1] and "+49 30" or "+49 30 901820"
      contact.workPhone = { display = number, e164 = number:gsub(" ", "") }
      return contact
    end }
    local result = assert(apply())
    assert.equal(2, result.applied)
    assert.equal(1, result.diverged)
    assert.same({ "workPhone" }, outcomes()[1].diverged)
    assert.is_nil(outcomes()[2].diverged)
  end)
end)

describe("an edit by someone else", function()
  fixes.around(set_place, before_each, after_each)

  -- Of five contacts one has another title meanwhile, one another salutation,
  -- one is gone, one has what was planned, one is untouched.
  local ids
  local function prepare()
    ids = place:ids(5)
    place:plan_titles(5, "Pilot")
    place:edit(ids[1], { title = "Doctor" })
    place:edit(ids[2], { salutation = "Sir" })
    assert(place.client.contacts:delete(ids[3]))
    place:edit(ids[4], { title = "Pilot" })
  end

  local function titles()
    local out = {}
    for index, id in ipairs(ids) do
      local contact = place.client.contacts:get(id)
      out[index] = contact and contact.title
    end
    return out
  end

  it("is never overwritten under skip, and reported", function()
    prepare()
    local second = assert(place.client.contacts:get(ids[2])).title
    local result = assert(apply())
    assert.same({ 3, 1, 1 }, { result.conflicts, result.unchanged, result.applied })
    local now = titles()
    assert.equal("Doctor", now[1])
    assert.equal(second, now[2])
    assert.equal("Pilot", now[5])
    local lines = outcomes()
    assert.same({ "title" }, lines[1].fields)
    assert.equal("salutation", lines[2].fields[1])
    assert.matches("no longer exists", lines[3].reason, 1, true)
    local csv = place:read "p.errors.csv"
    assert.matches(ids[1] .. ",contact,update,,1,conflict,someone else has changed", csv, 1, true)
    assert.matches("Pilot\r\n", csv, 1, true)
  end)

  it("stops the run under fail", function()
    prepare()
    local result = assert(apply { on_conflict = "fail" })
    assert.equal("conflict", result.stopped)
    assert.same({ 1, 4, 0 }, { result.conflicts, result.not_started, result.applied })
    assert.equal("Doctor", titles()[1])
  end)

  it("survives together with the plan's under rebase, unless both touch one field", function()
    prepare()
    local result = assert(apply { on_conflict = "rebase" })
    assert.same({ 2, 1, 2 }, { result.conflicts, result.unchanged, result.applied })
    assert.equal("Doctor", titles()[1])
    local both = assert(place.client.contacts:get(ids[2]))
    assert.same({ "Pilot", "Sir" }, { both.title, both.salutation })
  end)

  it("keeps a record from being deleted", function()
    local id = place:ids(1)[1]
    place:plan { source = fix.ids { id }, change = function() return fix.delete end }
    place:edit(id, { salutation = "Sir" })
    assert.equal(1, assert(apply { on_conflict = "rebase" }).conflicts)
    assert.equal("Sir", assert(place.client.contacts:get(id)).salutation)
  end)

  it("is taken up by resume with retry_failed and another rule", function()
    prepare()
    assert(apply())
    local result = assert(fix.resume(place.client, place:path "p", {
      retry_failed = true, on_conflict = "rebase" }))
    assert.same({ 2, 1, 2 }, { result.conflicts, result.unchanged, result.applied })
  end)
end)

describe("a bad record", function()
  fixes.around(set_place, before_each, after_each)

  it("is told with its id, the reason and the value, and fed back when it is right", function()
    local bad = {}
    for index, id in ipairs(place:ids(60)) do
      if index % 8 == 0 then
        bad[id] = true
      end
    end
    local plan = place:plan {
      source = fix.ids(place:ids(60)),
      change = function(contact)
        contact.workEmail = bad[contact.id] and "nobody at nowhere" or "someone@example.com"
        contact.personalEmail, contact.otherEmail = nil, nil
        return contact
      end,
    }
    assert.equal(60, plan.changes)
    local result = assert(apply())
    assert.same({ 53, 7 }, { result.applied, result.failed })
    local rows = {}
    for line in place:read("p.errors.csv"):gmatch "[^\r\n]+" do
      rows[#rows + 1] = line
    end
    assert.equal(8, #rows)
    assert.is_true(bad[rows[2]:match "^[^,]+"])
    assert.matches(",422,constraint.validation,workEmail,", rows[2], 1, true)

    place:write("right.csv", (place:read("p.errors.csv"):gsub("nobody at nowhere", "right@example.com")))
    place:plan({
      source = fix.csv(place:path "right.csv"),
      change = function(contact, ctx)
        contact.workEmail = ctx.row.workEmail
        contact.personalEmail, contact.otherEmail = nil, nil
        return contact
      end,
    }, "q")
    assert.equal(7, assert(apply(nil, "q")).applied)
    for _, contact in pairs(place:contacts()) do
      if bad[contact.id] then
        assert.equal("right@example.com", contact.workEmail)
      end
    end
  end)

  it("stops the run once there are too many", function()
    local function plan(name)
      place:plan({ change = function(contact)
        contact.workEmail = "nobody at nowhere"
        return contact
      end }, name)
    end
    plan "p"
    local result = assert(apply { max_errors = 3 })
    assert.same({ "max_errors", 3 }, { result.stopped, result.failed })
    plan "q"
    result = assert(apply({}, "q"))
    assert.same({ "error_rate", 50 }, { result.stopped, result.failed })
  end)

  it("shows the value of a field that was not planned but refused", function()
    local id = place:ids(1)[1]
    faults { operation = "contacts.update", status = 422 }
    place:plan { source = fix.ids { id }, change = function(contact)
      contact.title = "Pilot"
      return contact
    end }
    assert.equal(1, assert(apply()).failed)
    assert.matches(",title\r\n", place:read "p.errors.csv", 1, true)
  end)
end)

describe("a run", function()
  fixes.around(set_place, before_each, after_each, { resets = false }) -- it counts requests

  it("stops at its limit and goes on when resumed", function()
    place:plan_titles(5, "Pilot")
    local result = assert(apply { limit = 2 })
    assert.same({ "limit", 2, 3 }, { result.stopped, result.applied, result.not_started })
    assert.equal(2, place:requests "contacts.update")
    result = assert(fix.resume(place.client, place:path "p"))
    assert.same({ 5, 0 }, { result.applied, result.not_started })
    assert.equal(5, place:requests "contacts.update")
  end)

  it("does as many as its limit says, also several at a time", function()
    place:plan_titles(20, "Pilot")
    for round, limit in ipairs { 1, 3, 12 } do
      local go = round == 1 and fix.apply or fix.resume
      local before = place:requests "contacts.update"
      local result = assert(go(place.client, place:path "p", { limit = limit, concurrency = 8 }))
      assert.equal("limit", result.stopped)
      assert.equal(limit, place:requests "contacts.update" - before)
    end
    faults { operation = "contacts.update", nth = 1, status = 403 }
    local result = assert(fix.resume(place.client, place:path "p", { limit = 2, concurrency = 8 }))
    assert.equal("auth", result.stopped) -- which weighs more
  end)

  it("makes nothing while it can't be told whether somebody has the address", function()
    place:plan { source = fix.csv(place:write("n.csv", "n\n1\n"), { key = false }), change = function()
      return { fix.create("contact", { firstName = "A", lastName = "B", workEmail = "a@b.example" }, nil,
        "a@b.example") }
    end }
    faults { operation = "lookup.reverse", status = 500 }
    local result = assert(apply())
    assert.same({ 0, 1, "try_later" }, { result.applied, result.not_started, result.stopped })
    assert.equal(0, place:requests "contacts.create")
    faults()
    assert.equal(1, assert(fix.resume(place.client, place:path "p")).applied)
    for _, wrong in ipairs { "nobody", 5 } do
      assert.error_matches(function()
        fix.create("contact", {}, nil, wrong)
      end, "must be an e-mail address or a phone number in E.164", 1, true)
    end
  end)

  it("ends when it is interrupted, with what is in flight", function()
    place:plan_titles(5, "Pilot")
    local asked = 0
    local result = assert(apply { interrupted = function()
      asked = asked + 1
      return asked > 3
    end })
    assert.same({ "interrupted", 3 }, { result.stopped, result.applied })
    assert.equal("interrupted", place:objects "p.journal"[9].reason)
  end)

  it("holds while it is paused", function()
    place:plan_titles(4, "Pilot")
    local asked, seen = 0, {}
    local result = assert(apply {
      paused = function()
        asked = asked + 1
        return asked == 3 or asked == 4 or asked == 5
      end,
      on_progress = function(progress)
        if progress.paused then
          seen[#seen + 1] = progress.settled
        end
      end,
    })
    assert.equal(4, result.applied)
    assert.same({ 2 }, seen)
  end)

  it("does several changes at a time, each once", function()
    place:plan_titles(40, "Pilot")
    faults { operation = "contacts.update", delay = 0.02 }
    assert.equal(40, assert(apply { concurrency = 8 }).applied)
    assert.equal(40, place:requests "contacts.update")
    local open, most = 0, 0
    for _, line in ipairs(place:objects "p.journal") do
      open = open + (line.t == "intent" and 1 or line.t == "applied" and -1 or 0)
      most = math.max(most, open)
    end
    assert.is_true(most > 1 and most <= 8, most)
    assert.equal(0, open)
  end)

  it("finishes what is in flight when one of several makes it stop", function()
    place:plan_titles(40, "Pilot")
    faults({ operation = "contacts.update", nth = 5, status = 403 },
      { operation = "contacts.update", delay = 0.02 })
    local result = assert(apply { concurrency = 8 })
    assert.equal("auth", result.stopped)
    -- The seven beside it end, too; through a slow network the refusal itself takes its time.
    local most = os.getenv "EXTCONTACTS_CHAOS" and 39 or 12
    assert.is_true(result.applied >= 4 and result.applied <= most, result.applied)
    assert.equal(40, result.applied + result.not_started)
    faults()
    assert.equal(40, assert(fix.resume(place.client, place:path "p", { concurrency = 8 })).applied)
    assert.equal(41, place:requests "contacts.update") -- and the refused one
  end)

  it("tells how far it is", function()
    place:plan_titles(3, "Pilot")
    local seen = {}
    assert(apply { on_progress = function(progress)
      seen[#seen + 1] = progress.settled .. "/" .. progress.total
    end })
    assert.same({ "0/3", "1/3", "2/3", "3/3" }, seen)
  end)

  it("is begun once, and resumed only when begun", function()
    place:plan_titles(1, "Pilot")
    local result, err = fix.resume(place.client, place:path "p")
    assert.is_nil(result)
    assert.equal("not_begun", err.code)
    assert(apply())
    result, err = apply()
    assert.is_nil(result)
    assert.equal("begun", err.code)
    assert.equal(1, assert(fix.resume(place.client, place:path "p")).applied)
    assert.equal(1, place:requests "contacts.update")
  end)

  it("is alone on its plan", function()
    place:plan_titles(1, "Pilot")
    local other = assert(core.file.open(place:path "p.journal", "append"))
    assert(other:lock())
    local result, err = apply()
    assert.is_nil(result)
    assert.equal("locked", err.code)
    other:close()
    assert(apply())
  end)

  it("refuses a plan of another server, one that was changed, and another one's journal", function()
    place:plan_titles(1, "Pilot")
    local elsewhere = ec.new { base_url = "https://api.example.test", access_token = "t" }
    local result, err = fix.apply(elsewhere, place:path "p")
    assert.is_nil(result)
    assert.equal("server", err.code)
    local text = place:read "p"
    place:write("p", (text:gsub("Pilot", "Pirat")))
    result, err = apply()
    assert.is_nil(result)
    assert.matches("was edited after planning", err.message, 1, true)
    place:write("p", text)
    assert(apply())
    os.rename(place:path "p.journal", place:path "q.journal")
    place:plan_titles(2, "Pilot")
    os.rename(place:path "q.journal", place:path "p.journal")
    result, err = fix.resume(place.client, place:path "p")
    assert.is_nil(result)
    assert.equal("journal", err.code)
  end)

  it("refuses options that it does not know", function()
    assert.error_matches(function() apply { on_conflcit = "skip" } end, "did you mean 'on_conflict'")
    assert.error_matches(function() apply { on_conflict = "rebsae" } end, "did you mean 'rebase'")
    local _, message = pcall(apply, { limit = "3" })
    assert.matches("apply_spec.lua:%d+: option 'limit' must be a number", message)
  end)

  it("ends when permissions don't do, with nothing left open", function()
    place:plan_titles(3, "Pilot")
    faults { operation = "contacts.update", status = 403 }
    local result = assert(apply())
    assert.same({ "auth", 3, 0 }, { result.stopped, result.not_started, result.unknown })
    faults()
    assert.equal(3, assert(fix.resume(place.client, place:path "p")).applied)
  end)

  it("ends when the server is in trouble, and is resumed", function()
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    place:plan_titles(6, "Pilot")
    faults { operation = "contacts.get", status = 503 }
    local result = assert(fix.apply(client, place:path "p"))
    assert.same({ "try_later", 6 }, { result.stopped, result.not_started })
    assert.equal(0, place:requests "contacts.update")
    faults()
    client:close()
    assert.equal(6, assert(fix.resume(place.client, place:path "p")).applied)
    assert.equal(6, place:requests "contacts.update")
  end)

  it("finds out what became of a write whose answer was lost", function()
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    place:plan_titles(4, "Pilot")
    faults({ operation = "contacts.update", nth = 2, drop = "after" },
      { operation = "contacts.update", nth = 3, drop = "before" })
    local result = assert(fix.apply(client, place:path "p"))
    client:close()
    assert.same({ 4, 0 }, { result.applied, result.unknown })
    assert.is_true(outcomes()[2].settled)
    assert.is_nil(outcomes()[3].settled)
    -- Only the one that did not arrive was sent twice.
    assert.equal(5, place:requests "contacts.update")
  end)
end)

describe("the journal", function()
  fixes.around(set_place, before_each, after_each, { resets = false }) -- it counts requests

  it("stops everything before it sends, when the disk is full", function()
    place:plan_titles(3, "Pilot")
    os.execute("ln -s /dev/full " .. place:path "p.journal")
    local result, err = apply()
    assert.is_nil(result)
    assert.same({ "io", "ENOSPC" }, { err.kind, err.code })
    assert.equal(0, place:requests "contacts.update")
  end)

  it("stops everything before it sends, when it can't be opened for writing", function()
    place:plan_titles(3, "Pilot")
    os.execute("mkdir " .. place:path "p.journal")
    local result, err = apply()
    assert.is_nil(result)
    assert.same({ "io", "EISDIR" }, { err.kind, err.code })
    assert.equal(0, place:requests "contacts.update")
  end)

  it("loses a last line that was cut short, and nothing else", function()
    place:plan_titles(3, "Pilot")
    assert(apply { limit = 2 })
    local whole = place:read "p.journal"
    for _, torn in ipairs { '{"t":"intent","n":3,"be', "{", ("x"):rep(70000) } do
      place:write("p.journal", whole .. torn)
      local log = assert(journal.open(place:path "p", { header = { server = "" }, totals = {
        sha256 = place:objects "p"[5]["end"].sha256, changes = 3 } }))
      log.file:close()
      assert.equal(whole, place:read("p.journal"):sub(1, #whole))
      assert.matches('"t":"repaired"', place:read("p.journal"):sub(#whole + 1), 1, true)
    end
    assert.equal(3, assert(fix.resume(place.client, place:path "p")).applied)
    assert.equal(3, place:requests "contacts.update")
  end)

  it("is not trusted when a line in it is damaged", function()
    place:plan_titles(2, "Pilot")
    assert(apply { limit = 1 })
    place:write("p.journal", (place:read("p.journal"):gsub('{"at"', '{"at', 1)))
    local result, err = fix.resume(place.client, place:path "p")
    assert.is_nil(result)
    assert.matches("line 2 is damaged", err.message, 1, true)
  end)

  it("tells whether a process is at work", function()
    place:plan_titles(1, "Pilot")
    assert.is_false(journal.is_locked(place:path "p"))
    local seen
    assert(apply { on_progress = function()
      seen = journal.is_locked(place:path "p")
    end })
    assert.is_true(seen)
    assert.is_false(journal.is_locked(place:path "p"))
  end)
end)
