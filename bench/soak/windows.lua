-- Several processes share tokens: together they must use the rate limit and never
-- exceed it.  The window is shorter than the platform's minute.
local harness = require "bench.soak.harness"

local options = harness.options {
  processes = 4, windows = 3, rate = 300, period = 10, tokens = 1, least = 0.98,
}

print(("%d processes, %d windows of %g s with %d requests, tokens: %d, %s"):format(options.processes,
  options.windows, options.period, options.rate, options.tokens, harness.interpreter))
local server = harness.start {
  contacts = 5, rate = options.rate, window = options.period, ledger = 200000,
}

-- A directory for the shared files, and all processes at once.
local SHELL = [[
XDG_STATE_HOME=$(mktemp -d) || exit 1
export XDG_STATE_HOME
for number in $(seq %d); do %s &
done
wait
rm -rf "$XDG_STATE_HOME"
]]

-- Into the window after the last one, so that its start is observed.  Further
-- tokens are fetched, and their windows opened, only when the others are full.
local seconds = options.period * (options.windows + (options.tokens > 1 and 1 or 0.2)) + 1
local command = ("%s %s bench/soak/windows_client.lua %g %d %g %d"):format(harness.environment(),
  harness.interpreter, seconds, options.rate, options.period, options.tokens)
local handle = assert(io.popen(SHELL:format(options.processes, command), "r"))
local ends = {}
for line in handle:lines() do
  local name, count = line:match("^(.-)\t(%d+)$")
  if name then
    ends[name] = (ends[name] or 0) + tonumber(count)
  else
    harness.say("%s", line)
  end
end
handle:close()

local windows = harness.windows(server, options.period)
local least, sum = 1, 0
for _, token in pairs(windows.tokens) do
  local used = harness.use_of(token, options.windows, options.period, options.rate)
  least, sum = math.min(least, used), sum + used
end
harness.say("calls: %s", harness.counts(ends))
harness.claim(windows.throttled == 0, "no 429 (%d)", windows.throttled)
harness.claim(windows.count == options.tokens, "tokens used: %d", windows.count)
harness.claim(least >= options.least, "each token used at least %.1f %% of its rate limit, %.1f %% on average",
  least * 100, sum / windows.count * 100)
harness.finish()
