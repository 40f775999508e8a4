-- Steady load, an outage, and the time after it, each equally long.  During the
-- outage the server must not receive more than 1.2 times its normal requests, and
-- after it none that exceeds the rate limit.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local harness = require "bench.soak.harness"
local runtime = require "extcontacts.runtime"

local now = core.engine.now
local options = harness.options {
  seconds = 30, calls = 20, rate = 300, period = 10, deadline = 15, most = 1.2, how = "503",
}
local FAULTS = { ["503"] = { status = 503 }, reset = { drop = "before" }, slow = { delay = 5, status = 504 } }

print(("outage of %g s (%s) under %g calls per second, %s"):format(options.seconds, options.how, options.calls,
  harness.interpreter))
local server = harness.start { contacts = 5, rate = options.rate, window = options.period, ledger = 200000 }
local client = ec.new {
  base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
  client_secret = server.client_secret, rate = options.rate, rate_period = options.period,
}

-- Phase in which calls began → their results and counts.
local ends = { normal = {}, outage = {}, after = {} }
local recovered -- seconds after the outage until the first call succeeded
local began = {} -- phase → the server's time

local function call(phase)
  local _, err = client.contacts:get("00000000-0000-4000-8000-000000000000", { deadline = options.deadline })
  local name = err and err.status ~= 404 and (err.code or err.kind) or "answered" -- no contact has that id
  ends[phase][name] = (ends[phase][name] or 0) + 1
  if name == "answered" and phase ~= "normal" and began.after and not recovered then
    recovered = server:control("GET", "/sandbox/clock").now - began.after
  end
end

local clock = core.engine.new {} -- a wait needs an engine; this one sends nothing

-- Calls start at fixed times, whether or not earlier ones have ended.
local function run_phase(phase)
  local start = now()
  began[phase] = server:control("GET", "/sandbox/clock").now
  for number = 1, options.seconds * options.calls do
    ec.spawn(call, phase)
    local left = start + number / options.calls - now()
    if left > 0 then
      runtime.here({}).sleep(clock, left, now)
    end
  end
end

ec.run(function()
  run_phase "normal"
  local fault = FAULTS[options.how]
  fault.operation = "*"
  server:control("POST", "/sandbox/faults", { fault })
  run_phase "outage"
  server:control("DELETE", "/sandbox/faults")
  run_phase "after"
end)

local requests, throttled = { normal = 0, outage = 0, after = 0 }, 0
for _, entry in ipairs(server:control("GET", "/sandbox/ledger?limit=200000")) do
  local phase = entry.at >= began.after and "after" or entry.at >= began.outage and "outage" or "normal"
  requests[phase] = requests[phase] + 1
  throttled = throttled + (entry.status == "429" and 1 or 0)
end
for _, phase in ipairs { "normal", "outage", "after" } do
  harness.say("%-7s %5d requests; calls: %s", phase, requests[phase], harness.counts(ends[phase]))
end
harness.claim(requests.outage <= options.most * requests.normal,
  "the server received %.2f times its normal requests during the outage", requests.outage / requests.normal)
harness.claim(throttled == 0, "no request exceeded the rate limit (%d did)", throttled)
-- The longest pause between two probes is 10 s.
harness.claim(recovered ~= nil and recovered < 12, "calls succeed again %.1f s after the outage", recovered or -1)
local failed = 0
for name, count in pairs(ends.normal) do
  failed = failed + (name == "answered" and 0 or count)
end
harness.claim(failed == 0, "no call failed before the outage")
client:close()
harness.finish()
