local latin_text = require "extcontacts.sandbox.latin_text"

describe("latin_text", function()
  it("converts the case of letters with accents", function()
    assert.equal("łódź élodie 佐藤 ß", latin_text.lower("ŁÓDŹ ÉLODIE 佐藤 ß"))
    assert.equal("ŁÓDŹ ÉLODIE 佐藤", latin_text.upper("łódź élodie 佐藤"))
  end)

  it("derives the ASCII letters of an e-mail address", function()
    assert.equal("weissobrien3", latin_text.slug("Weiß-O'Brien 3"))
    assert.equal("aesoren", latin_text.slug("Æ Søren"))
    assert.equal("", latin_text.slug("佐藤"))
  end)
end)
