-- Verifying an applied plan, and the proof of erasures.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("fix.verify", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function verify(options)
    return assert(fix.verify(place.client, place:path "p", options))
  end

  it("reports which records match the plan and which differ", function()
    local ids = place:ids(5)
    place:plan_titles(5, "Pilot")
    assert(place:apply { limit = 4 })
    place:edit(ids[1], { title = "Doctor" })
    assert(place.client.contacts:delete(ids[2]))
    local differences = {}
    local verified = verify { on_difference = function(change, reason, fields)
      differences[change.id] = reason .. (fields and ": " .. fields[1] or "")
    end }
    assert.same({ total = 5, checked = 4, match = 2, differ = 2, not_applied = 1 }, verified)
    assert.same({
      [ids[1]] = "the record has neither the old nor the planned values: title",
      [ids[2]] = "the record does not exist",
    }, differences)
  end)

  it("checks created and deleted records", function()
    local ids = place:ids(2)
    place:plan { source = fix.ids(ids), change = function(contact)
      if contact.id == ids[1] then
        return fix.delete
      end
      return { fix.add_note { noteText = "n", createdBy = { id = "11111111-1111-4111-8111-111111111111" } } }
    end }
    assert(place:apply())
    assert.equal(2, verify().match)
  end)

  it("proves that erased records are gone", function()
    local ids = place:ids(2)
    place:plan { source = fix.ids(ids), change = function() return fix.erase end }
    assert(place:apply { allow_irreversible = true, limit = 1 })
    assert(place.client.contacts:delete(ids[2]))
    assert(place:resume { allow_irreversible = true })
    local verified = verify()
    assert.equal(2, verified.match)
    local proof = place:read "p.proof.csv"
    assert.matches("contact," .. ids[1] .. ",", proof, 1, true)
    assert.matches("Z,[%x-]+,20%d%d%-%d%d%-%d%dT[%d:]+Z,erased,http:[^,]+,[%x-]+,%x%x%x%x%x%x%x%x\r\n", proof)
    assert.matches("contact," .. ids[2] .. ",,,", proof, 1, true)
    assert.matches(",,,20%d%d%-%d%d%-%d%dT[%d:]+Z,deleted before,http:[^\n]+\r\n", proof)
  end)

  it("does not prove an erasure in an organization that may never have had the record", function()
    place.server:control("POST", "/sandbox/settings", { own_organization = "refuse" })
    local ids = place:ids(2)
    place:plan { source = fix.ids(ids), change = function() return fix.erase end }
    assert(place:apply { allow_irreversible = true, limit = 1 })
    assert(place.client.contacts:delete(ids[2]))
    local rotated = fixes.bare_client(place.server)
    assert(fix.resume(rotated, place:path "p", { allow_irreversible = true, same_organization = true }))
    assert.equal(2, verify().match) -- the plan was made there
    local verified = assert(fix.verify(rotated, place:path "p", { same_organization = true }))
    assert.same({ 0, 2 }, { verified.match, verified.differ })
    local proof = place:read "p.proof.csv"
    for _, id in ipairs(ids) do
      assert.matches("contact," .. id:gsub("%-", "%%-") .. "[^\n]*,,not proven: [^\n]+ ever had the record,", proof)
    end
    rotated:close()
  end)

  it("proves an erasure with another OAuth client of the same organization", function()
    place:plan { source = fix.ids(place:ids(1)), change = function() return fix.erase end }
    assert(place:apply { allow_irreversible = true })
    local bare = fixes.bare_client(place.server)
    assert.equal(1, assert(fix.verify(bare, place:path "p")).match)
    bare:close()
  end)

  it("calls the fix's own verify, too", function()
    place:plan_titles(2, "Pilot")
    assert(place:apply())
    local made = fixes.define { verify = function(record)
      return record.title ~= "Pilot", "no pilots"
    end }
    assert.equal(2, verify({ fix = made }).differ)
  end)
end)
