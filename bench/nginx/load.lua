-- Load on the locations of nginx, with wrk, and the table of what it shows.
local compat = require "extcontacts.base.compat"

local unpack = compat.unpack

local load = {
  ROUNDS = tonumber(os.getenv "ROUNDS" or 5),
  SECONDS = tonumber(os.getenv "SECONDS" or 4),
}

-- The output of a command.
function load.output(command)
  local handle = assert(io.popen(command .. " 2>&1", "r"))
  local text = handle:read("*a")
  handle:close()
  return text
end

-- The command for wrk, see wrk.lua.
function load.wrk(server, path, connections, seconds, numbers, rate)
  return ("wrk -t1 -c%d -d%gs --timeout 5s -s bench/nginx/wrk.lua %s -- %s %s %d"):format(connections, seconds,
    server.url, path, numbers, rate)
end

-- What wrk.lua prints.
function load.result(text)
  local requests, duration, errors, p50, p99, max = text:match "RESULT (%d+) (%d+) (%d+) (%S+) (%S+) (%S+)"
  if not requests then
    error("wrk failed:\n" .. text, 0)
  end
  return {
    requests = tonumber(requests), errors = tonumber(errors), rate = requests / duration * 1e6,
    p50 = p50 / 1000, p99 = p99 / 1000, max = max / 1000,
  }
end

-- Microseconds that the threads of nginx's worker have used.
local function cpu_time(server)
  local sum, text = 0, load.output(("cat /proc/%s/task/*/schedstat"):format(server:workers()[1]))
  for nanoseconds in text:gmatch "(%d+) %d+ %d+" do
    sum = sum + tonumber(nanoseconds) / 1000
  end
  return sum
end

-- Load on one location, and the latency of an unrelated one meanwhile.
function load.run(server, path, connections, seconds)
  local unrelated = assert(io.popen(load.wrk(server, "/unrelated", 1, seconds, "same", 200), "r"))
  local cpu = cpu_time(server)
  local text = load.output(load.wrk(server, path, connections, seconds, path == "/kit" and "new" or "same", 0))
  local measured = load.result(text)
  measured.cpu = (cpu_time(server) - cpu) / measured.requests
  measured.unrelated = load.result(unrelated:read("*a")).p99
  unrelated:close()
  if measured.errors > 0 then
    error(("%s: %d of %d failed\n%s"):format(path, measured.errors, measured.requests, server:errors():sub(-2000)), 0)
  end
  return measured
end

function load.median(list)
  table.sort(list)
  local middle = #list / 2
  return #list % 2 == 1 and list[math.ceil(middle)] or (list[middle] + list[middle + 1]) / 2
end

local VALUES = { "rate", "cpu", "p50", "p99", "unrelated" }

-- Loads the peers, `{ name, path, server, reference }`, in turn, after a warm-up round;
-- prints medians, and those of each round's ratio to the reference.
function load.compare(title, connections, peers)
  local runs = {}
  for round = 0, load.ROUNDS do
    for index = 1, #peers do
      local peer = peers[(index + round) % #peers + 1] -- each is first in turn
      local measured = load.run(peer.server, peer.path, connections, round == 0 and 1 or load.SECONDS)
      if round > 0 then
        runs[peer] = runs[peer] or {}
        table.insert(runs[peer], measured)
      end
    end
  end
  print(title)
  print("                      rate/s    CPU us    p50 ms    p99 ms  unrelated p99 ms")
  for _, peer in ipairs(peers) do
    local line, ratios = {}, {}
    for position, value in ipairs(VALUES) do
      local all, relative = {}, {}
      for round = 1, load.ROUNDS do
        all[round] = runs[peer][round][value]
        relative[round] = peer.reference and all[round] / runs[peer.reference][round][value]
      end
      line[position], ratios[position] = load.median(all), peer.reference and load.median(relative)
    end
    print(("  %-17s %8.0f  %8.1f  %8.2f  %8.2f  %8.2f"):format(peer.name, unpack(line)))
    if peer.reference then
      print(("    / %-15s %6.2f  %8.2f  %8.2f  %8.2f  %8.2f"):format(peer.reference.name, unpack(ratios)))
    end
  end
  io.stdout:flush()
end

return load
