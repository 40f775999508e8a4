-- The measurements of run.sh.
local launch = require "extcontacts.sandbox.launch"
local load = require "bench.nginx.load"
local nginx = require "spec.support.nginx"
local redis = require "spec.support.redis"
local socket = require "socket"
local tls = require "spec.support.tls"

local median, output = load.median, load.output

local ROUNDS, SECONDS = load.ROUNDS, load.SECONDS

-- The folder of a built clone of another commit to compare with, if any; and this one.
local BASE, HERE = os.getenv "BASE", output "pwd":match "[^\n]+"

-------------------------------------------------------------------- servers --

-- About 1 KB, as a reverse lookup returns it.
local ANSWER = [[
{"contacts":[{"id":"|","firstName":"Ann","lastName":"Example",
"workPhone":{"display":"(317) 555-0142","extension":0,"acceptsSMS":false,"userInput":"+13175550142",
"e164":"+13175550142","countryCode":"US"},"workEmail":"ann@example.com","title":"Buyer","address":{
"address1":"1 Main St","city":"Indianapolis","state":"IN","postalCode":"46204","countryCode":"US"},
"modifyDate":"2026-01-01T00:00:00.000Z","createDate":"2026-01-01T00:00:00.000Z","externalOrganization":
{"id":"fedcba98-7654-4321-8fed-cba987654321","name":"Example Ltd","selfUri":"/api/v2/x"},
"customFields":{"]] .. ("tier"):rep(10) .. [[":"gold","notes":"]] .. ("text "):rep(60) .. [["}}],"organizations":[]}]]

-- Each number has a contact of its own.  The server must be cheap: it shares the
-- cores with the process being measured.
local API = [[
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  rewrite_by_lua_no_postpone on;
  map $arg_lookupVal $digits { default 000000000000; "~([0-9A-Za-z]{12})$" $1; }
]]
local ANSWERS = [[
  default_type application/json;
  location /api/ { %s return 200 '%s01234567-89ab-4cde-8fab-$digits%s'; }
]]
local DELAY = "rewrite_by_lua_block { ngx.sleep(%g) }"
local STATUS = [[
  location = /status { stub_status; }
]]
local SECURE = "server { listen 127.0.0.1:%d ssl http2; ssl_certificate %s/good.pem; "
  .. "ssl_certificate_key %s/good.key; http2_max_concurrent_streams 1000; %s }"

-- The API, which answers after a delay; over TLS if there are certificates.
local function start_api(delay, certificates)
  local answers = ANSWERS:format(delay > 0 and DELAY:format(delay) or "", ANSWER:gsub("\n", ""):match "(.-)|(.*)")
  local secure, port = "", launch.free_port()
  if certificates then
    secure = SECURE:format(port, certificates.path, certificates.path, answers)
  end
  local server = nginx.start {
    http = API .. secure,
    server = answers .. STATUS,
  }
  server.api = { host = certificates and "localhost" or "127.0.0.1", port = certificates and port or server.port,
    tls = certificates ~= nil, ca_file = certificates and certificates.ca }
  server.api.url = (certificates and "https://" or "http://") .. server.api.host .. ":" .. server.api.port
  return server
end

local WORKER = [[
  keepalive_requests 1000000000;
  lua_shared_dict lookups 64m;
  lua_socket_log_errors off;
  resolver 127.0.0.1;
  init_by_lua_block {
    package.path = %q .. "/?.lua;" .. package.path -- the same peers for each clone
    peers = require "bench.nginx.peers"
    api = { host = %q, port = %d, tls = %s, url = %q, ca_file = %s }
    engine, client, kit = peers.engine(api), peers.client(api), peers.kit(api, { %s })
  }
]]
local LOCATIONS = [[
  default_type text/plain;
  location = /cosocket { content_by_lua_block { peers.cosocket(api) } }
  location = /resty_http_like { content_by_lua_block { peers.resty_http_like(api) } }
  location = /engine { content_by_lua_block { engine() } }
  location = /client { content_by_lua_block { client() } }
  location = /kit { content_by_lua_block { kit() } }
  location = /unrelated { content_by_lua_block { ngx.say "ok" } }
]]

-- The number of connections and requests so far.
local function totals(api)
  local connections, requests = api:must("/status"):match " (%d+) %d+ (%d+) \n"
  return tonumber(connections), tonumber(requests)
end

-- The result of a function, and the connections and requests it took.
local function counted(api, fn, ...)
  local connections, requests = totals(api)
  local result = fn(...)
  local connections_after, requests_after = totals(api)
  -- less the connection and the request for the second totals
  return result, connections_after - connections - 1, requests_after - requests - 1
end

-- The nginx whose single worker is measured; `root` is the clone that it runs.
local function start_worker(api, options, root)
  return nginx.start {
    root = root,
    http = WORKER:format(HERE, "127.0.0.1", api.port, tostring(api.tls), api.url,
      api.ca_file and ("%q"):format(api.ca_file) or "nil", options or ""),
    server = LOCATIONS,
  }
end

---------------------------------------------------------------- measurements --

local measurements = {}

-- The peers of one worker; the ratios are to the first.
local function all_of(server, names)
  local peers = {}
  for index, name in ipairs(names) do
    peers[index] = { name = name, path = "/" .. name, server = server, reference = peers[1] }
  end
  return peers
end

-- The client and the kit of two clones; the ratios are to the same peer of BASE.
local function both_of(base, server)
  local peers = {}
  for _, name in ipairs { "client", "kit" } do
    local earlier = { name = "BASE " .. name, path = "/" .. name, server = base }
    peers[#peers + 1] = earlier
    peers[#peers + 1] = { name = name, path = "/" .. name, server = server, reference = earlier }
  end
  return peers
end

local function plain(delay, connections)
  local api = start_api(delay)
  local server, base = start_worker(api.api), BASE and start_worker(api.api, nil, BASE)
  load.compare(("%g ms upstream, %d at the same time"):format(delay * 1000, connections), connections,
    base and both_of(base, server) or all_of(server, { "resty_http_like", "cosocket", "engine", "client", "kit" }))
  server:stop()
  if base then
    base:stop()
  end
  api:stop()
end

measurements["20ms"] = function()
  plain(0.02, 64)
end

measurements["0ms"] = function()
  plain(0, 16)
end

-- Milliseconds until a fresh worker has answered `count` lookups sent at once.
local function first_lookups(api, path, count)
  local server = start_worker(api)
  local connections, began = {}, socket.gettime()
  for index = 1, count do
    connections[index] = server:open(("%s?n=%%2B1317%07d"):format(path, index))
  end
  for _, connection in ipairs(connections) do
    local answer = assert(connection:receive "*a")
    assert(answer:find(" 200 OK", 1, true), answer)
    connection:close()
  end
  local time = (socket.gettime() - began) * 1000
  server:stop()
  return time
end

-- A fresh worker must connect first: once, or once for each lookup.
local function fresh(api, count, names)
  local times = {}
  for round = 1, ROUNDS do
    for index = 1, #names do
      local name = names[(index + round) % #names + 1]
      times[name] = times[name] or {}
      times[name][round] = first_lookups(api.api, "/" .. name, count)
    end
  end
  local parts = {}
  for index, name in ipairs(names) do
    parts[index] = ("%s %.1f ms"):format(name, median(times[name]))
  end
  print(("the first %d lookups of a fresh worker, all at once: %s"):format(count, table.concat(parts, ", ")))
end

function measurements.tls()
  local certificates, names = tls.certificates(), { "cosocket", "engine", "client" }
  for _, case in ipairs { { 0.02, 64 }, { 0, 16 } } do
    local api = start_api(case[1], certificates)
    local server = start_worker(api.api)
    local _, connections = counted(api, load.run, server, "/client", case[2], 1)
    load.compare(("TLS, %g ms upstream, %d at the same time; connections of the client: %s"):format(case[1] * 1000,
      case[2], connections), case[2], all_of(server, names))
    server:stop()
    if case[1] > 0 then
      fresh(api, case[2], names)
    end
    api:stop()
  end
  certificates.remove()
end

function measurements.one()
  local api = start_api(0.2)
  local server = start_worker(api.api)
  local text, _, calls = counted(api, output, load.wrk(server, "/kit", 500, 1, "same", 0))
  local measured = load.result(text)
  print(("500 connections looking up one number: %d answers, %d failed, upstream requests: %d"):format(
    measured.requests, measured.errors, calls))
  server:stop()
  api:stop()
end

-- The milliseconds of one lookup, and its answer.
local function one_lookup(server, number)
  local before = socket.gettime()
  local body = server:must("/kit?n=%2B1" .. number)
  return (socket.gettime() - before) * 1000, body
end

function measurements.dead()
  for _, case in ipairs { { "stopped", 600 }, { "stopped", 0 }, { "silent", 600 }, { "silent", 0 } } do
    local how, revalidate = case[1], case[2]
    local api = start_api(0)
    local server = start_worker(api.api, "ttl = 0.5, stale_while_revalidate = " .. revalidate)
    local numbers = {}
    for index = 1, 200 do
      numbers[index] = ("317%07d"):format(index)
      one_lookup(server, numbers[index])
    end
    if how == "stopped" then
      api:stop()
    else
      for _, pid in ipairs(api:workers()) do
        os.execute("kill -STOP " .. pid)
      end
    end
    socket.sleep(1)
    -- The first lookups after the upstream has stopped, and the rest.
    local times, first, stale = {}, 0, 0
    for index, number in ipairs(numbers) do
      local time, body = one_lookup(server, number)
      times[index] = time
      first = index <= 5 and math.max(first, time) or first
      stale = stale + (body:find "stale" and 1 or 0)
    end
    local slowest = 0
    for index = 6, #times do
      slowest = math.max(slowest, times[index])
    end
    print(("upstream %s, stale_while_revalidate = %d: %d of %d answers are stale; the first 5 took at most "
      .. "%.2f ms, the rest %.2f ms (median), %.2f ms (maximum)")
      :format(how, revalidate, stale, #numbers, first, median(times), slowest))
    if how == "silent" then
      for _, pid in ipairs(api:workers()) do
        os.execute("kill -CONT " .. pid)
      end
      api:stop()
    end
    server:stop()
  end
end

-- What a store costs the lookups of a worker, and what else it serves; also while the
-- store hangs.
function measurements.fleet()
  local api, store = start_api(0.02), redis.start()
  local alone = start_worker(api.api)
  local shared = start_worker(api.api, ("store = %q, fleet = true"):format((store.url:gsub("%?.*", ""))))
  local kit = { name = "kit", path = "/kit", server = alone }
  local fleet = { name = "kit, fleet", path = "/kit", server = shared, reference = kit }
  load.compare("20 ms upstream, 64 at the same time, with a store", 64, { kit, fleet })
  store:signal "STOP"
  load.compare("the same while the store hangs", 64, { kit, fleet })
  store:signal "CONT"
  shared:stop()
  alone:stop()
  store:stop()
  api:stop()
end

print(("%s; libcurl %s; %s; %d rounds of %g s"):format(output((launch.find_nginx()) .. " -v"):match "nginx/%S+",
  output "curl-config --version":match "([%d.]+)%s*$", output "wrk -v":match "wrk %S+", ROUNDS, SECONDS))
local wanted = #arg > 0 and arg or { "20ms", "0ms", "tls", "one", "dead", "fleet" }
for _, name in ipairs(wanted) do
  local measure = measurements[name]
    or error("unknown measurement '" .. name .. "'; expected 20ms, 0ms, tls, one, dead or fleet", 0)
  measure()
end
