-- The store in files: shared by processes, private, and optional.
local core = require "extcontacts.core"
local fake = require "spec.support.fake"
local file_store = require "extcontacts.rate.store.file"
local limiter = require "extcontacts.rate.limiter"
local script = require "spec.support.script"
local token_cache = require "extcontacts.auth.cache"

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

  it("keeps the changed values and returns the results of the change", function()
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

  it("treats a damaged file as an empty one", function()
    for _, text in ipairs { "", "{\"cou", "[1", "nonsense", "\0\0\0" } do
      local handle = assert(io.open(directory .. "/a.json", "wb"))
      handle:write(text)
      handle:close()
      assert.equal(1, (store.update("a", count)))
    end
  end)

  it("keeps the values and releases the lock if the change raises", function()
    store.update("a", count)
    assert.is_false(pcall(store.update, "a", function(values)
      values.count = 99
      error "no"
    end))
    assert.equal(2, (store.update("a", count)))
  end)

  it("uses the fallback if the file can't be used", function()
    assert(core.file.make_directory(directory .. "/a.json"))
    assert.equal(1, (store.update("a", count)))
    assert.equal(2, (store.update("a", count)))
  end)

  it("names the path that can't be a directory", function()
    local handle = assert(io.open(directory .. "/plain", "wb"))
    handle:close()
    local none, problem = file_store.new(directory .. "/plain/x", fake.store())
    assert.is_nil(none)
    assert.matches("plain", problem)
  end)

  it("loses no change of concurrent processes, and no lock survives a killed one", function()
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
    for _, process in ipairs(running) do
      assert.equal("done", process:line())
    end
    assert.equal(601, (store.update("a", count)))
    -- One process holds the lock; when it is killed, the next one takes the lock.
    for _, process in ipairs(running) do
      process:signal "KILL"
      process:finish()
    end
    assert.equal(1, (store.update("b", count)))
    assert.matches("601", read(directory .. "/a.json"))
  end)

  describe("files of dead tokens", function()
    local KEY, OTHER = ("a1"):rep(16), ("b2"):rep(16)

    local function path_of(name)
      return directory .. "/" .. name .. ".json"
    end

    local function create(name, age)
      local handle = assert(io.open(path_of(name), "wb"))
      handle:write '{"count":1}'
      handle:close()
      os.execute(("touch -d @%d '%s'"):format(os.time() - age, path_of(name)))
    end

    local function exists(name)
      return read(path_of(name)) ~= nil
    end

    it("are removed when a new file is created, a day after their last change", function()
      create(OTHER, 86400 + 60)
      create("tokens-" .. OTHER, 86400 + 60)
      create(("c3"):rep(16), 86400 - 60)
      store.update(KEY, count)
      assert.is_false(exists(OTHER))
      assert.is_false(exists("tokens-" .. OTHER))
      assert.is_true(exists(("c3"):rep(16)))
      assert.is_true(exists(KEY))
    end)

    it("remain while no new file is created", function()
      store.update(KEY, count)
      create(OTHER, 86400 + 60)
      store.update(KEY, count)
      assert.is_true(exists(OTHER))
    end)

    it("remain while a process has them locked", function()
      create(OTHER, 86400 + 60)
      local handle = assert(core.file.open(path_of(OTHER), "read"))
      assert.is_true(handle:lock())
      store.update(KEY, count)
      handle:close()
      assert.is_true(exists(OTHER))
    end)

    it("are recognised by their names; other files are left alone", function()
      local others = { "settings", "tokens-x", ("A1"):rep(16) .. "x", OTHER .. ".json" }
      for _, name in ipairs(others) do
        create(name, 10 * 86400)
      end
      store.update(KEY, count)
      for _, name in ipairs(others) do
        assert.is_true(exists(name), name)
      end
    end)

    it("include those of the limiter and of the token cache", function()
      local cache = token_cache.new(store, { login_url = "l", client_id = "i", client_secret = "s" })
      cache:take(1)
      store.update(limiter.key "token", count)
      for _, name in ipairs(assert(core.file.list(directory))) do
        os.execute(("touch -d @1000 '%s/%s'"):format(directory, name))
      end
      store.update(KEY, count)
      assert.same({ KEY .. ".json" }, core.file.list(directory))
    end)
  end)

  it("is in the user's state directory", function()
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
