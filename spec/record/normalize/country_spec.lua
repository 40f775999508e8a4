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

  it("reads names in the languages of Europe, without regard to case, accents and punctuation", function()
    for code, texts in pairs {
      DE = { "Allemagne", "ALEMANIA", "germania", "Duitsland", "Alemanha", "Niemcy", "Tyskland", "Saksa", "Německo",
        "Federal Republic of Germany", "Bundesrepublik Deutschland" },
      GB = { "Großbritannien", "Grossbritannien", "GRANDE BRETAGNE", "Gran Bretaña", "Reino Unido", "Regno Unito",
        "Verenigd Koninkrijk", "Wielka Brytania", "Scotland", "Wales", "Inghilterra", "Engeland", "Schottland" },
      FR = { "Frankreich", "Francia", "Frankrijk", "Francja", "FRANÇA" },
      AT = { "Oesterreich", "Osterreich", "Autriche", "Oostenrijk", "Republik Österreich" },
      ES = { "Espana", "Spanien", "Hiszpania", "Kingdom of Spain" }, PL = { "Pologne", "Polska", "Polonia", "Polen" },
      CH = { "Suisse", "Svizzera", "Zwitserland", "Szwajcaria", "Suíça" }, DK = { "Danemark", "Daenemark", "Dania" },
      US = { "u.s.a.", "U.S.", "EE. UU.", "Stati Uniti", "Stany Zjednoczone", "ÉTATS UNIS" },
      KR = { "Korea, Republic of", "Corée du Sud", "Korea (South)" }, KP = { "North Korea", "Nordkorea" },
      CD = { "DR Congo", "Congo, Democratic Republic of the" }, CG = { "Republic of the Congo", "Congo-Brazzaville" },
      GE = { "GE", "GEO", "Georgien", "Géorgie", "Republic of Georgia" }, TW = { "Republic of China", "Taiwan" },
    } do
      for _, text in ipairs(texts) do
        assert.equal(code, country.read(text), text)
      end
    end
  end)

  it("guesses no country", function()
    for _, text in ipairs { "", " ", "XX", "D", "Nowhere", "Congo", "Korea", "Corée", "Europe", "EU", "49", "S.A.",
      "Germany, Berlin", "Georgia", "GEORGIA", "America", "Amérique", "Virgin Islands", "Republic of", "VS", "-", "...",
      ("x"):rep(1000000) } do
      assert.same({ nil, "unknown country" }, { country.read(text) }, text)
    end
    assert.same({ nil, "unknown country" }, { country.read(49) })
  end)
end)
