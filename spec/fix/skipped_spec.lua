-- What a plan skips: the counts by reason, and PLAN.skipped.csv.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local label = require "extcontacts.record.label"

describe("the skipped records of a plan", function()
  local place = fixes.fresh_place(before_each, after_each)

  it("are counted by reason and listed, but not those that the filter leaves out", function()
    local seen = 0
    local plan = place:plan {
      source = fix.ids(place:ids(10)),
      filter = function(contact)
        contact.title = "the filter has a copy of its own"
        seen = seen + 1
        return seen > 4
      end,
      change = function(contact, ctx)
        ctx.skip "no number"
        return contact
      end,
    }
    assert.equal(0, plan.changes)
    assert.same({ ["no number"] = 6 }, plan.totals.skipped)
    assert.equal(place:path "p.skipped.csv", plan.skipped_path)
    local id = place:ids(10)[5]
    assert.equal(("row,kind,id,reason,name,values\r\n5,contact,%s,no number,%s,\r\n"):format(id,
      label.of("contact", place:contacts()[id])),
      place:read "p.skipped.csv":match "^.-\n.-\n")
  end)

  it("are listed with their row, and the list of an earlier plan is removed", function()
    local ids = place:ids(2)
    local file = place:write("ids.txt", ("%s\n\nnobody\n%s\n%s\n"):format(ids[1], ids[2], ids[1]))
    local function change(_, ctx)
      ctx.skip(ctx.row.id == ids[2] and "=why" or nil)
    end
    local plan = place:plan { source = fix.ids(file), change = change, finish = function(ctx)
      ctx.skip "all of them"
      ctx.skip("a row", 9)
    end }
    local contacts = place:contacts()
    local function name(number)
      return label.of("contact", contacts[ids[number]])
    end
    local duplicate = "duplicate row: this record appears earlier in the file"
    assert.same({ ["=why"] = 1, ["nil"] = 1, ["id: not a valid id"] = 1, [duplicate] = 1, ["all of them"] = 1,
      ["a row"] = 1 }, plan.totals.skipped)
    assert.equal(table.concat({ "row,kind,id,reason,name,values", "1,contact," .. ids[1] .. ",nil," .. name(1) .. ",",
      "3,,nobody,id: not a valid id,,", "4,contact," .. ids[2] .. ",'=why," .. name(2) .. ",",
      "5,," .. ids[1] .. "," .. duplicate .. ",,", ",,,all of them,,", "9,,,a row,,", "" },
      "\r\n"), place:read "p.skipped.csv")
    plan = place:plan { source = fix.ids(ids) }
    assert.is_nil(plan.skipped_path)
    assert.is_nil(place:read "p.skipped.csv")
  end)

  it("leave no file behind when planning fails", function()
    place:plan_problem { source = fix.ids(place:ids(2)), change = function(_, ctx)
      ctx.skip "one"
      error "no"
    end }
    assert.is_nil(place:read "rejected.skipped.csv")
    assert.is_nil(place:read "rejected.skipped.csv.tmp")
  end)
end)
