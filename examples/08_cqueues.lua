-- Calls in coroutines of cqueues: while one waits, the others and everything
-- else in the loop continue.  Needs the module cqueues (Debian: lua-cqueues).
--   lua5.4 examples/08_cqueues.lua
local cqueues = require "cqueues"
local ec = require "extcontacts"

-- The client only needs to know how a coroutine waits for a descriptor.
local client = ec.connect {
  poll = function(fd, events, seconds)
    cqueues.poll { pollfd = fd, events = events, timeout = seconds }
  end,
}

local loop = cqueues.new()
local running, ticks = 0, 0

-- Starts a function as a coroutine of the loop.
local function start(fn, ...)
  running = running + 1
  loop:wrap(function(...)
    fn(...)
    running = running - 1
  end, ...)
end

start(function()
  local scan = client:scan_contacts()
  for contact in scan do
    if scan.count <= 5 then
      start(function()
        local again = assert(client.contacts:get(contact.id))
        assert(again.id == contact.id)
      end)
    end
  end
  print(scan.count .. " contacts scanned")
end)

start(function()
  local count = 0
  for _ in client:scan_notes() do
    count = count + 1
  end
  print(count .. " notes scanned")
end)

-- Other work of the loop.
loop:wrap(function()
  while running > 0 do
    ticks = ticks + 1
    cqueues.sleep(0.001)
  end
end)

assert(loop:loop())
client:close()
print(ticks > 1 and "the loop kept running" or "the loop was blocked")
