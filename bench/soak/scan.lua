-- A scan of a million contacts from a faulty server: 1 % of its answers are 503,
-- others are cut or lost, some pages are empty, and once the token is revoked and
-- all cursors expire.  Each contact must arrive exactly once, and the client's
-- memory must stay below a limit.
local core = require "extcontacts.core"
local harness = require "bench.soak.harness"
local json = require "extcontacts.json"

local options = harness.options { contacts = 1000000, most_megabytes = 48, seed = 1, share = 1 }
local pages = math.ceil(options.contacts / 200)

print(("scan of %d contacts with faults, %s"):format(options.contacts, harness.interpreter))
local server = harness.start {
  contacts = options.contacts, seed = options.seed, rate = 0, empty_pages = 0.01, short_pages = 0.02, ledger = 10,
}
server:control("POST", "/sandbox/faults", {
  { operation = "contacts.scan", rate = 0.01 * options.share, seed = 1, status = 503 },
  { operation = "contacts.scan", rate = 0.004 * options.share, seed = 2, drop = "before" },
  { operation = "contacts.scan", rate = 0.004 * options.share, seed = 3, drop = "after" },
  { operation = "contacts.scan", rate = 0.002 * options.share, seed = 4, cut = 5000 },
  { operation = "contacts.scan", nth = math.floor(pages / 3) + 1, token = "revoked" },
  { operation = "contacts.scan", nth = math.floor(pages / 2) + 1, cursor = "expired" },
})

local seen, count, twice, odd, last = core.idset.new(), 0, 0, 0, nil
local started = core.engine.now()
local handle = assert(io.popen(("%s %s bench/soak/scan_client.lua"):format(
  harness.environment "EXTCONTACTS_RATE=off", harness.interpreter), "r"))
for line in handle:lines() do
  local new = seen:add(line)
  if new == nil then
    odd, last = odd + 1, line
  else
    count = count + 1
    twice = twice + (new and 0 or 1)
  end
end
handle:close()

local report = last and json.decode(last:match("^end (.*)$") or "")
local counters = server:control("GET", "/sandbox/counters")
harness.claim(report ~= nil and odd == 1, "the scan reached its end")
if report then
  harness.say("%.0f s, requests: %d, retries: %s", core.engine.now() - started, report.requests,
    harness.counts(report.retries))
  harness.say("faults: %s", harness.counts(harness.faults()))
end
harness.claim(count == counters.records.contact and count == options.contacts and twice == 0,
  "contacts that arrived: %d of %d, twice: %d", count, options.contacts, twice)
if report then
  harness.claim(report.peak_kilobytes / 1024 < options.most_megabytes,
    "the client's peak memory is %.1f MB, below %d MB", report.peak_kilobytes / 1024, options.most_megabytes)
end
harness.finish()
