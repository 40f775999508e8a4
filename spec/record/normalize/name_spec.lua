local name = require "extcontacts.record.normalize.name"

describe("record.normalize.name", function()
  it("composes letters", function()
    for decomposed, composed in pairs {
      ["Rene\204\129"] = "René", ["Mu\204\136ller"] = "Müller", ["A\204\138sa"] = "Åsa", ["n\204\131"] = "ñ",
      ["Nguye\204\130\204\131n"] = "Nguyễn", ["e\204\163\204\130"] = "ệ", ["e\204\130\204\163"] = "ệ",
      ["\195\170\204\163"] = "ệ", ["s\204\166"] = "ș", ["c\204\167"] = "ç", ["I\204\135"] = "İ",
      ["\206\177\204\129"] = "ά", ["\208\184\204\134"] = "й", ["q\204\129"] = "q\204\129",
      ["q\204\163\204\129"] = "q\204\163\204\129", ["\204\129a"] = "\204\129a", [""] = "", ["René"] = "René",
      ["o\204\155\204\163"] = "ợ", ["u\204\136\204\132"] = "ǖ",
    } do
      assert.equal(composed, name.composed(decomposed))
    end
  end)

  it("has one form for spellings of one name", function()
    for _, group in ipairs {
      { "O'Neil", "O’Neil", "O‘Neil", "O`Neil", "O´Neil", "OʼNeil", "Oʻneil", "O＇Neil", "O′Neil", "o'neil" },
      { "O'Neil", "O\202\190Neil", "O\202\191Neil", "OꞋNeil", "OꞌNeil", "O\225\190\191Neil", "O❜Neil", "O｀Neil" },
      { "Smith-Jones", "Smith\226\129\131Jones", "Smith\214\190Jones", "SMITH\214\138JONES", "Smith－Jones" },
      { "İnce", "I\204\135nce", "i\204\135nce", "INCE", "ince" }, { "Ａｎｎ", "Ann", "ＡＮＮ" },
      { "ﬁnley", "Finley", "FINLEY" }, { "ﾔﾏﾀﾞ", "ヤマダ", "ヤマタ\227\130\153" }, { "Å", "\226\132\171", "A\204\138", "å" },
      { "김", "\225\132\128\225\133\181\225\134\183" }, { "Rene\204\129", "René", "RENÉ", "René ", "\194\160René",
      "Ren\226\128\139é" },
      { "Groß", "GROẞ", "groß" },
      { "Anna-Maria", "Anna‐Maria", "Anna‑Maria", "Anna–Maria", "ANNA−MARIA" },
      { "Kılıç", "KILIÇ", "kılıç", "KILIC\204\167" },
      { "İpek", "ipek", "IPEK", "I\204\135pek" },
      { "Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδο\204\129πουλος" },
      { "Məmmədova", "MƏMMƏDOVA" },
      { "علی\226\128\140رضا", "علیرضا" },
      { "Ann Lee", "Ann  Lee", "Ann\194\160Lee", "ann\tlee", "\239\187\191Ann Lee", "Ann Lee\226\128\142" },
    } do
      for _, spelling in ipairs(group) do
        assert.equal(name.key(group[1]), name.key(spelling), spelling)
      end
    end
    for _, pair in ipairs { { "Groß", "Gross" }, { "Müller", "Muller" }, { "Anna-Maria", "Anna Maria" },
      { "Smith/Jones", "Smith-Jones" }, { "O'Neil", "ONeil" }, { "İpek", "İpęk" } } do
      assert.are_not.equal(name.key(pair[1]), name.key(pair[2]))
    end
  end)

  it("reads a name", function()
    assert.equal("René Lee", name.read " Rene\204\129\194\160Lee\226\128\139")
    assert.equal("Nan", name.read "Nan")
    for text, reason in pairs { [""] = "no name", ["\194\160"] = "no name", ["#REF!"] = "a spreadsheet's error value",
      nan = "a spreadsheet's error value" } do
      assert.same({ nil, reason }, { name.read(text) })
    end
  end)
end)
