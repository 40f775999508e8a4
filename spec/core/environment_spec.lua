-- core.environment.user and core.file.real_path.
local core = require "extcontacts.core"

describe("the core", function()
  it("names the user that the process runs as", function()
    local pipe = io.popen "id -un"
    assert.equal(pipe:read "*l", core.environment.user())
    pipe:close()
  end)

  it("resolves a path without its links, and fails for one that does not exist", function()
    local path = os.tmpname()
    os.execute(("ln -s %s %s.link"):format(path, path))
    assert.equal(core.file.real_path(path), core.file.real_path(path .. ".link"))
    assert.equal("/", core.file.real_path(path):sub(1, 1))
    os.remove(path .. ".link")
    os.remove(path)
    local found, message, code = core.file.real_path(path)
    assert.is_nil(found)
    assert.equal(path .. ": No such file or directory", message)
    assert.equal("ENOENT", code)
  end)
end)
