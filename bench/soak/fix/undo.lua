-- Apply and undo of many contacts: every writable field is as it was, byte by byte
-- in canonical order, on a server that reformats phone numbers.
local common = require "bench.soak.fix.common"
local diff = require "extcontacts.record.diff"
local fixes = require "spec.support.fixes"
local harness = require "bench.soak.harness"

local options = harness.options { contacts = 10000, concurrency = 8 }

print(("%d contacts, %d at a time, %s"):format(options.contacts, options.concurrency, harness.interpreter))
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 10 }
local client = common.client(server)
local dir = common.directory()

local function state()
  local out = {}
  for contact in client:scan_contacts { limit = 200 } do
    out[contact.id] = contact
  end
  return out
end

local function run(words)
  local code, output = common.command(words)
  harness.say("%s: %s", words:match "^%S+", (output:match "(%d+ changes [^\n]*)" or output))
  return code, output
end

local before = state()
local code = run(("plan bench/soak/fix/all_fields.lua -o %s/p --show 0"):format(dir))
harness.claim(code == 0, "planned (exit %d)", code)
code = run(("apply -y --batch 1 --concurrency %d %s/p"):format(options.concurrency, dir))
harness.claim(code == 0, "applied (exit %d)", code)
local applied = state()
code = run(("undo %s/p"):format(dir))
harness.claim(code == 0, "undo planned (exit %d)", code)
code = run(("apply -y --batch 1 --concurrency %d %s/p.undo"):format(options.concurrency, dir))
harness.claim(code == 0, "undo applied (exit %d)", code)
local after = state()

local changed, equal, trimmed, other = 0, 0, 0, 0
for id, contact in pairs(before) do
  if fixes.bytes(applied[id]) ~= fixes.bytes(contact) then
    changed = changed + 1
    if fixes.bytes(after[id]) == fixes.bytes(contact) then
      equal = equal + 1
    elseif #diff.divergences("contact", contact, after[id]) == 0 then
      trimmed = trimmed + 1
    else
      other = other + 1
    end
  end
end
harness.say("%d contacts were changed; %d are byte-equal again, %d except for spaces that the server trims", changed,
  equal, trimmed)
harness.claim(changed > options.contacts * 0.9, "nearly all were changed")
harness.claim(other == 0 and equal + trimmed == changed, "every one is as it was (%d are not)", other)
client:close()
os.execute("rm -rf " .. dir)
harness.finish()
