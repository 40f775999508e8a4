-- Plan and apply of many contacts in little memory, and how much of the rate limit
-- an apply uses.
local harness = require "bench.soak.harness"
local common = require "bench.soak.fix.common"
local core = require "extcontacts.core"
local socket = require "socket"

local options = harness.options {
  contacts = 100000, concurrency = 8, megabytes = 64, rate = 300, window = 10, windows = 6,
}

print(("%d contacts, %d at a time, %s"):format(options.contacts, options.concurrency, harness.interpreter))
local dir = common.directory()
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 10 }

-- Runs a command and watches its memory; returns the exit code, the peak in
-- megabytes and the output.
local START = "env EXTCONTACTS_LUA=%s %s sh -c 'echo $$; exec bin/extcontacts %s' 2>%s/err; echo \"exit $?\""

local function watched(words)
  local pipe = assert(io.popen(START:format(harness.interpreter, harness.environment "EXTCONTACTS_RATE=off",
    words, dir)))
  local pid = pipe:read "*l"
  local peak = 0
  repeat
    local state = io.open("/proc/" .. pid .. "/status")
    local text = state and state:read "*a" or ""
    if state then
      state:close()
    end
    local kilobytes = text:match "VmHWM:%s+(%d+)"
    peak = math.max(peak, (kilobytes or 0) / 1024)
    socket.sleep(0.05)
  until not kilobytes
  local output = pipe:read "*a"
  pipe:close()
  return tonumber(output:match "exit (%d+)"), peak, output
end

local started = core.engine.now()
local code, peak, output = watched(("plan bench/soak/fix/fix.lua -o %s/p --show 0"):format(dir))
harness.say("plan: %.0f s, %s", core.engine.now() - started, tostring(output:match "(%d+ changes [^\n]*)"))
harness.claim(code == 0 and peak < options.megabytes, "plan stays below %d MB (%.1f)", options.megabytes, peak)
started = core.engine.now()
code, peak, output = watched(("apply -y --batch 1 --concurrency %d %s/p"):format(options.concurrency, dir))
local seconds = core.engine.now() - started
local applied = tonumber(output:match "(%d+)  applied") or 0
harness.say("apply: %.0f s, %d changes, %.0f a second", seconds, applied, applied / seconds)
harness.claim(code == 0 and peak < options.megabytes, "apply stays below %d MB (%.1f, exit %s)", options.megabytes,
  peak, tostring(code))
server:stop()

-- The rate: the requests that the server counted in so many windows, compared with
-- its limit. A window begins with its first request.
server = harness.start { contacts = 3000, rate = options.rate, window = options.window, ledger = 10 }
os.execute("rm -f " .. dir .. "/p*")
local client = assert(io.popen(("env %s %s bench/soak/fix/rate_client.lua %s/p %d %g %d %d"):format(
  harness.environment(), harness.interpreter, dir, options.rate, options.window, options.windows,
  options.concurrency)))
output = client:read "*a"
client:close()
harness.say("changes planned, applied: %s", (output:gsub("\n", "")))
local function counted()
  return common.requests(server, "contacts.get", 200) + common.requests(server, "contacts.update", 200)
end
local used = counted() / (options.rate * options.windows)
local refused = common.requests(server, "contacts.get", 429) + common.requests(server, "contacts.update", 429)
harness.say("%d requests in %d windows of %d s, %d rejected with 429", counted(), options.windows, options.window,
  refused)
harness.claim(used >= 0.95 and refused == 0, "apply uses at least 95 %% of the rate limit (%.1f)", used * 100)
os.execute("rm -rf " .. dir)
harness.finish()
