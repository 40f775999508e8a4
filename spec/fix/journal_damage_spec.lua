-- A journal that was damaged, truncated, copied or exchanged is refused by every
-- reader, and nothing is sent, undone or restored from it.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local journal = require "extcontacts.fix.journal"

describe("a journal on the disk", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false, batch = 1 }) -- it counts requests

  local function applied(changes, options)
    place:plan_titles(changes, "Pilot")
    assert(place:apply(options))
    return place:read "p.journal"
  end

  local function lines_of(text)
    local lines = {}
    for line in text:gmatch "[^\n]*\n" do
      lines[#lines + 1] = line
    end
    return lines
  end

  -- The error of every function that reads the journal of `p`; all are the same.
  local function refused_by_all()
    local seen
    for name, read in pairs {
      resume = function() return place:resume() end,
      apply = function() return place:apply() end,
      undo = function() return fix.undo(place.client, place:path "p") end,
      verify = function() return fix.verify(place.client, place:path "p") end,
      status = function() return fix.status(place:path "p") end,
    } do
      local result, err = read()
      assert.is_nil(result, name)
      seen = seen or err
      assert.equal(seen.message, err.message, name)
    end
    return seen
  end

  it("is refused with one flipped bit, which names its line", function()
    local text = applied(3, { limit = 2 })
    local starts = { 1 }
    for at in text:gmatch "\n()" do
      starts[#starts + 1] = at
    end
    local number = 1
    for at = 1, #text do
      number = at == starts[number + 1] and number + 1 or number
      if at % 7 == 0 or text:sub(at, at) == "\n" or at == 1 then
        local flipped = string.char(text:byte(at) % 2 == 0 and text:byte(at) + 1 or text:byte(at) - 1)
        place:write("p.journal", text:sub(1, at - 1) .. flipped .. text:sub(at + 1))
        local state, err = journal.read(place:path "p.journal")
        assert.is_nil(state, at)
        assert.matches("line " .. number .. "%D", err.message)
      end
    end
    local before = place:requests "contacts.update"
    place:write("p.journal", (text:gsub('"Pilot"', '"Pilou"', 1)))
    local err = refused_by_all()
    assert.equal("damaged", err.code)
    assert.matches(place:path "p.journal: line 4 is damaged; ", err.message, 1, true)
    assert.equal(before, place:requests "contacts.update")
    assert.is_nil(place:read "p.undo")
    place:write("p.journal", text)
    assert.equal(3, assert(place:resume()).applied)
  end)

  it("is refused when a line was removed, repeated or moved", function()
    local lines = lines_of(applied(3, { limit = 2 }))
    local function refused(problem, order)
      local parts = {}
      for index, number in ipairs(order) do
        parts[index] = lines[number]
      end
      place:write("p.journal", table.concat(parts))
      assert.matches(problem, refused_by_all().message, 1, true)
    end
    assert.equal(8, #lines)
    refused("line 5 is damaged", { 1, 2, 3, 4, 6, 7, 8 })
    refused("line 6 is damaged", { 1, 2, 3, 4, 5, 5, 6, 7, 8 })
    refused("line 5 is damaged", { 1, 2, 3, 4, 6, 5, 7, 8 })
    refused("line 3 is damaged", { 1, 2, 4, 5, 6, 7, 8 })
    refused("line 2 is damaged", { 1, 3, 4, 5, 6, 7, 8 })
  end)

  it("is refused when it was truncated, also at the end of a line", function()
    local text = applied(3, { limit = 2 })
    local lines = lines_of(text)
    local length = 0
    for number = 1, #lines do
      for _, size in ipairs { length, length + math.floor(#lines[number] / 2) } do
        place:write("p.journal", text:sub(1, size))
        local err = refused_by_all()
        assert.equal("truncated", err.code)
        assert.matches(size == 0 and "p.journal is empty; " or "p.journal is truncated: ", err.message, 1, true)
      end
      length = length + #lines[number]
    end
    assert.equal(2, place:requests "contacts.update")
  end)

  it("may lack what a crash lost: a torn last line that was never known to be on the disk", function()
    local text = applied(3, { limit = 2 })
    place:write("p.journal", text .. '{"at":"2026-')
    assert.equal("stopped", assert(fix.status(place:path "p")).state)
    assert.equal(3, assert(place:resume()).applied)
    assert.equal(3, place:requests "contacts.update")
  end)

  it("is refused when it belongs to another plan", function()
    local other = applied(2)
    os.remove(place:path "p.journal")
    place:plan_titles(3, "Navigator")
    place:write("p.journal", other)
    local err = refused_by_all()
    assert.equal("journal", err.code)
    assert.matches("p.journal belongs to another plan than ", err.message, 1, true)
  end)

  it("is not continued or undone when it is a copy, unless the original has moved", function()
    applied(3, { limit = 1 })
    os.execute(("cp %s %s; cp %s %s"):format(place:path "p", place:path "q", place:path "p.journal",
      place:path "q.journal"))
    assert.equal(3, assert(place:resume()).applied)
    for _, use in ipairs { fix.resume, fix.undo } do
      local result, err = use(place.client, place:path "q")
      assert.is_nil(result)
      assert.equal("copied", err.code)
      assert.matches(("q.journal is a copy of the journal of %s; "):format(place:path "p"), err.message, 1, true)
    end
    assert.is_true(assert(fix.status(place:path "q")).copied)
    assert.is_nil(assert(fix.status(place:path "p")).copied)
    assert.equal(3, place:requests "contacts.update")
    assert.equal(1, assert(fix.undo(place.client, place:path "q", { moved = true })).changes)
    assert(fix.resume(place.client, place:path "q", { moved = true }))
    assert.is_nil(assert(fix.status(place:path "q")).copied) -- now it is the original
    assert(fix.resume(place.client, place:path "q"))
  end)

  it("stays the same when it is renamed with its plan", function()
    applied(3, { limit = 1 })
    os.rename(place:path "p", place:path "q")
    os.rename(place:path "p.journal", place:path "q.journal")
    assert.equal(3, assert(fix.resume(place.client, place:path "q")).applied)
  end)

  it("is found under its old name when only its plan is renamed, so that nothing is created twice", function()
    applied(3, { limit = 1 })
    os.rename(place:path "p", place:path "q")
    for _, call in ipairs { fix.apply, fix.resume, fix.undo, fix.verify } do
      local result, err = call(place.client, place:path "q")
      assert.is_nil(result)
      assert.equal("begun", err.code)
      assert.matches("p.journal is the journal of ", err.message, 1, true)
    end
    os.rename(place:path "p.journal", place:path "q.journal")
    assert.equal(3, assert(fix.resume(place.client, place:path "q")).applied)
  end)

  it("is not created by a resume of a plan that was never applied", function()
    place:plan_titles(1, "Pilot")
    local result, err = place:resume()
    assert.is_nil(result)
    assert.equal("not_begun", err.code)
    assert.is_nil(place:read "p.journal")
    assert.equal(1, assert(place:apply()).applied)
  end)

  it("is refused when it is a link, and the target stays as it was", function()
    for _, prepare in ipairs { "ln -s target", "ln target", "mkfifo" } do
      place:plan_titles(1, "Pilot")
      place:write("target", "precious\n")
      os.execute(("cd %s && %s p.journal"):format(place.dir, prepare))
      local result, err = place:apply()
      assert.is_nil(result)
      assert.equal("io", err.kind)
      assert.matches(place:path "p.journal: ", err.message, 1, true)
      assert.equal("precious\n", place:read "target")
      os.remove(place:path "p.journal")
    end
    assert.equal(0, place:requests "contacts.update")
  end)
end)
