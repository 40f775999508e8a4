local word_diff = require "extcontacts.fix.report.word_diff"

describe("word_diff.compare", function()
  -- "[…]" around what differs.
  local function marked(pieces)
    local out = {}
    for index, piece in ipairs(pieces) do
      out[index] = piece.changed and "[" .. piece.text .. "]" or piece.text
    end
    return table.concat(out)
  end

  local function compare(before, after)
    local left, right = word_diff.compare(before, after)
    return marked(left) .. " → " .. marked(right)
  end

  it("marks the words that differ", function()
    assert.equal("Head of [old] sales → Head of [new] sales", compare("Head of old sales", "Head of new sales"))
    assert.equal("Head of sales → Head of [world ]sales", compare("Head of sales", "Head of world sales"))
    assert.equal("[ ]Anna[ ] → Anna", compare(" Anna ", "Anna"))
    assert.equal("Müller[-]Lüdenscheidt → Müller[ ]Lüdenscheidt",
      compare("Müller-Lüdenscheidt", "Müller Lüdenscheidt"))
    assert.equal("same → same", compare("same", "same"))
  end)

  it("marks a phrase as one, and texts that share little as a whole", function()
    assert.equal("the [big old] house → the [small new] house", compare("the big old house", "the small new house"))
    assert.equal("[a cat sat] → [dogs ran far]", compare("a cat sat", "dogs ran far"))
    assert.equal("[x] → ", compare("x", ""))
  end)

  it("compares texts of any length", function()
    local long = ("word "):rep(20000)
    local left, right = word_diff.compare(long .. "a b", "c " .. long .. "b")
    local text = {}
    for index, piece in ipairs(right) do
      text[index] = piece.text
    end
    assert.equal("c " .. long .. "b", table.concat(text))
    assert.is_true(#left >= 1)
  end)
end)
