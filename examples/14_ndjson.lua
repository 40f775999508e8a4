-- Copies the contacts that have a work e-mail address, one per line, as the server sent
-- them.  They are checked, but only the field that is tested is decoded.
--   lua5.4 examples/14_ndjson.lua >contacts.ndjson
local ec = require "extcontacts"

local client = ec.connect()

ec.main(function() -- Ctrl-C ends the script between two lines
  local scan, count = client:scan_contacts { fields = { "workEmail" }, raw = true }, 0
  for contact, text in scan do
    if contact.workEmail and contact.workEmail ~= ec.null then
      count = count + 1
      io.write((text:gsub("[\r\n]", "")), "\n") -- JSON may have line breaks between fields
    end
  end
  io.stderr:write(("%d of %d contacts copied\n"):format(count, scan.count))
end)
