-- Prints the ids of arg[1] contacts.
local ec = require "extcontacts"

for contact in ec.connect():scan_contacts { max_items = tonumber(arg[1]) } do
  print(contact.id)
end
