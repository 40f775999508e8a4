--- Free TCP ports.

local files = require "extcontacts.base.files"

local ports = {}

--- The ports on which something listens, from the kernel's table if there is one.
---@return table<integer, true>
function ports.in_use()
  local used = {}
  for _, name in ipairs { "/proc/net/tcp", "/proc/net/tcp6" } do
    for port in (files.read(name) or ""):gmatch("\n%s*%d+: %x+:(%x+) %x+:%x+ 0A") do
      used[tonumber(port, 16)] = true
    end
  end
  return used
end

-- The first and last port to choose from, below those that the kernel uses for outgoing
-- connections.  Until a program listens on its port, another one may choose the same:
-- programs that run at the same time avoid that with parts of their own,
-- EXTCONTACTS_PORTS="20000 20999".
local function range()
  local first, last = (os.getenv "EXTCONTACTS_PORTS" or ""):match "^(%d+) (%d+)$"
  return tonumber(first or 20000), tonumber(last or 31999)
end

--- A random free port.
---@param except integer|nil not this one
---@return integer
function ports.free(except)
  local random = assert(io.open("/dev/urandom", "rb"))
  local used = ports.in_use()
  local first, last = range()
  local port
  repeat
    local high, low = random:read(2):byte(1, 2)
    port = first + (high * 256 + low) % (last - first + 1)
  until not used[port] and port ~= except
  random:close()
  return port
end

return ports
