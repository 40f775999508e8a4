-- Apply of many changes while the replies of some bulk requests are lost and some items
-- fail, with or without being carried out: in the end the server has exactly what the
-- journal says, and nothing twice.
local harness = require "bench.soak.harness"
local common = require "bench.soak.fix.common"
local cjson = require "cjson"
local state = require "bench.soak.fix.state"

local options = harness.options { contacts = 100000, share = 0.05, seed = 1, write = "bulk" }

print(("%d contacts, %g %% of the bulk replies lost, %g %% of the items failing, seed %d, %s"):format(options.contacts,
  options.share * 100, options.share * 100, options.seed, harness.interpreter))
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 100000 }
local dir = common.directory()

-- A third of the failing items is carried out all the same, and a third is refused for good.
local function set_faults()
  local share, faults = options.share, {}
  for _, space in ipairs { "contacts", "notes" } do
    local writes = space .. ".bulk."
    for _, verb in ipairs { "create", "update", "delete" } do
      local function add(number, fault)
        fault.operation, fault.seed = writes .. verb, options.seed + number
        faults[#faults + 1] = fault
      end
      add(1, { rate = share, drop = "after" })
      add(2, { every = 3, item_rate = share, item_status = 503, item_after = true })
      add(3, { every = 2, item_rate = share, item_status = 503 })
      add(4, { item_rate = share, item_status = 422, retryable = false })
    end
    faults[#faults + 1] = { operation = space .. ".bulk.get", rate = share, drop = "after", seed = options.seed }
  end
  server:control("POST", "/sandbox/faults", faults)
end

local function run(words)
  local code, output = common.command(words)
  harness.say("%s: exit %s, %s", words:match "^%S+", tostring(code), (output:gsub("\n+", "; "):gsub("/tmp%S*", "…")))
  return code
end

-- The last outcome of each change, and their counts.
local function outcomes(path)
  local last, counts, ids = {}, {}, {}
  for line in io.lines(path .. ".journal") do
    local entry = cjson.decode(line)
    if entry.n and entry.t ~= "intent" and entry.t ~= "not_sent" then
      last[entry.n] = entry.t
      ids[entry.n] = entry.id
    end
  end
  for _, t in pairs(last) do
    counts[t] = (counts[t] or 0) + 1
  end
  return last, counts, ids
end

local function changes(path)
  local next_line = io.lines(path)
  next_line()
  return function()
    local line = next_line()
    local change = line and cjson.decode(line)
    return change and change.n and change or nil
  end
end

-- Applies a plan until nothing is open, and compares the server with the journal.
-- `is_done(records, change, id)`: whether a record shows the change.
local function check(name, is_done)
  local path = dir .. "/" .. name
  set_faults()
  local words, rounds = "apply -y --error-rate 100%", 0
  repeat
    run(("%s --write %s %s"):format(words, options.write, path))
    words, rounds = "resume --error-rate 100%", rounds + 1
    local last, counts = outcomes(path)
    local settled = (counts.applied or 0) + (counts.failed or 0) + (counts.conflict or 0) + (counts.unchanged or 0)
    local total = 0
    for _ in changes(path) do
      total = total + 1
    end
    if settled == total or rounds >= 12 then
      harness.say("%s: %d rounds, %s of %d", name, rounds, harness.counts(counts), total)
      harness.claim(settled == total and next(last) ~= nil, "%s: every change has an outcome", name)
      break
    end
  until false
  local function compare(when)
    local last, counts, ids = outcomes(path)
    local records, wrong, done = state.read(server), 0, 0
    for change in changes(path) do
      local found = is_done(records, change, ids[change.n])
      done = done + (found and 1 or 0)
      if found ~= (last[change.n] == "applied") then
        wrong = wrong + 1
        if wrong <= 5 then
          harness.say("change %d: %s, but the record says %s", change.n, tostring(last[change.n]),
            found and "done" or "not done")
        end
      end
    end
    harness.claim(wrong == 0, "%s, %s: the server has exactly the %d applied changes (%d wrong)", name, when, done,
      wrong)
    return records, counts
  end
  compare "with faults"
  server:control("DELETE", "/sandbox/faults")
  harness.claim(run(("resume --retry-failed %s"):format(path)) == 0, "%s: what failed is applied", name)
  local records, counts = compare "afterwards"
  return records, counts
end

local code, output = common.command(("plan bench/soak/fix/fix.lua -o %s/update --show 0"):format(dir))
assert(code == 0, output)
check("update", function(records, change)
  return records[change.id].record.title == "Soaked"
end)

code, output = common.command(("plan bench/soak/fix/creates.lua -o %s/create --show 0"):format(dir))
assert(code == 0, output)
local records = check("create", function(found, change, id)
  if change.op == "delete" then
    return found[change.id] == nil
  end
  return id ~= nil and found[id] ~= nil
end)
local names, twice = {}, 0
for _, entry in pairs(records) do
  local name = entry.kind == "contacts" and entry.record.firstName == "Soak" and entry.record.lastName
    or entry.kind == "notes" and entry.record.noteText:match "^soak .*"
  if name then
    twice = twice + (names[name] and 1 or 0)
    names[name] = true
  end
end
harness.claim(twice == 0, "nothing was created twice (%d were)", twice)
os.execute("rm -rf " .. dir)
harness.finish()
