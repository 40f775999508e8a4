local verdict = require "extcontacts.fix.report.verdict"

-- The totals of so many updates, creates, deletes and erasures.
local function totals(updates, creates, deletes, erasures)
  return {
    changes = updates + creates + deletes + erasures,
    operations = { ["contact.update"] = updates, ["contact.create"] = creates, ["contact.delete"] = deletes,
      ["contact.erase"] = erasures },
    classes = { reversible = updates, partly_reversible = creates + deletes, irreversible = erasures },
  }
end

describe("the report's verdict", function()
  it("says how far undo reaches", function()
    for _, case in ipairs {
      { "good", "No changes.", 0, 0, 0, 0 },
      { "good", "1 change. It is reversible.", 1, 0, 0, 0 },
      { "good", "1,200 changes. All are reversible.", 1200, 0, 0, 0 },
      { "good", "3 changes. 1 creates a record; undo deletes it. The others are reversible.", 2, 1, 0, 0 },
      { "good", "2 changes. 2 create records; undo deletes them.", 0, 2, 0, 0 },
      { "warn", "2 changes. 1 deletes a record; undo recreates it with a new id. The other one is reversible.",
        1, 0, 1, 0 },
      { "warn", "2 changes. 2 delete records; undo recreates them with new ids.", 0, 0, 2, 0 },
      { "bad", "1 change. It is irreversible: the record is deleted and no copy is kept.", 0, 0, 0, 1 },
      { "bad", "2 changes. All are irreversible: the records are deleted and no copy is kept.", 0, 0, 0, 2 },
      { "bad", "4 changes. 1 is irreversible: the record is deleted and no copy is kept. 1 deletes a record; undo "
        .. "recreates it with a new id. 1 creates a record; undo deletes it. The other one is reversible.",
        1, 1, 1, 1 },
    } do
      assert.same({ case[1], case[2] }, { verdict(totals(case[3], case[4], case[5], case[6])) })
    end
  end)

  it("says why changes are irreversible", function()
    for text, operations in pairs {
      ["All are irreversible: merged contacts can't be separated."] = { ["contact.merge"] = 2 },
      ["All are irreversible: promoted contacts stay curated."] = { ["contact.promote"] = 2 },
      ["All are irreversible: the record is deleted and no copy is kept; promoted contacts stay curated."] = {
        ["contact.promote"] = 1, ["contact.erase"] = 1 },
    } do
      local level, said = verdict { changes = 2, operations = operations, classes = { irreversible = 2 } }
      assert.same({ "bad", "2 changes. " .. text }, { level, said })
    end
  end)
end)
