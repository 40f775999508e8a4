local email = require "extcontacts.record.normalize.email"

describe("record.normalize.email", function()
  it("reads every spelling of an address", function()
    for _, text in ipairs {
      "ann.lee@example.com", "Ann.Lee@Example.COM", " ann.lee@example.com\r", "mailto:ann.lee@example.com",
      "MAILTO:ann.lee@example.com", "mailto:ann.lee@example.com?subject=Hi", "Ann Lee <ann.lee@example.com>",
      '"Lee, Ann" <ann.lee@example.com>', "<ann.lee@example.com>", "<mailto:ann.lee@example.com>",
      '"ann.lee@example.com"', "'ann.lee@example.com'", "ann.lee@example.com;", "ann.lee@example.com, ",
      '"ann.lee@example.com";', "ann.lee@example.com.", "“ann.lee@example.com”", "‘ann.lee@example.com’",
      "„ann.lee@example.com“", "«ann.lee@example.com»", "\239\187\191ann.lee@example.com",
      "ann.lee@example.com\226\128\139", "ann.lee@example.com\194\160", "\226\128\142ann.lee@example.com",
      "ann.lee\226\128\139@example.com", "ann\194\173.lee@example.com", "ann.lee@example.com (Ann Lee)",
      "ann.lee@example.com <Ann.Lee@example.com>", '"ann.lee@example.com" <ann.lee@example.com>;',
      '="ann.lee@example.com"', "\227\128\128ann.lee@example.com\227\128\128", "\tmailto: ann.lee@example.com",
    } do
      assert.same({ "ann.lee@example.com" }, { email.read(text) }, text)
    end
    assert.equal("émile@exämple.com", email.read "Émile@EXÄMPLE.com")
    assert.equal("o'neil+x@example.co.uk", email.read "O'Neil+x@example.co.uk")
  end)

  it("refuses a text that is not one address", function()
    for _, text in ipairs {
      "", "ann", "ann@", "@example.com", "ann@localhost", "ann lee@example.com", "ann@exam ple.com", "n/a", "#N/A",
      ".ann@example.com", "ann.@example.com", "a..n@example.com", "ann@example..com", "ann@-example.com",
      "ann@@example.com", "ann＠example.com", "“ann@example.com", "ann@example.com’", "'ann@example.com",
      "mailto:ann%40example.com", "ann@example.com ext. 5", "<ann@example.com", "ann@example.com\0",
      ("a"):rep(2000) .. "@example.com",
    } do
      assert.same({ nil, "not an e-mail address" }, { email.read(text) }, text)
    end
    for _, text in ipairs {
      "ann@example.com; bob@example.com", "ann@example.com,bob@example.com", "ann@example.com bob@example.com",
      "ann@example.com/bob@example.com", "bob@example.com <ann@example.com>",
      ("ann@example.com;"):rep(100),
    } do
      assert.same({ nil, "more than one address" }, { email.read(text) }, text)
    end
    assert.same({ nil, "not an e-mail address" }, { email.read(5) })
  end)

  it("compares addresses in one form", function()
    for _, group in ipairs {
      { "rené@x.example", "rene\204\129@x.example", "RENÉ@X.example", "René <RENE\204\129@x.example>" },
      { "a@bücher.example", "a@bu\204\136cher.example", "A@BÜCHER.example", "a@xn--bcher-kva.example",
        "mailto:a@XN--BCHER-KVA.EXAMPLE" },
      { "ann@x.example", " ANN@x.example;" },
    } do
      for _, text in ipairs(group) do
        assert.equal(email.key(group[1]), email.key(text), text)
      end
    end
    assert.are_not.equal(email.key "rené@x.example", email.key "rene@x.example")
    assert.same({ nil, "not an e-mail address" }, { email.key "ann" })
  end)

  it("knows the spellings by which an address can be found", function()
    local function spellings(text)
      local list = email.spellings(text)
      table.sort(list or {})
      return list
    end
    assert.is_nil(spellings "ann@x.example")
    assert.same({ "a@bu\204\136cher.example", "a@bücher.example", "a@xn--bcher-kva.example" },
      spellings "a@bücher.example")
    assert.same(spellings "a@bücher.example", spellings "a@xn--bcher-kva.example")
    assert.same({ "RENÉ@x.example", "Rene\204\129@x.example", "René@x.example" }, spellings "René@x.example")
    assert.is_true(email.has_other_case "rené@x.example")
    for _, text in ipairs { "rene@x.example", "a@bücher.example", "日本@x.example" } do
      assert.is_false(email.has_other_case(text))
    end
  end)

  it("knows an address that needs no reading", function()
    for _, text in ipairs { "a@b.example", "a.b+c@b-d.example.com", "x'y@ü.example" } do
      assert.is_true(email.is_address(text), text)
    end
    for _, text in ipairs { "", "a", "a@b", "a b@c.example", ".a@b.example", "a.@b.example", "a..b@c.example",
      "a@b..example", "a@-b.example", "a@b.example-", "a@b.example.", "a@b.example\226\128\142",
      "\239\187\191a@b.example", "‘a@b.example’", "a@b.example\194\160" } do
      assert.is_false(email.is_address(text), text)
    end
  end)
end)
