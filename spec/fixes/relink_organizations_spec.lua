local ec = require "extcontacts"
local ready_fix = require "spec.support.ready_fix"

local ready, place = ready_fix.fresh("relink_organizations", before_each, after_each)

describe("the fix relink_organizations", function()
  it("links by name, ignoring case and extra spaces, and finds nothing to do after it was applied", function()
    local organization = assert(place.direct.organizations:create { name = "Müller & Söhne GmbH" }).id
    local id = ready:add {}
    ready:converges({ csv = place:write("l.csv",
      "id,organization\n" .. id .. ", MÜLLER  & SÖHNE GmbH \n") })
    assert.equal(organization, assert(place.client.contacts:get(id)).externalOrganization.id)
  end)

  it("reads a name in every spelling", function()
    local spellings = {}
    for stored, written in pairs { ["José & O'Brien"] = "Jose\204\129 & O’Brien", ["Groß"] = "GROẞ",
      ["Anna–Maria"] = "anna-maria", ["Işık"] = "IŞIK", ["Lee\194\160Ltd"] = "Lee  Ltd\226\128\139" } do
      spellings[assert(place.direct.organizations:create { name = stored }).id] = written
    end
    local lines, expected = { "id,organization" }, {}
    for organization, written in pairs(spellings) do
      local id = ready:add {}
      lines[#lines + 1], expected[id] = id .. "," .. written, organization
    end
    lines[#lines + 1] = ready:add {} .. ",#REF!"
    local planned, changes = ready:plan({ csv = place:write("l.csv", table.concat(lines, "\n") .. "\n") })
    assert.equal(5, planned.changes)
    for _, change in ipairs(changes) do
      assert.equal(expected[change.id], change.after.externalOrganization.id)
    end
    assert.same({ ["organization: a spreadsheet's error value"] = 1 }, planned.totals.skipped)
  end)

  it("links by another field", function()
    local organization = assert(place.direct.organizations:create { name = "x", tickers = ec.array {
      { symbol = "XYZ", exchange = "NYSE" } }, industry = "K-17" }).id
    local _, changes = ready:plan({ match = "industry", column = "customer",
      csv = place:write("l.csv", "id;customer\n" .. ready:add {} .. ";k-17\n") })
    assert.equal(organization, changes[1].after.externalOrganization.id)
  end)

  it("skips names that no organization or several have", function()
    for _ = 1, 2 do
      assert(place.direct.organizations:create { name = "Twice" })
    end
    local path = place:write("l.csv", ("id,organization\n%s,twice\n%s,None Such\n%s,\n"):format(
      ready:add {}, ready:add {}, ready:add {}))
    local planned = ready:plan({ csv = path })
    assert.equal(0, planned.changes)
    assert.same({ ["several organizations have this name"] = 1, ["no organization has this name"] = 1,
      ["row names no organization"] = 1 }, planned.totals.skipped)
    assert.matches("did you mean 'organization'", ready:refused(
      { csv = path, column = "organisation" }), 1, true)
  end)
end)
