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

  local messages

  before_each(function()
    messages = {}
    directory = os.tmpname()
    os.remove(directory)
    directory = directory .. "/state/deep"
    store = assert(file_store.new(directory, fake.store(), function(message)
      messages[#messages + 1] = message
    end))
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

  it("sets a file aside that can't be right, with one message", function()
    local path = directory .. "/a.json"
    for index, text in ipairs {
      '{"cou', "[1", "nonsense", "\0\0\0",
      "[1]", "null", "3", '"x"', '{"count":null}', '{"count":[1]}', '{"count":true}',
    } do
      local handle = assert(io.open(path, "wb"))
      handle:write(text)
      handle:close()
      assert.equal(1, (store.update("a", count)))
      assert.equal(2, (store.update("a", count)))
      assert.equal(text, read(path .. ".damaged"))
      assert.equal(index, #messages)
      assert.matches(path .. ": ", messages[index], 1, true)
    end
    local pipe = assert(io.popen(("stat -c %%a '%s.damaged'"):format(path)))
    assert.equal("600\n", pipe:read("*a"))
    pipe:close()
    assert(io.open(path, "wb")):close()
    assert.equal(1, (store.update("a", count))) -- an empty file is new
    assert.equal(11, #messages)
  end)

  it("replaces the file when the values are not possible for their owner", function()
    store.update("a", count)
    local function check(values)
      return values.count and values.count > 0 and "count is not possible" or nil
    end
    assert.equal(1, (store.update("a", count, check)))
    assert.matches("a.json: count is not possible; the file was replaced", messages[1], 1, true)
  end)

  it("accepts the values of windows and tokens, and no absurd ones", function()
    local now = core.engine.now()
    local policy = { rate = 300, reserve = 0 }
    local windows = limiter.new(policy, store)
    local key = limiter.key "token"
    local function admitted()
      return windows:admit(key, now) ~= nil
    end
    assert.is_true(admitted())
    assert.equal(0, #messages)
    for index, text in ipairs {
      '{"number":-1}', '{"number":1,"sent":1e300}', '{"blocked":1e300}', '{"lo":"x"}', '{"late:3":-5}', '{"limit":-1}',
      '{"sent":{}}', '{"hi":-1}', '{"strikes":"many"}',
    } do
      local handle = assert(io.open(directory .. "/" .. key .. ".json", "wb"))
      handle:write(text)
      handle:close()
      assert.is_true(admitted(), text)
      assert.equal(index, #messages)
    end
    messages[1] = nil
    local cache = token_cache.new(store, { login_url = "l", client_id = "i", client_secret = "s" })
    cache:take(1)
    cache:put(1, { token = "t", lifetime = 1e300 })
    assert.equal("t", (cache:take(1)))
    local expected = #messages
    for _, text in ipairs {
      '{"token1":3,"expires1":9999999999}', '{"token1":"t","expires1":99999999999999}', '{"token1":"a b","expires1":1}',
      '{"token1":"t","expires1":"soon"}', '{"token1":"t","expires1":-1}', '{"claim1":1e300}',
    } do
      local handle = assert(io.open(directory .. "/" .. cache.key .. ".json", "wb"))
      handle:write(text)
      handle:close()
      local token, _, busy = cache:take(1)
      assert.is_nil(token, text)
      assert.is_false(busy)
      expected = expected + 1
      assert.equal(expected, #messages, text)
    end
  end)

  it("recognises a window from before a reboot", function()
    local windows = limiter.new({ rate = 300, reserve = 0 }, store)
    local key = limiter.key "token"
    local handle = assert(io.open(directory .. "/" .. key .. ".json", "wb"))
    handle:write '{"number":1,"blocked":500000,"sent":300,"strikes":0,"carried":0,"certain":0,"served":0}'
    handle:close()
    assert.is_not_nil(windows:admit(key, 100))
    assert.equal(0, #messages)
  end)

  it("counts on in this process, with one message, when a file can't be written", function()
    store.update("a", count)
    store.update("a", count)
    local open = core.file.open
    local full = { __index = function(self, name)
      return name == "write" and function()
        return nil, "PATH: No space left on device", "ENOSPC"
      end or function(_, ...)
        return self.file[name](self.file, ...)
      end
    end }
    rawset(core.file, "open", function(...)
      local file, message, code = open(...)
      return file and setmetatable({ file = file }, full), message, code
    end)
    assert.equal(3, (store.update("a", count)))
    assert.equal(4, (store.update("a", count)))
    assert.equal(1, (store.update("b", count)))
    rawset(core.file, "open", open)
    assert.equal(5, (store.update("a", count)))
    assert.same({ "PATH: No space left on device; counting requests in this process only" }, messages)
  end)

  it("limits the rate on a full disk", function()
    local policy = { rate = 5, reserve = 0 }
    -- A file may have no block: every write fails, as on a full disk.
    local path = directory .. "/full.lua"
    local handle = assert(io.open(path, "w"))
    handle:write(([[
      local limiter = require "extcontacts.rate.limiter"
      local process = require("extcontacts.rate.store.process").new()
      local store = require("extcontacts.rate.store.file").new(%q, process, function() end)
      local windows, sent = limiter.new({ rate = %d, reserve = 0 }, store), 0
      for _ = 1, 100 do
        local ticket = windows:admit(("a1"):rep(16), 1000)
        if ticket then
          sent = sent + 1
          windows:settle(ticket, 1000, { arrived = true, headers = {} })
        end
      end
      io.write(sent, "\n")
    ]]):format(directory, policy.rate))
    handle:close()
    local pipe = assert(io.popen(("trap '' XFSZ; ulimit -f 0; '%s' '%s' 2>&1"):format(script.interpreter, path)))
    assert.equal("5\n", pipe:read "*a")
    pipe:close()
  end)

  it("waits for a lock as a call does, and never past the call's end", function()
    store.update("a", count)
    local holder = assert(core.file.open(directory .. "/a.json", "own"))
    assert.is_true(holder:lock())
    local pauses = 0
    local call = {
      is_past = function() return pauses == 3 end,
      pause = function() pauses = pauses + 1 end,
    }
    assert.equal(2, (store.update("a", count, nil, call))) -- counted in this process
    assert.equal(3, pauses)
    assert.equal(0, #messages)
    pauses = 0
    function call.pause()
      pauses = pauses + 1
      return "cancelled"
    end
    store.update("a", count, nil, call)
    assert.equal(1, pauses)
    holder:close()
  end)

  it("counts in this process when another one does not release the lock", function()
    store.update("a", count)
    local holder = assert(core.file.open(directory .. "/a.json", "own"))
    assert.is_true(holder:lock())
    assert.equal(2, (store.update("a", count)))
    assert.matches("a.json: another process does not release the lock; counting requests in this process only",
      messages[1], 1, true)
    assert.equal(3, (store.update("a", count))) -- at once
    assert.equal(1, #messages)
    holder:close()
  end)

  it("refuses a file that is a link", function()
    os.execute(("echo precious >'%s/target'; ln -s target '%s/a.json'"):format(directory, directory))
    assert.equal(1, (store.update("a", count)))
    assert.matches("a.json: is a symbolic link; ", messages[1], 1, true)
    assert.equal("precious\n", read(directory .. "/target"))
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
