-- Calls in coroutines under libuv: while one waits, the others and everything
-- else in the loop continue.  Needs the module luv (Debian: lua-luv).
--   lua5.4 examples/09_luv.lua
local ec = require "extcontacts"
local uv = require "luv"

-- Suspends the running coroutine until the descriptor is readable or the seconds
-- have passed.  The client needs to know nothing else about the loop.
local function wait_for(fd, events, seconds)
  local co = coroutine.running()
  local handle, timer = assert(uv.new_poll(fd)), uv.new_timer()
  local function resume()
    if timer then
      handle:close()
      timer:close()
      timer = nil
      assert(coroutine.resume(co))
    end
  end
  assert(handle:start(events, resume))
  timer:start(math.ceil(seconds * 1000), 0, resume)
  coroutine.yield()
end

local client = ec.connect { poll = wait_for }
local ticks, done = 0, false

coroutine.wrap(function()
  local names = 0
  for _, contact, err in client:map(client:scan_contacts { max_items = 100 }, function(found)
    return client.contacts:get(found.id)
  end, { concurrency = 8 }) do
    names = names + (assert(contact, err).lastName and 1 or 0)
  end
  print(names .. " of 100 contacts have a last name")
  done = true
end)()

-- Other work of the loop.
local ticker = uv.new_timer()
ticker:start(1, 1, function()
  ticks = ticks + 1
  if done then
    ticker:close()
  end
end)

uv.run()
client:close()
print(ticks > 1 and "the loop kept running" or "the loop was blocked")
