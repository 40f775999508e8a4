-- What json.encode refuses and where, and texts that are large.
local json = require "extcontacts.core".json

local function refuses(value, path, why, options)
  local text, message, where = json.encode(value, options)
  assert.is_nil(text)
  assert.equal(path, where)
  local subject = path == "" and "the value" or path
  assert.equal("cannot encode " .. subject .. ": " .. why, message)
end

describe("json.encode refuses, in any order of fields,", function()
  for _, options in ipairs { {}, { sort_keys = true } } do
    local order = options.sort_keys and " (sorted)" or ""
    local function it_refuses(what, value, path, why)
      it(what .. order, function()
        refuses(value, path, why, options)
      end)
    end

    it_refuses("NaN", { a = { { b = 0 / 0 } } }, "a[1].b",
      "NaN is not valid JSON")
    it_refuses("infinity", { 1, math.huge }, "[2]",
      "infinity is not valid JSON")
    it_refuses("minus infinity", -math.huge, "", "infinity is not valid JSON")
    it_refuses("functions", { f = print }, "f", "a function has no JSON form")
    it_refuses("threads", { coroutine.create(print) }, "[1]",
      "a thread has no JSON form")
    it_refuses("files", { a = { io.stdout } }, "a[1]",
      "a userdata has no JSON form")
    it_refuses("nil", nil, "", "a nil has no JSON form")
    it_refuses("a gap", { list = { 1, nil, 3 } }, "list",
      "its positions have gaps (use null)")
    it_refuses("positions mixed with names", { x = { 1, y = 2 } }, "x",
      "it has both positions and field names")
    it_refuses("a boolean as key", { x = { [true] = 1 } }, "x",
      "a key is neither a field name nor a position")
    it_refuses("a fraction as key", { x = { [1.5] = 1 } }, "x",
      "a key is neither a field name nor a position")
    it_refuses("zero as position", { [0] = 1 }, "",
      "a key is neither a field name nor a position")
    it_refuses("field names in what is marked as an array",
      { a = json.array { y = 2 } }, "a",
      "it is marked as an array but has other keys")
    it_refuses("bad UTF-8", { name = { "M\252ller" } }, "name[1]",
      "the string is not valid UTF-8")
    it_refuses("a surrogate as UTF-8", { "\237\160\128" }, "[1]",
      "the string is not valid UTF-8")
    it_refuses("a cut sequence", { "\226\130" }, "[1]",
      "the string is not valid UTF-8")
    it_refuses("bad UTF-8 in a name", { a = { ["x\255"] = 1 } },
      'a["x?"]', "the field name is not valid UTF-8")
    it_refuses("names that aren't words", { ["a b\n"] = { ["1"] = print } },
      '["a b?"]["1"]', "a function has no JSON form")
    it_refuses("very long names", { [("k"):rep(70)] = print },
      '["' .. ("k"):rep(64) .. '..."]', "a function has no JSON form")
  end

  it("a table inside itself, but not one that occurs twice", function()
    local cycle = { a = { {} } }
    cycle.a[1].b = cycle
    refuses(cycle, "a[1].b", "it contains itself")
    local shared = { 1 }
    assert.equal('[[1],[1],{"x":[1]}]',
      json.encode { shared, shared, { x = shared } })
  end)

  it("values that are nested too deeply", function()
    local deep = {}
    for _ = 1, 128 do
      deep = { deep }
    end
    assert.is_string(json.encode(deep))
    refuses(deep, ("[1]"):rep(128), "nested too deeply (see max_depth)", { max_depth = 128 })
    for _ = 129, 1000 do
      deep = { deep }
    end
    refuses(deep, ("[1]"):rep(1000), "nested too deeply (see max_depth)")
    refuses({ a = { b = {} } }, "a.b", "nested too deeply (see max_depth)",
      { max_depth = 2 })
  end)

  it("and works afterwards", function()
    for i = 1, 50 do
      assert.is_nil(json.encode { ("x"):rep(i * 100), print })
      assert.equal('["x"]', json.encode { "x" })
    end
  end)
end)

describe("json.encode's strings", function()
  it("are right for every character at every position", function()
    local special = {
      ["\""] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\0"] = "\\u0000",
      ["\195\164"] = "\195\164", ["\240\159\152\128"] = "\240\159\152\128",
      ["\127"] = "\127", ["\31"] = "\\u001f", [" "] = " ", ["\255"] = false,
      ["\195"] = false,
    }
    for length = 0, 26 do
      local plain = ("abcdefghijklmnopqrstuvwxyz"):sub(1, length)
      for at = 0, length do
        local before, after = plain:sub(1, at), plain:sub(at + 1)
        for raw, escaped in pairs(special) do
          local expected
          if escaped then
            expected = ('{"%s":"%s"}'):format(before .. escaped .. after,
              before .. escaped .. after)
          end
          local text = before .. raw .. after
          assert.equal(expected, (json.encode { [text] = text }))
        end
      end
    end
  end)
end)

describe("json's large texts", function()
  it("handle a million items", function()
    local text = "[" .. ("7,"):rep(999999) .. "8]"
    local list = assert(json.decode(text))
    assert.equal(1000000, #list)
    assert.equal(8, list[1000000])
    assert.equal(text, json.encode(list))
  end)

  it("handle many containers in one", function()
    local text = "[" .. ('{"a":[1,{}]},'):rep(99999) .. "[]]"
    assert.equal(text, json.encode(assert(json.decode(text))))
  end)

  it("handle 40,000 fields and find the duplicate", function()
    local parts = {}
    for i = 1, 40000 do
      parts[i] = ('"f%05d":%d'):format(i, i)
    end
    local body = "{" .. table.concat(parts, ",")
    local object = assert(json.decode(body .. "}"))
    assert.equal(40000, object.f40000)
    assert.equal(body .. "}", json.encode(object, { sort_keys = true }))
    for _, name in ipairs { "f00001", "f00128", "f00129", "f20000", "f40000" } do
      local value, message, offset = json.decode(body .. ',"' .. name .. '":0}')
      assert.is_nil(value)
      assert.matches("this field already", message)
      assert.equal(#body + 2, offset)
    end
  end)

  it("handle wide objects at any depth", function()
    local text = "0"
    for depth = 1, 100 do
      local parts = {}
      for i = 1, 40 do
        parts[i] = ('"d%03d%02d":%d'):format(depth, i, i)
      end
      text = "{" .. table.concat(parts, ",") .. ',"z":' .. text .. "}"
    end
    local value = assert(json.decode(text))
    assert.equal(text, json.encode(value, { sort_keys = true }))
  end)
end)
