-- Files of lines: whole or not at all, forwards and backwards.
local atomic_lines = require "extcontacts.base.atomic_lines"
local files = require "extcontacts.base.files"

local function write(path, text)
  local handle = assert(io.open(path, "wb"))
  handle:write(text)
  handle:close()
end

describe("fix.lines", function()
  local path

  before_each(function()
    path = os.tmpname()
  end)

  after_each(function()
    os.remove(path)
  end)

  -- Texts with lines of all lengths around the block size.
  local function long_lines()
    local list = {}
    for index, length in ipairs { 1, 10, 65535, 65536, 65537, 3, 200000, 1, 65534, 131072, 7 } do
      list[index] = (tostring(index % 10)):rep(length)
    end
    return list
  end

  it("reads the lines that were written, forwards and backwards", function()
    local list = long_lines()
    write(path, table.concat(list, "\n") .. "\n")
    local next_line, _, close = atomic_lines.read(path)
    for _, line in ipairs(list) do
      local got, whole = next_line()
      assert.is_true(got == line)
      assert.is_true(whole)
    end
    assert.is_nil((next_line()))
    close()
    next_line, _, close = atomic_lines.backwards(path)
    for index = #list, 1, -1 do
      assert.is_true(next_line() == list[index], index)
    end
    assert.is_nil(next_line())
    close()
  end)

  it("tells a last line that was cut short, and backwards leaves it out", function()
    for _, torn in ipairs { "x", ("x"):rep(65536), ("x"):rep(70000) } do
      write(path, "one\ntwo\n" .. torn)
      local next_line, _, close = atomic_lines.read(path)
      assert.equal("one", (next_line()))
      assert.equal("two", (next_line()))
      local line, whole = next_line()
      assert.is_true(line == torn)
      assert.is_false(whole)
      close()
      next_line, _, close = atomic_lines.backwards(path)
      assert.equal("two", next_line())
      assert.equal("one", next_line())
      assert.is_nil(next_line())
      close()
    end
  end)

  it("reads nothing from a file without a whole line", function()
    for _, text in ipairs { "", "torn" } do
      write(path, text)
      local next_line, _, close = atomic_lines.backwards(path)
      assert.is_nil(next_line())
      close()
    end
  end)

  it("gives a file its name when it is complete", function()
    os.remove(path)
    local writer = assert(atomic_lines.write(path))
    for index = 1, 20000 do
      assert(writer:put(index .. "\n"))
    end
    assert.is_false(files.exists(path))
    assert(writer:finish())
    assert.is_true(files.exists(path))
    assert.is_false(files.exists(path .. ".tmp"))
    local next_line, _, close = atomic_lines.read(path)
    for index = 1, 20000 do
      assert.equal(tostring(index), (next_line()))
    end
    close()
  end)

  it("leaves the old file where the new one is not finished", function()
    write(path, "old")
    local writer = assert(atomic_lines.write(path))
    assert(writer:put("new"))
    writer:abandon()
    assert.is_false(files.exists(path .. ".tmp"))
    local next_line, _, close = atomic_lines.read(path)
    assert.equal("old", (next_line()))
    close()
  end)

  it("gives a failure with the path where it can't write", function()
    local writer, err = atomic_lines.write("/nonexistent/plan")
    assert.is_nil(writer)
    assert.equal("io", err.kind)
    assert.equal("ENOENT", err.code)
    assert.matches("/nonexistent/plan", err.message, 1, true)
  end)
end)
