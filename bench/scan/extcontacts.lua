-- The scan with this module: prints the number of contacts and of bytes used.
-- With the argument no_prefetch, each page is fetched when it is needed.
local ec = require "extcontacts"

local client = ec.connect { rate = false } -- the sandbox has no rate limit here either
local scan = client:scan_contacts { limit = 200, prefetch = arg[1] ~= "no_prefetch" }
local bytes = 0
for contact in scan do
  bytes = bytes + #contact.id + #(contact.lastName or "")
end
print(scan.count, bytes)
