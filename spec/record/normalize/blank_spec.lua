local blank = require "extcontacts.record.normalize.blank"

describe("record.normalize.blank", function()
  it("knows every kind of blank", function()
    for _, text in ipairs { "", " ", "\t", "\r", "\r\n", "\194\160", "\226\128\175", "\227\128\128", "\226\128\131",
      "\194\133", "\226\128\168", "\226\128\139", "\239\187\191", "\226\128\142", "\226\129\160", "\194\173",
      "\225\133\159", "\225\133\160", "\226\160\128", "\227\133\164", "\239\190\160",
      " \194\160\226\128\139\t", '=""', '\194\160="" ' } do
      assert.is_true(blank.is(text), (text:gsub(".", function(char) return ("%02X "):format(char:byte()) end)))
    end
    for _, text in ipairs { "0", "-", ".", "'", '""', "x\194\160", "—", "\0", '="x"' } do
      assert.is_false(blank.is(text), text)
    end
  end)

  it("removes blanks from both ends", function()
    for text, trimmed in pairs {
      ["a"] = "a", [" a \t"] = "a", ["\194\160a\194\160 \226\128\139"] = "a", ["\239\187\191é\226\128\142"] = "é",
      ["a\194\160\194\160b"] = "a\194\160\194\160b", [""] = "", [" \194\160"] = "",
      ["\227\128\128日本\227\128\128"] = "日本",
    } do
      assert.equal(trimmed, blank.trimmed(text))
    end
  end)

  it("removes blanks that mean nothing", function()
    assert.equal("Ann Lee", blank.squeezed "\239\187\191 Ann\194\160\t Lee\226\128\142 ")
    assert.equal("", blank.squeezed "\194\160")
    local persian = "علی\226\128\140رضا"
    assert.equal(persian, blank.squeezed(" " .. persian .. "\226\128\143"))
  end)
end)
