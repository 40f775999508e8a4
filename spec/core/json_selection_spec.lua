-- json.decode of selected fields: the others are checked and skipped.
local json = require "extcontacts.core".json

local function decode(text, tree)
  return json.decode(text, { select = json.selection(tree) })
end

local function is_partial(value)
  return getmetatable(value) == json.partial_mt
end

describe("json.decode with a selection", function()
  it("builds only its fields, at every level", function()
    local value = decode('{"id":"1","a":{"b":1,"c":{"d":2,"e":3}},"f":[4],"g":5}',
      { id = true, a = { c = { e = true } }, f = true })
    assert.equal('{"a":{"c":{"e":3}},"f":[4],"id":"1"}', json.encode(value, { sort_keys = true }))
    assert.is_true(is_partial(value) and is_partial(value.a) and is_partial(value.a.c))
    assert.equal(json.array_mt, getmetatable(value.f))
  end)

  it("applies to each element of an array and keeps its length", function()
    local value = decode('{"list":[{"id":1,"x":2},null,[{"id":3,"x":4}],{},"text"],"empty":[]}',
      { list = { id = true }, empty = { id = true } })
    assert.equal('{"empty":[],"list":[{"id":1},null,[{"id":3}],{},"text"]}', json.encode(value, { sort_keys = true }))
  end)

  it("leaves what is absent absent, and null and other values as they are", function()
    local value = decode('{"a":null,"b":"text","c":{}}', { a = { x = true }, b = { x = true }, c = { x = true },
      d = { x = true } })
    assert.equal('{"a":null,"b":"text","c":{}}', json.encode(value, { sort_keys = true }))
  end)

  it("takes fields that have no name of their own with *", function()
    local value = decode('{"page":1,"list":[{"id":1,"x":2}],"rest":{"y":3}}', { ["*"] = true, list = { id = true } })
    assert.equal('{"list":[{"id":1}],"page":1,"rest":{"y":3}}', json.encode(value, { sort_keys = true }))
    assert.is_false(is_partial(value) or is_partial(value.rest))
    value = decode('{"a":{"id":1,"x":2},"b":{"id":3,"x":4}}', { ["*"] = { id = true } })
    assert.equal('{"a":{"id":1},"b":{"id":3}}', json.encode(value, { sort_keys = true }))
  end)

  it("knows names that are written with escapes", function()
    assert.equal("x", decode('{"\\u0069d":"x","\\u0069e":"y"}', { id = true }).id)
    assert.same({ ["a\0b"] = 1 }, setmetatable(decode('{"a\\u0000b":1,"a":2}', { ["a\0b"] = true }), nil))
    assert.same({}, setmetatable(decode('{"":1}', { id = true }), nil))
    assert.same({ [""] = 1 }, setmetatable(decode('{"":1,"x":2}', { [""] = true }), nil))
  end)

  it("refuses an invalid text where it would be refused as a whole", function()
    local text = '{"a":["\\ud83d\\ude00\\n\195\164",-0.5e+3,12,{"b":{},"c":[]},[[]],true,false,null],"id":"1"}'
    for _, tree in ipairs { { id = true }, { a = { b = true } }, {} } do
      assert.is_table(decode(text, tree))
      for index = 1, #text do
        local cut = text:sub(1, index - 1)
        assert.same({ json.decode(cut) }, { decode(cut, tree) })
        for _, byte in ipairs { "\0", "\1", '"', "\\", "\195", "]", "}", "0", "e", "\237\160\128" } do
          local broken = cut .. byte .. text:sub(index + 1)
          local _, message, offset = json.decode(broken)
          if not (message and message:find("already", 1, true)) then
            local _, found, at = decode(broken, tree)
            assert.same({ message, offset }, { found, at }, broken)
          end
        end
      end
    end
  end)

  it("checks strings of every length up to their last byte", function()
    for length = 0, 70 do
      local plain = ("x"):rep(length)
      assert.is_table(decode('{"a":"' .. plain .. '"}', { id = true }))
      for _, bad in ipairs { "\31", "\255", "\\x", "\195(" } do
        local text = '{"a":"' .. plain .. bad .. 'yz"}'
        local value, message, offset = decode(text, { id = true })
        local _, expected, at = json.decode(text)
        assert.same({ nil, expected, at }, { value, message, offset })
      end
      assert.is_table(decode('{"a":"' .. plain .. '\\u00e4\195\164\\"' .. plain .. '"}', { id = true }))
    end
  end)

  it("counts the levels that are skipped", function()
    local function nested(depth)
      return '{"a":' .. ("["):rep(depth) .. ("]"):rep(depth) .. "}"
    end
    local options = { select = json.selection { id = true }, max_depth = 10 }
    assert.is_table(json.decode(nested(9), options))
    assert.same({ json.decode(nested(10), { max_depth = 10 }) }, { json.decode(nested(10), options) })
    assert.is_table(decode(nested(999), { id = true }))
    assert.same({ json.decode(nested(1000)) }, { decode(nested(1000), { id = true }) })
  end)

  it("refuses a selected name that occurs twice", function()
    assert.same({ json.decode '{"id":1,"id":2}' }, { decode('{"id":1,"id":2}', { id = true }) })
  end)

  it("raises for what is no selection", function()
    assert.error_matches(function() json.decode("{}", { select = {} }) end, "must come from json.selection")
    assert.error_matches(function() json.decode("{}", { select = io.stdout }) end, "must come from json.selection")
    assert.error_matches(function() json.selection { "id" } end, "maps names of fields")
    assert.error_matches(function() json.selection { id = false } end, "field 'id' must be true")
    assert.error_matches(function() json.selection() end, "table expected")
    local loop = {}
    loop.a = loop
    assert.error_matches(function() json.selection(loop) end, "more than 32 levels")
  end)

  it("notes where partial objects begin, from where they can be decoded in full", function()
    local text = '{"n":1,"list":[ {"id":"1","a":{"b":2,"c":3}}, [{"id":"2"}],{"id":"3","x":"\\u00e9"} ],'
      .. '"rest":{"id":4}}'
    local places = {}
    local value = json.decode(text, { places = places,
      select = json.selection { ["*"] = true, list = { id = true, a = { b = true } } } })
    local count = 0
    for object, place in pairs(places) do
      count = count + 1
      assert.equal("{", text:sub(place, place))
      assert.equal(object.id, json.decode(text, { at = place }).id)
    end
    assert.equal(3, count) -- none for those inside others, and for whole ones
    local list = value.list
    assert.same({ id = "1", a = { b = 2, c = 3 } }, json.decode(text, { at = places[list[1]] }))
    assert.same({ id = "3", x = "\195\169" }, json.decode(text, { at = places[list[3]] }))
    assert.equal("2", json.decode(text, { at = places[list[2][1]] }).id)
    assert.is_nil(getmetatable(json.decode(text, { at = places[list[1]] })))
  end)

  it("reads one value from a place, and nothing behind it", function()
    assert.equal(12, json.decode("[12,}", { at = 2 }))
    assert.same({ nil, "invalid JSON at byte 5: expected a value", 5 }, { json.decode("[12,}", { at = 5 }) })
    assert.same({ nil, "invalid JSON at byte 9: the object has this field already", 9 },
      { json.decode('[{"a":1,"a":2}]', { at = 2 }) }, "a name that is only noticed in what is built")
    for _, case in ipairs {
      { { at = 6 }, "option 'at' is beyond the end of the text" },
      { { at = 0 }, "option 'at' must be a whole number from 1" },
      { { at = 1.5 }, "option 'at' must be a whole number from 1" },
      { { places = 1 }, "option 'places' must be a table" },
    } do
      local ok, message = pcall(json.decode, "[12,}", case[1])
      assert.is_false(ok)
      assert.matches(case[2], message, 1, true)
    end
  end)
end)

describe("json.encode with whole = true", function()
  it("refuses partial records, wherever they are", function()
    local partial = decode('{"id":"1","x":2}', { id = true })
    assert.equal('{"id":"1"}', json.encode(partial))
    assert.same({ nil, "cannot encode a[1].b: it has only the fields that were selected when it was read; "
      .. "read the whole record first", "a[1].b" },
      { json.encode({ a = { { b = partial } } }, { whole = true }) })
    assert.equal('[{"id":1}]', json.encode({ { id = 1 } }, { whole = true }))
  end)
end)
