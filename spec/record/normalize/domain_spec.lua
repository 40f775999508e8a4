local domain = require "extcontacts.record.normalize.domain"

describe("record.normalize.domain", function()
  it("knows both forms of a domain", function()
    for unicode, ascii in pairs {
      ["bücher.example"] = "xn--bcher-kva.example", ["straße.example"] = "xn--strae-oqa.example",
      ["пример.рф"] = "xn--e1afmkfd.xn--p1ai", ["例え.テスト"] = "xn--r8jz45g.xn--zckzah",
      ["παράδειγμα.δοκιμή"] = "xn--hxajbheg2az3al.xn--jxalpdlp", ["3年b組金八先生.x"] = "xn--3b-ww4c5e180e575a65lsy2b.x",
      ["他们为什么不说中文.x"] = "xn--ihqwcrb4cv8a8dqg056pqjye.x", ["a-b.example.com"] = "a-b.example.com",
    } do
      assert.equal(unicode, domain.unicode(ascii))
      assert.equal(unicode, domain.unicode(unicode))
      assert.equal(ascii, domain.ascii(unicode))
      assert.equal(ascii, domain.ascii(ascii))
    end
    assert.equal("bücher.example", domain.unicode "XN--BCHER-KVA.Example")
    assert.equal("bücher.example", domain.unicode "BU\204\136CHER.example")
  end)

  it("leaves malformed labels as they are", function()
    for _, host in ipairs { "", ".", "xn--", "xn--a", "xn--abc-", "xn--99999999999999999999.x", "xn--!!!.x",
      "xn--" .. ("a"):rep(100) .. ".x" } do
      assert.equal(host, domain.unicode(host))
    end
  end)
end)
