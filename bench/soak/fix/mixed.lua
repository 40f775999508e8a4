-- Plans with every kind of change are applied, and undone, by processes that are killed at
-- random points.  In the end all records are as after uninterrupted runs, no write that
-- the journal confirms is repeated, and undo restores everything but what it can't.
local cjson = require "cjson"
local common = require "bench.soak.fix.common"
local csv = require "extcontacts.csv"
local harness = require "bench.soak.harness"
local socket = require "socket"
local state = require "bench.soak.fix.state"

local options = harness.options {
  contacts = 1200, organizations = 120, kills = 200, seed = 1, batch = "auto", write = "auto", concurrency = 2,
  delay = 0.012, share = 1, at_once = 0.1, keep = "",
}

print(("%d contacts, %d kills, batch %s, write %s, concurrency %d, seed %d, %s"):format(options.contacts,
  options.kills, options.batch, options.write, options.concurrency, options.seed, harness.interpreter))

local server = harness.start { contacts = options.contacts, organizations = options.organizations, rate = 0,
  ledger = 100000 }
local dir = common.directory()

local random = options.seed
local function draw(most)
  random = random * 16807 % 2147483647
  return most and 1 + random % most or random / 2147483647
end

------------------------------------------------------------------- the roles --

local function shuffled(list)
  for index = #list, 2, -1 do
    local other = draw(index)
    list[index], list[other] = list[other], list[index]
  end
  return list
end

local function sorted_of(records, kind)
  local list = {}
  for _, entry in pairs(records) do
    list[#list + 1] = entry.kind == kind and entry or nil
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  return list
end

local CONTACT_ROLES = { "title", "clear", "fill", "numbers", "link", "delete", "note", "several", "create", "twin",
  "relationship", "organization_note", "title", "fill" }

-- What each record's row says: the records of one row are of no other one, so that an
-- undo depends on no other plan's.
local function roles_of(records)
  local number, user = 0, nil
  local rows = { contacts = {}, organizations = {}, relationships = {}, contact_notes = {} }
  local function add(kind, entry, role, others)
    number = number + 1
    table.insert(rows[kind], { id = entry.id, owner = entry.owner, role = role, others = others, number = number,
      user = user })
  end
  local noted, taken, touched = {}, {}, {}
  for _, note in ipairs(sorted_of(records, "notes")) do
    noted[note.owner] = true
    user = user or note.record.createdBy and note.record.createdBy.id
  end
  local organizations, deleted, valid, invalid = {}, {}, {}, {}
  -- The server accepts no link of a contact whose address is not valid.
  for _, entry in ipairs(sorted_of(records, "contacts")) do
    local organization = entry.record.externalOrganization
    if organization and not common.is_valid(entry.record) then
      invalid[organization.id] = true
    end
  end
  for _, entry in ipairs(shuffled(sorted_of(records, "organizations"))) do
    table.insert(invalid[entry.id] and organizations or valid, entry)
  end
  for index = #valid, 1, -1 do
    table.insert(organizations, 1, valid[index])
  end
  for index, entry in ipairs(organizations) do
    if index <= math.min(#valid, #organizations / 4) then
      deleted[entry.id] = true
      add("organizations", entry, "delete")
    elseif index <= #organizations / 2 then
      add("organizations", entry, "industry")
    end
  end
  -- Contacts with notes come first: the sets need them.
  local contacts, with, without = {}, {}, {}
  for _, entry in ipairs(shuffled(sorted_of(records, "contacts"))) do
    if common.is_valid(entry.record) then
      table.insert(noted[entry.id] and with or without, entry)
    end
  end
  for index = 1, math.max(#with, #without) do
    contacts[#contacts + 1] = with[index]
    contacts[#contacts + 1] = without[index]
  end
  local at = 0
  local function next_contact()
    at = at + 1
    return contacts[at]
  end
  local function set_of(count)
    local ids = {}
    for index = 1, count do
      local entry = next_contact()
      ids[index], taken[entry.id] = entry.id, true
    end
    return ids
  end
  local sets = math.floor(options.contacts / 40)
  local made = {}
  for index = 1, sets do
    local ids = set_of(2 + index % 3)
    made[#made + 1] = { role = index % 2 == 0 and "merge" or "consolidate", ids = ids }
  end
  local function organization()
    return organizations[draw(#organizations)].id
  end
  local index = 0
  local count = options.share * #contacts
  while at < count do
    local set = made[1 + math.floor(index / 8)]
    if index % 8 == 0 and set then
      add("contacts", { id = set.ids[1] }, set.role, table.concat(set.ids, " "))
      if set.role == "merge" then
        add("contacts", { id = set.ids[2] }, "note")
      end
    end
    index = index + 1
    local entry = next_contact()
    if not entry then
      break
    end
    local role = CONTACT_ROLES[draw(#CONTACT_ROLES)]
    if role == "delete" then
      taken[entry.id] = true
    end
    add("contacts", entry, role, organization())
  end
  for _, entry in ipairs(shuffled(sorted_of(records, "relationships"))) do
    touched[#touched + 1] = entry
    local organization_id = entry.record.externalOrganization.id
    if #touched <= 40 and not deleted[organization_id] then
      add("relationships", entry, draw() < 0.4 and "delete" or "relation")
    end
  end
  for _, entry in ipairs(shuffled(sorted_of(records, "notes"))) do
    if entry.record.selfUri:find("/contacts/", 1, true) and not taken[entry.owner] and #rows.contact_notes < 60 then
      add("contact_notes", entry, draw() < 0.4 and "delete" or "text")
    end
  end
  return rows
end

local PHASES = {
  { name = "relationships", kind = "relationship" },
  { name = "contact_notes", kind = "contact_note" },
  { name = "contacts", kind = "contact" },
  { name = "organizations", kind = "organization" },
}
local COLUMNS = { "id", "owner", "role", "others", "number", "user" }

local function write_rows(rows)
  for _, phase in ipairs(PHASES) do
    local file = assert(io.open(("%s/%s.csv"):format(dir, phase.name), "wb"))
    file:write(csv.line(COLUMNS, #COLUMNS))
    for _, row in ipairs(rows[phase.name]) do
      local cells = {}
      for index, name in ipairs(COLUMNS) do
        cells[index] = row[name] and tostring(row[name]) or nil
      end
      file:write(csv.line(cells, #COLUMNS))
    end
    file:close()
  end
end

----------------------------------------------------------------- the command --

local function path_of(place, phase)
  return ("%s/%s/%s"):format(dir, place, phase.name)
end

local function run(words, expected)
  local code, output = common.command(words)
  if code ~= (expected or 0) then
    harness.claim(false, "%s ends with %s:\n%s", words, tostring(code), output)
  end
  return code, output
end

local function plan(place, phase)
  run(("plan bench/soak/fix/roles.lua --set file=%s/%s.csv --set kind=%s -o %s --show 0"):format(dir, phase.name,
    phase.kind, path_of(place, phase)))
end

local CHOICES = ("--batch %s --write %s --concurrency %d --allow-irreversible"):format(options.batch, options.write,
  options.concurrency)

local function journal_text(path)
  local file = io.open(path .. ".journal", "rb")
  local text = file and file:read "*a" or ""
  if file then
    file:close()
  end
  return text
end

-- What a journal says: intents by number, the confirmed changes, the number of each
-- outcome; and what must not be.
local function read_journal(path)
  local out = { intents = {}, confirmed = {}, problems = {}, counts = {}, last = {}, is_begun = false }
  for line in journal_text(path):gmatch "([^\n]*)\n" do
    local ok, entry = pcall(cjson.decode, line)
    if not ok then
      out.problems[#out.problems + 1] = "unreadable: " .. line:sub(1, 80)
    elseif entry.t == "run" then
      out.is_begun = true
    elseif entry.t == "intent" then
      out.intents[entry.n] = entry
      if out.confirmed[entry.n] then
        out.problems[#out.problems + 1] = ("change %d was sent again after it was confirmed"):format(entry.n)
      end
    elseif entry.n and entry.t ~= "not_sent" then
      if entry.t == "applied" then
        if out.confirmed[entry.n] then
          out.problems[#out.problems + 1] = ("change %d was confirmed twice"):format(entry.n)
        end
        out.confirmed[entry.n] = entry
      end
      out.last[entry.n] = entry
    end
  end
  for _, entry in pairs(out.last) do
    out.counts[entry.t] = (out.counts[entry.t] or 0) + 1
  end
  return out
end

local kills, started_runs, fruitless = 0, 0, 0
local START = "env EXTCONTACTS_LUA=%s EXTCONTACTS_RATE=off %s sh -c 'echo $$; exec bin/extcontacts %s' 2>&1; "
  .. "echo \"exit $?\""

-- Runs a command, and kills it so many seconds after it is under way.
local function run_or_kill(words, seconds, is_under_way)
  local pipe = assert(io.popen(START:format(harness.interpreter, harness.environment(), words)))
  local pid = pipe:read "*l"
  if seconds then
    local ends_at = socket.gettime() + 30
    while is_under_way and not is_under_way() and socket.gettime() < ends_at
      and os.execute("kill -0 " .. pid .. " 2>/dev/null") do
      socket.sleep(0.004)
    end
    socket.sleep(seconds)
    os.execute("kill -9 " .. pid .. " 2>/dev/null")
  end
  local output, code = pipe:read "*a":match "^(.*)exit (%d+)\n$"
  pipe:close()
  local was_killed = code == "137"
  kills = kills + (was_killed and 1 or 0)
  return not was_killed and tonumber(code) or nil, output
end

-- Runs a command that only reads; it may be killed first.
local function run_reading(words)
  if draw() < 0.5 then
    run_or_kill(words, 0.05 + draw() * 0.25)
  end
  local code, output = run_or_kill(words)
  return code, output
end

local function requests()
  return server:control("GET", "/sandbox/counters").requests
end

-- Applies a plan with kills; checks what the server saw.
local repeated, wrong_journal = {}, {}
local created, changes_created = 0, 0
local VERBS = { update = "update", patch = "update", delete = "delete", remove = "delete" }

local function check_ledger(first, confirmed_at, path)
  for _, entry in ipairs(server:control("GET", "/sandbox/ledger?since=" .. first)) do
    local verb = entry.operation:match "%.(%a+)$"
    local is_done = entry.status:find "^2" or entry.status == "dropped"
    if verb == "create" or verb == "add" then
      created = created + (entry.written and #entry.written or is_done and 1 or 0)
    elseif VERBS[verb] and is_done then
      for _, id in ipairs(entry.written or { entry.path:match "[^/]+$" }) do
        local at = confirmed_at[VERBS[verb] .. " " .. id]
        if at and entry.number > at then
          repeated[#repeated + 1] = ("%s: %s %s, confirmed by request %d, again in %d"):format(path, verb, id, at,
            entry.number)
        end
      end
    elseif entry.operation == "contacts.merge" and is_done then
      repeated.merges = (repeated.merges or 0) + 1
    end
  end
end

local function apply_with_kills(path)
  local first, confirmed_at = requests(), {}
  local code, output, seen
  repeat
    seen = read_journal(path)
    local size, number = #journal_text(path), requests()
    for n, entry in pairs(seen.confirmed) do
      local intent = seen.intents[n]
      local verb = VERBS[entry.op] or entry.op == "erase" and "delete"
      if verb and intent then
        local key = verb .. " " .. intent.id
        confirmed_at[key] = confirmed_at[key] or number
      end
    end
    local may_kill = kills < options.kills and draw() < 0.97
    local is_late = draw() < 0.93
    started_runs = started_runs + 1
    code, output = run_or_kill(("%s %s %s"):format(seen.is_begun and "resume" or "apply -y", CHOICES, path),
      may_kill and draw() * (is_late and 0.12 or 0.3) or nil, is_late and function()
        return #journal_text(path) > size + 300
      end or nil)
    fruitless = #journal_text(path) == size and fruitless + 1 or 0
    -- Most of the time a minute passes: what is absent by then was not created.
    if not code and draw() >= options.at_once then
      server:control("POST", "/sandbox/clock", { advance = 61 })
    end
  until code or fruitless > 30
  seen = read_journal(path)
  check_ledger(first, confirmed_at, path)
  for _, problem in ipairs(seen.problems) do
    wrong_journal[#wrong_journal + 1] = path .. ": " .. problem
  end
  for _, entry in pairs(seen.confirmed) do
    changes_created = changes_created + (entry.op == "create" and 1 or 0)
  end
  return code, output, seen
end

local function show(name, differences)
  for index = 1, math.min(#differences, 12) do
    print("    " .. differences[index]:sub(1, 1500))
  end
  harness.claim(#differences == 0, "%s (%d differences)", name, #differences)
end

local function set_faults()
  if options.delay > 0 then
    server:control("POST", "/sandbox/faults", {
      { operation = "*", rate = 0.5, seed = options.seed, delay = options.delay / 4 },
      { operation = "*", delay = options.delay },
    })
  end
end

-- What undo can't restore: merged contacts and their results.
local function merged_in(places)
  local merged, results = {}, {}
  for _, path in ipairs(places) do
    local seen = read_journal(path)
    for n, entry in pairs(seen.confirmed) do
      if entry.op == "merge" then
        results[entry.id] = true
        for _, id in ipairs(seen.intents[n].ids) do
          merged[id] = true
        end
      end
    end
  end
  return merged, results
end

local totals = { changes = 0, merges = 0, undone = 0, cycles = 0 }

local function same_counts(a, b)
  local one, other = harness.counts(a), harness.counts(b)
  return one == other, ("%s; %s without interruption"):format(one, other)
end

local function cycle()
  totals.cycles = totals.cycles + 1
  server:reset()
  local initial = state.read(server)
  write_rows(roles_of(initial))
  os.execute(("rm -rf %s/a %s/b; mkdir %s/a %s/b"):format(dir, dir, dir, dir))
  -- Without interruption.
  local expected, counts, verified = {}, {}, {}
  for index, phase in ipairs(PHASES) do
    plan("a", phase)
    run(("apply -y %s %s"):format(CHOICES, path_of("a", phase)))
    expected[index], counts[index] = state.read(server), read_journal(path_of("a", phase)).counts
    -- A merge may give another result than the planned one, which apply and verify report.
    verified[index] = select(2, common.command("verify " .. path_of("a", phase))):match "%d+ match[^\n]*"
  end
  server:reset()
  set_faults()
  local paths = {}
  for index, phase in ipairs(PHASES) do
    local path = path_of("b", phase)
    paths[index] = path
    plan("b", phase)
    local code, output, seen = apply_with_kills(path)
    harness.claim(code == 0, "%s: applied (exit %s)%s", phase.name, tostring(code), code == 0 and "" or output)
    local equal, text = same_counts(seen.counts, counts[index])
    harness.claim(equal, "%s: %s", phase.name, text)
    for _, entry in pairs(seen.confirmed) do
      totals.changes = totals.changes + 1
      totals.merges = totals.merges + (entry.op == "merge" and 1 or 0)
    end
    show(phase.name .. ": as after an uninterrupted run", state.differences(expected[index], state.read(server), {
      kept = function(id)
        return initial[id] ~= nil
      end,
    }))
    code, output = run_reading("verify " .. path)
    local found = output:match "%d+ match[^\n]*"
    if found ~= verified[index] then
      harness.claim(false, "%s: verify ends with %s, without interruption: %s\n%s", phase.name, tostring(code),
        tostring(verified[index]), output)
    end
  end
  for index = #PHASES, 1, -1 do
    local path = paths[index]
    local code, output = run_reading("undo " .. path)
    harness.claim(code == 0, "%s: undo is planned (exit %s)%s", PHASES[index].name, tostring(code),
      code == 0 and "" or output)
    local seen
    code, output, seen = apply_with_kills(path .. ".undo")
    harness.claim(code == 0, "%s: undone (exit %s, %s)%s", PHASES[index].name, tostring(code),
      harness.counts(seen.counts), code == 0 and "" or output)
    totals.undone = totals.undone + (seen.counts.applied or 0)
  end
  local final = state.read(server)
  local merged, results = merged_in(paths)
  local except = {}
  for id in pairs(merged) do
    except[id] = true
  end
  for id in pairs(results) do
    except[id] = true
  end
  local function is_kept(id)
    return merged[id] or initial[id] and final[id] ~= nil
  end
  local left = state.differences(initial, final, { writable = true, except = except, kept = is_kept })
  local trimmed = #left == 0 and left
    or state.differences(initial, final, { writable = true, trim = true, except = except, kept = is_kept })
  harness.say("undo: %d differences, %d of them only in spaces that the server removes", #left, #left - #trimmed)
  show("undo restores every writable field", trimmed)
end

local started = socket.gettime()
repeat
  cycle()
until kills >= options.kills
harness.say("%.0f s, %d cycles, %d changes applied, %d undone, %d kills in %d runs", socket.gettime() - started,
  totals.cycles, totals.changes, totals.undone, kills, started_runs)
harness.claim(kills >= options.kills, "it was killed %d times", kills)
show("no write that the journal confirms is repeated", repeated)
show("the journals are readable and confirm each change once", wrong_journal)
harness.claim(created == changes_created, "%d creates were carried out for %d changes", created, changes_created)
harness.claim((repeated.merges or 0) == totals.merges, "%d merges were carried out for %d changes",
  repeated.merges or 0, totals.merges)
if options.keep == "" then
  os.execute("rm -rf " .. dir)
else
  print("  files: " .. dir)
end
harness.finish()
