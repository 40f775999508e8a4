local growth = require "spec.support.growth"
local json = require "extcontacts.base.json"
local printable = require "extcontacts.base.printable"

describe("printable text", function()
  it("is what it was if nothing in it is dangerous", function()
    for _, text in ipairs { "", "Ann Lee", "M\195\188ller", "\230\151\165\230\156\172", "\240\159\152\128",
      "a\194\160b", "\\n", "’" } do
      assert.equal(text, printable.line(text))
      assert.equal(text, printable.lines(text))
    end
  end)

  local CASES = {
    ["a\27[31mb"] = "a\\u001b[31mb", ["a\r\nb\tc"] = "a\\r\\nb\\tc", ["\0\7\8\127"] = "\\u0000\\u0007\\b\\u007f",
    ["\194\155 2J"] = "\\u009b 2J", ["\155 2J"] = "\\x9b 2J", ["a\194\133b"] = "a\\u0085b",
    ["\226\128\174gnp.exe"] = "\\u202egnp.exe", ["\226\129\166x\226\129\169"] = "\\u2066x\\u2069",
    ["A\226\128\139nn"] = "A\\u200bnn", ["\239\187\191a"] = "\\ufeffa", ["\226\128\168"] = "\\u2028",
    ["\243\160\129\129"] = "\\udb40\\udc41", ["\216\156"] = "\\u061c", ["\194\173"] = "\\u00ad",
    ["M\252ller"] = "M\\xfcller", ["\192\128"] = "\\xc0\\x80", ["\237\160\128"] = "\\xed\\xa0\\x80",
    ["\195"] = "\\xc3", ["\195\188\188"] = "\195\188\\xbc", ["\244\144\128\128"] = "\\xf4\\x90\\x80\\x80",
  }
  it("has no control, hidden and invalid characters", function()
    for text, expected in pairs(CASES) do
      assert.equal(expected, printable.line(text))
    end
  end)

  it("keeps lines and tabs of a text of several lines only", function()
    assert.equal("a\n\tb\\r\\u001b", printable.lines "a\n\tb\r\27")
  end)

  it("is JSON of the same value if the text was JSON", function()
    for _, value in ipairs { "\27\r\127\194\155", "\226\128\174", "\243\160\129\129", "a\226\128\141b" } do
      local text = assert(json.encode { value })
      assert.same({ value }, json.decode(printable.lines(text)))
      assert.is_nil(printable.lines(text):find "[%c\127]")
    end
  end)

  it("is cut between characters and never within an escape", function()
    assert.equal("ab…", printable.line("abc", 2))
    assert.equal("\\u001b…", printable.line("\27\27", 1))
    assert.equal("a…", printable.line("a\195\188", 2))
  end)

  it("takes linear time", function()
    for _, unit in ipairs { "\27", "\255", "\226\128\174", "\195\188", "\195", "\240\144", "a\r" } do
      growth.assert_linear(unit, printable.line, growth.text("", unit))
    end
  end)
end)
