-- Several processes, as on several machines, share one token and its rate limit through a
-- Redis server, which fails meanwhile in the way that `fault` names:
--   none     nothing fails
--   clients  processes are killed, and others take their place
--   kill     the server is killed and started again, twice
--   away     the server is killed, and started again after 1.3 windows
--   cut      as `kill`, and the end of its log is lost
--   hang     the server stands still for a fifth of a window, twice
-- A process that waits for the server longer than `timeout` sends its share beside the
-- others' requests, which the reserve is for; here it is 0.
local harness = require "bench.soak.harness"
local redis = require "spec.support.redis"

local options = harness.options {
  processes = 16, windows = 3, rate = 300, period = 10, fault = "none", least = 0.98, timeout = 1,
}

print(("%d processes, %d windows of %g s with %d requests, one store, fault: %s, %s"):format(options.processes,
  options.windows, options.period, options.rate, options.fault, harness.interpreter))
local server = harness.start {
  contacts = 5, rate = options.rate, window = options.period, ledger = 200000,
}
local store = redis.start { appendonly = "yes", appendfsync = "always", aof_load_truncated = "yes" }
local url = ("redis://127.0.0.1:%d?timeout=%g&machines=%d"):format(store.port, options.timeout, options.processes)

-- A shell's part for each fault.  $pid is the store's process; `w N` waits for N windows,
-- `again` starts the store.
local FAULTS = {
  none = "",
  clients = "for one in $(echo $clients | cut -d' ' -f1-6); do w 0.3; kill -KILL $one; client & done",
  kill = "for i in 1 2; do w 0.5; kill -KILL $pid; again; w 0.6; done",
  away = "w 0.5; kill -KILL $pid; w 1.3; again",
  cut = "for i in 1 2; do w 0.5; kill -KILL $pid; truncate -s -200 $(ls %s/appendonlydir/*.incr.aof); again; w 0.6; "
    .. "done",
  hang = "for i in 1 2; do w 0.5; kill -STOP $pid; w 0.2; kill -CONT $pid; w 0.5; done",
}

local SHELL = [[
pid=%s
w() { sleep "$(awk "BEGIN { print $1 * %g }")"; }
again() { pid=$(%s); echo "store $pid"; }
client() { exec env %s %s bench/soak/windows_client.lua %g %d %g 1 2>/dev/null; }
clients=
for number in $(seq %d); do client & clients="$clients $!"; done
clients=${clients# }
%s
wait
]]

-- Each fault of the store silences everybody for a window at most.
local silences = ({ kill = 2, cut = 2, away = 1 })[options.fault] or 0
local seconds = options.period * (options.windows + silences + 0.2) + 1
local handle = assert(io.popen(SHELL:format(store.pid, options.period, store:start_command():gsub("%%", "%%%%"),
  harness.environment(("EXTCONTACTS_STORE='%s'"):format(url)), harness.interpreter, seconds, options.rate,
  options.period, options.processes,
  (assert(FAULTS[options.fault], "there is no such fault"):gsub("%%s", store.directory))), "r"))
local ends = {}
for line in handle:lines() do
  local name, count = line:match "^(.-)\t(%d+)$"
  local pid = line:match "^store (%d+)$"
  if name then
    ends[name] = (ends[name] or 0) + tonumber(count)
  elseif pid then
    store.pid = pid
  else
    harness.say("%s", line)
  end
end
handle:close()
store:stop()

local windows = harness.windows(server, options.period)
local _, token = next(windows.tokens)
harness.say("calls: %s", harness.counts(ends))
for number, window in ipairs(token or {}) do
  harness.say("window %d at %.1f s: %d requests", number, window.opened - token[1].opened, window.requests)
end
harness.claim(windows.throttled == 0, "no 429 (%d)", windows.throttled)
harness.claim(windows.count == 1, "tokens used: %d", windows.count)
if options.fault == "none" or options.fault == "clients" then
  local used = token and harness.use_of(token, options.windows, options.period, options.rate) or 0
  harness.claim(used >= options.least, "used %.1f %% of the rate limit", used * 100)
end
local failed = math.max(0, (ends.timeout or 0) - 2 * options.processes) -- each one's last call may reach the end
for name, count in pairs(ends) do
  failed = failed + (name ~= "answered" and name ~= "rate_allowance" and name ~= "timeout" and count or 0)
end
harness.claim(failed == 0, "no call failed (%d)", failed)
harness.finish()
