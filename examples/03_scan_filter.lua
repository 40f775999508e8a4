-- Scan every contact and print those that match a condition: here, phone numbers
-- that the server does not recognise, so that no lookup finds them.  Only the fields that
-- are tested are decoded.
--   lua5.4 examples/03_scan_filter.lua
local ec = require "extcontacts"

local client = ec.connect()
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

ec.main(function() -- Ctrl-C ends the script between two lines
  local unrecognised = 0
  local scan = client:scan_contacts { fields = PHONES }
  for contact in scan do
    for _, field in ipairs(PHONES) do
      local phone = contact[field]
      if phone and phone ~= ec.null and phone.display and not phone.e164 then
        unrecognised = unrecognised + 1
        if unrecognised <= 10 then
          print(("%s  %-10s %s"):format(contact.id, field, phone.display))
        end
      end
    end
  end
  print(("%d contacts scanned, %d phone numbers not recognised"):format(scan.count, unrecognised))
end)
