-- The caller lookup, in nginx's workers and against the sandbox.

local cjson = require "cjson"
local escape = require("spec.support.api").escape
local lookups = require "spec.support.lookups"
local nginx = require "spec.support.nginx"
local socket = require "socket"

local NUMBER = lookups.NUMBER

describe("a lookup of a caller", function()
  local api, server, contact

  before_each(function()
    api, contact = lookups.api()
  end)

  after_each(function()
    if server then
      local log = server:stop()
      server = nil
      assert.is_nil(log:find(NUMBER, 1, true), "a number is in the log")
    end
  end)

  local function start(options, settings)
    server = lookups.start(api, options, settings)
  end

  local function caller(number)
    return lookups.caller(server, number)
  end

  local function calls()
    return lookups.calls(api)
  end

  local function faults(list)
    lookups.faults(api, list)
  end

  local function delayed()
    return lookups.delayed(api)
  end

  local DOWN = { { operation = "lookup.reverse", status = 503 } }

  local function circuit()
    return cjson.decode(server:must("/health")).circuit
  end

  -- Puts the clock of all workers forward.
  local function advance(seconds)
    server:must("/advance?seconds=" .. seconds)
  end

  local function metric(name)
    return tonumber(server:must("/metrics"):match("\nextcontacts_lookup_" .. name:gsub("%p", "%%%0") .. " (%S+)\n"))
  end

  it("finds the contact and caches the answer", function()
    start()
    local first = caller()
    assert.same({ contact.id, "Ann", 1, "api", false },
      { first.id, first.name, first.contacts, first.source, first.stale })
    for _ = 1, 3 do
      local again = caller "+1 (317) 555-0142"
      assert.same({ contact.id, "Ann" }, { again.id, again.name })
      assert.is_true(again.source == "worker" or again.source == "shared")
    end
    for _, number in ipairs { "tel:+1-317-555-0142", "+1 (317) 555-0142 ext. 5", "\226\128\170+13175550142\226\128\172",
      "+1 (1) 317 555 0142" } do
      assert.equal(contact.id, caller(number).id, number)
    end
    assert.equal(1, calls())
  end)

  it("caches that no contact has the number", function()
    start()
    for _ = 1, 3 do
      local answer = caller "+13175559999"
      assert.is_nil(answer.id)
      assert.is_nil(answer.kind)
      assert.equal(0, answer.contacts)
    end
    assert.equal(1, calls())
    assert.equal(3, metric "lookups_unknown_total")
  end)

  it("rejects a value that is not a phone number", function()
    start()
    for _, text in ipairs { "13175550142", "+1x", "+", "+12345678901234567", "", "0317 5550142", "ann@x.example" } do
      assert.same({ "invalid", "not_e164" }, { caller(text).kind, caller(text).code })
    end
    assert.equal(0, calls())
  end)

  it("sends one call for many callers in several workers", function()
    start(nil, { workers = 4 })
    faults { { operation = "lookup.reverse", delay = 0.2 } }
    local connections = {}
    for i = 1, 500 do
      connections[i] = server:open("/caller?n=%2B13175550142")
    end
    local workers = {}
    for _, connection in ipairs(connections) do
      local answer = cjson.decode(assert(connection:receive("*a")):match("\r\n\r\n(.*)$"))
      assert.equal(contact.id, answer.id)
      workers[answer.worker] = true
      connection:close()
    end
    assert.is_truthy(next(workers, (next(workers))), "one worker served all requests")
    assert.equal(1, calls())
  end)

  it("returns a stale answer immediately and refreshes it in the background", function()
    start "ttl = 1e-6, stale_while_revalidate = 60"
    caller()
    faults { { operation = "lookup.reverse", delay = 0.2 } }
    local stale = caller()
    assert.same({ "Ann", true }, { stale.name, stale.stale })
    nginx.eventually(function()
      return metric 'api_calls_total{outcome="found"}' == 2
    end)
    assert.equal(2, calls())
  end)

  it("returns a stale answer if the API can't answer", function()
    start "ttl = 1e-6, stale_while_revalidate = 0"
    caller()
    faults(DOWN)
    local stale = caller()
    assert.same({ "Ann", true }, { stale.name, stale.stale })
    assert.equal(1, metric 'lookups_total{result="stale_on_error"}')
  end)

  it("waits only briefly for the API if it has an old answer", function()
    start("ttl = 1e-6, stale_while_revalidate = 0, stale_wait = 2, deadline = 60")
    caller()
    faults { { operation = "lookup.reverse", delay = 20 } }
    local began = socket.gettime()
    for _ = 1, 8 do -- only the first one waits
      local status, body = server:get("/caller?n=" .. escape(NUMBER), 10) -- the API would take longer
      assert.equal(200, status, body)
      assert.is_true(cjson.decode(body).stale)
    end
    assert.is_true(socket.gettime() - began < 16, "all of them waited")
    assert.equal(8, metric 'lookups_total{result="stale_on_error"}')
  end)

  it("caches the answer of a call that no caller waited for", function()
    start("ttl = 60, negative_ttl = 1e-6, stale_while_revalidate = 0, stale_wait = 0.05")
    local number = "+13175550199"
    assert.is_nil(caller(number).name)
    local session = require("spec.support.api").session(api)
    session:must("POST", "/contacts", {
      firstName = "Bea", lastName = "New", workPhone = { display = number, e164 = number },
    })
    faults { { operation = "lookup.reverse", delay = 3 } }
    assert.is_nil(caller(number).name)
    faults {}
    nginx.eventually(function()
      return caller(number).name == "Bea"
    end)
    assert.equal(2, calls()) -- the first, and the one in the background
  end)

  it("returns the API's error if it has no answer", function()
    start()
    faults(DOWN)
    local answer = caller()
    assert.equal("http", answer.kind)
    assert.is_nil(answer.id)
  end)

  it("opens the circuit after failures in a row, and closes it after a probe", function()
    start "failures = 3, pause = 600, error_ttl = 0"
    faults(DOWN)
    for _ = 1, 3 do
      assert.equal("http", caller().kind)
    end
    for _ = 1, 5 do
      assert.equal("circuit_open", caller().code)
    end
    assert.equal(3, calls())
    assert.same({ ok = false, circuit = "open" }, cjson.decode(server:must("/health")))
    assert.equal(1, metric "circuit_open")
    advance(600)
    assert.equal("half_open", circuit())
    assert.equal("http", caller().kind)
    assert.equal("circuit_open", caller().code)
    assert.equal(4, calls())
    api:control("DELETE", "/sandbox/faults")
    advance(1200)
    assert.equal("Ann", caller().name)
    assert.same({ ok = true, circuit = "closed" }, cjson.decode(server:must("/health")))
    assert.equal(2, metric "opened_total")
  end)

  it("lets no caller with an old answer wait for a probe", function()
    start "ttl = 1e-6, stale_while_revalidate = 0, failures = 1, pause = 600, error_ttl = 0, deadline = 60"
    caller()
    faults(DOWN)
    assert.is_true(caller().stale)
    advance(600)
    assert.equal("half_open", circuit())
    faults { { operation = "lookup.reverse", delay = 20 } }
    for _ = 1, 3 do
      local status, body = server:get("/caller?n=" .. escape(NUMBER), 10) -- the probe would take longer
      assert.equal(200, status, body)
      assert.is_true(cjson.decode(body).stale)
    end
  end)

  it("sends only one call as a probe", function()
    start "failures = 1, pause = 600, error_ttl = 0"
    faults(DOWN)
    assert.equal("http", caller().kind)
    advance(600)
    assert.equal("half_open", circuit())
    faults { { operation = "lookup.reverse", delay = 20 } } -- the probe is under way all the time
    local connections = {}
    for i = 1, 10 do
      connections[i] = server:open("/caller?n=%2B1317555000" .. i % 10)
    end
    while #connections > 1 do
      local ended = socket.select(connections, nil, 15)[1]
      assert(ended, "more than one caller waits")
      local answer = cjson.decode(assert(ended:receive("*a")):match("\r\n\r\n(.*)$"))
      assert.equal("circuit_open", answer.code)
      ended:close()
      for index, connection in ipairs(connections) do
        if connection == ended then
          table.remove(connections, index)
          break
        end
      end
    end
    nginx.eventually(function() -- its request may still be on its way
      return delayed() == 1
    end)
    connections[1]:close()
  end)

  it("fails at its deadline", function()
    start "deadline = 0.2, error_ttl = 0"
    faults { { operation = "lookup.reverse", delay = 20 } }
    assert.equal("timeout", caller().kind)
  end)

  it("asks the API again after invalidate and forget", function()
    start(nil, { workers = 2 })
    for _ = 1, 10 do
      assert.equal("Ann", caller().name)
    end
    local session = require("spec.support.api").session(api)
    contact.firstName = "Beth"
    session:must("PUT", "/contacts/" .. contact.id, contact)
    assert.equal("1", server:must("/invalidate?id=" .. contact.id))
    for _ = 1, 10 do
      assert.equal("Beth", caller().name)
    end
    assert.equal(2, calls())
    assert.equal("1", server:must("/forget?n=%2B1%20317%20555%200142"))
    assert.equal("0", server:must("/forget?n=%2B1%20317%20555%200142"))
    for _ = 1, 10 do
      assert.equal("Beth", caller().name)
    end
    assert.equal(3, calls())
    assert.equal("0", server:must("/invalidate?id=unknown"))
    nginx.eventually(function()
      return metric "invalidated_total" == 2 -- the other worker's counts arrive later
    end)
  end)

  it("counts what every worker counts, also when it exits", function()
    start(nil, { workers = 2 })
    local connections = {}
    for index = 1, 40 do
      connections[index] = server:open("/caller?n=%2B1317555" .. 1000 + index)
    end
    for _, connection in ipairs(connections) do
      assert(connection:receive "*a")
      connection:close()
    end
    server:reload()
    assert.equal(40, metric 'lookups_total{result="api"}')
    assert.equal(40, metric "lookups_unknown_total")
  end)

  it("does not cache an answer whose contact was invalidated during the call", function()
    start()
    caller()
    server:must("/forget?n=%2B13175550142")
    faults { { operation = "lookup.reverse", delay = 0.3, times = 1 } }
    local connection = server:open("/caller?n=%2B13175550142")
    nginx.eventually(function()
      return delayed() == 1
    end)
    server:must("/invalidate?id=" .. contact.id)
    assert.matches('"name":"Ann"', (connection:receive("*a")))
    connection:close()
    caller()
    assert.equal(3, calls())
  end)

  it("exports counters without personal data to Prometheus", function()
    start()
    caller()
    caller()
    caller "+13175559999"
    caller "nonsense"
    local text = server:must("/metrics")
    local series = 0
    for line in text:gmatch("[^\n]+") do
      assert.is_truthy(line:match("^# HELP [%w_]+ .+$") or line:match("^# TYPE [%w_]+ %a+$")
        or line:match('^[%w_]+ [%d.e+]+$') or line:match('^[%w_]+{%w+="[^"]+"} [%d.e+]+$'), line)
      series = series + (line:sub(1, 1) ~= "#" and 1 or 0)
    end
    assert.is_true(series > 20)
    assert.is_nil(text:find("317555", 1, true)) -- fewer digits can be a time
    assert.is_nil(text:find("Ann", 1, true))
    assert.equal(2, metric 'lookups_total{result="api"}')
    assert.equal(1, metric 'api_calls_total{outcome="found"}')
    assert.equal(1, metric 'api_calls_total{outcome="unknown"}')
    assert.equal(2, metric "api_seconds_count")
    assert.equal(2, metric 'api_seconds_bucket{le="+Inf"}')
    assert.is_true(metric "api_seconds_sum" > 0)
  end)

  it("names the option that is not valid", function()
    server = nginx.start {
      http = "lua_shared_dict lookups 1m;",
      server = [[
        location = /x {
          content_by_lua_block {
            local resty = require "extcontacts.resty"
            for _, opts in ipairs {
              { dict = "lookups" }, { client = {} }, { client = {}, dict = "nothing" },
              { client = {}, dict = "lookups", tll = 1 }, { client = {}, dict = "lookups", ttl = 0 },
              { client = {}, dict = "lookups" },
            } do
              ngx.say(select(2, pcall(resty.lookup, opts)))
            end
          }
        }
      ]],
    }
    local text = server:must("/x")
    for _, part in ipairs {
      "'client' is missing", "'dict' is missing", "lua_shared_dict nothing", "did you mean 'ttl'",
      "'ttl' must be above 0", "'client' is not a client: pass what ec.connect or ec.new returns",
    } do
      assert.is_truthy(text:find(part, 1, true), part .. "\n" .. text)
    end
  end)
end)
