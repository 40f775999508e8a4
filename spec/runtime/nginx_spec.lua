--- The env of nginx, seen from outside: what calls do in each phase, and what
--- they leave to others.

local fixture = require "spec.support.nginx_client"
local nginx = require "spec.support.nginx"

describe("inside nginx,", function()
  after_each(function()
    fixture.stop()
  end)

  it("a call yields: the worker serves other requests meanwhile", function()
    local server = fixture.start(fixture.hanging)
    local waiting = {}
    for i = 1, 20 do
      waiting[i] = server:open("/get?timeout=20")
    end
    nginx.eventually(function()
      return server.peer:counts().requests == 20
    end)
    for _ = 1, 20 do
      assert.equal(204, (server:get("/ready")))
    end
    for _, connection in ipairs(waiting) do
      connection:close()
    end
  end)

  it("a call ends at its deadline", function()
    local server = fixture.start(fixture.hanging)
    assert.equal("timeout", server:must("/get?timeout=0.05"))
  end)

  it("a pause has passed although the clock goes on between two looks at it", function()
    local server = fixture.start(fixture.answering, { server = [[
      location = /pause {
        content_by_lua_block {
          local time = 0
          local function now()
            time = time + 0.006
            return time
          end
          ngx.print(tostring(require("extcontacts.runtime.nginx").sleep(nil, 0.01, now)))
        }
      }
    ]] })
    assert.equal("true", server:must("/pause"))
  end)

  it("all clients of a worker share an engine, which survives their close", function()
    local server = fixture.start(fixture.answering, { server = [[
      location = /many {
        content_by_lua_block {
          local function get(number)
            local own = client
            if number % 2 == 1 then
              own = ec.new { base_url = base, login_url = base, access_token = "other" }
            end
            local contact = assert(own.contacts:get("1"))
            if own ~= client then
              own:close()
              local _, err = own.contacts:get("1")
              assert(err.kind == "closed")
            end
            return contact.firstName
          end
          local threads, names = {}, 0
          for i = 1, 64 do
            threads[i] = ngx.thread.spawn(get, i)
          end
          for i = 1, 64 do
            local ok, name = ngx.thread.wait(threads[i])
            names = names + (ok and name == "Ann" and 1 or 0)
          end
          ngx.print(names)
        }
      } ]] })
    local worker = server:workers()[1]
    local _, threads = nginx.holdings(worker)
    for _ = 1, 3 do
      assert.equal("64", server:must("/many"))
    end
    local _, threads_after = nginx.holdings(worker)
    assert.equal(threads + 1, threads_after)
  end)

  -- The second page never comes.
  local page = require("spec.support.peer").reply(
    '{"entities":[{"id":"1"},{"id":"2"}],"cursors":{"after":"next"}}', "Content-Type: application/json\r\n")
  local two_pages = { { { "read" }, { "send", page }, { "read" }, { "hang" } } }

  it("a request ends although its iterator has requested the next page", function()
    local server = fixture.start(two_pages, { server = [[
      location = /first {
        content_by_lua_block {
          for contact in client:scan_contacts { timeout = 20 } do
            ngx.print(contact.id)
            if contact.id == "2" then
              break
            end
          end
        }
      } ]] })
    for _ = 1, 3 do
      assert.equal("12", server:must("/first", 15))
    end
  end)

  it("an iterator hands out a page during the next request, and raises a readable error", function()
    local server = fixture.start(two_pages, { server = [[
      location = /all {
        content_by_lua_block {
          local ok, err = pcall(function()
            for contact in client:scan_contacts { timeout = 3 } do
              ngx.print(contact.id)
            end
          end)
          ngx.print(ok, err.kind)
        }
      } ]] })
    assert.equal("12falsetimeout", server:must("/all"))
  end)

  it("tasks of one request do not affect later requests in the same coroutines", function()
    local server = fixture.start(fixture.answering, { server = [[
      lua_check_client_abort on;
      location = /tasks {
        content_by_lua_block {
          local sum = 0
          for _, value in client:map({ 1, 2, 3, 4 }, function(number)
            ngx.sleep(0.002)
            return number
          end, { concurrency = 2 }) do
            sum = sum + value
          end
          ngx.print(sum)
        }
      }
      location = /left {
        content_by_lua_block {
          ec.run(function()
            ec.spawn(function() ngx.sleep(10) end)
            ngx.sleep(10)
          end, { deadline = 0.2 })
        }
      }
      location = /task { content_by_lua_block { ngx.print(require("extcontacts.runtime.nginx").task() == nil) } } ]] })
    local function both(path, count, expected)
      local open = {}
      for index = 1, count do
        open[index] = server:open(path)
      end
      for _, connection in ipairs(open) do
        if expected then
          assert.matches("\n" .. expected .. "$", (connection:receive "*a"))
        end
        connection:close()
      end
    end
    for _ = 1, 4 do
      both("/tasks", 32, "10")
      both("/left", 32) -- their clients are gone: nginx ends their coroutines
      both("/task", 64, "true")
    end
    assert.equal("", (server:errors():gsub("[^\n]*client prematurely[^\n]*\n", "")))
  end)

  -- Code of a phase, and how to reach it.
  local CALL = [[
    local contact, err = client.contacts:get("1", { timeout = 10 })
    ngx.ctx.name = contact and contact.firstName or tostring(err)
  ]]
  local SAY = "content_by_lua_block { ngx.print(ngx.ctx.name) }"

  for phase, location in pairs {
    rewrite = "rewrite_by_lua_block { " .. CALL .. " } " .. SAY,
    access = "access_by_lua_block { " .. CALL .. " } " .. SAY,
    content = "content_by_lua_block { " .. CALL .. " ngx.print(ngx.ctx.name) }",
    timer = [[ content_by_lua_block {
      local semaphore = require("ngx.semaphore").new()
      local name
      ngx.timer.at(0, function()
        name = assert(client.contacts:get("1")).firstName
        semaphore:post()
      end)
      semaphore:wait(10)
      ngx.print(name)
    } ]],
    coroutine = [[ content_by_lua_block {
      local co = coroutine.wrap(function()
        coroutine.yield "first"
        coroutine.yield(assert(client.contacts:get("1")).firstName)
      end)
      assert(co() == "first")
      ngx.print(co())
    } ]],
    protected = [[ content_by_lua_block {
      local ok, contact = pcall(function() return assert(client.contacts:get("1")) end)
      ngx.print(ok and contact.firstName)
    } ]],
  } do
    it("a call works in: " .. phase, function()
      local server = fixture.start(fixture.answering, { server = "location = /x { " .. location .. " }" })
      assert.equal("Ann", server:must("/x"))
    end)
  end

  it("a call in the header_filter, body_filter, log, set or balancer phase names the phase and an alternative",
    function()
      local server = fixture.start(fixture.answering, {
        http = [[
          upstream none {
            server 127.0.0.1:1;
            balancer_by_lua_block { client.contacts:get("1") }
          }
        ]],
        server = [[
          location = /header_filter { return 200 x; header_filter_by_lua_block { client.contacts:get("1") } }
          location = /body_filter { return 200 x; body_filter_by_lua_block { client.contacts:get("1") } }
          location = /log { return 200 x; log_by_lua_block { client.contacts:get("1") } }
          location = /balancer { proxy_pass http://none; }
          location = /set { return 200 x; set_by_lua_block $x { client.contacts:get("1") } }
        ]],
      })
      local phases = { "header_filter", "body_filter", "log", "balancer" }
      for _, phase in ipairs(phases) do
        server:get("/" .. phase)
      end
      assert.same({ connections = 0, requests = 0 }, server.peer:counts())
      local log = fixture.stop()
      for _, phase in ipairs(phases) do
        assert.matches(phase .. "_by_lua(nginx.conf:", log, 1, true)
        assert.matches("can't wait in nginx's " .. phase .. " phase", log, 1, true)
      end
      assert.matches("ngx.timer.at", log, 1, true)
    end)

  it("a call at the start of nginx or of a worker names the phase", function()
    fixture.start(fixture.answering, {
      http = [[
        init_worker_by_lua_block {
          local ok, why = pcall(client.contacts.get, client.contacts, "1")
          ngx.log(ngx.ERR, "at the start: ", why)
        }
      ]],
    })
    assert.matches("can't wait in nginx's init_worker phase", fixture.stop(), 1, true)
  end)

  -- One timer may run, and it is taken: there is no pump.
  it("a call ends although nginx has no timer left for the module", function()
    local server = fixture.start(fixture.answering, {
      http = "lua_max_running_timers 1;",
      server = [[
        location = /block {
          content_by_lua_block {
            ngx.timer.at(0, function()
              taken = true
              repeat
                ngx.sleep(0.01)
              until not taken
            end)
            repeat
              ngx.sleep(0.01)
            until taken
          }
        }
        location = /free { content_by_lua_block { taken = false } }
      ]],
    })
    server:must("/block")
    for _ = 1, 3 do
      assert.equal("Ann", server:must("/get"))
    end
    server:must("/free")
    assert.matches("1 lua_max_running_timers are not enough", fixture.stop(), 1, true)
  end)

  it("a call ends although no wake-up socket can be created, and the log says so", function()
    local server = fixture.start(fixture.answering, {
      http = [[
        init_worker_by_lua_block {
          local function none() return nil, "no sockets today" end
          ngx.socket.tcp = function()
            return { settimeouts = none, connect = none, close = none }
          end
        }
      ]],
    })
    for _ = 1, 3 do
      assert.equal("Ann", server:must("/get"))
    end
    local log = fixture.stop()
    assert.matches("polls instead", log, 1, true)
    assert.matches("no sockets today", log, 1, true)
  end)

  it("each request can have its own Lua state (lua_code_cache off)", function()
    local server = fixture.start(fixture.answering, { http = "lua_code_cache off;" })
    local worker = server:workers()[1]
    assert.equal("Ann", server:must("/get"))
    nginx.eventually(function()
      local _, threads = nginx.holdings(worker)
      return threads == 1
    end)
    for _ = 1, 5 do
      assert.equal("Ann", server:must("/get"))
    end
  end)
end)
