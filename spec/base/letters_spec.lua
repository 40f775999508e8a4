local letters = require "extcontacts.base.letters"

describe("base.letters", function()
  it("have upper and lower case beyond ASCII", function()
    assert.equal("äøçłőў", letters.lower "ÄØÇŁŐЎ")
    assert.equal("ÄØÇŁŐЎ", letters.upper "äøçłőў")
    assert.equal("Élan", letters.capital "élan")
  end)

  it("keep what has no counterpart", function()
    assert.equal("ß山田1", letters.upper "ß山田1")
    assert.equal("groß", letters.lower "GROẞ")
    assert.equal("ıİ", letters.upper "ıİ")
    assert.equal("ıİ", letters.lower "ıİ")
    assert.equal("", letters.capital "")
  end)

  it("are all upper or lower case if there is one letter with case", function()
    for text, expected in pairs {
      ["ÄÖ 1"] = { true, false }, ["äö 1"] = { false, true }, ["Äö"] = { false, false }, ["山田"] = { false, false },
      ["123"] = { false, false },
    } do
      assert.same(expected, { letters.is_all_upper(text), letters.is_all_lower(text) }, text)
    end
  end)
end)
