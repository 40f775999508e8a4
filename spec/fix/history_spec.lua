-- The list of applied plans: paths only, and nothing is lost or stopped by it.
local core = require "extcontacts.core"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local history = require "extcontacts.fix.history"
local script = require "spec.support.script"

describe("the history", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function getenv(name)
    return name == "XDG_STATE_HOME" and place:path "state" or nil
  end

  local function list()
    return assert(history.list { getenv = getenv })
  end

  local function index()
    return place:read "state/extcontacts/history.ndjson"
  end

  local function mode(path)
    local pipe = io.popen("stat -c %a " .. place:path(path))
    local text = pipe:read "*l"
    pipe:close()
    return text
  end

  it("has the paths of plans and nothing else, and is private", function()
    place:plan_titles(3, "Pilot")
    assert(place:apply { limit = 2 })
    assert(history.add(place:path "p", getenv))
    assert.equal(('{"plan":"%s"}\n'):format(core.file.real_path(place:path "p")), index())
    assert.equal("600", mode "state/extcontacts/history.ndjson")
    assert.equal("700", mode "state/extcontacts")
    local entry = list()[1]
    assert.same({ "stopped", "a fix", 3, 2, 1, "possible", core.environment.user() },
      { entry.state, entry.name, entry.changes, entry.counts.applied, entry.runs, entry.undo, entry.system_user })
    assert.equal(place:objects "p.journal"[1].client, entry.client)
    assert(place:resume())
    assert.equal("complete", list()[1].state)
    assert.equal(2, list()[1].runs)
  end)

  it("says what has been undone", function()
    place:plan_titles(3, "Pilot")
    assert(place:apply())
    assert(history.add(place:path "p", getenv))
    assert(fix.undo(place.client, place:path "p", { only = { place:ids(1)[1] } }))
    assert(place:apply({}, "p.undo"))
    assert(history.add(place:path "p.undo", getenv))
    local entries = list()
    assert.same({ "possible", "partly" }, { entries[1].undo, entries[2].undo })
    assert.equal(entries[2].plan, entries[1].undoes)
    assert(fix.undo(place.client, place:path "p", { output = place:path "rest" }))
    assert(place:apply({}, "rest"))
    assert(history.add(place:path "rest", getenv))
    assert.equal("done", list()[3].undo)
    assert.equal(1, #assert(history.list { getenv = getenv, limit = 1 }))
  end)

  it("says so if nothing can be undone, and if a plan or its journal is gone or damaged", function()
    place:plan { source = fix.ids(place:ids(1)), change = function() return fix.erase end }
    assert(place:apply { allow_irreversible = true })
    assert(history.add(place:path "p", getenv))
    assert.equal("irreversible", list()[1].undo)
    os.rename(place:path "p.journal", place:path "kept")
    assert.equal("the journal was moved or deleted", list()[1].problem)
    place:write("p.journal", "not a journal\n")
    assert.equal("unreadable", list()[1].state)
    os.remove(place:path "p")
    assert.same({ "missing", "the plan was moved or deleted" }, { list()[1].state, list()[1].problem })
  end)

  it("keeps a path with spaces and a line break, and each plan once, the latest first", function()
    local name = "a b\n{c}"
    place:plan_titles(1, "Pilot", name)
    place:plan_titles(1, "Pilot")
    for _, plan in ipairs { "p", name, "p" } do
      assert(history.add(place:path(plan), getenv))
    end
    local paths = assert(history.paths(getenv))
    assert.same({ core.file.real_path(place:path "p"), core.file.real_path(place:path(name)) }, paths)
  end)

  it("passes over a line that a crash left incomplete", function()
    place:plan_titles(1, "Pilot")
    assert(history.add(place:path "p", getenv))
    place:write("state/extcontacts/history.ndjson", index() .. '{"plan":"/half')
    assert(history.add(place:path "p", getenv))
    assert.equal(1, #assert(history.paths(getenv)))
    assert.matches('{"plan":"/half\n{"plan":"', index(), 1, true)
  end)

  it("loses nothing when several processes add to it", function()
    place:plan_titles(1, "Pilot")
    local code = ([[local history = require "extcontacts.fix.history"
      for _ = 1, 50 do assert(history.add(%q, function(name) return name == "XDG_STATE_HOME" and %q or nil end)) end]])
      :format(place:path "p", place:path "state")
    local file = place:write("add.lua", code)
    os.execute(("for i in 1 2 3 4; do %s %s & done; wait"):format(script.interpreter, file))
    assert.equal(200, select(2, index():gsub('{"plan":"[^\n]*"}\n', "")))
    assert.equal("", (index():gsub('{"plan":"[^\n]*"}\n', "")))
  end)

  it("can't be written without a home directory, or where a file is in its place", function()
    place:plan_titles(1, "Pilot")
    local added, err = history.add(place:path "p", function() end)
    assert.is_nil(added)
    assert.matches("set HOME or XDG_STATE_HOME", err.message, 1, true)
    assert.same({}, assert(history.list { getenv = function() end }))
    place:write("state", "")
    assert.is_nil((history.add(place:path "p", getenv)))
  end)
end)
