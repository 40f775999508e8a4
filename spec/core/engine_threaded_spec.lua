--- core.engine with `threaded = true`: the specs of the engine once more, and
--- what is different when a background thread drives it.

local child = require "spec.support.script"
local core = require "extcontacts.core"
local drive = require "spec.support.drive"
local files = require "extcontacts.base.files"
local peer = require "spec.support.peer"
local socket = require "socket"
local unix = require "socket.unix"
local vm = require "spec.support.vm"

-- Specs of what a thread does differently; they have their counterparts here.
local DIFFERENT = {
  ["has a descriptor and a timeout for event loops #pollable"] = true,
  ["ends a cancelled transfer at once, and once"] = true,
  ["ends its transfers as closed when it is closed"] = true,
  ["ends a request whose deadline has passed without sending it"] = true,
}

-- busted's words, for the other files.
local words = setmetatable({
  describe = describe, assert = assert, before_each = before_each, after_each = after_each,
  setup = setup, teardown = teardown,
  it = function(name, body)
    if not DIFFERENT[name] then
      it(name, body)
    end
  end,
}, { __index = _G })

local function count(command)
  local handle = io.popen(command .. " | wc -l")
  local lines = handle:read("*n")
  handle:close()
  return lines
end

local pid = files.read("/proc/self/stat"):match("^%d+")

-- The engines' own; a name that is being looked up has a thread, too.
local function threads()
  local handle = io.popen("grep -l extcontacts /proc/" .. pid .. "/task/*/comm 2>/dev/null")
  local found = {}
  for path in handle:lines() do
    found[path] = true
  end
  handle:close()
  return found
end

-- How many there are that were not there before.
local function threads_since(before)
  local number = 0
  for path in pairs(threads()) do
    number = number + (before[path] and 0 or 1)
  end
  return number
end

-- The kernel may list a thread that has been joined for another moment.
local function await_no_thread_since(before)
  child.wait_until(function()
    return threads_since(before) == 0
  end, "the end of the thread")
end

-- Waits for the descriptor of an engine or for bytes on a connection.
local function readable(object)
  return #socket.select({ object }, nil, 20) == 1
end

local function as_socket(engine)
  return { getfd = function() return engine:pollfd() end }
end

describe("driven by a thread:", function()
  setup(function()
    drive.threaded = true
  end)
  teardown(function()
    drive.threaded = nil
  end)

  for _, name in ipairs { "engine", "engine_body", "engine_faults", "engine_tls" } do
    local file = "spec/core/" .. name .. "_spec.lua"
    assert(load(files.read(file), "@" .. file, "t", words))()
  end

  describe("the engine", function()
    local fixture = drive.fixture()
    after_each(fixture.clear)

    local function answering(text)
      return fixture.start { { { "read" }, { "send", peer.reply(text) }, { "hang" } } }
    end

    local function hanging()
      return fixture.start { { { "read" }, { "hang" } } }
    end

    local function until_requested(p, number)
      while p:counts().requests < number do
        socket.sleep(0.002)
      end
    end

    it("sends and receives without being stepped", function()
      local p = answering "x"
      local engine = fixture.new()
      local transfer = assert(engine:submit { method = "GET", url = p.url })
      assert.is_nil(engine:timeout())
      assert.equal(1, engine:pending())
      assert.is_true(readable(as_socket(engine)))
      assert.is_false(transfer:done())
      assert.same({ transfer }, engine:step(0))
      assert.is_true(transfer:done())
      assert.equal("x", assert(transfer:result()).body)
      assert.equal(0, engine:pending())
      assert.equal(0, #socket.select({ as_socket(engine) }, nil, 0))
    end)

    it("ends a cancelled transfer at once, and returns it later", function()
      local p = hanging()
      local engine = fixture.new()
      local transfer = assert(engine:submit { method = "POST", url = p.url, body = "x" })
      until_requested(p, 1)
      transfer:cancel()
      transfer:cancel()
      assert.is_true(transfer:done())
      local reply, failure = transfer:result()
      assert.is_nil(reply)
      assert.equal("cancelled", failure.kind)
      assert.equal("partial", failure.sent)
      assert.same({ transfer }, engine:step(20))
      assert.is_true(transfer:done())
      assert.error_matches(function()
        transfer:result()
      end, "already been taken")
    end)

    it("cancels a transfer that has just started", function()
      local p = answering "x"
      local engine = fixture.new()
      for _ = 1, 200 do
        local transfer = assert(engine:submit { method = "GET", url = p.url })
        transfer:cancel("interrupted")
        local _, failure = transfer:result()
        assert.equal("interrupted", failure.code)
      end
      while engine:pending() > 0 do
        engine:step(20)
      end
    end)

    it("ends a request whose deadline has passed without sending it", function()
      local p = answering "x"
      local reply, failure = drive.send(fixture.new(), { url = p.url, deadline_in = -1 })
      assert.is_nil(reply)
      assert.equal("timeout", failure.kind)
      assert.equal("nothing", failure.sent)
      assert.same({ connections = 0, requests = 0 }, p:counts())
    end)

    it("ends its transfers as closed when it is closed, and leaves no thread", function()
      local p = hanging()
      local threads_before = threads()
      local engine = core.engine.new { threaded = true }
      local transfers = {}
      for i = 1, 5 do
        transfers[i] = assert(engine:submit { method = "GET", url = p.url, deadline = core.engine.now() + 20 })
      end
      until_requested(p, 5)
      assert.equal(1, threads_since(threads_before))
      engine:close()
      engine:close()
      assert.is_false(engine:usable())
      for _, transfer in ipairs(transfers) do
        assert.is_true(transfer:done())
        local _, failure = transfer:result()
        assert.equal("closed", failure.kind)
      end
      await_no_thread_since(threads_before)
      for _, name in ipairs { "submit", "step", "pollfd", "timeout", "pending", "listen", "accept" } do
        assert.error_matches(function()
          engine[name](engine, {})
        end, "the engine is closed")
      end
    end)

    -- In a process of its own: here other specs' sockets come and go.
    it("leaves no descriptor when it is closed", function()
      local running = child.start([[
        local core = require "extcontacts.core"
        -- Through a file: of popen's pipe this process may hold one end or both.
        local name = os.tmpname()
        local function read(path)
          local handle = io.open(path)
          local number = handle:read("*n")
          handle:close()
          return number
        end
        local function descriptors()
          os.execute(("ls /proc/%d/fd | wc -l >%s"):format(read "/proc/self/stat", name))
          collectgarbage()
          return read(name)
        end
        local before, most = descriptors(), 0
        for _ = 1, 3 do
          local engine = core.engine.new { threaded = true }
          for _ = 1, 5 do
            assert(engine:submit { method = "GET", url = arg[1] })
          end
          local ends_at = core.engine.now() + 20
          repeat -- until the thread has opened the connections
            engine:step(0.05)
            most = math.max(most, descriptors())
          until most > before + 5 or core.engine.now() > ends_at
          engine:close()
        end
        print(descriptors() - before, most > before + 5)
        os.remove(name)
      ]], hanging().url)
      assert.equal("0\ttrue", running:line())
      running:finish()
    end)

    it("frees transfers that are collected in flight", function()
      local p = hanging()
      local threads_before = threads()
      do
        local engine = core.engine.new { threaded = true }
        for _ = 1, 5 do
          assert(engine:submit { method = "GET", url = p.url })
        end
      end
      for _ = 1, 3 do
        collectgarbage()
      end
      await_no_thread_since(threads_before)
    end)
  end)

  -- Programs of their own, in the interpreter that runs the specs.
  describe("a program", function()
    local p
    before_each(function()
      p = peer.start { { { "read" }, { "hang" } } }
    end)
    after_each(function()
      p:stop()
    end)

    local function run(program, script)
      local file = os.tmpname()
      local out = assert(io.open(file, "w"))
      out:write(([[
        local core = require "extcontacts.core"
        local engine = core.engine.new { threaded = true }
        local held = {}
        for i = 1, 3 do
          held[i] = assert(engine:submit { method = "GET", url = (i == 3 and "https" or "http") .. %q,
            deadline = core.engine.now() + 20 })
        end
        engine:step(0.02)
      ]]):format(p.url:sub(5)), script)
      out:close()
      local handle = io.popen(program .. " " .. file .. " 2>&1; echo status $?")
      local text = handle:read("*a")
      handle:close()
      os.remove(file)
      return text
    end

    for name, script in pairs {
      ["that ends"] = "",
      ["that fails"] = "error 'x'",
      ["that exits"] = "os.exit(0)",
      ["that exits and closes its state"] = "os.exit(0, true)",
    } do
      it(name .. " with transfers in flight exits cleanly", function()
        for _ = 1, 3 do
          assert.matches(name == "that fails" and "status 1\n$" or "^status 0\n$", run(vm, script))
        end
      end)
    end

    it("that forks creates its own engine, and does not use its parent's", function()
      local text = run("LUA_CPATH=build/luajit/?.so LUA_PATH='lua/?.lua;lua/?/init.lua' luajit", [[
        local ffi = require "ffi"
        ffi.cdef "int fork(void); int waitpid(int, int *, int); void _exit(int);"
        io.stdout:setvbuf "no"
        local child = ffi.C.fork()
        if child == 0 then
          assert(not engine:usable())
          assert(not pcall(engine.step, engine, 0))
          local transfer, failure = engine:submit { method = "GET", url = "https://127.0.0.1:1/" }
          assert(not transfer and failure.code == "forked")
          engine:close()
          held = nil
          collectgarbage()
          collectgarbage()
          local own = core.engine.new { threaded = true }
          local refused = assert(own:submit { method = "GET", url = "http://127.0.0.1:1/" })
          while not refused:done() do own:step(20) end
          local _, why = refused:result()
          print("child " .. why.code)
          own:close()
          ffi.C._exit(0)
        end
        local status = ffi.new "int[1]"
        ffi.C.waitpid(child, status, 0)
        print("child's status " .. status[0])
        held[1]:cancel()
        while #engine:step(20) == 0 do end
        print("parent " .. tostring(engine:usable()))
      ]])
      assert.equal("child refused\nchild's status 0\nparent true\nstatus 0\n", text)
    end)
  end)

  describe("a connection", function()
    local fixture = drive.fixture()
    after_each(fixture.clear)
    local directory

    before_each(function()
      directory = os.tmpname()
      os.remove(directory)
      os.execute("mkdir " .. directory)
    end)
    after_each(function()
      os.execute("rm -rf " .. directory)
    end)

    local function connect(engine)
      local path = assert(engine:listen(directory))
      local client = assert(unix())
      assert(client:connect(path))
      assert.is_true(engine:accept())
      client:settimeout(20)
      return client, path
    end

    it("is notified of each finished transfer, and its name is removed", function()
      local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
      local engine = fixture.new()
      local client = connect(engine)
      assert.equal(0, count("ls " .. directory))
      for _ = 1, 3 do
        local transfer = assert(engine:submit { method = "GET", url = p.url })
        repeat
          assert.equal("w", client:receive(1))
        until engine:step(0)[1] == transfer
        assert.equal("x", assert(transfer:result()).body)
      end
      client:close()
    end)

    it("is notified once when nothing is in flight any more", function()
      local engine = fixture.new()
      local client = connect(engine)
      assert.equal("i", client:receive(1))
      assert.same({}, engine:step(0))
      client:close()
    end)

    it("is notified of transfers that finished before it existed", function()
      local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
      local engine = fixture.new()
      local transfer = assert(engine:submit { method = "GET", url = p.url })
      assert.is_true(readable(as_socket(engine)))
      local client = connect(engine)
      assert.equal("w", client:receive(1))
      assert.same({ transfer }, engine:step(0))
      client:close()
    end)

    it("that is closed does not close the descriptor", function()
      local p = fixture.start { { { "read" }, { "send", peer.reply("x") } } }
      local engine = fixture.new()
      connect(engine):close()
      local transfer = assert(engine:submit { method = "GET", url = p.url })
      assert.is_true(readable(as_socket(engine)))
      assert.same({ transfer }, engine:step(0))
    end)

    it("of another process is not accepted", function()
      local engine = fixture.new()
      local path = assert(engine:listen(directory))
      os.execute(([[lua5.4 -e 'local c = require("socket.unix")(); assert(c:connect("%s"))']]):format(path))
      assert.is_false(engine:accept())
      assert.equal(1, count("ls " .. directory))
      engine:close()
      assert.equal(0, count("ls " .. directory))
    end)

    it("requires a writable directory", function()
      local path, why = fixture.new():listen("/nonexistent")
      assert.is_nil(path)
      assert.matches("/nonexistent", why)
      path, why = fixture.new():listen(("/x"):rep(100))
      assert.is_nil(path)
      assert.matches("too long", why)
    end)

    it("requires an engine with a thread", function()
      local engine = core.engine.new()
      assert.error_matches(function()
        engine:listen(directory)
      end, "threaded = true")
      engine:close()
    end)
  end)
end)
