--- Names of hosts.  Pure.

local hosts = {}

--- Whether a host is this machine, to which bytes may be sent unencrypted.
---@param host string in lower case; an IPv6 address in brackets
---@return boolean
function hosts.is_loopback(host)
  return host == "localhost" or host == "[::1]" or host:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

return hosts
