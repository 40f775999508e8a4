-- nginx ends light threads at any wait: the client is gone, or the program calls
-- ngx.exit or ngx.thread.kill.  Each scenario is ended at its first wait, then at its
-- second one, and so on; then the next caller gets its answer, and nothing is held.

local cjson = require "cjson"
local ec = require "extcontacts"
local nginx = require "spec.support.nginx"
local sandbox = require "spec.support.sandbox"
local scenarios = require "spec.support.kill_scenarios"
local socket = require "socket"

local HTTP = [[
  lua_shared_dict killed 1m;
  init_by_lua_block { killer = require "spec.support.killer" }
]]

local SERVER = [[
  lua_check_client_abort on;
  lua_http10_buffering off;
  location = /kill { content_by_lua_block { killer.trial "kill" } }
  location = /exit { content_by_lua_block { killer.trial "exit" } }
  location = /abort { content_by_lua_block { killer.trial "abort" } }
  location = /next { content_by_lua_block { killer.next_call() } }
  location = /held { content_by_lua_block { killer.held() } }
]]

-- A scenario has fewer waits than this.
local MANY = 60

describe("a light thread that nginx ends at any of its waits", function()
  local api, server, ids
  local killed, before = 0, nil -- waits so far, and the worker's descriptors at first

  setup(function()
    api = sandbox.start { contacts = 30, rate = 0 }
    server = nginx.start { http = HTTP, server = SERVER }
    ids = {}
    local client = ec.new(scenarios.options({}, api))
    for contact in client:scan_contacts { max_items = 4 } do
      ids[#ids + 1] = contact.id
    end
    client:close()
    before = nginx.holdings(server:workers()[1])
  end)

  teardown(function()
    local log = server:stop()
    api:stop()
    assert(not log:find("exited on signal"), log)
    assert(not log:find("lua entry thread aborted"), log)
  end)

  -- Sends a trial; returns the answer's first word.
  local function trial(how, index, at)
    api:control("POST", "/sandbox/faults", scenarios.list[index].faults or cjson.empty_array)
    local body = cjson.encode {
      server = { base_url = api.base_url, login_url = api.login_url, client_id = api.client_id,
        client_secret = api.client_secret },
      ids = ids, scenario = index, at = at,
    }
    local connection = assert(socket.connect("127.0.0.1", server.port))
    connection:settimeout(30)
    assert(connection:send(("POST /%s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s"):format(how, #body, body)))
    repeat
      local line = connection:receive("*l")
    until not line or line == ""
    local word = connection:receive("*l")
    connection:close()
    return assert(word, server:errors())
  end

  local function waits_survived(how, index)
    for at = 1, MANY do
      if trial(how, index, at) == "ended" then
        return at - 1
      end
      assert.equal("ok", server:must("/next"))
      local held
      local released = pcall(nginx.eventually, function()
        held = server:must("/held")
        return held == ""
      end)
      assert(released, ("after wait %d: %s"):format(at, tostring(held)))
    end
    error "the scenario does not end"
  end

  for index, scenario in ipairs(scenarios.list) do
    it(("leaves nothing behind while it waits for %s"):format(scenario.name), function()
      local total = 0
      for _, how in ipairs { "kill", "exit", "abort" } do
        local waits = waits_survived(how, index)
        assert.is_true(waits > 0)
        total = total + waits
      end
      killed = killed + total
      print(("%-40s %d waits"):format(scenario.name, total))
    end)
  end

  -- A leak adds one for each wait; connections come and go.
  it("loses no descriptor", function()
    assert.is_true(nginx.holdings(server:workers()[1]) - before < killed / 4)
  end)
end)
