-- Gets the contacts whose ids are on standard input, so many at the same time
-- as it is told: prints the seconds that took, and how many it got.
local core = require "extcontacts.core"
local ec = require "extcontacts"

local client = ec.connect { rate = false } -- the sandbox has no limit here either
local ids = {}
for id in io.lines() do
  ids[#ids + 1] = id
end
assert(client.contacts:list { page_size = 1 }) -- the token comes before the clock starts

local got = 0
local start = core.engine.now()
for id, contact, err in client:map(ids, function(id)
  return client.contacts:get(id)
end, { concurrency = tonumber(arg[1]) }) do
  assert(contact, err)
  assert(contact.id == id)
  got = got + 1
end
print(("%.4f %d"):format(core.engine.now() - start, got))
