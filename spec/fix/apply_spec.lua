-- Applying a plan: exactly its changes, each once, and what stops a run.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("fix.apply", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests

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
    local result = assert(place:apply())
    assert.same({ total = 20, applied = 20, unchanged = 0, conflicts = 0, failed = 0, unknown = 0,
      not_started = 0, diverged = 0, classes = { reversible = 20 } }, result)
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

  it("reports its progress", function()
    place:plan_titles(3, "Pilot")
    local seen = {}
    assert(place:apply { on_progress = function(progress)
      seen[#seen + 1] = progress.settled .. "/" .. progress.total
    end })
    assert.same({ "0/3", "1/3", "2/3", "3/3" }, seen)
  end)

  it("starts a plan once, and resumes only a plan that was started", function()
    place:plan_titles(1, "Pilot")
    local result, err = place:resume()
    assert.is_nil(result)
    assert.equal("not_begun", err.code)
    assert(place:apply())
    result, err = place:apply()
    assert.is_nil(result)
    assert.equal("begun", err.code)
    assert.equal(1, assert(place:resume()).applied)
    assert.equal(1, place:requests "contacts.update")
  end)

  it("refuses while another process applies the plan", function()
    place:plan_titles(2, "Pilot")
    for name, run in pairs { ["p.journal.tmp"] = "apply", ["p.journal"] = "resume" } do
      if run == "resume" then
        assert(place:apply { limit = 1 })
      end
      local other = assert(core.file.open(place:path(name), "update"))
      assert(other:lock())
      local result, err = place[run](place)
      assert.is_nil(result)
      assert.equal("locked", err.code)
      other:close()
      os.remove(place:path "p.journal.tmp")
      if run == "resume" then
        assert(place:resume())
        os.remove(place:path "p.journal")
      end
    end
  end)

  it("refuses a plan of another server, an edited plan, and another plan's journal", function()
    place:plan_titles(1, "Pilot")
    local elsewhere = ec.new { base_url = "https://api.example.test", access_token = "t" }
    local result, err = fix.apply(elsewhere, place:path "p")
    assert.is_nil(result)
    assert.equal("server", err.code)
    local text = place:read "p"
    place:write("p", (text:gsub("Pilot", "Pirat")))
    result, err = place:apply()
    assert.is_nil(result)
    assert.matches("was edited after planning", err.message, 1, true)
    place:write("p", text)
    assert(place:apply())
    os.rename(place:path "p.journal", place:path "q.journal")
    place:plan_titles(2, "Pilot")
    os.rename(place:path "q.journal", place:path "p.journal")
    result, err = place:resume()
    assert.is_nil(result)
    assert.equal("journal", err.code)
  end)

  it("refuses a plan that erases records without allow_irreversible", function()
    place:plan { source = fix.ids(place:ids(2)), change = function() return fix.erase end }
    local result, err = place:apply()
    assert.is_nil(result)
    assert.equal("irreversible", err.code)
    assert.matches("p erases 2 records, which can't be undone", err.message, 1, true)
    assert.is_nil(place:read "p.journal")
  end)

  it("rejects options that it does not know, at the caller's line", function()
    local function misuse(options)
      local _, message = pcall(function()
        local result = fix.apply(place.client, "p", options)
        return result
      end)
      assert.matches("^[^\n]*apply_spec.lua:%d+: ", message)
      return message
    end
    assert.matches("did you mean 'on_conflict'", misuse { on_conflcit = "skip" }, 1, true)
    assert.matches("did you mean 'rebase'", misuse { on_conflict = "rebsae" }, 1, true)
    assert.matches("option 'limit' must be a number", misuse { limit = "3" }, 1, true)
  end)
end)

describe("a run", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false, batch = 1 }) -- it counts requests

  local function plan_bad_addresses(name)
    place:plan({ change = function(contact)
      contact.workEmail = "nobody at nowhere"
      return contact
    end }, name)
  end

  it("stops at its limit and continues when it is resumed", function()
    place:plan_titles(5, "Pilot")
    local result = assert(place:apply { limit = 2 })
    assert.same({ "limit", 2, 3 }, { result.stopped, result.applied, result.not_started })
    assert.equal(2, place:requests "contacts.update")
    result = assert(place:resume())
    assert.same({ 5, 0 }, { result.applied, result.not_started })
    assert.equal(5, place:requests "contacts.update")
  end)

  it("applies as many changes as its limit says, also several at a time", function()
    place:plan_titles(20, "Pilot")
    for round, limit in ipairs { 1, 3, 12 } do
      local start = round == 1 and fix.apply or fix.resume
      local before = place:requests "contacts.update"
      local result = assert(start(place.client, place:path "p", { limit = limit, concurrency = 8, batch = 1,
        write = "bulk" }))
      assert.equal("limit", result.stopped)
      assert.equal(limit, place:requests "contacts.update" - before)
    end
    place:faults { operation = "contacts.update", nth = 1, status = 403 }
    local result = assert(place:resume { limit = 2, concurrency = 8 })
    assert.equal("auth", result.stopped) -- the more important reason
  end)

  it("stops once too many changes fail, or too large a share", function()
    plan_bad_addresses "p"
    local result = assert(place:apply { max_errors = 3 })
    assert.same({ "max_errors", 3 }, { result.stopped, result.failed })
    plan_bad_addresses "q"
    result = assert(place:apply({}, "q"))
    assert.same({ "error_rate", 50 }, { result.stopped, result.failed })
  end)

  it("finishes current requests when it is interrupted", function()
    place:plan_titles(5, "Pilot")
    local asked = 0
    local result = assert(place:apply { interrupted = function()
      asked = asked + 1
      return asked > 3
    end })
    assert.same({ "interrupted", 3 }, { result.stopped, result.applied })
    assert.equal("interrupted", place:objects "p.journal"[10].reason)
  end)

  it("applies several changes at a time, each once", function()
    place:plan_titles(40, "Pilot")
    place:faults { operation = "contacts.update", delay = 0.02 }
    assert.equal(40, assert(place:apply { concurrency = 8 }).applied)
    assert.equal(40, place:requests "contacts.update")
    local open, most = 0, 0
    for _, line in ipairs(place:objects "p.journal") do
      open = open + (line.t == "intent" and 1 or line.t == "applied" and -1 or 0)
      most = math.max(most, open)
    end
    assert.is_true(most > 1 and most <= 8, most)
    assert.equal(0, open)
  end)

  it("finishes current requests when one of them makes it stop", function()
    place:plan_titles(40, "Pilot")
    -- Only four requests end before the refusal is there, however slow the machine is.
    place:faults({ operation = "contacts.update", nth = 5, status = 403 },
      { operation = "contacts.update", nth = "6-40", delay = 3 })
    local result = assert(place:apply { concurrency = 8 })
    assert.equal("auth", result.stopped)
    -- The seven others in flight finish; on a slow network the refusal itself takes its time.
    local most = os.getenv "EXTCONTACTS_CHAOS" and 39 or 12
    assert.is_true(result.applied >= 4 and result.applied <= most, result.applied)
    assert.equal(40, result.applied + result.not_started)
    place:faults()
    assert.equal(40, assert(place:resume { concurrency = 8 }).applied)
    assert.equal(41, place:requests "contacts.update") -- and the refused one
  end)

  it("stops when a permission is missing, with nothing left open", function()
    place:plan_titles(3, "Pilot")
    place:faults { operation = "contacts.update", status = 403 }
    local result = assert(place:apply())
    assert.same({ "auth", 3, 0 }, { result.stopped, result.not_started, result.unknown })
    assert.equal(403, result.err.status)
    place:faults()
    assert.equal(3, assert(place:resume()).applied)
  end)

  it("stops when the server keeps failing, and is resumed", function()
    local client = fixes.client(place.server, { max_attempts = 1, retry = false })
    place:plan_titles(6, "Pilot")
    place:faults { operation = "contacts.get", status = 503 }
    local result = assert(fix.apply(client, place:path "p", { batch = 1 }))
    assert.same({ "try_later", 6 }, { result.stopped, result.not_started })
    assert.equal(0, place:requests "contacts.update")
    place:faults()
    client:close()
    assert.equal(6, assert(place:resume()).applied)
    assert.equal(6, place:requests "contacts.update")
  end)
end)
