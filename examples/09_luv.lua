-- Calls in coroutines under libuv: while one waits, the others and everything
-- else in the loop go on.  Needs the module luv (Debian: lua-luv).
--   lua5.4 examples/09_luv.lua
local ec = require "extcontacts"
local uv = require "luv"

-- Suspends the running coroutine until the descriptor is readable, or for so
-- many seconds.  That is all that the client has to know of the loop.
local function wait_for(fd, events, seconds)
  local co = coroutine.running()
  local handle, timer = assert(uv.new_poll(fd)), uv.new_timer()
  local function go_on()
    if timer then
      handle:close()
      timer:close()
      timer = nil
      assert(coroutine.resume(co))
    end
  end
  assert(handle:start(events, go_on))
  timer:start(math.ceil(seconds * 1000), 0, go_on)
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

-- Something else that the loop does meanwhile.
local ticker = uv.new_timer()
ticker:start(1, 1, function()
  ticks = ticks + 1
  if done then
    ticker:close()
  end
end)

uv.run()
client:close()
print(ticks > 1 and "the loop went on meanwhile" or "the loop stood still")
