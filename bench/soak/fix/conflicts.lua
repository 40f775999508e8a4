-- Someone else edits contacts between plan and apply: under skip and fail none of
-- those edits is overwritten, under rebase both survive unless they touch the
-- same field.
local harness = require "bench.soak.harness"
local common = require "bench.soak.fix.common"
local ec = require "extcontacts"

local options = harness.options { contacts = 5000, edits = 500, concurrency = 8 }

print(("%d contacts, %d edits by someone else, %s"):format(options.contacts, options.edits,
  harness.interpreter))
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 10 }
local client = common.client(server)
local dir = common.directory()

-- Every other edit changes the field that the plan sets.
local function edit()
  local edits, number = {}, 0
  local step = math.floor(options.contacts / options.edits)
  local ids = {}
  for contact in client:scan_contacts { limit = 200 } do
    number = number + 1
    if number % step == 0 and common.is_valid(contact) then
      ids[#ids + 1] = contact.id
    end
  end
  for index, id in ipairs(ids) do
    local contact = ec.writable("ExternalContact", assert(client.contacts:get(id)))
    local same = index % 2 == 0
    contact[same and "title" or "salutation"] = "theirs"
    assert(client.contacts:update(id, contact))
    edits[id] = same and "same" or "other"
  end
  return edits
end

local function plan()
  local code, output = common.command(("plan bench/soak/fix/fix.lua -o %s/p --show 0"):format(dir))
  assert(code == 0, output)
end

-- Counts what became of the contacts.
local function count_results(edits)
  local count = { kept = 0, lost = 0, both = 0, rest_applied = 0, rest = 0 }
  for contact in client:scan_contacts { limit = 200 } do
    local field = edits[contact.id]
    if not field then
      count.rest = count.rest + 1
      count.rest_applied = count.rest_applied + (contact.title == "Soaked" and 1 or 0)
    else
      local kept = contact[field == "same" and "title" or "salutation"] == "theirs"
      count[kept and "kept" or "lost"] = count[kept and "kept" or "lost"] + 1
      if field == "other" and kept and contact.title == "Soaked" then
        count.both = count.both + 1
      end
    end
  end
  return count
end

for _, rule in ipairs { "skip", "fail", "rebase" } do
  server:reset()
  os.execute("rm -f " .. dir .. "/p*")
  plan()
  local edits = edit()
  local same, other = 0, 0
  for _, field in pairs(edits) do
    same, other = same + (field == "same" and 1 or 0), other + (field == "other" and 1 or 0)
  end
  local code = common.command(("apply -y --on-conflict %s --batch 1 --concurrency %d %s/p"):format(rule,
    options.concurrency, dir))
  local count = count_results(edits)
  harness.say("%s: exit %s, %d of %d edits kept, %d of %d others have the plan's value", rule, tostring(code),
    count.kept, same + other, count.rest_applied, count.rest)
  harness.claim(count.lost == 0, "%s: no edit was overwritten (%d were)", rule, count.lost)
  harness.claim(code == 4, "%s: exit code 4", rule)
  if rule == "rebase" then
    harness.claim(count.both == other, "rebase: both edits survive in %d of %d contacts with different fields",
      count.both, other)
  end
  if rule ~= "fail" then
    harness.claim(count.rest_applied == count.rest, "%s: all other changes are applied", rule)
  end
end
client:close()
os.execute("rm -rf " .. dir)
harness.finish()
