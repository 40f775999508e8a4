-- Gets or updates the contacts whose ids are on standard input: arg[1] is "get" or
-- "update", arg[2] "many", "map" (16 at the same time) or "each" (one by one).  Prints
-- the number of contacts, requests, seconds, CPU time per item in µs, and the KB that
-- Lua's heap grew at its peak.
local core = require "extcontacts.core"
local ec = require "extcontacts"

local verb, way = arg[1], arg[2]
local client = ec.connect { rate = false } -- the sandbox has no rate limit here either
local ids = {}
for id in io.lines() do
  ids[#ids + 1] = id
end
assert(client.contacts:list { page_size = 1 }) -- fetches the token before the clock starts
local requests_before = client:stats().requests

local function record(id)
  return { id = id, firstName = "Bench", lastName = "Contact", workEmail = "bench@example.com", title = "Updated" }
end

local function call(id)
  if verb == "get" then
    return client.contacts:get(id)
  end
  return client.contacts:update(id, record(id))
end

-- The items one after another, made when they are read.
local function items()
  local index = 0
  return function()
    index = index + 1
    return ids[index] and (verb == "get" and ids[index] or way == "many" and record(ids[index]) or ids[index])
  end
end

local iterators = {
  many = function()
    return client.contacts[verb .. "_many"](client.contacts, items())
  end,
  map = function()
    return client:map(items(), call, { concurrency = 16 })
  end,
  each = function()
    local next_item = items()
    return function()
      local id = next_item()
      if id then
        return id, call(id)
      end
    end
  end,
}

collectgarbage()
collectgarbage()
local before, peak = collectgarbage "count", 0
local cpu, start = os.clock(), core.engine.now()
local got = 0
for item, contact, err in iterators[way]() do
  assert(contact, err)
  assert(contact.id == (type(item) == "table" and item.id or item))
  got = got + 1
  if got % 10 == 0 then
    peak = math.max(peak, collectgarbage "count" - before)
  end
end
local seconds = core.engine.now() - start
print(("%d %d %.3f %.1f %.0f"):format(got, client:stats().requests - requests_before, seconds,
  (os.clock() - cpu) / got * 1e6, peak))
