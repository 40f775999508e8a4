-- A few invalid values among many: the others are applied, the invalid ones are
-- listed with ids and reasons, and are applied once they are corrected.
local common = require "bench.soak.fix.common"
local csv = require "extcontacts.csv"
local harness = require "bench.soak.harness"

local options = harness.options { contacts = 1000, bad = 7 }

print(("%d contacts, %d of them bad, %s"):format(options.contacts, options.bad, harness.interpreter))
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 10 }
local client = common.client(server)
local dir = common.directory()

-- A file with addresses, some of which are invalid.
local bad, number = {}, 0
local list = assert(io.open(dir .. "/values.csv", "wb"))
list:write(csv.line({ "id", "workEmail", "personalEmail", "otherEmail" }, 4))
for contact in client:scan_contacts { limit = 200 } do
  number = number + 1
  local is_bad = number % math.floor(options.contacts / options.bad) == 1 and #bad < options.bad
  if is_bad then
    bad[#bad + 1] = contact.id
  end
  list:write(csv.line({ contact.id, is_bad and "nobody at nowhere" or ("n%d@example.com"):format(number),
    ("p%d@example.com"):format(number), ("o%d@example.com"):format(number) }, 4))
end
list:close()

local code, output = common.command(("plan bench/soak/fix/values.lua --set file=%s/values.csv -o %s/p --show 0")
  :format(dir, dir))
assert(code == 0, output)
code, output = common.command(("apply -y --batch 1 %s/p"):format(dir))
harness.claim(code == 1, "apply ends with 1 (%s)", tostring(code))
local applied, failed = tonumber(output:match "(%d+)  applied"), tonumber(output:match "(%d+)  failed")
harness.claim(applied == options.contacts - options.bad and failed == options.bad, "%s are applied, %s failed",
  tostring(applied), tostring(failed))

local handle = assert(io.open(dir .. "/p.errors.csv", "rb"))
local next_row, reader = csv.rows(handle)
local rows, listed = 0, 0
local corrected = assert(io.open(dir .. "/corrected.csv", "wb"))
corrected:write(csv.line(reader.header, #reader.header))
for row in next_row do
  rows = rows + 1
  for _, id in ipairs(bad) do
    listed = listed + (row.id == id and row.reason ~= "" and row.status == "422" and 1 or 0)
  end
  row.workEmail = ("corrected%d@example.com"):format(rows)
  local values = {}
  for index, name in ipairs(reader.header) do
    values[index] = row[name]
  end
  corrected:write(csv.line(values, #reader.header))
end
handle:close()
corrected:close()
harness.claim(rows == options.bad and listed == options.bad, "%d rows with id and reason", listed)

code, output = common.command(("plan bench/soak/fix/values.lua --set file=%s/corrected.csv -o %s/q --show 0")
  :format(dir, dir))
assert(code == 0, output)
code = common.command(("apply -y --batch 1 %s/q"):format(dir))
harness.claim(code == 0, "the corrected values are applied (exit %s)", tostring(code))
local missing = 0
for contact in client:scan_contacts { limit = 200 } do
  missing = missing + (contact.workEmail and contact.workEmail:find "@example%.com$" and 0 or 1)
end
harness.claim(missing == 0, "every contact has its value (%d do not)", missing)
client:close()
os.execute("rm -rf " .. dir)
harness.finish()
