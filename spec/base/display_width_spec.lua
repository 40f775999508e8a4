local display_width = require "extcontacts.base.display_width"
local growth = require "spec.support.growth"

describe("the width of a text on a terminal", function()
  local CASES = {
    [""] = 0, ["Ann Lee"] = 7, ["Müller"] = 6, ["Mu\204\136ller"] = 6, ["日本語"] = 6, ["한국"] = 4, ["ｱ"] = 1,
    ["Ａ"] = 2, ["😀"] = 2, ["a😀b"] = 4, ["é…–"] = 3, ["\225\132\146\225\133\161\225\134\171"] = 2, -- conjoining Hangul
    ["नमस्ते"] = 4, ["שלום"] = 4, ["🇩🇪"] = 2, ["❤️"] = 2, ["1️⃣"] = 2, ["𠀀"] = 2,
  }
  it("counts combining marks as none and wide characters as two", function()
    for text, expected in pairs(CASES) do
      assert.equal(expected, display_width.of(text), text)
    end
  end)

  it("is never exceeded by a text that is cut to it", function()
    for text in pairs(CASES) do
      for columns = 1, 8 do
        local cut, width = display_width.cut(text, columns)
        assert.equal(display_width.of(cut), width)
        assert.is_true(width <= columns, text)
        assert.equal(display_width.of(text) <= columns, cut == text)
      end
    end
    assert.equal("日…", (display_width.cut("日本語", 4)))
    assert.equal("日本…", (display_width.cut("日本語", 5)))
    assert.equal("e\204\129…", (display_width.cut("e\204\129e\204\129e\204\129", 2)))
  end)

  it("takes linear time", function()
    for _, unit in ipairs { "a", "ü", "日", "e\204\129", "\204\129" } do
      growth.assert_linear(unit, function(text)
        display_width.cut(text, 10)
        return display_width.of(text)
      end, growth.text("", unit))
    end
  end)
end)
