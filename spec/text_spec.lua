local text = require "extcontacts.text"

describe("a text", function()
  it("is counted in characters", function()
    assert.equal(0, text.length "")
    assert.equal(3, text.length "abc")
    assert.equal(4, text.length "aé€😀")
  end)

  it("is without the byte order mark that a file begins with", function()
    assert.equal("a", text.without_bom(text.BOM .. "a"))
    assert.equal("a" .. text.BOM, text.without_bom("a" .. text.BOM))
    assert.equal("", text.without_bom "")
  end)

  it("is cut between characters, never within one", function()
    local whole = "aé€😀"
    local beginnings = { [0] = "", "a", "a", "aé", "aé", "aé", "aé€", "aé€", "aé€", "aé€" }
    for bytes = 0, #whole - 1 do
      assert.equal(beginnings[bytes] .. "…", text.cut(whole, bytes))
    end
    assert.equal(whole, text.cut(whole, #whole))
  end)
end)
