-- The process of a plan is killed at many random points: in the end all contacts
-- are as after an uninterrupted run, nothing that was confirmed is sent again, and
-- the journal is readable after every kill.
local harness = require "bench.soak.harness"
local common = require "bench.soak.fix.common"
local core = require "extcontacts.core"
local ec = require "extcontacts"
local socket = require "socket"

local options = harness.options { contacts = 10000, kills = 200, concurrency = 8, batch = 1, seed = 1 }

print(("%d contacts, %d kills, %d requests at a time, up to %d changes per request, %s"):format(options.contacts,
  options.kills, options.concurrency, options.batch, harness.interpreter))
local server = harness.start { contacts = options.contacts, rate = 0, ledger = 10 }
local client = common.client(server)
local dir = common.directory()
local plan = dir .. "/plan"

local code, output = common.command(("plan bench/soak/fix/fix.lua -o %s --show 0"):format(plan))
assert(code == 0, output)
local changes = tonumber(output:match "(%d+) changes")

-- Without interruption.
local before = common.digests(client)
code, output = common.command(("apply -y --batch %d --concurrency %d %s"):format(options.batch,
  options.concurrency, plan))
assert(code == 0, output)
local expected = common.digests(client)
server:reset()
os.rename(plan .. ".journal", dir .. "/uninterrupted")

-- Reads the new lines of the journal; the last one may be incomplete.
local offset, confirmed, resent, unreadable, lines_read = 0, {}, 0, 0, 0
local function read_journal()
  local file = assert(io.open(plan .. ".journal", "rb"))
  file:seek("set", offset)
  local text = file:read "*a"
  file:close()
  for line in text:gmatch "([^\n]*)\n" do
    local decoded = ec.json.decode(line)
    lines_read = lines_read + 1
    if type(decoded) ~= "table" then
      unreadable = unreadable + 1
    elseif decoded.t == "applied" then
      confirmed[decoded.n] = true
    elseif decoded.t == "intent" and confirmed[decoded.n] then
      resent = resent + 1
    end
    offset = offset + #line + 1
  end
end

local random = options.seed
local function draw()
  random = random * 16807 % 2147483647
  return random / 2147483647
end

local function journal_size()
  local file = io.open(plan .. ".journal", "rb")
  local size = file and file:seek "end" or 0
  if file then
    file:close()
  end
  return size
end

local START = "env EXTCONTACTS_LUA=%s EXTCONTACTS_RATE=off %s sh -c 'echo $$; exec bin/extcontacts %s' 2>%s/err"

local kills, torn, finished = 0, 0, false
local started = core.engine.now()
while not finished do
  local words = kills == 0 and "apply -y" or "resume"
  local size = journal_size()
  local pipe = assert(io.popen(START:format(harness.interpreter, harness.environment(),
    ("%s --batch %d --concurrency %d %s"):format(words, options.batch, options.concurrency, plan), dir)))
  local pid = pipe:read "*l"
  if kills < options.kills then
    -- Usually at any moment of its work; sometimes while it starts and reads.
    if draw() < 0.95 then
      local ends_at = core.engine.now() + 60
      while journal_size() <= size + 400 and core.engine.now() < ends_at do
        socket.sleep(0.002)
      end
    end
    socket.sleep(draw() * 0.12)
    os.execute("kill -9 " .. pid .. " 2>/dev/null")
    kills = kills + 1
  end
  local rest = pipe:read "*a"
  pipe:close()
  finished = rest:find("changes in the plan", 1, true) ~= nil
  local file = io.open(plan .. ".journal", "rb")
  if file then
    if file:seek "end" > 0 then
      file:seek("end", -1)
      torn = torn + (file:read(1) ~= "\n" and 1 or 0)
    end
    file:close()
    read_journal()
  end
end
local seconds = core.engine.now() - started

local final = common.digests(client)
local writes = common.requests(server, "contacts.update", 200) + common.items(server, "contacts.bulk.update")
local done = 0
for _ in pairs(confirmed) do
  done = done + 1
end
harness.say("%.0f s, %d changes, %d kills, %d left an incomplete line, %d lines in the journal", seconds,
  changes, kills, torn, lines_read)
harness.say("%d writes reached the server", writes)
harness.claim(kills >= options.kills, "it was killed %d times", kills)
harness.claim(common.differences(before, expected) > 0 and common.differences(expected, final) == 0,
  "all contacts are as after an uninterrupted run (%d differ)", common.differences(expected, final))
harness.claim(done == changes, "%d of %d changes are confirmed", done, changes)
harness.claim(resent == 0, "nothing confirmed was sent again (%d were)", resent)
harness.claim(unreadable == 0, "every line of the journal is readable (%d are not)", unreadable)
harness.claim(writes - changes <= kills * options.concurrency * options.batch,
  "%d more writes than changes, from requests in progress", writes - changes)
client:close()
os.execute("rm -rf " .. dir)
harness.finish()
