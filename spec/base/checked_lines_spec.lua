local checked_lines = require "extcontacts.base.checked_lines"
local json = require "extcontacts.base.json"

describe("checked lines", function()
  it("seals an object with the CRC-32 of what precedes the checksum", function()
    local line, crc = checked_lines.seal '{"a":1}'
    assert.equal('{"a":1,"crc":"a702fc6e"}\n', line)
    assert.equal(0xa702fc6e, crc)
    assert.same({ a = 1, crc = "a702fc6e" }, json.decode(line))
    assert.equal(crc, checked_lines.check(line:sub(1, -2)))
  end)

  it("accepts no other text", function()
    local line = checked_lines.seal('{"a":1}'):sub(1, -2)
    for _, other in ipairs {
      "", "{}", '{"crc":"00000000"}', ',"crc":"00000000"}', line:upper(), line .. " ", line:sub(2), line:sub(1, -2),
      (line:gsub("1", "2", 1)), (line:gsub("a702", "A702")),
    } do
      assert.is_nil(checked_lines.check(other), other)
    end
  end)

  it("chains lines, so that each has its place", function()
    local chain = checked_lines.chain()
    local lines = {}
    for index = 1, 3 do
      lines[index] = chain:seal(('{"n":%d}'):format(index)):sub(1, -2)
    end
    local again = checked_lines.chain()
    assert.is_nil(again:check(lines[2]))
    assert.is_true(again:check(lines[1]))
    assert.is_nil(again:check(lines[1]))
    assert.is_nil(again:check(lines[3]))
    assert.is_true(again:check(lines[2]))
    assert.not_equal(chain:digest(), again:digest())
    assert.is_true(again:check(lines[3]))
    assert.same({ 3, chain.crc, chain:digest() }, { again.count, again.crc, again:digest() })
  end)
end)
