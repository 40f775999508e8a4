local arg_types = require "extcontacts.cli.arg_types"

describe("a word of the command line is read as", function()
  local CASES = {
    integer = { ["-3"] = -3, ["0"] = 0, ["12"] = 12, ["1.5"] = false, five = false, [""] = false, inf = false },
    whole = { ["1"] = 1, ["12"] = 12, ["0"] = false, ["-1"] = false, ["1.5"] = false, x = false },
    count = { ["0"] = 0, ["7"] = 7, ["-1"] = false, x = false },
    seconds = { ["0.5"] = 0.5, ["30"] = 30, ["0"] = false, ["-1"] = false, ["1e999"] = false, soon = false },
    share = { ["0.1"] = 0.1, ["10%"] = 0.1, ["1"] = 1, ["100%"] = 1, ["0"] = false, ["101%"] = false, half = false },
  }
  for name, cases in pairs(CASES) do
    it(name, function()
      for text, expected in pairs(cases) do
        local value, misuse = arg_types[name](text)
        if expected then
          assert.equal(expected, value)
        else
          assert.is_nil(value)
          assert.matches("^'" .. text:gsub("%p", "%%%0") .. "' is not a ", misuse)
        end
      end
    end)
  end

  it("range", function()
    local convert = arg_types.range(10, 200)
    assert.equal(10, convert "10")
    assert.equal(200, convert "200")
    for _, text in ipairs { "9", "201", "10.5", "x" } do
      local value, misuse = convert(text)
      assert.is_nil(value)
      assert.equal(("'%s' is not a whole number from 10 to 200"):format(text), misuse)
    end
  end)

  it("a word of its own, or a number", function()
    local convert = arg_types.word_or("auto", arg_types.range(1, 50))
    assert.same({ "auto", 1, 50 }, { convert "auto", convert "1", (convert "50") })
    assert.same({ nil, "'51' is not a whole number from 1 to 50, and not auto" }, { convert "51" })
  end)

  it("pair", function()
    assert.same({ "a", "b=c" }, arg_types.pair "a=b=c")
    assert.same({ "a_1", "" }, arg_types.pair "a_1=")
    for _, text in ipairs { "a", "=b", "a b=c" } do
      local value, misuse = arg_types.pair(text)
      assert.is_nil(value)
      assert.equal(("'%s' is not NAME=VALUE"):format(text), misuse)
    end
  end)
end)
