-- The store that nginx's workers share: windows and tokens.

local fixture = require "spec.support.nginx_client"
local nginx = require "spec.support.nginx"
local sandbox = require "spec.support.sandbox"

local WORKERS = { workers = 4, listen = "reuseport" }

-- Sends `count` requests at the same time, each on its own connection; returns how
-- often each answer was received.
local function all(server, path, count)
  local connections, answers = {}, {}
  for i = 1, count do
    connections[i] = server:open(path)
  end
  for _, connection in ipairs(connections) do
    local answer = assert(connection:receive("*a")):match("\r\n\r\n(.*)$")
    answers[answer] = (answers[answer] or 0) + 1
    connection:close()
  end
  return answers
end

local function with(options)
  local copy = {}
  for _, group in ipairs { WORKERS, options } do
    for name, value in pairs(group) do
      copy[name] = value
    end
  end
  return copy
end

describe("nginx's workers", function()
  local server
  after_each(function()
    if server then
      server:stop()
      server = nil
    end
    fixture.stop()
  end)

  it("change the values of a key one after another", function()
    server = nginx.start(with {
      http = [[
        lua_shared_dict extcontacts 1m;
        init_by_lua_block { shared = require("extcontacts.rate.store.nginx").new "extcontacts" }
      ]],
      server = [[
        location = /add {
          content_by_lua_block {
            for _ = 1, 500 do
              shared.update("count", function(values)
                values.count = (values.count or 0) + 1
                values[tostring(ngx.worker.pid())] = 1
              end)
            end
            ngx.print "added"
          }
        }
        location = /count {
          content_by_lua_block {
            local first, second, third = shared.update("count", function(values)
              local workers = -1
              for _ in pairs(values) do
                workers = workers + 1
              end
              return values.count, workers, "third"
            end)
            ngx.print(first, " ", second, " ", third)
          }
        }
        location = /fail {
          content_by_lua_block {
            local ok, why = pcall(shared.update, "count", function(values)
              values.count = 0
              error "no"
            end)
            ngx.print(ok, " ", why:match "no$")
          }
        }
      ]],
    })
    assert.same({ added = 40 }, all(server, "/add", 40))
    local count, workers = server:must("/count"):match("^(%d+) (%d+) third$")
    assert.equal("20000", count)
    assert.is_true(tonumber(workers) > 1, "all requests came to one worker")
    assert.equal("false no", server:must("/fail"))
    assert.matches("^20000 ", server:must("/count"))
  end)

  it("continue after a worker died with the lock", function()
    server = nginx.start {
      http = "lua_shared_dict extcontacts 1m;",
      server = [[
        location = /x {
          content_by_lua_block {
            ngx.shared.extcontacts:add("extcontacts:key:lock", "gone", 1)
            local shared = require("extcontacts.rate.store.nginx").new(ngx.shared.extcontacts)
            ngx.print((shared.update("key", function() return "done" end)))
          }
        }
        location = /missing {
          content_by_lua_block {
            ngx.print(select(2, pcall(require("extcontacts.rate.store.nginx").new, "nothing")))
          }
        }
      ]],
    }
    assert.equal("done", server:must("/x"))
    assert.matches("lua_shared_dict nothing", server:must("/missing"), 1, true)
  end)

  it("keep each other's changes although a lock expires during one of them", function()
    server = nginx.start {
      http = "lua_shared_dict extcontacts 1m;",
      server = [[
        location = /x {
          content_by_lua_block {
            local dict = ngx.shared.extcontacts
            local shared = require("extcontacts.rate.store.nginx").new(dict)
            local function add(values)
              values.count = (values.count or 0) + 1
              return values.count
            end
            local calls, most = 0, tonumber(ngx.var.arg_late)
            ngx.print((shared.update("key", function(values)
              calls = calls + 1
              if calls <= most then
                dict:delete("extcontacts:key:lock")
                shared.update("key", add)
              end
              return add(values)
            end)), " ", calls, " ", shared.peek("key").count)
          }
        }
      ]],
    }
    assert.equal("3 3 3", server:must("/x?late=2"))
    -- No change is tried for ever.
    assert.matches("^%d+ 5 %d+$", server:must("/x?late=100"))
  end)

  -- `/get` of clients that share a dictionary, against the sandbox.  The date stands
  -- still: a claim on a token's request outlasts any pause of the machine.
  local function start(api, options)
    return nginx.start(with {
      http = ([[
        lua_shared_dict extcontacts 1m;
        init_by_lua_block {
          local time = os.time
          local began = time()
          function os.time(date)
            return date and time(date) or began
          end
          local ec = require "extcontacts"
          local shared = require("extcontacts.rate.store.nginx").new "extcontacts"
          client = ec.new {
            base_url = "%s", login_url = "%s", client_id = "%s", client_secret = "%s",
            rate_store = shared, token_cache = shared, %s
          }
        }
      ]]):format(api.base_url, api.login_url, api.client_id, api.client_secret, options),
      server = [[
        location = /get {
          content_by_lua_block {
            local page, err = client.contacts:list({ page_size = 1, deadline = 20 })
            ngx.print(page and "page" or err.code or tostring(err))
          }
        }
      ]],
    })
  end

  local function tokens_asked(api)
    local count = 0
    for _, entry in ipairs(api:control("GET", "/sandbox/ledger?last=1000")) do
      if entry.path == "/oauth/token" then
        count = count + 1
      end
    end
    return count
  end

  it("request one token for concurrent calls", function()
    local api = sandbox.shared()
    api:reset()
    server = start(api, "rate = 100000")
    assert.same({ page = 60 }, all(server, "/get", 60))
    assert.equal(1, tokens_asked(api))
  end)

  it("together stay within a token's rate", function()
    local api = sandbox.shared { resets = false }
    api:reset()
    server = start(api, "rate = 30, reserve = 0")
    assert.same({ page = 30, rate_allowance = 30 }, all(server, "/get", 60))
    assert.equal(1, tokens_asked(api))
  end)
end)
