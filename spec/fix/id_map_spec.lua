-- Changes that name recreated records by their old ids.
local id_map = require "extcontacts.fix.id_map"

describe("the ids of recreated records", function()
  it("replace the old ones in a change's id, owner and values", function()
    local change = {
      id = "a", owner = "b", kind = "contact_note",
      after = { externalOrganization = { id = "b" }, title = "a" },
      diff = { { path = { "externalOrganization" }, before = { id = "b" }, after = { id = "b" } } },
    }
    local translated = id_map.translate({ a = "A", b = "B" }, change)
    assert.same({ "A", "B", "B", "a" },
      { translated.id, translated.owner, translated.after.externalOrganization.id, translated.after.title })
    -- The before-image stays what it was.
    assert.same({ { id = "b" }, { id = "B" } }, { translated.diff[1].before, translated.diff[1].after })
    assert.same({ "a", "b" }, { change.id, change.after.externalOrganization.id })
  end)

  it("leave other changes alone", function()
    local change = { id = "c", op = "delete" }
    assert.equal(change, id_map.translate({}, change))
    assert.same(change, id_map.translate({ a = "A" }, change))
  end)
end)
