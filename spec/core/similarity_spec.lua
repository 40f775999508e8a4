-- Values from the literature: Winkler (1990, 2006) for Jaro-Winkler, the examples of
-- Lowrance and Wagner's distance, and the United States' National Archives for Soundex.
local similarity = require("extcontacts.core").similarity

local function near(expected, actual)
  assert.is_true(math.abs(expected - actual) < 0.0005, ("%s is not %s"):format(actual, expected))
end

describe("core.similarity.jaro_winkler", function()
  it("agrees with the published table of names", function()
    for _, row in ipairs {
      { "SHACKLEFORD", "SHACKELFORD", 0.982 }, { "DUNNINGHAM", "CUNNIGHAM", 0.896 },
      { "NICHLESON", "NICHULSON", 0.956 },
      { "JONES", "JOHNSON", 0.832 }, { "MASSEY", "MASSIE", 0.933 }, { "ABROMS", "ABRAMS", 0.922 },
      { "MARHTA", "MARTHA", 0.961 }, { "DWAYNE", "DUANE", 0.840 }, { "DIXON", "DICKSONX", 0.813 },
      { "MICHELLE", "MICHAEL", 0.921 }, { "JULIES", "JULIUS", 0.933 }, { "ITMAN", "SMITH", 0.467 },
    } do
      near(row[3], similarity.jaro_winkler(row[1], row[2]))
      near(row[3], similarity.jaro_winkler(row[2], row[1]))
    end
  end)

  it("is 1 for equal texts and 0 without a letter in common", function()
    assert.equal(1, similarity.jaro_winkler("", ""))
    assert.equal(1, similarity.jaro_winkler("ж", "ж"))
    assert.equal(0, similarity.jaro_winkler("a", ""))
    assert.equal(0, similarity.jaro_winkler("abc", "xyz"))
  end)

  it("compares letters, not bytes", function()
    near(similarity.jaro_winkler("muller", "mueler"), similarity.jaro_winkler("mжller", "mжeler"))
    near(similarity.jaro_winkler("abcd", "abdc"), similarity.jaro_winkler("абвг", "абгв"))
  end)
end)

describe("core.similarity.damerau_levenshtein", function()
  it("counts insertions, deletions, replacements and transpositions", function()
    for _, row in ipairs { { "", "", 0 }, { "abc", "", 3 }, { "kitten", "sitting", 3 }, { "ab", "ba", 1 },
      { "CA", "ABC", 2 }, { "a cat", "an abct", 3 }, { "19800203", "19800302", 2 }, { "ж", "a", 1 } } do
      assert.equal(row[3], similarity.damerau_levenshtein(row[1], row[2]))
      assert.equal(row[3], similarity.damerau_levenshtein(row[2], row[1]))
    end
  end)

  it("rejects a text of more than 1,024 letters", function()
    assert.equal(1024, similarity.damerau_levenshtein(("a"):rep(1024), ""))
    assert.has_error(function()
      similarity.damerau_levenshtein(("a"):rep(1025), "a")
    end)
  end)
end)

describe("core.similarity.word_overlap", function()
  it("is the share of words in common, each counted once", function()
    assert.equal(1, similarity.word_overlap("acme corp", "corp acme acme"))
    near(0.8, similarity.word_overlap("acme corp ltd", "corp acme"))
    assert.equal(0, similarity.word_overlap("acme", "globex"))
    assert.equal(1, similarity.word_overlap("", " "))
  end)
end)

describe("core.similarity.soundex", function()
  it("agrees with the published codes", function()
    for name, code in pairs { Robert = "R163", Rupert = "R163", Rubin = "R150", Ashcraft = "A261", Ashcroft = "A261",
      Tymczak = "T522", Pfister = "P236", Honeyman = "H555", Lee = "L000", Gauss = "G200", Washington = "W252",
      Jackson = "J250", Gutierrez = "G362", VanDeusen = "V532" } do
      assert.equal(code, similarity.soundex(name))
      assert.equal(code, similarity.soundex(name:lower()))
    end
  end)

  it("is nil without an ASCII letter", function()
    assert.is_nil(similarity.soundex "")
    assert.is_nil(similarity.soundex "Жуков 7")
  end)
end)
