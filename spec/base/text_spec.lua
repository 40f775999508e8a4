local growth = require "spec.support.growth"
local text = require "extcontacts.base.text"

describe("a text", function()
  it("of a whole number has no fraction, whatever the number's subtype", function()
    assert.equal("3", text.whole(3))
    assert.equal("3", text.whole(3.0))
    assert.equal("9007199254740992", text.whole(2 ^ 53))
  end)

  it("is trimmed at both ends, whatever is inside", function()
    local cases = {
      [""] = "", [" \t\r\n"] = "", [" a  b\n"] = "a  b", a = "a", [" \194\160x "] = "\194\160x",
    }
    for whole, trimmed in pairs(cases) do
      assert.equal(trimmed, text.trim(whole))
    end
    for _, ends in ipairs { { "x", "y" }, { "", "" }, { "x", "" }, { "", "x" } } do
      growth.assert_linear("trim", text.trim, growth.text(ends[1], " ", ends[2]))
    end
  end)

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

  it("is UTF-8 or not", function()
    for _, valid in ipairs { "", "abc", "aé€😀", "a\0b" } do
      assert.is_true(text.is_utf8(valid))
    end
    for _, wrong in ipairs { "M\252ller", "\195", "\192\128", "\237\160\128" } do
      assert.is_false(text.is_utf8(wrong))
    end
  end)

  it("is read in lines, however its blocks are cut", function()
    local whole = "a\n\nb\0c\r\n" .. ("x"):rep(10) .. "\nend"
    for size = 1, #whole + 1 do
      local at = 1
      local next_line = text.lines(function()
        local block = whole:sub(at, at + size - 1)
        at = at + size
        return block
      end)
      local got = {}
      for line, ended in next_line do
        got[#got + 1] = { line, ended }
      end
      assert.same({ { "a", true }, { "", true }, { "b\0c\r", true }, { ("x"):rep(10), true }, { "end", false } }, got)
      assert.is_nil((next_line()))
    end
    local next_line = text.lines(function()
      return "xxxx"
    end, 10)
    local length = #next_line()
    assert.is_true(length >= 10 and length < 10 + 2 * 4, length) -- whole blocks
  end)

  it("is cut between characters, never within one", function()
    local whole = "aé€😀"
    local beginnings = { [0] = "", "a", "a", "aé", "aé", "aé", "aé€", "aé€", "aé€", "aé€" }
    for bytes = 0, #whole - 1 do
      assert.equal(beginnings[bytes] .. "…", text.cut(whole, bytes))
    end
    assert.equal(whole, text.cut(whole, #whole))
  end)

  it("counts with the noun in its number", function()
    assert.equal("0 changes", text.plural(0, "change"))
    assert.equal("1 change", text.plural(1, "change"))
    assert.equal("2 changes", text.plural(2, "change"))
    assert.equal("2 entries", text.plural(2, "entry", "entries"))
    assert.equal("entry", text.noun(1, "entry", "entries"))
  end)
end)
