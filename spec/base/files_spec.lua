local files = require "extcontacts.base.files"
local tempfile = require "spec.support.tempfile"

describe("files", function()
  local create = tempfile.creator(after_each)

  it("are read whole, with every byte", function()
    local text = "a\r\nb\0\255" .. ("x"):rep(100000)
    local path = create(text)
    assert.is_true(files.read(path) == text)
    assert.is_true(files.exists(path))
    assert.equal("", files.read(create ""))
  end)

  it("that are missing have no text", function()
    local path = create()
    assert.is_nil(files.read(path))
    assert.is_false(files.exists(path))
  end)
end)
