-- What the application in host.c runs.  It sets no globals: the table it
-- returns is all that the application needs.
local ec = require "extcontacts"

local client = ec.connect { timeout = 5, deadline = 10 }

local lookup = {}

--- The name of the contact with an e-mail address or phone number; nil if no
-- contact has it; nil and a message if the lookup failed.
function lookup.find(value)
  local result, err = client.lookup:reverse(value)
  if not result then
    return nil, tostring(err)
  end
  local contact = (result.contacts or {})[1]
  return contact and ("%s %s"):format(contact.firstName or "", contact.lastName or "") or nil
end

function lookup.close()
  client:close()
end

return lookup
