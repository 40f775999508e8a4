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
      ['SMITH "BUD"'] = 'Smith "Bud"', A = "A", [""] = "",
    } do
      assert.equal(wanted, names.proper(text, { family = true }), text)
    end
    assert.equal("TJ", names.proper "TJ")
    assert.equal("Maria del Carmen", names.proper "MARIA DEL CARMEN")
    assert.equal("IBM Support", names.proper("IBM SUPPORT", { keep = { IBM = true } }))
  end)

  it("keeps names in mixed case, and names in scripts without case", function()
    for _, text in ipairs { "van der Berg", "Van der Berg", "deVries", "McDONALD", "山田太郎", "أحمد", "anna" } do
      assert.equal(text, names.proper(text, { family = true }))
    end
    assert.equal("Anna", names.proper("anna", { lower = true }))
  end)

  it("returns a reason for a name whose lower case depends on the language", function()
    for _, text in ipairs { "IŞIK", "İPEK", "KILIÇ", "ÖZDİL", "YÜKSEL YILDIZ", "ΠΑΠΑΔΟΠΟΥΛΟΣ" } do
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
