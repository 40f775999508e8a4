-- What a run tells the client's store: the ids of the contacts and organizations that it
-- has changed, or that an earlier run may have changed.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local process_store = require "extcontacts.rate.store.process"

local place = fixes.fresh_place(before_each, after_each, { resets = false })

-- Runs a plan with a store; returns its result, the ids that were announced, and how
-- often it was asked to wait for them.
local function run(start, options)
  local ids, flushes = {}, 0
  local store = process_store.new()
  function store.announce(list)
    for _, id in ipairs(list) do
      ids[id] = true
    end
  end
  function store.flush()
    flushes = flushes + 1
  end
  local client = fixes.client(place.server, { rate = 100000, rate_store = store, check_time = 0.1 })
  local result = assert(start(client, place:path "p", options))
  local flushed = flushes
  client:close()
  return result, ids, flushed
end

local function set(ids)
  local out = {}
  for _, id in ipairs(ids) do
    out[id] = true
  end
  return out
end

describe("a run with a store", function()
  for name, options in pairs {
    ["one by one"] = { batch = 1 }, ["in batches"] = {}, ["by PATCH"] = { write = "patch" },
  } do
    it("announces the records that it changes, and waits for that at its end, " .. name, function()
      local ids = place:ids(6)
      place:plan {
        source = fix.ids(ids),
        change = function(contact)
          if contact.id == ids[1] then
            return fix.delete
          elseif contact.id == ids[2] then
            return { fix.add_note { noteText = "n", createdBy = { id = ids[6] } } }
          elseif contact.id == ids[3] then
            return nil
          end
          contact.title = "Pilot"
          return contact
        end,
      }
      local result, announced, flushes = run(fix.apply, options)
      assert.equal(5, result.applied)
      assert.same(set { ids[1], ids[4], ids[5], ids[6] }, announced)
      assert.equal(1, flushes)
    end)
  end

  it("announces the contacts that a merge replaces, and the one it creates", function()
    local ids = place:ids(3)
    place:plan {
      source = fix.ids { ids[1] },
      change = function()
        return { fix.merge({ ids[1], ids[2], ids[3] }, { allow_loss = true }) }
      end,
    }
    local result, announced = run(fix.apply, { allow_irreversible = true })
    assert.equal(1, result.applied)
    local canonical = assert(place.client.contacts:get(ids[1])).id
    assert.same(set { ids[1], ids[2], ids[3], canonical }, announced)
  end)

  it("announces what an undo changes", function()
    local ids = place:ids(2)
    place:plan_titles(2, "Pilot")
    assert(place:apply())
    local path = assert(fix.undo(place.client, place:path "p", { output = place:path "u" })).path
    os.rename(path, place:path "p")
    os.remove(place:path "p.journal")
    local result, announced = run(fix.apply)
    assert.equal(2, result.applied)
    assert.same(set(ids), announced)
  end)

  for _, batch in ipairs { 1, 3 } do
    it(("announces what a killed run may have changed, batch %d"):format(batch), function()
      local ids = place:ids(3)
      place:plan_titles(3, "Pilot")
      local _, code = place:killable_run("before", "applied", 1, batch)
      assert.equal("137", code)
      local result, announced = run(fix.resume, { batch = batch })
      assert.equal(3, result.applied)
      assert.same(set(ids), announced)
    end)
  end

  it("announces a change whose outcome is unknown", function()
    local ids = place:ids(1)
    place:plan_titles(1, "Pilot")
    place:faults { operation = "contacts.update", drop = "after" }
    local _, announced = run(fix.apply, { batch = 1, write = "put" })
    place:faults()
    assert.same(set(ids), announced)
  end)
end)
