local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"

local lines = core.lines

describe("core.lines", function()
  it("joins JSON texts, each on one line", function()
    assert.equal("", lines.join {})
    assert.equal('{"a":\t1}\n[1, 2]\n"\\n"\n', lines.join { '{"a":\r\n\t1}', "[1,\n 2\r]\n", '"\\n"' })
  end)

  it("seals lines as a chain does one by one", function()
    local one, all, expected = checked_lines.chain(), checked_lines.chain(), {}
    local heads, texts = { '{"kind":"a","record":', '{"record":', '{"n":' }, { '{"x":1}', "[\n1]", "null" }
    for round = 1, 3 do
      for index, head in ipairs(heads) do
        expected[#expected + 1] = one:seal(head .. texts[index]:gsub("\n", "") .. "}")
      end
      local text = all:seal_all(heads, texts)
      assert.equal(table.concat(expected, "", #expected - 2), text)
      assert.same({ one.crc, 3 * round, one:digest() }, { all.crc, all.count, all:digest() })
    end
    assert.equal("", all:seal_all({}, {}))
    assert.equal(one:digest(), all:digest())
  end)

  it("joins the cells of a row of CSV only if none needs quotes or a mark", function()
    assert.equal("a,,Z9\r\n", lines.csv({ "a", nil, "Z9" }, 3))
    assert.equal("a.b-c@d_e f,,\r\n", lines.csv({ "a.b-c@d_e f", "" }, 3))
    assert.equal("\r\n", lines.csv({}, 0))
    for byte = 0, 255 do
      local char = string.char(byte)
      assert.equal(char:find "^[%w.@_ -]$" and byte < 128 or false, lines.csv({ "a" .. char .. "b" }, 1) ~= nil)
      assert.equal(char:find "^%w$" and byte < 128 or false, lines.csv({ char .. "b" }, 1) ~= nil)
      assert.equal(char:find "^[%w.@_-]$" and byte < 128 or false, lines.csv({ "a" .. char }, 1) ~= nil)
    end
    for _, value in ipairs { 1, true, { "a" } } do
      assert.is_nil(lines.csv({ "a", value }, 2))
    end
    assert.error_matches(function() lines.csv("a", 1) end, "table expected")
  end)

  it("raises for what is no text", function()
    local hash = core.hash.new()
    assert.error_matches(function() lines.join { "1", 2 } end, "#1.*must be an array of texts")
    assert.error_matches(function() lines.join "1" end, "table expected")
    assert.error_matches(function() lines.seal({}, { "1" }, 0, hash) end, "#1.*must be an array of texts")
    assert.error_matches(function() lines.seal({ "{" }, { {} }, 0, hash) end, "#2.*must be an array of texts")
    assert.error_matches(function() lines.seal({ "{" }, { "1" }, -1, hash) end, "must be a checksum")
    assert.error_matches(function() lines.seal({ "{" }, { "1" }, 0, io.stdout) end, "extcontacts.hash expected")
    assert.equal(core.hash.new():digest(), hash:digest())
  end)
end)
