-- Someone else edits 1 % of the contacts between the reading and the writing of a batch:
-- how many of those edits each choice of --write overwrites.
local harness = require "bench.soak.harness"
local common = require "bench.soak.fix.common"

local options = harness.options { contacts = 20000, share = 0.01 }

print(("%d contacts, %g %% of them edited, %s"):format(options.contacts, options.share * 100, harness.interpreter))
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 10 }
local client = common.client(server)
local dir = common.directory()

-- In every other request, the edit is of the field that the plan fills.
local function edit_while_applying()
  server:control("POST", "/sandbox/faults", {
    { operation = "contacts.bulk.get", item_rate = options.share, every = 2, edit = { middleName = "theirs" } },
    { operation = "contacts.bulk.get", item_rate = options.share, edit = { salutation = "theirs" } },
  })
end

local function count_kept()
  local count = 0
  for contact in client:scan_contacts { limit = 200 } do
    count = count + ((contact.middleName == "theirs" or contact.salutation == "theirs") and 1 or 0)
  end
  return count
end

for _, write in ipairs { "auto", "bulk", "put", "patch" } do
  server:reset()
  os.execute("rm -f " .. dir .. "/p*")
  local code, output = common.command(("plan bench/soak/fix/fill.lua -o %s/p --show 0"):format(dir))
  assert(code == 0, output)
  edit_while_applying()
  code, output = common.command(("apply -y --write %s %s/p"):format(write, dir))
  server:control("DELETE", "/sandbox/faults")
  local edits = server:control("GET", "/sandbox/counters").edits
  local lost = edits - count_kept()
  harness.say("--write %s: %d applied, %d conflicts; %d of %d edits overwritten, in %d requests", write,
    tonumber(output:match "(%d+)  applied") or 0, tonumber(output:match "(%d+)  conflict") or 0, lost, edits,
    common.requests(server, "contacts.bulk.update", 200) + common.requests(server, "contacts.update", 200)
    + common.requests(server, "contacts.patch", 200) + common.requests(server, "contacts.bulk.get", 200))
  harness.claim(edits > 0 and (code == 0 or code == 4), "%s: someone edits while it runs (exit %s)", write,
    tostring(code))
  if write == "patch" then
    harness.claim(lost == 0, "patch: no edit is overwritten (%d were)", lost)
  elseif write ~= "auto" then
    harness.claim(lost == edits, "%s: replaces the whole record, with %d of %d edits", write, lost, edits)
  end
end
client:close()
os.execute("rm -rf " .. dir)
harness.finish()
