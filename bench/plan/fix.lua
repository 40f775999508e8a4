-- A fix that changes every record that it gets.
local fix = require "extcontacts.fix"

return {
  name = "department",
  source = fix.scan "contacts",
  change = function(contact)
    contact.title = "Buyer"
    return contact
  end,
}
