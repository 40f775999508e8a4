-- Scan every contact and keep those that a filter wants: here, the phone
-- numbers the server could not make out, which no lookup will find.
--   lua5.4 examples/03_scan_filter.lua
local ec = require "extcontacts"

local client = ec.connect()
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

ec.main(function() -- Ctrl-C ends it between two lines
  local unsearchable = 0
  local scan = client:scan_contacts()
  for contact in scan do
    for _, field in ipairs(PHONES) do
      local phone = contact[field]
      if phone and phone ~= ec.null and phone.display and not phone.e164 then
        unsearchable = unsearchable + 1
        if unsearchable <= 10 then
          print(("%s  %-10s %s"):format(contact.id, field, phone.display))
        end
      end
    end
  end
  print(("%d contacts scanned, %d phone numbers that no lookup finds"):format(scan.count, unsearchable))
end)
