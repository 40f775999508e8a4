-- Apply and undo of many contacts in batches: the requests that they take, the
-- processor time per change and the memory.
local harness = require "bench.soak.harness"
local common = require "bench.soak.fix.common"
local socket = require "socket"

local options = harness.options { contacts = 100000, megabytes = 64, milliseconds = 0.4, per_change = 0.045 }

print(("%d contacts, %s"):format(options.contacts, harness.interpreter))
local dir = common.directory()
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 10 }

-- Runs a command; returns its exit code and output, the peak of its memory in
-- megabytes, and the seconds of processor time that it used.
local START = "env EXTCONTACTS_LUA=%s %s bash -c 'echo $$; exec bin/extcontacts %s' 2>%s/err; echo \"exit $?\""

local function watched(words)
  local pipe = assert(io.popen(START:format(harness.interpreter, harness.environment "EXTCONTACTS_RATE=off", words,
    dir)))
  local pid = pipe:read "*l"
  local peak, ticks = 0, 0
  repeat
    local state, stat = io.open("/proc/" .. pid .. "/status"), io.open("/proc/" .. pid .. "/stat")
    local kilobytes = state and state:read "*a":match "VmHWM:%s+(%d+)"
    local fields = stat and stat:read "*a":match "%) (.*)" or ""
    for _, file in pairs { state, stat } do
      file:close()
    end
    peak = math.max(peak, (kilobytes or 0) / 1024)
    local user, system = fields:match(("%S+ "):rep(11) .. "(%d+) (%d+)")
    ticks = math.max(ticks, (tonumber(user) or 0) + (tonumber(system) or 0))
    socket.sleep(0.02)
  until not kilobytes
  local output = pipe:read "*a"
  pipe:close()
  return tonumber(output:match "exit (%d+)"), output, peak, ticks / 100
end

-- All requests that the server got, those for the token and the organization too.
local function requests()
  return server:control("GET", "/sandbox/counters").requests
end

-- Minutes of one token's allowance, of which a share is left to others, per 100,000 changes.
local function claim_minutes(sent, changes, reserve, most)
  local minutes = sent / (300 * (1 - reserve)) * 100000 / changes
  harness.claim(minutes <= most, "at most %g minutes of a token's allowance with a reserve of %g (%.1f)", most, reserve,
    minutes)
end

-- `refused`: whether the server may refuse some changes, such as an undo that restores
-- invalid addresses.
local function measure(name, words, refused)
  local before = requests()
  local code, output, peak, seconds = watched(words)
  local changes = tonumber(output:match "(%d+)  applied" or output:match "(%d+) match" or output:match "(%d+) changes")
    or 0
  local sent = requests() - before
  harness.claim((code == 0 or refused and code == 1) and changes > 0, "%s ends well (%s)", name, tostring(code))
  harness.say("%s: %d changes, %d requests, %.3f ms per change", name, changes, sent, seconds * 1000 / changes)
  harness.claim(sent <= options.per_change * changes + 20, "%s takes at most %g requests per change (%.4f)", name,
    options.per_change, sent / changes)
  harness.claim(seconds * 1000 / changes <= options.milliseconds, "%s takes at most %g ms per change", name,
    options.milliseconds)
  harness.claim(peak < options.megabytes, "%s stays below %d MB (%.1f)", name, options.megabytes, peak)
  return sent, changes
end

local code, output = common.command(("plan bench/soak/fix/fix.lua -o %s/p --show 0"):format(dir))
assert(code == 0, output)
local sent, changes = measure("apply", ("apply -y %s/p"):format(dir))
claim_minutes(sent, changes, 0, 15)
claim_minutes(sent, changes, 0.1, 17)
measure("verify", ("verify %s/p"):format(dir))
measure("undo", ("undo %s/p"):format(dir))
measure("apply of undo", ("apply -y %s/p.undo"):format(dir), true)
os.execute("rm -rf " .. dir)
harness.finish()
