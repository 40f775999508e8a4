-- Calls in coroutines of cqueues: while one waits, the others and everything
-- else in the loop go on.  Needs the module cqueues (Debian: lua-cqueues).
--   lua5.4 examples/08_cqueues.lua
local cqueues = require "cqueues"
local ec = require "extcontacts"

-- How a coroutine waits for a descriptor is all that the client has to know.
local client = ec.connect {
  poll = function(fd, events, seconds)
    cqueues.poll { pollfd = fd, events = events, timeout = seconds }
  end,
}

local loop = cqueues.new()
local under_way, ticks = 0, 0

-- Runs a function as a coroutine of the loop.
local function begin(fn, ...)
  under_way = under_way + 1
  loop:wrap(function(...)
    fn(...)
    under_way = under_way - 1
  end, ...)
end

begin(function()
  local scan = client:scan_contacts()
  for contact in scan do
    if scan.count <= 5 then
      begin(function()
        local again = assert(client.contacts:get(contact.id))
        assert(again.id == contact.id)
      end)
    end
  end
  print(scan.count .. " contacts scanned")
end)

begin(function()
  local count = 0
  for _ in client:scan_notes() do
    count = count + 1
  end
  print(count .. " notes scanned")
end)

-- Something else that the loop does meanwhile.
loop:wrap(function()
  while under_way > 0 do
    ticks = ticks + 1
    cqueues.sleep(0.001)
  end
end)

assert(loop:loop())
client:close()
print(ticks > 1 and "the loop went on meanwhile" or "the loop stood still")
