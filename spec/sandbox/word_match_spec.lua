local word_match = require "extcontacts.sandbox.state.word_match"

describe("word_match", function()
  local LINES = {
    word_match.line({ first = "Ada", last = "Lovelace-King", age = 36 }, { "first", "last", "age", "title" }),
    word_match.line({}, { "first", "last" }),
    word_match.line({ first = "ÉLODIE", last = "O'Brien\nAdams" }, { "first", "last" }),
  }

  local function found(q)
    local numbers = {}
    word_match.each_line(word_match.chunk(LINES), word_match.query(q), function(number)
      numbers[#numbers + 1] = number
    end)
    return numbers
  end

  it("requires every word of the query at the start of a word", function()
    assert.same({ 0, 2 }, found("ada"))
    assert.same({ 2 }, found("ada bri"))
    assert.same({ 0 }, found("king love"))
    assert.same({}, found("ovelace"))
    assert.same({}, found("36"))
  end)

  it("ignores case and punctuation", function()
    assert.same({ 2 }, found("élodie, O'BRIEN"))
    assert.is_true(word_match.matches(LINES[1], word_match.query("(Lovelace) King!")))
  end)

  it("finds no words in punctuation and spaces", function()
    assert.same({}, word_match.query(" .,- \t"))
  end)
end)
