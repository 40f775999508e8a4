-- Workers release descriptors, threads and directories.  EXTCONTACTS_DEEP=1 raises
-- the numbers of clients and reloads.

local fixture = require "spec.support.nginx_client"
local nginx = require "spec.support.nginx"
local socket = require "socket"

local DEEP = os.getenv("EXTCONTACTS_DEEP")
local ABORTS, RELOADS = DEEP and 1000 or 60, DEEP and 50 or 3

-- The number of directories of wake-up sockets, which exist for a moment only.
local function directories()
  local handle = io.popen("ls -d /tmp/extcontacts-?????? /dev/shm/extcontacts-?????? 2>/dev/null | wc -l")
  local count = handle:read("*n")
  handle:close()
  return count
end

describe("an nginx worker", function()
  after_each(function()
    fixture.stop()
  end)

  -- Waits until a process has no more than these.
  local function await_holdings(pid, descriptors, threads)
    local now_descriptors, now_threads
    local released = pcall(nginx.eventually, function()
      now_descriptors, now_threads = nginx.holdings(pid)
      return now_descriptors <= descriptors and now_threads <= threads
    end)
    assert(released, ("%d descriptors and %d threads, more than %d and %d"):format(now_descriptors, now_threads,
      descriptors, threads))
  end

  for check, name in pairs { [""] = "completes", ["lua_check_client_abort on;"] = "drops" } do
    it(("that %s the calls of %d disconnected clients releases their resources"):format(name, ABORTS), function()
      local server = fixture.start(fixture.hanging, { http = check })
      local worker = server:workers()[1]
      assert.equal("timeout", server:must("/get?timeout=0.05"))
      socket.sleep(0.3) -- time for the pump to close its connection
      local descriptors, threads = nginx.holdings(worker)
      for first = 1, ABORTS, 20 do
        local batch = {}
        for _ = first, math.min(ABORTS, first + 19) do
          batch[#batch + 1] = server:open("/get?timeout=0.3")
        end
        for _, connection in ipairs(batch) do
          connection:close()
        end
      end
      await_holdings(worker, descriptors, threads)
      assert.equal("timeout", server:must("/get?timeout=0.05"))
    end)
  end

  it("answers the next call after clients disconnected during theirs", function()
    local script = {}
    for i = 1, 20 do
      script[i] = { { "read" }, { "hang" } }
    end
    script[21] = fixture.answering[1]
    local server = fixture.start(script, { http = "lua_check_client_abort on;" })
    local connections = {}
    for i = 1, 20 do
      connections[i] = server:open("/get?timeout=20")
    end
    nginx.eventually(function()
      return server.peer:counts().requests == 20
    end)
    for _, connection in ipairs(connections) do
      connection:close()
    end
    assert.equal("Ann", server:must("/get"))
  end)

  -- The master closes its channel to an old worker some time after that has exited,
  -- so its descriptors are waited for.
  it(("ends with its calls answered, %d reloads in a row"):format(RELOADS), function()
    local script = { { { "read" }, { "send", fixture.contact } } }
    local server = fixture.start(script)
    local before = directories()
    local descriptors, threads = nginx.holdings(server.pid)
    for _ = 1, RELOADS do
      local connections = {}
      for i = 1, 4 do
        connections[i] = server:open("/get")
      end
      server:reload()
      for _, connection in ipairs(connections) do
        assert.matches("\r\n\r\nAnn$", (connection:receive("*a")))
        connection:close()
      end
      assert.equal(1, #server:workers())
      assert.equal("Ann", server:must("/get"))
      await_holdings(server.pid, descriptors, threads)
    end
    nginx.eventually(function()
      return directories() <= before
    end)
  end)

  it("finishes the calls under way before it ends (nginx -s quit)", function()
    local server = fixture.start({ { { "read" }, { "await" }, { "send", fixture.contact } } })
    local connection = server:open("/get?timeout=20")
    nginx.eventually(function()
      return server.peer:counts().requests == 1
    end)
    os.execute("kill -QUIT " .. server.pid)
    nginx.eventually(function()
      return not server:get "/ready"
    end)
    server.peer:release()
    fixture.stop("QUIT")
    assert.matches("\r\n\r\nAnn$", (connection:receive("*a")))
    connection:close()
  end)

  it("ends immediately with calls under way (nginx -s stop)", function()
    local server = fixture.start(fixture.hanging)
    for _ = 1, 20 do
      server:open("/get?timeout=20")
    end
    nginx.eventually(function()
      return server.peer:counts().requests == 20
    end)
    assert.is_nil(fixture.stop():match("exited on signal[^\n]*"))
  end)
end)
