-- What the texts' tables (json_cases_spec.lua) don't cover: arrays, numbers
-- kept as text, options, what encode refuses, large texts.
local json = require "extcontacts.core".json

local has_integers = _VERSION ~= "Lua 5.1" -- LuaJIT's name

describe("json", function()
  it("decodes an object with an array, null and numbers", function()
    local value = assert(json.decode('{"a":[1,2.5,"x"],"b":null,"c":{}}'))
    assert.same({ 1, 2.5, "x" }, { value.a[1], value.a[2], value.a[3] })
    assert.equal(json.null, value.b)
    assert.equal(json.array_mt, getmetatable(value.a))
    assert.is_nil(getmetatable(value.c))
  end)

  it("reports an error with the offset and without the text", function()
    local value, message, offset = json.decode('{"secret" 1}')
    assert.is_nil(value)
    assert.equal("invalid JSON at byte 11: expected ':'", message)
    assert.equal(11, offset)
  end)

  it("shares null with lua-cjson", function()
    assert.equal(require "cjson".null, json.null)
    assert.equal("[null]", json.encode { require "cjson".null })
  end)

  it("distinguishes names that collide in its key cache", function()
    for i = 1, 2000 do
      local name = "k" .. i
      local value = json.decode('{"' .. name .. '":{"' .. name .. '":1}}')
      assert.equal(1, value[name][name])
    end
  end)

  it("raises for a value that is not text and for unknown options", function()
    assert.error_matches(function() json.decode(1) end, "string expected")
    assert.error_matches(function() json.decode() end, "string expected")
    assert.error_matches(function() json.encode() end, "value expected")
    assert.error_matches(function() json.encode(1, { sorted = true }) end,
      "unknown option 'sorted' %(known: max_depth, sort_keys, whole%)")
    assert.error_matches(function() json.decode("1", { sort_keys = true }) end,
      "unknown option 'sort_keys' %(known: max_bytes, max_depth, select, places, at, raw, lines%)")
    for _, bad in ipairs { 0, -1, 1.5, 1001, "5", 0 / 0 } do
      assert.error_matches(function() json.decode("1", { max_depth = bad }) end,
        "'max_depth' must be a whole number from 1 to 1000")
    end
  end)

  it("limits bytes and depth", function()
    assert.same({ 1 }, json.decode("[1]", { max_bytes = 3, max_depth = 1 }))
    assert.is_nil(json.decode("[1] ", { max_bytes = 3 }))
    assert.is_nil(json.decode("[[]]", { max_depth = 1 }))
    local deep = ("["):rep(1000) .. ("]"):rep(1000)
    local value = assert(json.decode(deep, { max_depth = 1000 }))
    assert.equal(deep, json.encode(value, { max_depth = 1000 }))
    assert.is_nil(json.encode({ value }))
  end)
end)

describe("json's arrays", function()
  it("distinguish [] from {}", function()
    assert.equal("{}", json.encode {})
    assert.equal("[]", json.encode(json.array {}))
    assert.equal("[]", json.encode(json.array()))
    assert.equal('{"a":[],"b":{}}', json.encode(json.decode('{"b":{},"a":[]}'),
      { sort_keys = true }))
  end)

  it("are marked in place, and may be marked again", function()
    local list = { "a" }
    assert.equal(list, json.array(json.array(list)))
    assert.equal(json.array_mt, getmetatable(list))
  end)

  it("don't replace another metatable", function()
    assert.error_matches(function() json.array(setmetatable({}, {})) end,
      "another metatable")
    assert.error_matches(function() json.array("x") end, "table expected")
  end)

  it("are recognised in plain tables, whatever order they were filled in", function()
    local list = {}
    for i = 100, 1, -1 do
      list[i] = i
    end
    local text = json.encode(list)
    assert.equal("[1,2,3,", text:sub(1, 7))
    assert.equal(",99,100]", text:sub(-8))
    list = json.array { nil, 2 }
    list[1] = 1
    assert.equal("[1,2]", json.encode(list))
  end)
end)

describe("json.other_than_table", function()
  it("finds the first item that is not a table", function()
    for expected, list in pairs { [1] = { 1 }, [2] = { {}, "x", false }, [3] = { {}, {}, json.null, {} } } do
      assert.equal(expected, json.other_than_table(list))
    end
    assert.is_nil(json.other_than_table {})
    assert.is_nil(json.other_than_table { {}, json.array {} })
    assert.error_matches(function() json.other_than_table "x" end, "table expected")
  end)
end)

describe("json.set_array_mt", function()
  -- A second core with its own settings, as another Lua state would have.
  local function fresh()
    local name = "extcontacts.core"
    local core = package.loaded[name]
    package.loaded[name] = nil
    local other = require(name)
    package.loaded[name] = core
    return other.json
  end

  it("marks arrays with that metatable and still accepts the former one", function()
    local other = fresh()
    local before = other.array {}
    local mt = {}
    other.set_array_mt(mt)
    assert.equal(mt, other.array_mt)
    assert.equal(mt, getmetatable(other.decode "[]"))
    assert.equal(mt, getmetatable(other.array {}))
    assert.equal("[[],[],{}]", other.encode { before, other.array {}, {} })
    other.array(before)
    assert.equal(mt, getmetatable(before))
    assert.not_equal(mt, json.array_mt)
  end)

  it("can be set to one table only", function()
    local other = fresh()
    local mt = {}
    other.set_array_mt(mt)
    other.set_array_mt(mt)
    assert.error_matches(function() other.set_array_mt {} end, "already")
    assert.error_matches(function() other.set_array_mt() end, "table expected")
  end)

  it("leaves valid what an earlier copy of the module marked", function()
    local first, second = fresh(), fresh()
    first.set_array_mt {}
    second.set_array_mt {}
    local list = first.decode "[]"
    assert.not_equal(getmetatable(list), second.array_mt)
    assert.equal("[]", second.encode(list))
    assert.equal("[[]]", second.encode { second.array(list) })
    assert.equal(second.array_mt, getmetatable(list))
  end)

  it("takes no other metatable for a mark", function()
    local other = fresh()
    assert.equal("{}", other.encode(setmetatable({}, {})))
    assert.has_error(function() other.array(setmetatable({}, {})) end)
  end)

  it("forgets a mark that nobody uses", function()
    local weak = setmetatable({}, { __mode = "k" })
    do
      local other = fresh()
      local mt = {}
      weak[mt] = true
      other.set_array_mt(mt)
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(weak))
  end)
end)

describe("json's numbers", function()
  it("survive whatever their size", function()
    for _, text in ipairs {
      "9007199254740993", "-9007199254740993", "9223372036854775807",
      "-9223372036854775808", "9223372036854775808", "12345678901234567890",
      "-18446744073709551617", "0.123456789012345678", "1e999",
    } do
      local value = assert(json.decode('{"n":' .. text .. "}")).n
      assert.equal(text, tostring(value))
      assert.equal('{"n":' .. text .. "}", json.encode { n = value })
      assert.equal("[" .. text .. "]", json.encode { json.number(text) })
    end
  end)

  it("are Lua numbers if a Lua number can represent them", function()
    for _, text in ipairs { "0", "9007199254740992", "0.1", "-5e-324" } do
      assert.is_number(json.decode(text))
      assert.is_false(json.is_number(json.decode(text)))
    end
    local largest = json.decode "9223372036854775807"
    assert.equal(not has_integers, json.is_number(largest))
    assert.is_true(json.is_number(json.decode "9223372036854775808"))
    assert.equal(has_integers and "1.0" or "1", json.encode(1.0))
    assert.equal("9007199254740992", json.encode(json.decode "9007199254740992"))
  end)

  it("kept as text compare by value", function()
    local number = json.number
    local big = json.decode "12345678901234567890"
    assert(big == number "12345678901234567890.0" and big == number "1234567890123456789e1")
    assert(big ~= number "12345678901234567891" and big ~= "12345678901234567890")
    assert(big < number "12345678901234567891" and big <= number "1.3e19")
    assert(big > number "-12345678901234567891" and big > number "0")
    assert(number "-2" < number "-1" and number "0.0" == number "-0e7")
    assert.equal("id 12345678901234567890", "id " .. big)
    assert.error_matches(function() return big < "x" end, "compare")
    assert.error_matches(function() return big .. {} end, "concatenate")
  end)

  if has_integers then -- Lua 5.1 orders no number and userdata
    it("kept as text compare with Lua numbers", function()
      local big = json.decode "12345678901234567890"
      assert(big > 5 and 5 < big and big >= math.huge * -1 and big < math.huge)
      assert(json.number "7" <= 7 and json.number "7" >= 7)
      assert.is_false(big < 0 / 0 or big > 0 / 0 or big <= 0 / 0)
    end)
  end

  it("have a nearest Lua number", function()
    assert.equal(1.2345678901234567e19,
      json.tonumber(json.number "12345678901234567890"))
    assert.equal(math.huge, json.tonumber(json.number "1e999"))
    assert.equal(0, json.tonumber(json.number "1e-999"))
    assert.equal(-2.5, json.tonumber(json.number "-2.5"))
    assert.equal(7, json.tonumber(7))
    assert.is_nil(json.tonumber "7")
    for _, bad in ipairs { "", "01", "1.", " 1", "1 ", "x", "-", "1\0" } do
      assert.is_nil(json.number(bad))
    end
  end)

  -- Significant digits of a number's text.
  local function digits(text)
    return #text:gsub("e.*", ""):gsub("[-.]", ""):gsub("^0+", "")
      :gsub("0+$", "")
  end

  it("are written with the fewest digits that read back exactly", function()
    for i = -323, 308 do
      for _, number in ipairs { 10 ^ i / 3, 10 ^ i, -0.7 * 2 ^ i } do
        local text = json.encode(number)
        local enough = 1
        while tonumber(("%." .. enough .. "g"):format(number)) ~= number do
          enough = enough + 1
        end
        assert.equal(number, tonumber(text))
        assert(digits(text) <= enough, text)
      end
    end
  end)
end)
