-- How much of one token's rate limit the apply of many changes uses, and how many windows
-- it takes, by the server's request log.  The window is shorter than the API's minute, so
-- that a run takes a few minutes: a window here stands for a minute there.
local harness = require "bench.soak.harness"
local common = require "bench.soak.fix.common"

local options = harness.options { contacts = 100000, rate = 300, period = 15, reserve = 0, least = 0.95, windows = 15 }

print(("%d contacts, %d requests in %g s, reserve %g, %s"):format(options.contacts, options.rate, options.period,
  options.reserve, harness.interpreter))
local dir = common.directory()
local server = harness.start { contacts = options.contacts, rate = options.rate, window = options.period,
  ledger = 100000 }
server:control("POST", "/sandbox/settings", { rate = 0 })
local code, output = common.command(("plan bench/soak/fix/fix.lua -o %s/p --show 0"):format(dir))
assert(code == 0, output)
server:control("POST", "/sandbox/settings", { rate = options.rate })
server:control("DELETE", "/sandbox/ledger")
local pipe = assert(io.popen(("env %s %s bench/soak/fix/allowance_client.lua %s/p %d %g %g"):format(
  harness.environment(), harness.interpreter, dir, options.rate, options.period, options.reserve)))
local result = pipe:read "*a"
pipe:close()

-- A window begins with its first request; the last one is not complete.
local allowed = math.max(1, math.floor(options.rate * (1 - options.reserve) + 1e-9))
local first, last, counts, refused, total = nil, nil, {}, 0, 0
for _, entry in ipairs(server:control("GET", "/sandbox/ledger")) do
  if entry.token then
    first, last = first or entry.at, entry.at
    local window = math.floor((entry.at - first) / options.period) + 1
    counts[window] = (counts[window] or 0) + 1
    refused = refused + (entry.status == "429" and 1 or 0)
    total = total + 1
  end
end
local complete, used = #counts - 1, 0
for window = 1, complete do
  used = used + counts[window]
end
local windows = (last - first) / options.period
harness.say("applied, result: %s", (result:gsub("\n", "")))
harness.say("%d requests in %.2f windows of %g s; in each: %s", total, windows, options.period,
  table.concat(counts, " "))
harness.claim(result:find("^" .. options.contacts .. " complete") ~= nil, "all changes are applied")
harness.claim(windows <= options.windows, "it takes at most %g windows (%.2f)", options.windows, windows)
harness.claim(complete > 0 and used >= options.least * allowed * complete,
  "at least %g %% of the allowance is used (%.1f)", options.least * 100, 100 * used / (allowed * complete))
harness.claim(refused == 0, "no request is refused with 429 (%d were)", refused)
os.execute("rm -rf " .. dir)
harness.finish()
