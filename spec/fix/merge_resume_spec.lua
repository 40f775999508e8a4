-- Merges whose process was killed, or whose reply was lost: settled by reading, and
-- never carried out twice.
local canonical = require "extcontacts.record.canonical"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests

local USER = { id = "11111111-1111-4111-8111-111111111111" }

-- What a merged contact's id answers; none of it is documented.
local READS = { "canonical", "ancestor", "gone" }
local PLACES = {
  { "after", "intent" }, { "before", "applied" }, { "torn", "intent" }, { "torn", "applied" },
  { "after", "applied" }, { "before", "intent" },
}

local function settings(values)
  place.server:control("POST", "/sandbox/settings", values)
end

-- A plan of merges with three contacts each; a note follows every second one.
local function plan(merges)
  local ids, number = place:ids(3 * merges), 0
  local firsts = {}
  for index = 1, #ids, 3 do
    firsts[#firsts + 1] = ids[index]
  end
  place:plan {
    source = fix.ids(firsts),
    change = function()
      number = number + 1
      local first = 3 * number - 2
      local list = { fix.merge({ ids[first], ids[first + 1], ids[first + 2] }, { allow_loss = true,
        override = { title = "merged " .. number } }) }
      list[2] = number % 2 == 0 and fix.add_note { noteText = "note " .. number, createdBy = USER } or nil
      return list
    end,
  }
  return ids
end

local function child(...)
  return place:killable_run(...)
end

-- The canonical forms of all contacts, and the notes of the merged ones.
local function everything()
  local out = {}
  for _, contact in pairs(place:contacts()) do
    out[#out + 1] = canonical.text(canonical.form("contact", contact))
  end
  for note in place.direct:scan_notes {} do
    out[#out + 1] = note.noteText
  end
  table.sort(out)
  return out
end

local function resume(batch)
  local client = fixes.client(place.server, { check_time = 0.1 })
  local result = assert(fix.resume(client, place:path "p", { batch = batch, allow_irreversible = true }))
  client:close()
  return result
end

describe("a merge", function()

  it("ends like an uninterrupted run when the process is killed many times", function()
    for _, batch in ipairs { 1, 4 } do
      place.server:reset()
      os.remove(place:path "p.journal")
      plan(8)
      assert.equal(12, assert(place:apply { batch = batch, allow_irreversible = true }).applied)
      local expected = everything()
      place.server:reset()
      os.remove(place:path "p.journal")
      local kills = 0
      local output, code
      repeat
        local where = PLACES[kills % #PLACES + 1]
        output, code = child(where[1], where[2], 1 + kills % 3, batch)
        kills = kills + 1
      until code ~= "137"
      assert.equal("complete 12 0 0\n", output)
      assert.is_true(kills >= 6, kills)
      assert.same(expected, everything())
      assert.equal(8, place:requests "contacts.merge")
    end
  end)

  for _, read in ipairs(READS) do
    it("is settled where a merged contact's id answers: " .. read, function()
      for _, where in ipairs(PLACES) do
        place.server:reset()
        settings { merged_read = read }
        os.remove(place:path "p.journal")
        local ids = plan(2)
        local output, code = child(where[1], where[2], 1, 1)
        assert.equal("137", code, output)
        local result = resume(1)
        assert.same({ 3, 0, 0, 0 }, { result.applied, result.unknown, result.not_started, result.conflicts })
        assert.equal(2, place:requests "contacts.merge")
        settings { merged_read = "canonical" }
        assert.same({ "merged 1", "merged 2" }, { place.direct.contacts:get(ids[3]).title,
          place.direct.contacts:get(ids[4]).title })
      end
    end)

    it("whose reply is lost is settled by the same run, where it answers: " .. read, function()
      settings { merged_read = read }
      local ids = plan(3)
      place:faults({ operation = "contacts.merge", nth = 1, drop = "after" },
        { operation = "contacts.merge", nth = 2, drop = "before" })
      local result = assert(place:apply { allow_irreversible = true })
      assert.same({ 4, 0, 0 }, { result.applied, result.unknown, result.conflicts })
      place:faults()
      settings { merged_read = "canonical" }
      for index = 1, 3 do
        assert.equal("merged " .. index, place.direct.contacts:get(ids[3 * index]).title)
      end
      local settled = place:outcomes()[1]
      assert.is_true(settled.settled)
      assert.equal(place.direct.contacts:get(ids[1]).id, settled.id)
    end)
  end

  it("that was not sent is a conflict when others merged some of its contacts in the meantime", function()
    local ids = plan(1)
    local _, code = child("after", "intent", 1, 1)
    assert.equal("137", code)
    local other = assert(place.direct.contacts:merge { contactIds = { ids[2], ids[9] or place:ids(20)[20] } })
    local result = resume(1)
    assert.same({ 0, 1 }, { result.applied, result.conflicts })
    assert.equal(("%s: the contact was merged into %s"):format(ids[2], other.id), place:outcomes()[1].reason)
    assert.equal(1, place:requests "contacts.merge")
  end)

  it("stays open while its contacts can't be read", function()
    plan(1)
    local _, code = child("before", "applied", 1, 1)
    assert.equal("137", code)
    place:faults { operation = "contacts.bulk.get", rate = 1, status = 503 }
    assert.equal(1, assert(fix.status(place:path "p")).open)
    local result = assert(fix.resume(fixes.client(place.server, { retry = false }), place:path "p",
      { allow_irreversible = true }))
    assert.same({ 0, "try_later" }, { result.applied, result.stopped })
    place:faults()
    assert.equal(1, resume(1).applied)
    assert.equal(1, place:requests "contacts.merge")
  end)

  it("that the server refuses fails or is a conflict, with its reason", function()
    settings { merge_set_max = 2 }
    plan(1)
    local result = assert(place:apply { allow_irreversible = true })
    assert.same({ 0, 1 }, { result.applied, result.conflicts })
    assert.is_truthy(place:outcomes()[1].reason:find("merge set", 1, true))
    assert.is_truthy(place:read "p.errors.csv":find("merge set", 1, true))
  end)
end)
