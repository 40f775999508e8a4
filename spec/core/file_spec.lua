-- Private files, whole writes, locks and lasting renames.
local core = require "extcontacts.core"
local script = require "spec.support.script"

local file = core.file

local function shell(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1"))
  local output = pipe:read("*a")
  pipe:close()
  return output
end

local function read(path)
  local handle = assert(io.open(path, "rb"))
  local text = handle:read("*a")
  handle:close()
  return text
end

describe("core.file", function()
  local dir, path

  before_each(function()
    dir = os.tmpname()
    os.remove(dir)
    shell("mkdir " .. dir)
    path = dir .. "/a"
  end)

  after_each(function()
    shell("chmod -R u+w " .. dir .. "; rm -rf " .. dir)
  end)

  it("creates files that only their owner can read, whatever the umask", function()
    for _, mode in ipairs { "append", "update", "new" } do
      assert(assert(file.open(dir .. "/" .. mode, mode)):close())
    end
    assert.equal("600\n600\n600\n", shell("stat -c %a " .. dir .. "/*"))
  end)

  it("appends at the end, even if another process has written", function()
    local first = assert(file.open(path, "append"))
    local second = assert(file.open(path, "append"))
    assert.is_true(first:write("one\n"))
    assert.is_true(second:write("two\n"))
    assert.is_true(first:write(("three\n"):rep(50000)))
    assert.is_true(first:sync())
    assert.equal("one\ntwo\n" .. ("three\n"):rep(50000), read(path))
    assert.equal(300008, first:size())
    first:close()
    second:close()
  end)

  it("reads a part at any position", function()
    local one = assert(file.open(path, "update"))
    assert(one:write("0123456789"))
    assert.equal("0123", one:read(4))
    assert.equal("89", one:read(4, 8))
    assert.equal("", one:read(4, 10))
    assert.equal("", one:read(0, 3))
    one:close()
  end)

  it("truncates a file, and continues at its new end", function()
    local one = assert(file.open(path, "update"))
    assert(one:write("0123456789"))
    assert.is_true(one:truncate(4))
    assert(one:write("x"))
    assert.equal("0123x", read(path))
    assert.is_true(one:truncate(0))
    assert(one:write("y"))
    assert.equal("y", read(path))
    one:close()
  end)

  it("creates a new file only if none exists", function()
    local one = assert(file.open(path, "new"))
    one:close()
    local again, message, code = file.open(path, "new")
    assert.is_nil(again)
    assert.equal("EEXIST", code)
    assert.equal(path .. ": File exists", message)
  end)

  it("names the path and the reason of a failure", function()
    local none, message, code = file.open(dir .. "/none", "read")
    assert.is_nil(none)
    assert.equal(dir .. "/none: No such file or directory", message)
    assert.equal("ENOENT", code)
    none, message, code = file.open(dir, "append")
    assert.is_nil(none)
    assert.equal(dir .. ": Is a directory", message)
    assert.equal("EISDIR", code)
  end)

  it("reports a file that can't grow", function()
    local program = dir .. "/grow.lua"
    local handle = assert(io.open(program, "w"))
    handle:write [[
      local one = assert(require("extcontacts.core").file.open(arg[1], "update"))
      print(one:write(("x"):rep(100000)))
    ]]
    handle:close()
    -- A file may have at most 8 blocks.
    local command = ("trap '' XFSZ; ulimit -f 8; %s %s %s"):format(script.interpreter, program, path)
    assert.equal(("nil\t%s: File too large\tEFBIG\n"):format(path), shell(command))
  end)

  it("refuses a file that is not a regular file of this user", function()
    shell("mkfifo " .. dir .. "/fifo; touch " .. dir .. "/target " .. dir .. "/two; ln -s target " .. dir .. "/link; "
      .. "ln " .. dir .. "/two " .. dir .. "/twin; ln -s none " .. dir .. "/dangling")
    for name, code in pairs {
      fifo = "special", link = "symlink", dangling = "symlink", twin = "linked", ["../../../dev/full"] = "special",
    } do
      for _, mode in ipairs { "append", "update", "change" } do
        local one, message, why = file.open(dir .. "/" .. name, mode)
        assert.is_nil(one)
        assert.equal(code, why, name)
        assert.matches(dir .. "/" .. name .. ": is ", (message:gsub(": has", ": is")), 1, true)
      end
    end
    for name, code in pairs { fifo = "special", link = "symlink", twin = "linked" } do
      local one, _, why = file.open(dir .. "/" .. name, "own")
      assert.equal(code, one and "linked" or why) -- reading through a second name is harmless
    end
    assert.equal("", read(dir .. "/target"))
  end)

  it("makes its own files private", function()
    for _, mode in ipairs { "own", "append", "update", "change" } do
      shell("rm -f " .. path .. "; touch " .. path .. "; chmod 666 " .. path)
      assert(file.open(path, mode)):close()
      assert.equal("600\n", shell("stat -c %a " .. path), mode)
    end
    shell("chmod 644 " .. path)
    assert(file.open(path, "read")):close()
    assert.equal("644\n", shell("stat -c %a " .. path))
  end)

  it("checks what a file is that is about to be replaced", function()
    assert.is_true(file.check_own(path))
    shell("touch " .. path .. "; ln -s a " .. dir .. "/link")
    assert.is_true(file.check_own(path))
    assert.equal("symlink", select(3, file.check_own(dir .. "/link")))
    assert.equal("special", select(3, file.check_own(dir)))
  end)

  it("reports that a file opened for reading can't be written", function()
    assert(file.open(path, "new")):close()
    local one = assert(file.open(path, "read"))
    local written, _, code = one:write("x")
    assert.is_nil(written)
    assert.equal("EBADF", code)
    one:close()
  end)

  it("grants its lock to one holder at a time", function()
    local first = assert(file.open(path, "append"))
    local second = assert(file.open(path, "append"))
    assert.is_true(first:lock())
    assert.is_true(first:lock()) -- has it already
    assert.is_false(second:lock())
    first:close()
    assert.is_true(second:lock())
    local third = assert(file.open(path, "append"))
    assert.is_false(third:lock())
    second:close()
    assert.is_true(third:lock(true))
    third:close()
  end)

  it("releases the lock when it is collected", function()
    assert(assert(file.open(path, "append")):lock())
    collectgarbage()
    collectgarbage()
    local second = assert(file.open(path, "append"))
    assert.is_true(second:lock())
    second:close()
  end)

  it("passes no descriptor and no lock to a program it starts", function()
    local one = assert(file.open(path, "append"))
    assert(one:lock())
    -- Reading the line waits until the program runs: before, it is a copy of this
    -- process, descriptors included.
    local running = ("echo runs; while [ -d %s ] && [ ! -e %s/end ]; do sleep 0.01; done"):format(dir, dir)
    local pipe = io.popen(running, "r")
    assert.equal("runs", pipe:read("*l"))
    one:close()
    local second = assert(file.open(path, "append"))
    assert.is_true(second:lock())
    shell("touch " .. dir .. "/end")
    pipe:close()
    second:close()
  end)

  it("renames over another file", function()
    local one = assert(file.open(path, "new"))
    assert(one:write("new"))
    one:close()
    assert(file.open(dir .. "/b", "new")):close()
    assert.is_true(file.rename(path, dir .. "/b"))
    assert.equal("new", read(dir .. "/b"))
    local renamed, message, code = file.rename(path, dir .. "/b")
    assert.is_nil(renamed)
    assert.equal(dir .. "/b: No such file or directory", message)
    assert.equal("ENOENT", code)
  end)

  it("syncs a directory, and reports one that does not exist", function()
    assert(file.open(path, "new")):close()
    assert.is_true(file.sync_directory(path))
    assert.is_true(file.sync_directory "a name in the working directory")
    local ok, message, code = file.sync_directory(dir .. "/none/a")
    assert.is_nil(ok)
    assert.equal("ENOENT", code)
    assert.matches("none/a", message, 1, true)
  end)

  it("can be closed twice, and not used after that", function()
    local one = assert(file.open(path, "append"))
    assert.is_true(one:close())
    assert.is_true(one:close())
    for _, method in ipairs { "write", "sync", "size", "modified", "sha256", "lock" } do
      assert.error_matches(function()
        one[method](one, "x")
      end, "the file is closed")
    end
  end)

  it("rejects invalid arguments", function()
    assert.error_matches(function() file.open(path, "w") end, "'read', 'own', 'append', 'update', 'change' or 'new'")
    assert.error_matches(function() file.open("a\0b", "read") end, "NUL")
    local one = assert(file.open(path, "append"))
    assert.error_matches(function() one:read(-1) end, "16 MiB")
    assert.error_matches(function() one:truncate(-1) end, "must not be negative")
    one:close()
  end)

  it("recognises a terminal", function()
    local device = assert(file.open("/dev/null", "read"))
    device:close()
    assert.is_false(file.is_terminal(999))
    assert.is_nil(file.terminal_columns(999))
  end)

  it("lists the names in a directory", function()
    assert.same({}, file.list(dir))
    for _, name in ipairs { "b", ".hidden", "a" } do
      assert(file.open(dir .. "/" .. name, "new")):close()
    end
    local names = assert(file.list(dir))
    table.sort(names)
    assert.same({ ".hidden", "a", "b" }, names)
    local none, message, code = file.list(dir .. "/none")
    assert.is_nil(none)
    assert.matches("none: No such file or directory", message, 1, true)
    assert.equal("ENOENT", code)
  end)

  it("returns the digest of the whole file, whatever was read of it", function()
    for _, size in ipairs { 0, 1, 16383, 16384, 16385, 100000 } do
      local text = ("ab\0c"):rep(math.floor(size / 4)) .. ("x"):rep(size % 4)
      os.remove(path)
      local one = assert(file.open(path, "new"))
      assert(one:write(text))
      assert.equal(core.hash.sha256(text), one:sha256())
      one:read(5, 2)
      assert.equal(core.hash.sha256(text), one:sha256())
      one:close()
    end
    local directory = file.open("/", "read")
    if directory then
      local none, message, code = directory:sha256()
      assert.is_nil(none)
      assert.equal("EISDIR", code, message)
      directory:close()
    end
  end)

  it("returns when a file was last written", function()
    local one = assert(file.open(path, "new"))
    local before = os.time()
    assert(one:write("x"))
    assert.is_true(math.abs(one:modified() - before) <= 2)
    shell("touch -d @1000 " .. path)
    assert.equal(1000, one:modified())
    one:close()
  end)

  it("creates directories for their owner only, and reports a file in the way", function()
    assert.is_true(file.make_directory(dir .. "/state"))
    assert.is_true(file.make_directory(dir .. "/state"))
    assert.equal("700\n", shell("stat -c %a " .. dir .. "/state"))
    assert(assert(file.open(path, "new")):close())
    local made, message, code = file.make_directory(path)
    assert.is_nil(made)
    assert.matches("^" .. path:gsub("%p", "%%%0"), message)
    assert.equal("ENOTDIR", code)
    assert.equal("ENOENT", select(3, file.make_directory(dir .. "/no/such")))
  end)
end)
