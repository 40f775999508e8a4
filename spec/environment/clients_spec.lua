-- Clients that nobody holds are collected, with their engines and descriptors, in
-- whatever state they are: 2,000 of them leave no more behind than 500.
local nginx = require "spec.support.nginx"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

-- What a program does with a client before it drops it.  `id` and `drop` are globals
-- of the program; `make(options)` creates a client.
local USES = [[
  local id = "11111111-2222-4333-8444-555555555555"
  local uses = {
    function() make() end,
    function() -- its namespaces
      local client = make()
      assert(client.contacts.notes and client.organizations)
    end,
    function() make().contacts:get(id) end,
    function() -- hooks that lead to the client
      local client
      client = make { on_request = function() return client end, log = function() return client end }
      client.contacts:get(id)
    end,
    function() -- a token function that leads to the client
      local client
      client = make { access_token = function() return client and "t" end, client_id = false, client_secret = false }
      client.contacts:get(id)
    end,
    function() -- an iterator half-used
      local iterator = make():scan_contacts()
      pcall(iterator.next, iterator)
    end,
    function() -- a map half-used
      local client = make()
      local map = client:map({ 1, 2, 3, 4, 5, 6 }, function() return client.contacts:get(id) end, { concurrency = 2 })
      map:next()
      if rawget(_G, "ngx") then
        map:close() -- a request ends when its light threads have ended
      end
    end,
    function() -- a map to its end
      local client = make()
      for _ in client:map({ 1, 2 }, function() return client.contacts:get(id) end) do end
    end,
    function() -- a function that returns itself
      local client = make()
      ec.run(function()
        local running
        running = ec.spawn(function()
          client.contacts:get(id)
          return running
        end)
      end)
    end,
    function() -- a cancel token that leads to the client
      local client, token = make(), ec.cancel_token()
      token.owner = client
      client.contacts:get(id, { cancel = token })
    end,
    function()
      local client = make()
      client.contacts:get(id)
      client:close()
    end,
  }
  function drop(count)
    for number = 1, count do
      uses[number % #uses + 1]()
    end
  end
  function make(options)
    local all = { base_url = base, login_url = login, client_id = client_id, client_secret = client_secret }
    all.retry = false
    for name, value in pairs(options or {}) do
      all[name] = value or nil
    end
    return ec.new(all)
  end
  function heap()
    for _ = 1, 4 do
      collectgarbage()
    end
    return collectgarbage "count"
  end
]]

local PROGRAM = [[
  ec = require "extcontacts"
  base, login, client_id, client_secret, count = ...
  count = tonumber(count)
  %s
  local function descriptors()
    local count, pipe = 0, io.popen "ls /proc/$PPID/fd"
    for _ in pipe:lines() do
      count = count + 1
    end
    pipe:close()
    return count
  end
  drop(count)
  local least, least_open = math.huge, math.huge
  for _ = 1, 3 do
    local before, open_before = heap(), descriptors()
    drop(count)
    least = math.min(least, heap() - before)
    least_open = math.min(least_open, descriptors() - open_before)
  end
  print(math.floor(least), least_open)
]]

-- Kilobytes, and descriptors, that the round with the least growth may add to what
-- was there: a map that is dropped half-way has calls under way, and LuaJIT compiles
-- more code in some rounds.  What stays is added in each round.
local MOST, MOST_DESCRIPTORS = 400, 200

describe("2,000 clients that are dropped", function()
  local server

  after_each(function()
    if server then
      local log = server:stop()
      server = nil
      assert.is_nil(log:match "exited on signal[^\n]*")
    end
  end)

  it("are collected where no server answers", function()
    local code, output, errors = script.start(PROGRAM:format(USES),
      "http://127.0.0.1:1 http://127.0.0.1:1 a b 500"):finish()
    assert.equal("", errors)
    assert.equal(0, code)
    local growth, descriptors = output:match "^(%-?%d+)\t(%-?%d+)\n$"
    assert.is_true(tonumber(growth) < MOST, growth .. " KB")
    assert.is_true(tonumber(descriptors) < MOST_DESCRIPTORS, descriptors)
  end)

  it("are collected where one does (600 of them)", function()
    local api = sandbox.shared { resets = false }
    local code, output, errors = script.start(PROGRAM:format(USES), ("%s %s %s %s 150"):format(api.base_url,
      api.login_url, api.client_id, api.client_secret)):finish()
    assert.equal("", errors)
    assert.equal(0, code)
    local growth, descriptors = output:match "^(%-?%d+)\t(%-?%d+)\n$"
    assert.is_true(tonumber(growth) < MOST, growth .. " KB")
    assert.is_true(tonumber(descriptors) < MOST_DESCRIPTORS, descriptors)
  end)

  it("are collected inside nginx, and their worker holds no more than before", function()
    server = nginx.start {
      http = "init_by_lua_block {" .. [[
        ec = require "extcontacts"
        base, login, client_id, client_secret = "http://127.0.0.1:1", "http://127.0.0.1:1", "a", "b"
      ]] .. USES .. "}",
      server = [[
        location = /drop { content_by_lua_block { drop(tonumber(ngx.var.arg_n)) } }
        location = /heap { content_by_lua_block { ngx.print(math.floor(heap())) } }
        location = /agents {
          content_by_lua_block {
            for number = 1, 40 do
              make { user_agent = "agent " .. number .. ngx.var.arg_n }.contacts:get "1"
            end
            heap()
          }
        }
      ]],
    }
    local function drop()
      for _ = 1, 7 do
        server:must "/drop?n=100"
      end
      return tonumber(server:must "/heap"), nginx.holdings(server:workers()[1])
    end
    local before, descriptors, threads = drop()
    local middle = drop()
    local after, more_descriptors, more_threads = drop()
    local least = math.min(middle - before, after - middle)
    assert.is_true(least < MOST, least .. " KB")
    assert.is_true(more_descriptors <= descriptors + 10, more_descriptors)
    assert.is_true(more_threads <= threads, more_threads)
    -- Clients with options of their own, each with an engine and a thread.
    server:must "/agents?n=1"
    nginx.eventually(function()
      server:must "/heap"
      local now_descriptors, now_threads = nginx.holdings(server:workers()[1])
      return now_descriptors <= descriptors + 60 and now_threads <= threads + 8
    end)
  end)
end)
