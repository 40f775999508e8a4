-- The journal: written before and after each request, and never trusted when it
-- is damaged.
local fixes = require "spec.support.fixes"
local journal = require "extcontacts.fix.journal"

describe("the journal", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false, batch = 1 }) -- it counts requests

  it("has the intent before each request and the outcome after it", function()
    place:plan_titles(2, "Pilot")
    assert(place:apply())
    local types = {}
    local lines = place:objects "p.journal"
    for index, line in ipairs(lines) do
      types[index] = line.t or "header"
    end
    assert.same({ "header", "synced", "run", "intent", "applied", "intent", "applied", "stop" }, types)
    local intent = lines[4]
    assert.equal("Pilot", intent.body.title)
    assert.not_equal("Pilot", intent.before.title)
    local pipe = io.popen("stat -c %a " .. place:path "p.journal")
    assert.equal("600\n", pipe:read("*a"))
    pipe:close()
  end)

  it("is read without the records of its intents by those who ask for outcomes", function()
    place:plan_titles(3, "Pilot")
    assert(place:apply())
    local whole, brief = {}, {}
    journal.each(place:path "p.journal", function(line) whole[#whole + 1] = line end)
    journal.each(place:path "p.journal", function(line) brief[#brief + 1] = line end, true)
    local intents = 0
    for index, line in ipairs(whole) do
      if line.t == "intent" then
        intents = intents + 1
        assert.is_string(line.before.id)
        assert.same({ {}, {} }, { brief[index].before, brief[index].body })
        line.before, line.body = {}, {}
      end
      assert.same(line, brief[index])
    end
    assert.same({ 3, #whole }, { intents, #brief })
    local state = assert(journal.read(place:path "p.journal", true))
    assert.same(assert(journal.read(place:path "p.journal")).progress.counts, state.progress.counts)
  end)

  it("stops a run before it sends when it can't be opened for writing", function()
    place:plan_titles(3, "Pilot")
    os.execute("mkdir " .. place:path "p.journal")
    local result, err = place:apply()
    assert.is_nil(result)
    assert.same({ "io", "EISDIR" }, { err.kind, err.code })
    assert.equal(0, place:requests "contacts.update")
  end)

  it("loses an incomplete last line, and nothing else", function()
    place:plan_titles(3, "Pilot")
    assert(place:apply { limit = 2 })
    local whole = place:read "p.journal"
    local function lines_of(text)
      return (text:gsub('{"t":"synced"[^\n]*', "")) -- rewritten in place
    end
    for _, torn in ipairs { '{"t":"intent","n":3,"be', "{", ("x"):rep(70000) } do
      place:write("p.journal", whole .. torn)
      local log = assert(journal.open(place:path "p", { header = { server = "" }, totals = {
        sha256 = place:objects "p"[5]["end"].sha256, changes = 3 } }))
      log:release()
      assert.equal(lines_of(whole), lines_of(place:read("p.journal"):sub(1, #whole)))
      assert.matches('"t":"repaired"', place:read("p.journal"):sub(#whole + 1), 1, true)
    end
    assert.equal(3, assert(place:resume()).applied)
    assert.equal(3, place:requests "contacts.update")
  end)

  it("is rejected when a line in it is damaged", function()
    place:plan_titles(2, "Pilot")
    assert(place:apply { limit = 1 })
    place:write("p.journal", (place:read("p.journal"):gsub('\n{"at"', '\n{"at', 1)))
    local result, err = place:resume()
    assert.is_nil(result)
    assert.matches("line 3 is damaged", err.message, 1, true)
  end)

  it("is rejected when it is no journal", function()
    place:plan_titles(1, "Pilot")
    place:write("p.journal", "{}\n")
    local result, err = place:apply()
    assert.is_nil(result)
    assert.matches("p.journal: line 1: not a journal of this program", err.message, 1, true)
  end)

  it("is locked while a process applies its plan", function()
    place:plan_titles(1, "Pilot")
    assert.is_false(journal.is_locked(place:path "p"))
    local seen
    assert(place:apply { on_progress = function()
      seen = journal.is_locked(place:path "p")
    end })
    assert.is_true(seen)
    assert.is_false(journal.is_locked(place:path "p"))
  end)
end)
