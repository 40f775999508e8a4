-- Prints addresses of the example's page for three contacts with a phone number.
local ec = require "extcontacts"
local client = ec.connect()
local remaining = 3
for contact in client:scan_contacts { limit = 100, prefetch = false } do
  local phone = contact.workPhone
  if type(phone) == "table" and type(phone.e164) == "string" then
    print(("  http://127.0.0.1:%s/?number=%s"):format(arg[1], (phone.e164:gsub("%+", "%%2B"))))
    remaining = remaining - 1
  end
  if remaining == 0 then
    break
  end
end
client:close()
