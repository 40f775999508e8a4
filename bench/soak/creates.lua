-- Creates whose replies are lost after the server carried them out.  At the end
-- each contact must exist exactly once, and each call must have returned its id.
local harness = require "bench.soak.harness"
local core = require "extcontacts.core"
local ec = require "extcontacts"

local options = harness.options {
  creates = 10000, lost = 0.05, unsent = 0.002, gateway = 0.01, lag = 0, concurrency = 1,
}

print(("%d creates, %d at a time, %g %% of the replies lost after the write, %s"):format(options.creates,
  options.concurrency, options.lost * 100, harness.interpreter))
local server = harness.start { contacts = 0, organizations = 0, rate = 0, ledger = 10, search_lag = options.lag }
server:control("POST", "/sandbox/faults", {
  { operation = "contacts.create", rate = options.lost, seed = 1, drop = "after" },
  { operation = "contacts.create", rate = options.unsent, seed = 2, drop = "before" },
  { operation = "contacts.create", rate = options.gateway, seed = 3, status = 504, after = true },
})

-- The sandbox's search lag is known, so a shorter time than the default proves
-- that the record was not created.
local client = ec.new {
  base_url = server.base_url, login_url = server.login_url,
  client_id = server.client_id, client_secret = server.client_secret, rate = false,
  check_time = 1 + 2 * options.lag,
}
local function address(number)
  return ("contact-%d@soak.example"):format(number)
end

local number = 0
local function next_number()
  number = number + 1
  return number <= options.creates and number or nil
end

local started, ids, failures = core.engine.now(), {}, 0
for at, contact, err in client:map(next_number, function(which)
  return client.contacts:create {
    firstName = "Number", lastName = tostring(which), workEmail = address(which),
  }
end, { concurrency = options.concurrency }) do
  if contact then
    ids[address(at)] = contact.id
  else
    failures = failures + 1
    harness.say("%s", tostring(err))
  end
end
local seconds, stats, faults = core.engine.now() - started, client:stats(), harness.faults()
server:control("DELETE", "/sandbox/faults")

server:control("POST", "/sandbox/clock", { advance = options.lag })
local found, twice, others = 0, 0, 0
local seen = {}
for contact in client:scan_contacts() do
  found = found + 1
  twice = twice + (seen[contact.workEmail] and 1 or 0)
  others = others + (ids[contact.workEmail] == contact.id and 0 or 1)
  seen[contact.workEmail] = true
end
local counters = server:control("GET", "/sandbox/counters")

harness.say("%.0f s, requests: %d, retries: %s, found after a lost reply: %d", seconds, stats.requests,
  harness.counts(stats.retries), stats.recovered)
harness.say("faults: %s", harness.counts(faults))
harness.claim(failures == 0, "every call succeeded (%d failed)", failures)
harness.claim(counters.records.contact == options.creates and found == options.creates,
  "contacts that exist: %d of %d created", counters.records.contact, options.creates)
harness.claim(twice == 0, "no contact exists twice (%d do)", twice)
harness.claim(others == 0, "every call returned the id of its contact (%d did not)", others)
harness.claim(stats.recovered >= faults["dropped after"] * 0.9, "creates with a lost reply were found, not sent again")
client:close()
harness.finish()
