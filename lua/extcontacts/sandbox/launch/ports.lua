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

--- A random free port below the range that the kernel uses for outgoing
-- connections.
---@param except integer|nil not this one
---@return integer
function ports.free(except)
  local random = assert(io.open("/dev/urandom", "rb"))
  local used = ports.in_use()
  local port
  repeat
    local high, low = random:read(2):byte(1, 2)
    port = 20000 + (high * 256 + low) % 12000
  until not used[port] and port ~= except
  random:close()
  return port
end

return ports
