-- The store in files: shared by processes, private, and never in the way.
local core = require "extcontacts.core"
local fake = require "spec.support.fake"
local file_store = require "extcontacts.rate.store.file"
local script = require "spec.support.script"

local function read(path)
  local handle = io.open(path, "rb")
  local text = handle and handle:read("*a")
  if handle then
    handle:close()
  end
  return text
end

local function count(values)
  values.count = (values.count or 0) + 1
  return values.count, "second", "third"
end

describe("the file store", function()
  local directory, store

  before_each(function()
    directory = os.tmpname()
    os.remove(directory)
    directory = directory .. "/state/deep"
    store = assert(file_store.new(directory, fake.store()))
  end)

  after_each(function()
    os.execute("rm -rf '" .. directory:gsub("/state/deep$", "") .. "'")
  end)

  it("keeps what a change left, and returns what it returned", function()
    assert.equal(1, (store.update("a", count)))
    assert.same({ 2, "second", "third" }, { store.update("a", count) })
    local other = assert(file_store.new(directory, fake.store()))
    assert.equal(3, (other.update("a", count)))
    assert.equal(1, (store.update("b", count)))
  end)

  it("is readable by its owner only", function()
    store.update("a", count)
    local pipe = assert(io.popen(("stat -c %%a '%s' '%s/a.json'"):format(directory, directory)))
    assert.equal("700\n600\n", pipe:read("*a"))
    pipe:close()
  end)

  it("takes a torn file for an empty one", function()
    for _, text in ipairs { "", "{\"cou", "[1", "nonsense", "\0\0\0" } do
      local handle = assert(io.open(directory .. "/a.json", "wb"))
      handle:write(text)
      handle:close()
      assert.equal(1, (store.update("a", count)))
    end
  end)

  it("changes nothing when the change fails, and lets go of the lock", function()
    store.update("a", count)
    assert.is_false(pcall(store.update, "a", function(values)
      values.count = 99
      error "no"
    end))
    assert.equal(2, (store.update("a", count)))
  end)

  it("goes on in the process when the file can't be used", function()
    assert(core.file.make_directory(directory .. "/a.json"))
    assert.equal(1, (store.update("a", count)))
    assert.equal(2, (store.update("a", count)))
  end)

  it("says why there can't be one", function()
    local handle = assert(io.open(directory .. "/plain", "wb"))
    handle:close()
    local none, problem = file_store.new(directory .. "/plain/x", fake.store())
    assert.is_nil(none)
    assert.matches("plain", problem)
  end)

  it("counts right when processes change it side by side, also after one was killed", function()
    local source = ([[
      local store = require("extcontacts.rate.store.file").new(%q, {})
      for _ = 1, 200 do
        store.update("a", function(values)
          values.count = (values.count or 0) + 1
        end)
      end
      io.write("done\n")
      io.stdout:flush()
      store.update("b", function()
        io.write("inside\n")
        io.stdout:flush()
        while true do end
      end)
    ]]):format(directory)
    local running = {}
    for index = 1, 3 do
      running[index] = script.start(source)
    end
    for _, one in ipairs(running) do
      assert.equal("done", one:line())
    end
    assert.equal(601, (store.update("a", count)))
    -- One is inside, holding the lock; when it dies the next one is.
    for _, one in ipairs(running) do
      one:signal "KILL"
      one:finish()
    end
    assert.equal(1, (store.update("b", count)))
    assert.matches("601", read(directory .. "/a.json"))
  end)

  it("belongs where the system keeps state", function()
    local function directory_with(environment)
      return file_store.directory(function(name)
        return environment[name]
      end)
    end
    assert.equal("/s/extcontacts", directory_with { XDG_STATE_HOME = "/s", HOME = "/h" })
    assert.equal("/h/.local/state/extcontacts", directory_with { XDG_STATE_HOME = "s", HOME = "/h" })
    assert.is_nil(directory_with {})
  end)
end)
