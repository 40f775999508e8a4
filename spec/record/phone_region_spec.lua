local phone_region = require "extcontacts.record.phone_region"

local function contact(country)
  return { address = { countryCode = country } }
end

describe("record.phone_region", function()
  it("is the record's own country, however it is written", function()
    for _, text in ipairs { "GB", "uk", "GBR", "England", "Vereinigtes Königreich" } do
      assert.same({ "GB" }, { phone_region.of(contact(text), nil, "DE"), nil })
    end
    assert.equal("FR", (phone_region.of({}, { normalizationCountryCode = "FR" }, "DE")))
    assert.equal("FR", (phone_region.of({}, { countryCode = "FR" }, "DE")))
  end)

  it("is the given one only for a record without a country", function()
    for _, record in ipairs { {}, contact(nil), contact "", contact " ", contact(7), { address = "x" } } do
      assert.same({ "DE", "assumed" }, { phone_region.of(record, nil, "DE") })
      assert.same({ nil, "none" }, { phone_region.of(record, { display = "030 1" }) })
    end
  end)

  it("is unknown where the text is, or the numbering plan", function()
    for _, text in ipairs { "Nowhere", "Georgia", "Korea", "49", "AQ" } do
      assert.same({ nil, "unknown", text }, { phone_region.of(contact(text), nil, "DE") })
    end
    assert.same({ nil, "unknown", "GB, Nowhere" },
      { phone_region.of(contact "GB", { normalizationCountryCode = "Nowhere" }, "GB") })
  end)

  it("is none where fields contradict each other, unless the country code is the same", function()
    assert.same({ nil, "conflict", "GB, FR" }, { phone_region.of(contact "GB", { countryCode = "FR" }, "GB") })
    assert.equal("GB", (phone_region.of(contact "GB", { normalizationCountryCode = "JE" }, "DE")))
    assert.equal("CA", (phone_region.of(contact "Canada", { countryCode = "US" })))
    assert.equal("KZ", (phone_region.of(contact "Kasachstan", { countryCode = "RU" })))
    assert.equal("DE", phone_region.country(contact "Deutschland", { countryCode = "de" }))
  end)
end)
