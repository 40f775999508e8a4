-- Groups of values by key, more than memory has room for.

local errors = require "extcontacts.base.errors"
local group_by = require "extcontacts.fix.group_by"

describe("groups", function()
  local made

  local function new(...)
    made = group_by.new(...)
    return made
  end
  after_each(function()
    if made then
      made:close()
    end
  end)

  -- The keys in the order they come in, and their values.
  local function read(these)
    local order, values = {}, {}
    for key, list in these:each() do
      assert.is_nil(values[key], "a key comes once")
      order[#order + 1] = key
      values[key] = list
    end
    return order, values
  end

  it("gives each key once, with its values in the order they were added", function()
    local these, expected = new(), {}
    for index = 1, 20000 do
      local key, value = "key " .. index % 611, ("%d "):format(index):rep(index % 7)
      these:add(key, value)
      expected[key] = expected[key] or {}
      table.insert(expected[key], value)
    end
    local order, values = read(these)
    assert.same(expected, values)
    assert.same({ order, values }, { read(these) })
    these:add("key 5", "later")
    table.insert(expected["key 5"], "later")
    assert.same(expected, select(2, read(these)))
  end)

  it("takes any bytes, also none, and texts longer than a block", function()
    local these, texts = new(), { "", "\n", "1 2\n3 4\n", "\0\255", ("x"):rep(70000), "é|\r\n" }
    for _, key in ipairs(texts) do
      for _, value in ipairs(texts) do
        these:add(key, value)
      end
    end
    local order, values = read(these)
    assert.equal(#texts, #order)
    for _, key in ipairs(texts) do
      assert.same(texts, values[key])
    end
  end)

  it("is empty at first", function()
    assert.same({}, (read(new())))
  end)

  it("keeps only a part of them in memory", function()
    local these, value = new(), ("v"):rep(400)
    local function held()
      collectgarbage()
      return collectgarbage "count"
    end
    local before, most = held(), 0
    for index = 1, 80000 do -- more than 30 MB
      these:add("k" .. index % 40000, value)
      most = index % 20000 == 0 and math.max(most, held()) or most
    end
    local count = 0
    for _, list in these:each() do
      count = count + #list
      most = count % 20000 == 0 and math.max(most, held()) or most
    end
    assert.equal(80000, count)
    assert.is_true(most - before < 10 * 1024, ("%.1f MB"):format((most - before) / 1024))
  end)

  it("leaves no file behind, neither beside a path nor elsewhere", function()
    local directory = os.tmpname()
    os.remove(directory)
    assert(os.execute("mkdir " .. directory))
    local these = new(directory .. "/p.")
    these:add("a", ("b"):rep(20000))
    local list = io.popen("ls -A " .. directory)
    assert.equal("", list:read "*a")
    list:close()
    assert.same({ ("b"):rep(20000) }, select(2, read(these)).a)
    assert(os.execute("rmdir " .. directory))
  end)

  it("raises when the file can't be created or the disk is full", function()
    local ok, err = pcall(group_by.new, "/nowhere/p.")
    assert.is_false(ok)
    assert.is_true(errors.is_error(err))
    assert.equal("io", err.kind)

    local these = new()
    local file = these.file
    these.file = { write = function() return nil, "p: No space left on device", "ENOSPC" end }
    ok, err = pcall(these.add, these, "a", ("b"):rep(20000))
    these.file = file
    assert.is_false(ok)
    assert.equal("ENOSPC", err.code)
  end)

  it("raises when the file was truncated", function()
    local these = new()
    these:add("a", ("b"):rep(20000))
    these.file:truncate(10)
    local ok, err = pcall(read, these)
    assert.is_false(ok)
    assert.matches("truncated", tostring(err))
  end)

  it("says what is wrong with a call", function()
    local these = new()
    assert.has_error(function() these:add("a", 1) end, "groups:add takes a key and a value, both strings")
    these:close()
    these:close()
    assert.has_error(function() these:add("a", "b") end, "the groups are closed")
    assert.has_error(function() read(these) end, "the groups are closed")
  end)
end)
