local emails = require "extcontacts.tidy.emails"

describe("tidy.emails", function()
  it("returns an address without what surrounds it", function()
    for text, wanted in pairs {
      [" Anna@Example.COM "] = "anna@example.com", ["mailto:a@b.example"] = "a@b.example",
      ["<a@b.example>;"] = "a@b.example", ["a (at) b.example"] = "a@b.example", ["a[at]b.example"] = "a@b.example",
      ["a at b.example"] = "a@b.example", ["a+tag@b.example"] = "a+tag@b.example",
    } do
      assert.equal(wanted, emails.tidy(text))
    end
  end)

  it("compares addresses", function()
    assert.equal(emails.key "rené@bücher.example", emails.key "Rene\204\129@xn--bcher-kva.EXAMPLE;")
    assert.equal("a@b.example", emails.key "A at b.example")
    assert.same({ nil, "not an e-mail address" }, { emails.key "n/a" })
  end)

  it("returns a reason for a text that is not one address", function()
    for _, text in ipairs { "n/a", "a@b", "a at home", "a b@c.example", "@c.example", "" } do
      assert.equal("not an e-mail address", select(2, emails.tidy(text)), text)
    end
    assert.equal("more than one address", select(2, emails.tidy "a@b.example; c@d.example"))
  end)
end)
