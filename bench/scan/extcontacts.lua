-- The scan with this module: prints contacts and a checksum of their ids.
local ec = require "extcontacts"

local client = ec.connect()
local scan = client:scan_contacts { limit = 200 }
local bytes = 0
for contact in scan do
  bytes = bytes + #contact.id + #(contact.lastName or "")
end
print(scan.count, bytes)
