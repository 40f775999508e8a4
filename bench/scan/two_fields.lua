-- The scan with this module when only the two fields that are used are decoded.
local ec = require "extcontacts"

local client = ec.connect { rate = false }
local scan = client:scan_contacts { limit = 200, fields = { "id", "lastName" } }
local bytes = 0
for contact in scan do
  bytes = bytes + #contact.id + #(contact.lastName or "")
end
print(scan.count, bytes)
