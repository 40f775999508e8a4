local country = require "extcontacts.record.normalize.country"

describe("record.normalize.country", function()
  it("reads codes and names", function()
    for code, texts in pairs {
      GB = { "GB", "gb", "UK", "U.K.", "GBR", "England", "ENGLAND", "United Kingdom", "Great Britain", " uk\194\160",
        "Northern Ireland", "Großbritannien" },
      DE = { "DE", "DEU", "Germany", "Deutschland", "DEUTSCHLAND", "BRD", "germany\r" },
      US = { "US", "USA", "U.S.A.", "United States", "The United States of America" },
      NL = { "NL", "Netherlands", "The Netherlands", "Holland" }, AT = { "Österreich", "O\204\136sterreich" },
      CI = { "CI", "Côte d'Ivoire", "Côte d’Ivoire", "Ivory Coast" }, KR = { "KOR", "South Korea" },
      BA = { "Bosnia & Herzegovina", "Bosnia and Herzegovina" }, XK = { "XK", "Kosovo" }, GR = { "EL", "Greece" },
    } do
      for _, text in ipairs(texts) do
        assert.equal(code, country.read(text), text)
      end
    end
  end)

  it("guesses no country", function()
    for _, text in ipairs { "", " ", "XX", "D", "Nowhere", "Congo", "Korea", "Europe", "EU", "49", "Germany, Berlin",
      ("x"):rep(1000000) } do
      assert.same({ nil, "unknown country" }, { country.read(text) })
    end
    assert.same({ nil, "unknown country" }, { country.read(49) })
  end)
end)
