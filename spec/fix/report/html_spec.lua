local html = require "extcontacts.fix.report.html"

describe("report.html", function()
  it("escapes text and attributes", function()
    assert.equal("&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;", html.text "<b> & \"x\" 'y'")
    assert.equal("&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;", html.attribute "<b> & \"x\" 'y'")
    assert.equal("a\239\191\189b", html.attribute "a\0b")
    assert.equal("7", html.text(7))
  end)

  it("names characters that can't be seen; joiners in a change only", function()
    local function named(code)
      return '<span class="unseen">' .. code .. "</span>"
    end
    assert.equal(named "U+0000" .. named "U+007F" .. named "U+00A0" .. named "U+200B" .. named "U+FEFF",
      html.text "\0\127\194\160\226\128\139\239\187\191")
    assert.equal("a\226\128\141b", html.text "a\226\128\141b")
    assert.equal("a" .. named "U+200D" .. "b", html.text("a\226\128\141b", true))
    assert.equal("äöü€😀", html.text("äöü€😀", true))
  end)

  it("marks white space in a change where it is easy to miss", function()
    local space = '<span class="blank"> </span>'
    assert.equal(space .. "a b" .. space .. space .. "c" .. space, html.text(" a b  c ", true))
    assert.equal(" a b  c ", html.text " a b  c ")
    assert.equal('a<span class="blank tab">\t</span>', html.text("a\t", true))
  end)

  it("gives a script the characters to name", function()
    local class = html.invisible_class()
    assert.matches("^%[\\u{0}%-\\u{8}\\u{B}%-\\u{1F}\\u{7F}", class)
    assert.matches("\\u{2028}-\\u{202F}", class, 1, true)
    assert.matches("\\u{E0000}%-\\u{E0FFF}%]$", class)
  end)

  it("separates thousands", function()
    for text, number in pairs { ["0"] = 0, ["999"] = 999, ["1,000"] = 1000, ["12,345,678"] = 12345678 } do
      assert.equal(text, html.number(number))
    end
  end)
end)
