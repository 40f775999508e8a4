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
  local function read(groups)
    local order, values = {}, {}
    for key, list in groups:each() do
      assert.is_nil(values[key], "a key comes once")
      order[#order + 1] = key
      values[key] = list
    end
    return order, values
  end

  it("returns each key once, with its values in the order they were added", function()
    local groups, expected = new(), {}
    for index = 1, 20000 do
      local key, value = "key " .. index % 611, ("%d "):format(index):rep(index % 7)
      groups:add(key, value)
      expected[key] = expected[key] or {}
      table.insert(expected[key], value)
    end
    local order, values = read(groups)
    assert.same(expected, values)
    assert.same({ order, values }, { read(groups) })
    groups:add("key 5", "later")
    table.insert(expected["key 5"], "later")
    assert.same(expected, select(2, read(groups)))
  end)

  it("takes any bytes, also none, and texts longer than a block", function()
    local groups, texts = new(), { "", "\n", "1 2\n3 4\n", "\0\255", ("x"):rep(70000), "é|\r\n" }
    for _, key in ipairs(texts) do
      for _, value in ipairs(texts) do
        groups:add(key, value)
      end
    end
    local order, values = read(groups)
    assert.equal(#texts, #order)
    for _, key in ipairs(texts) do
      assert.same(texts, values[key])
    end
  end)

  it("is empty at first", function()
    assert.same({}, (read(new())))
  end)

  it("keeps only a part of them in memory", function()
    local groups, value = new(), ("v"):rep(400)
    local function held()
      collectgarbage()
      return collectgarbage "count"
    end
    -- Lua doubles its table of all texts at some number of them: not in what follows.
    local texts = {}
    for index = 1, 80000 do
      texts[index] = "text" .. index
    end
    assert.equal(80000, #texts)
    texts = nil -- luacheck: ignore
    local before, most = held(), 0
    for index = 1, 80000 do -- more than 30 MB
      groups:add("k" .. index % 40000, value)
      most = index % 20000 == 0 and math.max(most, held()) or most
    end
    local count = 0
    for _, list in groups:each() do
      count = count + #list
      most = count % 20000 == 0 and math.max(most, held()) or most
    end
    assert.equal(80000, count)
    assert.is_true(most - before < 10 * 1024, ("%.1f MB"):format((most - before) / 1024))
  end)

  it("leaves no file behind, neither next to a path nor elsewhere", function()
    local directory = os.tmpname()
    os.remove(directory)
    assert(os.execute("mkdir " .. directory))
    local groups = new(directory .. "/p.")
    groups:add("a", ("b"):rep(20000))
    local list = io.popen("ls -A " .. directory)
    assert.equal("", list:read "*a")
    list:close()
    assert.same({ ("b"):rep(20000) }, select(2, read(groups)).a)
    assert(os.execute("rmdir " .. directory))
  end)

  it("raises when the file can't be created or the disk is full", function()
    local ok, err = pcall(group_by.new, "/nowhere/p.")
    assert.is_false(ok)
    assert.is_true(errors.is_error(err))
    assert.equal("io", err.kind)

    local groups = new()
    local file = groups.file
    groups.file = { write = function() return nil, "p: No space left on device", "ENOSPC" end }
    ok, err = pcall(groups.add, groups, "a", ("b"):rep(20000))
    groups.file = file
    assert.is_false(ok)
    assert.equal("ENOSPC", err.code)
  end)

  it("raises when the file was truncated", function()
    local groups = new()
    groups:add("a", ("b"):rep(20000))
    groups.file:truncate(10)
    local ok, err = pcall(read, groups)
    assert.is_false(ok)
    assert.matches("truncated", tostring(err))
  end)

  it("rejects wrong arguments, and calls after close", function()
    local groups = new()
    assert.has_error(function() groups:add("a", 1) end, "groups:add takes a key and a value, both strings")
    groups:close()
    groups:close()
    assert.has_error(function() groups:add("a", "b") end, "the groups are closed")
    assert.has_error(function() read(groups) end, "the groups are closed")
  end)
end)
