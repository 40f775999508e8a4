-- Expected values are of Python's unicodedata 14.0.0.
local composition = require "extcontacts.record.normalize.composition"

describe("record.normalize.composition", function()
  it("composes and decomposes the letters of many scripts", function()
    for composed, decomposed in pairs {
      ["ὀδυσσεύς"] = "ο\204\147δυσσευ\204\129ς", ["ᾶ"] = "α\205\130", ["أحمد"] = "ا\217\148حمد",
      ["がゼ"] = "か\227\130\153セ\227\130\153", ["パ"] = "ハ\227\130\154",
      ["김철수"] = "\225\132\128\225\133\181\225\134\183\225\132\142\225\133\165\225\134\175\225\132\137\225\133\174",
      ["ো"] = "ে\224\166\190", ["ெௌ"] = "ெெ\224\175\151", ["ෝ"] = "\224\183\153\224\183\143\224\183\138",
      ["ệ"] = "e\204\163\204\130", ["Ǟ"] = "A\204\136\204\132", ["й"] = "и\204\134",
    } do
      assert.equal(composed, composition.composed(decomposed), composed)
      assert.equal(composed, composition.composed(composed), composed)
      assert.equal(decomposed, composition.decomposed(composed), composed)
    end
  end)

  it("replaces characters that are another one", function()
    for char, form in pairs {
      ["\226\132\171"] = "Å", ["\226\132\170"] = "K", ["\226\132\166"] = "Ω", ["\225\189\177"] = "ά",
      ["\224\165\152"] = "क\224\164\188", ["\239\172\170"] = "ש\215\129",
    } do
      assert.equal(form, composition.composed(char))
    end
  end)

  it("sorts marks that are on different sides of a letter", function()
    for _, pair in ipairs { { "ب\217\145\217\142", "ب\217\142\217\145" }, { "ש\214\188\215\129", "ש\215\129\214\188" },
      { "q\204\129\204\163", "q\204\163\204\129" } } do
      assert.equal(composition.composed(pair[1]), composition.composed(pair[2]))
    end
    assert.are_not.equal(composition.composed "a\204\128\204\130", composition.composed "a\204\130\204\128")
  end)

  it("leaves every other text as it is", function()
    for _, text in ipairs { "", "abc", "René", "日本語", "ー", "한글", "“x” – €5", "\204\129a", "😀é", "\255\254",
      "각\225\134\168", "\225\133\161", "á" .. ("\204\129"):rep(20) } do
      assert.equal(text, composition.composed(text))
    end
  end)

  it("finds base letters", function()
    assert.equal("Eeaο", composition.without_marks "Éệa\204\138ὀ")
  end)
end)
