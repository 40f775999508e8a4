local atomic_lines = require "extcontacts.base.atomic_lines"
local files = require "extcontacts.base.files"
local tempfile = require "spec.support.tempfile"

describe("atomic_lines", function()
  local create = tempfile.creator(after_each)

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
    local path = create(table.concat(list, "\n") .. "\n")
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

  it("marks an incomplete last line, and leaves it out backwards", function()
    for _, torn in ipairs { "x", ("x"):rep(65536), ("x"):rep(70000) } do
      local path = create("one\ntwo\n" .. torn)
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

  it("finds no line in a file without a complete one", function()
    for _, text in ipairs { "", "torn" } do
      local next_line, _, close = atomic_lines.backwards(create(text))
      assert.is_nil(next_line())
      close()
    end
  end)

  it("reads what people wrote without byte order mark and carriage returns, with line numbers", function()
    local next_line, _, close = atomic_lines.texts(create "\239\187\191one\r\n\r\nthr\195\169e")
    local got = {}
    for line, number in next_line do
      got[number] = line
    end
    close()
    assert.same({ "one", "", "thr\195\169e" }, got)
  end)

  it("names the line that is not UTF-8, or that contains a carriage return", function()
    for text, problem in pairs {
      ["one\nM\252ller\n"] = "line 2 is not UTF-8; save the file as UTF-8",
      ["one\rtwo\r"] = "line 1 contains a carriage return; save the file with Windows or Unix line endings",
    } do
      local path = create(text)
      local next_line, _, close = atomic_lines.texts(path)
      local ok, err = pcall(function()
        for _ in next_line do end -- luacheck: ignore 542
      end)
      close()
      assert.is_false(ok)
      assert.equal(path .. ": " .. problem, err.message)
    end
  end)

  it("shows the new file once it is complete", function()
    local path = create()
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

  it("keeps the old file if the new one is abandoned", function()
    local path = create "old"
    local writer = assert(atomic_lines.write(path))
    assert(writer:put("new"))
    writer:abandon()
    assert.is_false(files.exists(path .. ".tmp"))
    local next_line, _, close = atomic_lines.read(path)
    assert.equal("old", (next_line()))
    close()
  end)

  it("returns the failure to write, with the path", function()
    for _, open in ipairs { atomic_lines.write, atomic_lines.read, atomic_lines.texts, atomic_lines.backwards } do
      local file, err = open "/nonexistent/file"
      assert.is_nil(file)
      assert.equal("io", err.kind)
      assert.equal("ENOENT", err.code)
      assert.matches("/nonexistent/file", err.message, 1, true)
    end
  end)
end)
