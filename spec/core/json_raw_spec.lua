-- json.decode with the option raw: the texts of an array's elements.
local json = require "extcontacts.core".json

local select = json.selection { ["*"] = true, entities = { id = true, a = { b = true } } }

local function decode(text)
  return json.decode(text, { select = select, raw = "entities" })
end

local function page(...)
  return '{"entities":[' .. table.concat({ ... }, ",") .. '],"after":"x"}'
end

describe("json.decode with raw", function()
  it("returns the texts of the elements as they are, beside the selected fields", function()
    local first = '{ "id" : "1",\n "x":[1.0, 12345678901234567890,\t{"y":"\\u00e9\\n","z":{}}] }'
    local value, texts = decode(page(first, '{"id":"2","a":{"b":[],"c":-0}}', "null", "[ ]", '"s"'))
    assert.same({ first, '{"id":"2","a":{"b":[],"c":-0}}', "null", "[ ]", '"s"' }, setmetatable(texts, nil))
    assert.equal('{"after":"x","entities":[{"id":"1"},{"a":{"b":[]},"id":"2"},null,[],"s"]}',
      json.encode(value, { sort_keys = true }))
    assert.equal(json.partial_mt, getmetatable(value.entities[1]))
    value, texts = json.decode(page(first), { raw = "entities" })
    assert.same({ first }, setmetatable(texts, nil))
    assert.equal(json.encode(json.decode(first), { sort_keys = true }),
      json.encode(value.entities[1], { sort_keys = true }))
  end)

  it("returns no texts without such an array", function()
    for _, text in ipairs { '{"entities":null}', '{"entities":{"entities":[1]}}', '{"other":[1]}', "[1]",
      '[{"entities":[1]}]' } do
      local value, texts = decode(text)
      assert.is_table(value)
      assert.is_nil(texts)
    end
    assert.same({}, setmetatable(({ decode '{"entities":[]}' })[2], nil))
    assert.same({ "1" }, setmetatable(({ decode '{"\\u0065ntities":[1]}' })[2], nil))
  end)

  it("refuses a name that an object has twice, wherever it is and however it is written", function()
    for _, element in ipairs { '{"id":1,"id":2}', '{"x":1,"x":2}', '{"x":1,"id":2,"\\u0078":3}',
      '{"x":{"y":1,"z":{},"y":2}}', '{"a":{"c":1,"c":2}}', '{"x":[{"":1,"":2}]}', '{"a":[[{"b":{"c":1,"c":1}}]]}',
      '{"x":1,"x":2', '{"x":1,"x":\1' } do
      local text = page('{"id":"0"}', element)
      local _, message, offset = json.decode(text)
      assert.matches("has this field already", message)
      assert.same({ nil, message, offset }, { decode(text) }, text)
    end
  end)

  it("accepts equal names in different objects, and names with escapes", function()
    local element = '{"x":{"x":{"x":1},"y":2},"y":[{"x":1},{"x":2}],"\\u0079y":1,"yy\\n":2,"a":{"x":1},"b":{"x":1}}'
    local _, texts = decode(page(element, element))
    assert.same({ element, element }, setmetatable(texts, nil))
  end)

  it("knows more names than it notes at once", function()
    local fields = {}
    for index = 1, 2000 do
      fields[index] = ('"name%d":{"id":%d}'):format(index, index)
    end
    local element = "{" .. table.concat(fields, ",") .. "}"
    assert.equal(element, ({ decode(page(element)) })[2][1])
    fields[2001] = '"name7":1'
    element = "{" .. table.concat(fields, ",") .. "}"
    assert.same({ json.decode(page(element)) }, { decode(page(element)) })
  end)

  it("refuses an invalid text where it would be refused as a whole", function()
    local text = page('{"x":["\\ud83d\\ude00\\n\195\164",-0.5e+3,{"b":{},"c":[]},[[]],true,null],"id":"1"}', "[1]")
    for index = 1, #text do
      for _, byte in ipairs { "", "\0", '"', "\\", "\195", "]", "}", "0", "\237\160\128" } do
        local broken = text:sub(1, index - 1) .. byte .. text:sub(index + 1)
        local whole, message, offset = json.decode(broken)
        local value, found, at = decode(broken)
        if whole == nil then
          assert.same({ nil, message, offset }, { value, found, at }, broken)
        else
          assert.is_not_nil(value, broken)
        end
      end
    end
  end)

  it("counts the levels of the elements", function()
    local function nested(depth)
      return page('{"x":' .. ("["):rep(depth) .. ("]"):rep(depth) .. "}")
    end
    local options = { select = select, raw = "entities", max_depth = 10 }
    assert.is_table(json.decode(nested(7), options))
    assert.same({ json.decode(nested(8), { max_depth = 10 }) }, { json.decode(nested(8), options) })
  end)

  it("raises for what is no name", function()
    assert.error_matches(function() json.decode("{}", { raw = true }) end, "must be the name of a field")
    assert.error_matches(function() json.decode("{}", { raw = 1 }) end, "must be the name of a field")
  end)
end)
