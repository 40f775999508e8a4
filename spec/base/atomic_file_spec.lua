-- Files that appear under their names when they are complete.
local atomic_file = require "extcontacts.base.atomic_file"
local core = require "extcontacts.core"
local tempfile = require "spec.support.tempfile"

describe("an atomic file", function()
  local create = tempfile.creator(after_each)

  local function read(path)
    local handle = io.open(path, "rb")
    local text = handle and handle:read "*a"
    return handle and handle:close() and text
  end

  it("appears when it is complete", function()
    local path = create()
    local writer = assert(atomic_file.create(path))
    assert(writer.file:write "text")
    assert.is_nil(read(path))
    assert.is_true(writer:finish())
    assert.equal("text", read(path))
    assert.is_nil(read(path .. ".part"))
    writer:abandon()
    assert.equal("text", read(path))
  end)

  it("leaves nothing when it is abandoned", function()
    local path = create "old"
    local writer = assert(atomic_file.create(path, true))
    assert(writer.file:write "text")
    writer:abandon()
    writer:abandon()
    assert.equal("old", read(path))
    assert.is_nil(read(path .. ".part"))
  end)

  it("leaves nothing when its writer is collected", function()
    local path = create()
    local writer = assert(atomic_file.create(path))
    assert(writer.file:write "text")
    writer = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.is_nil(read(path .. ".part"))
  end)

  it("has one writer", function()
    local path = create()
    local first = assert(atomic_file.create(path))
    local second, err = atomic_file.create(path)
    assert.is_nil(second)
    assert.equal("locked", err.code)
    first:abandon()
    assert(atomic_file.create(path)):abandon()
  end)

  it("replaces no file without being told to, and none of another kind", function()
    local path = create "old"
    local _, err = atomic_file.create(path)
    assert.equal("exists", err.code)
    _, err = atomic_file.create "/no/such/directory/x"
    assert.equal("io", err.kind)
    assert.equal("ENOENT", err.code)
    assert.is_nil(core.file.open(path .. ".part", "read"))
  end)
end)
