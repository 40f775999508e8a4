-- Gets the contacts whose ids are on standard input, arg[1] at the same time;
-- prints the seconds this took, the number of contacts, and the CPU seconds.
local core = require "extcontacts.core"
local ec = require "extcontacts"

local client = ec.connect { rate = false } -- the sandbox has no rate limit here either
local ids = {}
for id in io.lines() do
  ids[#ids + 1] = id
end
assert(client.contacts:list { page_size = 1 }) -- fetches the token before the clock starts

local got = 0
local start, used = core.engine.now(), os.clock()
for id, contact, err in client:map(ids, function(id)
  return client.contacts:get(id)
end, { concurrency = tonumber(arg[1]) }) do
  assert(contact, err)
  assert(contact.id == id)
  got = got + 1
end
print(("%.4f %d %.4f"):format(core.engine.now() - start, got, os.clock() - used))
