local names = require "extcontacts.tidy.names"

describe("tidy.names", function()
  it("rewrites names in upper case", function()
    for text, wanted in pairs {
      MCDONALD = "McDonald", MACDONALD = "MacDonald", MACHADO = "Machado", ["O'NEIL"] = "O'Neil",
      ["O\226\128\153NEIL"] = "O\226\128\153Neil", ["D'ARCY"] = "D'Arcy", ["DELL'ACQUA"] = "Dell'Acqua",
      ["SA'ID"] = "Sa'id", ["VAN DER BERG"] = "van der Berg", ["VAN 'T HOF"] = "van 't Hof", VAN = "Van",
      ["DE LA CRUZ"] = "de la Cruz", ["LA RUE"] = "La Rue", ["DA SILVA E SOUZA"] = "da Silva e Souza",
      ["ANNE-MARIE"] = "Anne-Marie", ["MÜLLER-LÜDENSCHEIDT"] = "Müller-Lüdenscheidt", ["ÅSE"] = "Åse",
      ["ŁUKASZ"] = "Łukasz", ["МАРИЯ"] = "Мария", ["ST. JOHN"] = "St. John", ["J.R. EWING"] = "J.R. Ewing",
      ["SMITH III"] = "Smith III", ["SMITH JR."] = "Smith Jr.", NG = "Ng", IJSSEL = "IJssel",
      ["O`NEIL"] = "O`Neil", ["O´BRIEN"] = "O´Brien", ["OʼNEIL"] = "OʼNeil", ["OʻNEIL"] = "OʻNeil",
      ["O‘NEIL"] = "O‘Neil", ["O′NEIL"] = "O′Neil", ["O＇NEIL"] = "O＇Neil", ["GROẞ"] = "Groß",
      ["SMITH/JONES"] = "Smith/Jones", ["ANNE‑MARIE"] = "Anne‑Marie", ["ANNE–MARIE"] = "Anne–Marie",
      ["VON UND ZU STEIN"] = "von und zu Stein", ["MÜLLER-SCHMIDT"] = "Müller-Schmidt", ["JÖRG"] = "Jörg",
      ['SMITH "BUD"'] = 'Smith "Bud"', A = "A", [""] = "", ["Ó BRIAIN"] = "Ó Briain", ["MCÉVOY"] = "McÉvoy",
      ["O'NEIL-MCDONALD"] = "O'Neil-McDonald", ["D’ARCY"] = "D’Arcy", ["GROß"] = "Groß", ["MƏMMƏDOVA"] = "Məmmədova",
      ["SMITH III PHD"] = "Smith III PhD", ["HENRY IX"] = "Henry IX", ["SMITH 3RD"] = "Smith 3rd",
    } do
      assert.equal(wanted, names.proper(text, { family = true }), text)
    end
    assert.equal("TJ", names.proper "TJ")
    assert.equal("Maria del Carmen", names.proper "MARIA DEL CARMEN")
    assert.equal("IBM Support", names.proper("IBM SUPPORT", { keep = { IBM = true } }))
  end)

  it("keeps particles in lower case where they are particles", function()
    for _, case in ipairs {
      -- the name, as a family name, as a first name
      { "VON UND ZU STEIN", "von und zu Stein" },
      { "DE LA CRUZ", "de la Cruz" },
      { "VAN DER BERG", "van der Berg", "Van der Berg" },
      { "BIN LADEN", "bin Laden", "Bin Laden" },
      { "BERG, VAN DER", "Berg, van der", "Berg, van der" },
      { "MOHAMMED BIN", "Mohammed bin", "Mohammed bin" },
      { "MARIA DO", "Maria do", "Maria do" },
      { "MARIA DE LA", "Maria de la", "Maria de la" },
      { "MARIA DE' MEDICI", "Maria de' Medici", "Maria de' Medici" },
      { "VAN", "Van", "Van" },
      { "DO", "Do", "Do" },
      { "DER", "Der", "Der" },
      { "E SILVA", "e Silva", "E Silva" },
      { "JOHN E", "John E", "John E" },
      { "PÉREZ Y GÓMEZ", "Pérez y Gómez" },
      { "MARY Y ANN", nil, "Mary Y Ann" },
      { "MÜLLER-VON BERG", "Müller-von Berg" },
      { "SMITH/VON BERG", "Smith/von Berg" },
      { "VON BERG/MÜLLER", "von Berg/Müller" },
      { "SMITH/VAN", "Smith/Van", "Smith/Van" },
      { "VAN-DYKE", "Van-Dyke" },
      { "DO-HYUN", nil, "Do-Hyun" },
      { "HYUN-DO", nil, "Hyun-Do" },
      { "JEAN-DE-DIEU", nil, "Jean-de-Dieu" },
      { "'S-GRAVESANDE", "'s-Gravesande" },
    } do
      for index, family in ipairs { true, false } do
        if case[index + 1] then
          assert.equal(case[index + 1], names.proper(case[1], { family = family }), case[1])
        end
      end
    end
    assert.equal("Coca-COLA COCA-COLA", names.proper("Coca-COLA COCA-COLA", { keep = { ["COCA-COLA"] = true } }))
    assert.equal("COCA-COLA Bar", names.proper("COCA-COLA BAR", { keep = { ["COCA-COLA"] = true } }))
  end)

  it("has a key under which spellings of one name are the same", function()
    assert.equal(names.key "José O'Brien", names.key "JOSE\204\129  O’BRIEN\194\160")
    assert.are_not.equal(names.key "José", names.key "Jose")
    for _, value in ipairs { "", "\194\160", "#REF!", 7, false } do
      assert.is_nil((names.key(value)))
    end
  end)

  it("keeps names in mixed case, and names in scripts without case", function()
    for _, text in ipairs { "van der Berg", "Van der Berg", "deVries", "McDONALD", "d'Arcy", "山田太郎", "أحمد", "anna" } do
      assert.equal(text, names.proper(text, { family = true }))
    end
    assert.equal("Anna", names.proper("anna", { lower = true }))
  end)

  it("returns a reason for a name whose lower case depends on the language", function()
    for _, text in ipairs { "IŞIK", "İPEK", "KILIÇ", "KILIC\204\167", "IS\204\167IK", "ƏLI", "ÖZDİL", "YÜKSEL YILDIZ",
      "ΠΑΠΑΔΟΠΟΥΛΟΣ" } do
      local proper, reason = names.proper(text)
      assert.is_nil(proper)
      assert.equal("the lower case of this name depends on the language", reason)
    end
  end)

  it("trims, including white space beyond ASCII", function()
    assert.equal("Anna Maria", names.trimmed " \194\160Anna \t Maria\226\128\139 ")
  end)

  it("changes nothing when it runs again", function()
    for _, text in ipairs { "MCDONALD", "VAN DER BERG", "TJ", "NG", "J.R. EWING", "SMITH III", "ANNE-MARIE" } do
      local once = names.proper(text)
      assert.equal(once, names.proper(once))
    end
  end)
end)
