local core = require "extcontacts.core"
local files = require "extcontacts.base.files"
local replace_file = require "extcontacts.base.replace_file"

describe("replace_file", function()
  local path, temporary

  local function write(text)
    local handle = assert(io.open(path, "wb"))
    handle:write(text)
    handle:close()
  end

  before_each(function()
    path = os.tmpname()
    temporary = path .. ".new"
    write "old"
  end)

  after_each(function()
    os.remove(path)
    os.remove(temporary)
  end)

  local function writer(text, count)
    return function(file)
      assert(file:write(text))
      return count
    end
  end

  it("gives the file its name if something is new", function()
    assert.equal(0, replace_file(path, temporary, writer("new", 0)))
    assert.equal("old", files.read(path))
    assert.equal(2, replace_file(path, temporary, writer("new", 2)))
    assert.equal("new", files.read(path))
    assert.is_false(files.exists(temporary))
  end)

  it("uses what an interrupted process has left, and refuses while another one writes", function()
    local left = assert(core.file.open(temporary, "update"))
    assert(left:write "a long text of an interrupted process")
    assert.is_true(left:lock())
    local ok, err = pcall(replace_file, path, temporary, writer("new", 1))
    assert.same({ false, "locked" }, { ok, err.code })
    left:close()
    assert.equal(1, replace_file(path, temporary, writer("new", 1)))
    assert.equal("new", files.read(path))
  end)

  it("does not replace a file that has been replaced meanwhile", function()
    local count, err = replace_file(path, temporary, function(file)
      assert(os.rename(path, path .. ".moved"))
      write "newer"
      os.remove(path .. ".moved")
      return writer("new", 1)(file)
    end)
    assert.is_nil(count)
    assert.equal("replaced", err.code)
    assert.equal("newer", files.read(path))
    assert.is_false(files.exists(temporary))
  end)
end)
