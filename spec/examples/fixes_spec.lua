-- The fixes in examples/fixes, planned and applied against the sandbox.
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("the example fix", function()
  local place = fixes.fresh_place(before_each, after_each)

  -- Plans and applies an example; returns its plan.
  local function apply(name, set)
    local made = assert(fix.load("examples/fixes/" .. name .. ".lua"))
    local plan = assert(fix.plan(place.client, made, { output = place:path(name), set = set }))
    local result = assert(fix.apply(place.client, place:path(name)))
    assert.equal(plan.changes, result.applied)
    local again = assert(fix.plan(place.client, made, { set = set }))
    assert.same({ 0, plan.totals.skipped }, { again.changes, again.totals.skipped })
    return plan
  end

  local function create(fields)
    fields.firstName, fields.lastName = "Ada", "Lovelace"
    return assert(place.direct.contacts:create(fields)).id
  end

  it("country_codes replaces the names in its table, and skips others", function()
    local ids = {}
    for _, country in ipairs { "Germany", " deutschland ", "UK", "Atlantis", "FR" } do
      ids[#ids + 1] = create { address = { countryCode = country } }
    end
    local plan = apply "country_codes"
    assert.equal(1, plan.totals.skipped["unknown country: Atlantis"])
    local codes = {}
    for index, id in ipairs(ids) do
      codes[index] = assert(place.client.contacts:get(id)).address.countryCode
    end
    assert.same({ "DE", "DE", "GB", "Atlantis", "FR" }, codes)
  end)

  it("loyalty_tiers sets the custom field of the contact with the address", function()
    local schema = assert(place.direct.contacts.schemas:create { version = 0, name = "Loyalty",
      appliesTo = ec.array { "CONTACT" }, enabled = true, jsonSchema = {
        ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "Loyalty",
        properties = { tier_text = { title = "Tier",
          allOf = ec.array { { ["$ref"] = "#/definitions/text" } } } } } })
    local id = create { workEmail = "ada@loyal.example", schema = { id = schema.id, version = 1 } }
    local plan = apply("loyalty_tiers", { csv = place:write("tiers.csv",
      "email,tier\nAda@loyal.example,Gold\nnobody@loyal.example,silver\n") })
    assert.same({ ["no such record"] = 1 }, plan.totals.skipped)
    assert.equal("gold", assert(place.client.contacts:get(id)).customFields.tier_text)
    local _, err = fix.plan(place.client, assert(fix.load "examples/fixes/loyalty_tiers.lua"),
      { set = { csv = place:write("x.csv", "email,teir\n") } })
    assert.matches("unknown column 'tier', did you mean 'teir'?", err.message, 1, true)
  end)
end)
