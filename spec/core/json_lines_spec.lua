-- json.decode with the option lines: the records of an array as lines, which are no strings.
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local files = require "extcontacts.base.files"

local json = core.json

local selection = json.selection { ["*"] = true, entities = { id = true } }

local function decode(text, lines, max_depth)
  return json.decode(text, { select = selection, raw = "entities", lines = lines, max_depth = max_depth })
end

local function page(...)
  return '{"entities":[' .. table.concat({ ... }, " ,\n") .. ' ],"after":{"id":"x"}}'
end

-- Decodes with and without lines, which must agree.  Returns whether there are lines.
local function compare(text, max_depth)
  local value, texts, offset = decode(text, false, max_depth)
  local found, lines, at = decode(text, true, max_depth)
  if type(lines) ~= "userdata" then
    assert.same({ value, texts, offset }, { found, lines, at }, text)
    return false
  end
  assert.equal(core.lines.join(texts), lines:text(), text)
  assert.equal(#texts, #lines)
  assert.same({}, found.entities)
  assert.equal(json.array_mt, getmetatable(found.entities))
  found.entities = value.entities
  assert.same(value, found)
  return true
end

describe("json.decode with lines", function()
  it("keeps records as lines, without tables for them", function()
    local first = '{ "id" : "1",\n "x":[1.0, 12345678901234567890,\t{"y":"\\u00e9\\n","z":{}}] }'
    local _, lines = decode(page(first, '{"a":{"id":7},"id":"2"}'), true)
    assert.equal(first:gsub("\n", "") .. "\n" .. '{"a":{"id":7},"id":"2"}\n', lines:text())
    assert.equal(2, #lines)
    assert.equal(#lines:text(), lines:bytes())
    assert.is_true(compare(page(first, '{"a":{"id":7},"id":"2"}', '{"id":"\\u0031\\n"}')))
    assert.is_true(compare '{"entities":[]}')
    assert.is_true(compare '{"b":1,"\\u0065ntities": [ {"id":"1"}\r\n] }')
    _, lines = decode('{"entities":[]}', true)
    assert.same({ 0, "", 0 }, { #lines, lines:text(), lines:bytes() })
  end)

  it("returns the texts as without lines where an element is no record with an id", function()
    for _, element in ipairs { "{}", '{"id":""}', '{"id":7}', '{"id":null}', '{"\\u0069d":"1"}', "null", "[]", '"s"',
      '{"x":{"id":"1"}}', '{"id":"1","x":1,"\\u0079":2}' } do
      assert.is_false(compare(page('{"id":"1"}', element)), element)
    end
    for _, text in ipairs { '{"entities":null}', '{"entities":{"id":"1"}}', '{"other":[{"id":"1"}]}', "[1]",
      '[{"entities":[{"id":"1"}]}]', '{"entities":[{"id":"1"}],"entities":[]}', '{"entities":[{"id":"1"}]}x' } do
      assert.is_false(compare(text), text)
    end
    local fields = {}
    for index = 1, 600 do
      fields[index] = ('"name%d":%d'):format(index, index)
    end
    assert.is_false(compare(page('{"id":"1",' .. table.concat(fields, ",") .. "}"))) -- more names than it notes
  end)

  it("refuses what is refused without lines, for the same reason", function()
    for _, element in ipairs { '{"id":"1","id":"2"}', '{"x":{"y":1,"z":{},"y":2},"id":"1"}', '{"id":"1","x":[}',
      '{"id":"1"',
      '{"id":"1",}', '{"id":"1" "x":1}', '{"id":"1","x"}', '{"id":"\237\160\128"}', '{"id":"1","x":01}' } do
      assert.is_false(compare(page('{"id":"0"}', element)), element)
      assert.is_nil((decode(page('{"id":"0"}', element), true)))
    end
    local text = page('{"x":["\\ud83d\\ude00\\n\195\164",-0.5e+3,{"b":{},"c":[]},[[]],true,null],"id":"1"}')
    local accepted = 0
    for index = 1, #text do
      for _, byte in ipairs { "", "\0", '"', "\\", "\195", "]", "}", "0", "\n" } do
        accepted = accepted + (compare(text:sub(1, index - 1) .. byte .. text:sub(index + 1)) and 1 or 0)
      end
    end
    assert.is_true(accepted > 20)
  end)

  it("counts the levels of the records", function()
    for depth = 1, 8 do
      local text = page('{"id":"1","x":' .. ("["):rep(depth) .. ("]"):rep(depth) .. "}")
      for most = 1, 12 do
        assert.equal(depth + 3 <= most, compare(text, most), ("%d %d"):format(depth, most))
      end
    end
  end)

  it("does without a selection, and does nothing without raw", function()
    local text = page '{"id":"1"}'
    assert.equal('{"id":"1"}\n', ({ json.decode(text, { raw = "entities", lines = true }) })[2]:text())
    assert.same({ json.decode(text) }, { json.decode(text, { lines = true }) })
  end)
end)

describe("lines", function()
  local texts = { '{"id":"1","x":[1,2]}', '{"id":"2"}', '{"id":"3","y":{}}' }

  local function lines_of(...)
    local _, lines = decode(page(...), true)
    return lines
  end

  it("are sealed in their place as a chain seals texts", function()
    local one, all = checked_lines.chain(), checked_lines.chain()
    local head = '{"kind":"contact","record":'
    for round = 1, 3 do
      local lines = lines_of(texts[1], texts[2], texts[3])
      local expected = one:seal_all({ head, head, head }, texts)
      all:seal_lines(head, lines)
      assert.equal(expected, lines:text())
      assert.equal(#expected, lines:bytes())
      assert.same({ one.crc, 3 * round, one:digest() }, { all.crc, all.count, all:digest() })
    end
    local empty = lines_of()
    all:seal_lines(head, empty)
    assert.equal("", empty:text())
    assert.equal(one:digest(), all:digest())
  end)

  it("are written to files as texts are", function()
    local path = os.tmpname()
    local file = assert(core.file.open(path, "update"))
    assert.is_true(file:write(lines_of(texts[1])))
    assert.is_true(file:write(lines_of(texts[2])))
    assert.is_true(file:write(lines_of(texts[3]), 0))
    assert.is_true(file:write(lines_of()))
    file:close()
    local text = files.read(path)
    assert.equal(texts[3] .. "\n" .. (texts[1] .. "\n"):sub(#texts[3] + 2) .. texts[2] .. "\n", text)
    os.remove(path)
  end)

  it("are found by texts that they have, or may have with an escape", function()
    local list = {
      '{"id":"1","city":"York"}', '{"id":"2",\n"city":"Leeds"}', '{"id":"3","city":"\\u0059ork"}',
      '{"id":"4","city":"New York"}', '{"id":"5","city":"Yor"}', '{"id":"6","city":"\\\\u0059"}',
      '{"id":"7","city":"\\u2028\\/\\n"}', '{"id":"8","x":"York\\""}',
    }
    local _, lines = decode('{"entities":[' .. table.concat(list, ",") .. "]}", true)
    local function found(...)
      local having, places = lines:having { ... }
      for index, text in ipairs(having) do
        assert.equal((list[places[index]]:gsub("\n", "")), text)
      end
      assert.equal(#having, #places)
      return table.concat(places, " ")
    end
    assert.equal("1 3", found '"York"')
    assert.equal("1 3 4 8", found "York")
    assert.equal("1 2 3", found('"York"', '"Leeds"'))
    assert.equal("3", found "Bath")
    assert.equal("3", found())
    assert.equal("1 2 3 4 5 6 7 8", found('"city"', '"x"'))
    assert.equal("3", found(("x"):rep(1e5)))
    assert.equal("3", found '}{')
    local _, none = decode('{"entities":[]}', true)
    assert.same({ {}, {} }, { none:having { "a" } })
    assert.error_matches(function() lines:having() end, "table expected")
    assert.error_matches(function() lines:having { 1 } end, "must be an array of texts")
  end)

  it("can't be used once they are released", function()
    local lines = lines_of(texts[1])
    lines:release()
    lines:release()
    for _, use in ipairs {
      function() return #lines end,
      function() return lines:text() end,
      function() return lines:bytes() end,
      function() return lines:having { "a" } end,
      function() return lines:seal("{", 0, core.hash.new()) end,
      function() return core.file.write_output(lines) end,
    } do
      assert.error_matches(use, "the lines were released")
    end
  end)

  it("raise for wrong arguments", function()
    local lines = lines_of(texts[1])
    assert.error_matches(function() lines:seal("{", -1, core.hash.new()) end, "must be a checksum")
    assert.error_matches(function() lines:seal("{", 0, io.stdout) end, "extcontacts.hash expected")
    assert.error_matches(function() lines:seal(nil, 0, core.hash.new()) end, "string expected")
    assert.error_matches(function() core.file.write_output(io.stdout) end, "extcontacts.lines expected")
    assert.error_matches(function() core.file.write_output() end, "string expected")
    assert.equal(texts[1] .. "\n", lines:text())
  end)
end)
