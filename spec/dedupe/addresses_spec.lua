local addresses = require "extcontacts.dedupe.addresses"

describe("dedupe.addresses", function()
  it("reads a national number in its record's own country, never in another one", function()
    local national = { display = "020 7946 0018" }
    for country, expected in pairs { GB = "+442079460018", England = "+442079460018", DE = "+492079460018",
      [""] = "+492079460018", Nowhere = "02079460018", Georgia = "02079460018" } do
      local record = { workPhone = national, address = { countryCode = country } }
      assert.equal(expected, addresses.phone(national, "DE", record), country)
    end
    assert.equal("+442079460018", addresses.phone({ display = "020 7946 0018", normalizationCountryCode = "GB" }, "DE",
      { address = {} }))
    -- Without a region the numbers of all records stay as they are typed.
    assert.equal("02079460018", addresses.phone(national, nil, { address = { countryCode = "GB" } }))
    assert.equal("+442079460018", addresses.phone({ display = "+44 20 7946 0018" }, "DE",
      { address = { countryCode = "FR" } }))
  end)
end)
